"""The hub source: pictures of a data set on the Hugging Face hub, streamed once into a folder."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Annotated, Any

from nodegraph import ColumnInfo, Context, Folder, Found, Main, Problem, Range, Skipped, source
from nodegraph.data.recipe import Recipe
from nodes.extras import extra_problem
from nodes.sources.hub_rows import EXTRA, HubSet, Rows, first_line, looks_like_picture
from nodes.sources.rows import FILE_COLUMNS, AcceptTruncated, AlphaColour, MaxMegapixels, file_row, found_rows
from nodes.sources.tables import first_text, further_columns, further_problems, further_values, text_of
from nodes.sources.unpacking import Entry, RefusedError, Unpacked, not_here_yet, unpacking

COLUMNS = {
    **FILE_COLUMNS,
    "source": ColumnInfo("text", "Name of the data set"),
    "caption": ColumnInfo("text", "Caption from the data set"),
    "label": ColumnInfo("text", "Label from the data set"),
    "split": ColumnInfo("text", "Split of the data set"),
    "license": ColumnInfo("text", "Licence that the row names"),
    "author": ColumnInfo("text", "Author that the row names"),
    "hf_row": ColumnInfo("integer", "Number of the row in its split, from 0"),
}
_REPO = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")


def _columns(params: Mapping[str, Any]) -> dict[str, ColumnInfo]:
    return {**COLUMNS, **further_columns(params.get("text_columns", ()), params.get("number_columns", ()))}


def _check(params: Mapping[str, Any]) -> list[Problem]:
    problems = further_problems(params["text_columns"], params["number_columns"], COLUMNS)
    if not _REPO.fullmatch(params["repo"]):
        text = f"{params['repo']!r} is no name of a data set." if params["repo"] else "No data set is named."
        fix = "Write it as on huggingface.co: owner/name."
        problems.append(Problem("bad-repo", text, fix, param="repo", value=params["repo"]))
    missing = extra_problem("datasets", EXTRA)
    return [*problems, missing] if missing else problems


@source("source/hub", rev=1, title="Hugging Face data set", gives=_columns, check=_check)
def hub(
    *,
    repo: Annotated[str, Main(), "The data set as huggingface.co names it: owner/name."],
    folder: Annotated[str, Folder(writes=True), Main(), "The pictures are put into this folder, once."],
    split: Annotated[str, "Which part of it."] = "train",
    config: Annotated[str, "Which configuration (subset), if it has several."] = "",
    revision: Annotated[str, "Which version: a commit, tag or branch; empty: the newest."] = "",
    image_column: Annotated[str, "Where the picture is; empty: the first column with pictures."] = "",
    caption_column: Annotated[str, "Where the caption is; empty: text, else caption."] = "",
    label_column: Annotated[str, "Where the label is."] = "label",
    text_columns: Annotated[list[str], "Further columns to take over as text."] = [],  # noqa: B006
    number_columns: Annotated[list[str], "Further columns to take over as numbers."] = [],  # noqa: B006
    max_rows: Annotated[int, Range(1, 1_000_000), Main(), "Only that many rows, from the first on."] = 1000,
    max_mb: Annotated[int, Range(1, 2000, unit="MB"), "Larger pictures are not taken."] = 100,
    max_gb: Annotated[int, Range(1, 10_000, unit="GB"), "What all pictures may take."] = 100,
    alpha_colour: AlphaColour = "#ffffff",
    accept_truncated: AcceptTruncated = False,
    max_megapixels: MaxMegapixels = 200,
    context: Context,
) -> Found:
    """Takes pictures, captions and labels from a data set on the Hugging Face hub, as many rows as you ask for.

    Rows are streamed: only those that you ask for are transferred, into a folder of yours. The next run needs no
    network; with more rows it goes on where it was. For a set that can be made again elsewhere, give the commit as
    revision, as the newest version changes.

    Needs the extra `datasets`. Data sets that bring a script of their own are refused, and nothing in them is ever
    run. Look at the licence on the data set's page: it is not always in its rows.
    """
    wanted = HubSet(repo, config, split, revision)
    further = {"text_columns": text_columns, "number_columns": number_columns}
    recipe = str(Recipe(alpha_colour, accept_truncated, max_megapixels))
    skipped: list[Skipped] = []
    notices: list[str] = []
    with unpacking(folder, most_bytes=max_gb * 10**9, only_read=context.rehearsal) as unpacked:
        entries = taken(wanted, image_column, max_rows, max_mb * 10**6, unpacked, context, skipped, notices)
        rows = [
            {
                **file_row(_rid(split, number, entry), unpacked.path_of(entry), entry.bytes, recipe, repo),
                "caption": first_text(entry.facts, [caption_column] if caption_column else ["text", "caption"]),
                "label": text_of(entry.facts.get(label_column)),
                "split": split,
                "license": first_text(entry.facts, ["license", "licence"]),
                "author": first_text(entry.facts, ["author"]),
                "hf_row": number,
                **further_values(entry.facts, text_columns, number_columns),
            }
            for number, entry in entries.items()
        ]
    return found_rows(rows, _columns(further), skipped, notices)


def taken(
    wanted: HubSet,
    image_column: str,
    max_rows: int,
    most_bytes: int,
    unpacked: Unpacked,
    context: Context,
    skipped: list[Skipped],
    notices: list[str],
) -> dict[int, Entry]:
    """The pictures of the first rows by number. Those known are not asked for; the rest is streamed from there on."""
    known = _Known(wanted, image_column, most_bytes, unpacked)
    count = min(max_rows, known.length) if known.length is not None else max_rows
    start = next((number for number in range(count) if known.entry(number) is None), count)
    if start < count and not unpacked.only_reads:
        _stream(wanted, image_column, start, count, known, context, notices)
    found: dict[int, Entry] = {}
    for number in range(count):
        entry = known.entry(number)
        if entry is None and not unpacked.only_reads:
            break
        if entry is not None and entry.file:
            found[number] = entry
        else:
            why = entry or not_here_yet()
            skipped.append(Skipped(f"{wanted.split}/{number:07d}", why.rule, why.reason))
    return found


def _stream(
    wanted: HubSet,
    image_column: str,
    start: int,
    count: int,
    known: _Known,
    context: Context,
    notices: list[str],
) -> None:
    rows = Rows(wanted)
    column = rows.image_column(image_column)
    number = start
    try:
        for row in rows.from_row(start):
            context.progress(number, count)
            if context.cancelled() or number == count:
                return
            column = column or next((name for name, value in row.items() if looks_like_picture(value)), None)
            if known.entry(number) is None:
                parts = rows.picture(row.get(column or ""))
                known.add(number, parts, rows.cells(row, column or ""))
            number += 1
    except RefusedError as error:
        notices.append(f"Stopped at row {number}: {error.reason}.")
        return
    except (OSError, ValueError, RuntimeError) as error:
        notices.append(f"The data set could not be read any further at row {number}: {first_line(error)}.")
        return
    known.set_length(number)


class _Known:
    """What the folder has of a data set already."""

    def __init__(self, wanted: HubSet, image_column: str, most_bytes: int, unpacked: Unpacked) -> None:
        self._key = f"{wanted.key}\0{image_column}"
        self._most_bytes = most_bytes
        self._unpacked = unpacked
        self._note = f"hub-{blake2b(self._key.encode('utf-8', 'replace'), digest_size=8).hexdigest()}.json"
        try:
            length: Any = json.loads(unpacked.note(self._note) or "null")
        except (ValueError, RecursionError):
            length = None
        self.length: int | None = length if type(length) is int and length >= 0 else None

    def entry(self, number: int) -> Entry | None:
        """The picture of a row, or the refusal that is remembered for it."""
        entry = self._unpacked.known(f"{self._key}\0{number}")
        if entry is not None and entry.rule == "too-large" and entry.facts.get("most_bytes") != self._most_bytes:
            return None
        return entry

    def add(self, number: int, parts: Any, cells: Mapping[str, Any]) -> None:
        """Keeps the picture of a row, or remembers that it has none. Raises RefusedError when there is no more room."""
        key = f"{self._key}\0{number}"
        name = f"row-{number}"
        try:
            if parts is None:
                raise RefusedError("no-picture", "the row holds no picture", for_good=True)
            self._unpacked.add(key, name, parts, most_bytes=self._most_bytes, facts=cells)
        except RefusedError as error:
            if error.rule == "no-room":
                raise
            self._unpacked.refuse(key, error, facts={"most_bytes": self._most_bytes})

    def set_length(self, length: int) -> None:
        """Remembers that the data set has only so many rows."""
        self.length = length
        self._unpacked.set_note(self._note, json.dumps(length))


def _rid(split: str, number: int, entry: Entry) -> str:
    return f"{split}/{number:07d}.{entry.file.rpartition('.')[2]}"
