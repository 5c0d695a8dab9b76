"""Taking: which measures a node takes for which rows, and which rows fail or must wait because a value is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from nodegraph.cache.measures import Failure, Remembered, content_key
from nodegraph.data.imageset import ImageSet
from nodegraph.data.ledger import joined
from nodegraph.measures import Take, TextValues, Values
from nodegraph.models.catalogue import ModelFiles
from nodegraph.plan.stages import Active
from nodegraph.problems import Problem, ProblemError
from nodegraph.run.evaluate import error_rows
from nodegraph.run.measuring import ImageRef, Measuring, Request, request_of, text_content


@dataclass(frozen=True, slots=True)
class Taken:
    """The values of a node's measures for the rows of `table`, those of the asked rows for which all are there.

    `failed` are the rows on which a measure failed, with a reason each; `missing` flags those that lack a value.
    """

    table: pl.DataFrame
    values: Mapping[str, Any]
    failed: pl.DataFrame
    reasons: list[str]
    missing: pl.Series


class Taker:
    """Takes the measures that nodes ask for. `files` are the models by id."""

    def __init__(self, measuring: Measuring, files: Mapping[str, ModelFiles]) -> None:
        self._measuring = measuring
        self._files = files
        self._askers: dict[str, str] = {}

    def request(self, item: Active, take: Take) -> Request:
        """The request that this node makes for this measure."""
        use = take.measure.model
        files = self._files[item.params[use.setting]] if use else None
        return request_of(take.measure, item.params, files)

    def seconds(self, node: str) -> float:
        """What the measures took of the run's time that this node was the first to ask for."""
        works = [work for work, asker in list(self._askers.items()) if asker == node]
        return round(sum(map(self._measuring.seconds_of, works)), 6)

    def preload(self, item: Active, table: pl.DataFrame) -> None:
        """Reads in bulk what is remembered for the rows of `table`. A bypassed node takes nothing."""
        if not item.measures:
            return
        contents = contents_of(table)
        for take in item.spec.takes.values():
            if take.texts is None:
                self._measuring.preload(self.request(item, take), contents)

    def known(self, item: Active, table: pl.DataFrame, port: str) -> Taken:
        """Only what is remembered of the rows of an input; rows that lack a value are `missing`."""
        return self._taken(item, table, self._known_values(item, table, port), self._known_texts(item, table, port))

    def measured(self, item: Active, table: pl.DataFrame, port: str) -> Taken:
        """Everything about the rows of an input, measured now where it is missing."""
        refs = refs_of(table)
        together: dict[tuple[int, ...], dict[str, Request]] = {}
        for name, take in item.takes(port).items():
            if take.texts is None:
                rows = tuple(_selected(take, item, table))
                request = together.setdefault(rows, {})[name] = self.request(item, take)
                self._askers.setdefault(request.work, item.id)
        columns: dict[str, list[Remembered | None]] = {}
        for rows, requests in together.items():
            found = self._measuring.take(requests.values(), [refs[row] for row in rows])
            columns |= {name: _spread(found[request.key], rows, table.height) for name, request in requests.items()}
        texts: dict[str, TextValues | None] = {}
        for name, take in item.takes(port).items():
            if take.texts is not None:
                request = self.request(item, take)
                self._askers.setdefault(request.work, item.id)
                given = self._measuring.take_texts(request, self._texts(item, take, table))
                texts[name] = _text_values(item, given)
        return self._taken(item, table, columns, texts)

    def missing(self, item: Active, table: pl.DataFrame, others: Sequence[str]) -> dict[str, set[str]]:
        """For each measure, by its keyword, the contents that it has no remembered value for.

        Of the rows of `table` only those for which the node wants the measure; of `others`, which may come, all.
        """
        lacking: dict[str, set[str]] = {}
        known = contents_of(table)
        for name, take in item.takes(item.spec.inputs[0]).items():
            if take.texts is None:
                request = self.request(item, take)
                contents = [*(known[row] for row in _selected(take, item, table)), *others]
                self._measuring.preload(request, contents)
                values = self._measuring.known(request, contents)
                lacking[name] = {c for c, value in zip(contents, values, strict=True) if value is None}
        return lacking

    def _known_values(self, item: Active, table: pl.DataFrame, port: str) -> dict[str, list[Remembered | None]]:
        contents = contents_of(table)
        columns: dict[str, list[Remembered | None]] = {}
        for name, take in item.takes(port).items():
            if take.texts is None:
                rows = _selected(take, item, table)
                wanted = contents if len(rows) == table.height else [contents[row] for row in rows]
                request = self.request(item, take)
                self._measuring.preload(request, wanted)
                found = self._measuring.known(request, wanted)
                columns[name] = _spread(_filled(found), rows, table.height)
        return columns

    def _known_texts(self, item: Active, table: pl.DataFrame, port: str) -> dict[str, TextValues | None]:
        texts: dict[str, TextValues | None] = {}
        for name, take in item.takes(port).items():
            if take.texts is None:
                continue
            request = self.request(item, take)
            wanted = self._texts(item, take, table)
            contents = [text_content(text) for text in wanted]
            self._measuring.preload(request, contents)
            found = self._measuring.known(request, contents)
            complete = {text: value for text, value in zip(wanted, found, strict=True) if value is not None}
            texts[name] = _text_values(item, complete) if len(complete) == len(wanted) else None
        return texts

    def _texts(self, item: Active, take: Take, table: pl.DataFrame) -> list[str]:
        assert take.texts is not None
        return list(dict.fromkeys(take.texts(ImageSet(table), item.params)))

    def _taken(
        self,
        item: Active,
        table: pl.DataFrame,
        columns: Mapping[str, list[Remembered | None]],
        texts: Mapping[str, TextValues | None],
    ) -> Taken:
        height = table.height
        if not any(_is_troubled(values) for values in columns.values()) and None not in texts.values():
            given = {name: Values(values) for name, values in columns.items()}
            return Taken(table, given | dict(texts), table.clear(), [], pl.repeat(False, height, eager=True))
        missing = [any(value is None for value in texts.values())] * height
        reasons: list[str] = [""] * height
        for values in columns.values():
            for row, value in enumerate(values):
                if value is MISSING:
                    missing[row] = True
                elif isinstance(value, Failure) and not reasons[row]:
                    reasons[row] = value.reason if value.rule == "error" else f"{value.rule}: {value.reason}"
        good = [not missing[row] and not reasons[row] for row in range(height)]
        bad = [not missing[row] and bool(reasons[row]) for row in range(height)]
        given = {
            name: Values([value for value, ok in zip(values, good, strict=True) if ok])
            for name, values in columns.items()
        }
        return Taken(
            table.filter(pl.Series(good, dtype=pl.Boolean)),
            given | dict(texts),
            table.filter(pl.Series(bad, dtype=pl.Boolean)),
            [reason for reason, is_bad in zip(reasons, bad, strict=True) if is_bad],
            pl.Series(missing, dtype=pl.Boolean),
        )


