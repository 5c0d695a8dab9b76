"""The node that puts two sets together, by rules for files and names that both have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import polars as pl

from nodegraph import ColumnInfo, ImageSet, Left, Main, Rows, arrange
from nodes.pairing import Pairing, paired

Rule = Literal["first", "caption", "both"]
Gone = dict[int, Left]

GIVES = {"merged_from": ColumnInfo("text", 'Which set had the file: "first", "second" or "both"')}


@arrange("flow/merge", rev=1, outputs=("images",), gives=GIVES, joins=True)
def merge(
    first: ImageSet,
    second: ImageSet,
    *,
    same_file: Annotated[
        Rule, Main(), "Of a file that both sets have, the first set's row stays, that with the longer caption, or both."
    ] = "first",
    same_name: Annotated[
        Rule, Main(), "Of two files with one name, the first set's stays, that with the longer caption, or both."
    ] = "both",
) -> Rows:
    """Puts two sets together, by rules for what both have.

    A file that both have comes once: as in the first set, or as in the one with the longer caption. The row that stays
    keeps its `source` and all of its columns, and gets those that only the other set has: so two branches that measured
    different things become one set again. Two different files with one name can both stay: that of the second set is
    called "name~2.jpg" from here on, and the file itself is not touched.

    Every picture of both sets goes on, or is told with its reason. Copies within one set stay as they are, and pictures
    that only look alike are not found: use a duplicate finder for those.
    """
    pairs = paired(first, second, "content", apart=same_file == "both")
    lengths = (_caption_lengths(pairs.first), _caption_lengths(pairs.second))
    gone_first, gone_second = _by_file(pairs, same_file, *lengths)
    _by_name(pairs, same_name, *lengths, gone_first, gone_second)
    on_first = [row not in gone_first for row in range(len(first))]
    on_second = [row not in gone_second for row in range(len(second))]
    origin = [_origin("first", twin) for twin, on in zip(pairs.twins, on_first, strict=True) if on]
    origin += [_origin("second", twin) for twin, on in zip(pairs.back, on_second, strict=True) if on]
    table = pairs.joined(on_first, on_second).with_columns(pl.Series("merged_from", origin, dtype=pl.String))
    there = set(table["rid"])
    left = [one for one in (*gone_first.values(), *gone_second.values()) if one.rid not in there]
    return Rows({"images": table}, left)


def _origin(side: str, twin: int | None) -> str:
    return side if twin is None else "both"


def _by_file(pairs: Pairing, rule: Rule, first: list[int], second: list[int]) -> tuple[Gone, Gone]:
    """The rows that go because the other set's rows of the same file stay."""
    gone_first: Gone = {}
    gone_second: Gone = {}
    if rule == "both":
        return gone_first, gone_second
    longest, rival = _longest(pairs.ids_of_first, first), _longest(pairs.ids_of_second, second)
    longer = {cid for cid in longest.keys() & rival.keys() if rule == "caption" and rival[cid] > longest[cid]}
    for row, ((rid, cid), twin) in enumerate(zip(pairs.ids_of_first, pairs.twins, strict=True)):
        if twin is not None and cid in longer:
            reason = f"the same file as {pairs.names[twin]} of the second set, which has a longer caption"
            gone_first[row] = Left(rid, cid, "same-file", reason)
    for row, ((rid, cid), twin) in enumerate(zip(pairs.ids_of_second, pairs.back, strict=True)):
        if twin is not None and cid not in longer:
            reason = f"the same file as {pairs.ids_of_first[twin][0]} of the first set"
            gone_second[row] = Left(rid, cid, "same-file", reason)
    return gone_first, gone_second


def _by_name(
    pairs: Pairing, rule: Rule, first: list[int], second: list[int], gone_first: Gone, gone_second: Gone
) -> None:
    """Adds the rows that go because another file of the same name stays in the other set."""
    if rule == "both":
        return
    row_of = {rid: row for row, (rid, _) in enumerate(pairs.ids_of_first) if row not in gone_first}
    for row, (rid, cid) in enumerate(pairs.ids_of_second):
        rival = row_of.get(pairs.names[row])
        if rival is None or row in gone_second or pairs.ids_of_first[rival][1] == cid:
            continue
        if rule == "caption" and second[row] > first[rival]:
            reason = "another file with this name, from the second set, has a longer caption"
            gone_first[rival] = Left(*pairs.ids_of_first[rival], "same-name", reason)
        else:
            reason = f"another file is called {pairs.names[row]} in the first set"
            gone_second[row] = Left(rid, cid, "same-name", reason)


def _caption_lengths(table: pl.DataFrame) -> list[int]:
    if "caption" not in table.columns or table.schema["caption"] != pl.String:
        return [0] * table.height
    return table["caption"].str.strip_chars().str.len_chars().fill_null(0).to_list()


def _longest(ids: list[tuple[str, str]], lengths: list[int]) -> Mapping[str, int]:
    longest: dict[str, int] = {}
    for (_, cid), length in zip(ids, lengths, strict=True):
        longest[cid] = max(length, longest.get(cid, 0))
    return longest


NODES = (merge,)