def taken_inputs(
    item: Active, inputs: Mapping[str, ImageSet], take: Callable[[Active, pl.DataFrame, str], Taken]
) -> tuple[dict[str, ImageSet], dict[str, Any], pl.DataFrame]:
    """All inputs of a barrier without the rows that could not be measured, its values, and the ledger of those rows."""
    sets, values, failed = dict(inputs), dict[str, Any](), list[pl.DataFrame]()
    for port, images in inputs.items():
        if item.takes(port):
            taken = take(item, images.table, port)
            sets[port] = ImageSet(taken.table, images.ledger)
            values |= taken.values
            failed.append(error_rows(item.id, taken.failed, taken.reasons))
    return sets, values, joined(failed)


MISSING = Failure("missing", "not measured yet")
"""Stands where a value is not remembered; None stands where a node did not ask for one."""


def contents_of(table: pl.DataFrame) -> list[str]:
    """The content keys of the rows: what their measures are remembered under."""
    cids = table["cid"].to_list()
    if (table["recipe"] == "").all():
        return cids
    return [content_key(cid, recipe) for cid, recipe in zip(cids, table["recipe"].to_list(), strict=True)]


def refs_of(table: pl.DataFrame) -> list[ImageRef]:
    """The rows as images to be measured."""
    return [
        ImageRef(content, path, recipe)
        for content, path, recipe in zip(contents_of(table), table["path"], table["recipe"], strict=True)
    ]


def _selected(take: Take, item: Active, table: pl.DataFrame) -> list[int]:
    """The rows for which the node wants this measure."""
    if take.where is None:
        return list(range(table.height))
    return take.where(ImageSet(table), item.params).arg_true().to_list()


def _spread(values: Sequence[Remembered], rows: Sequence[int], height: int) -> list[Remembered | None]:
    if len(rows) == height:
        return list(values)
    column: list[Remembered | None] = [None] * height
    for row, value in zip(rows, values, strict=True):
        column[row] = value
    return column


def _filled(values: list[Remembered | None]) -> list[Remembered]:
    """The values with MISSING for those that are not there."""
    return [MISSING if value is None else value for value in values] if type(None) in set(map(type, values)) else values


def _is_troubled(values: Sequence[Remembered | None]) -> bool:
    """Whether a value is missing or a failure. Mostly none is, and then no row is looked at one by one."""
    return Failure in set(map(type, values))


def _text_values(item: Active, found: Mapping[str, Remembered]) -> TextValues:
    for text, value in found.items():
        if isinstance(value, Failure):
            raise ProblemError(
                Problem(
                    "text-not-measured", f"{text!r} could not be measured: {value.reason}.", node=item.id, value=text
                )
            )
    return TextValues(dict(found))
