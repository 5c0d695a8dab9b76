"""The node that puts two sets together, by rules for pictures and names that both have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import polars as pl

from nodegraph import ColumnInfo, ImageSet, Left, Main, Rows, arrange
from nodes.flow.pairing import Key, Pairing, paired

Rule = Literal["first", "caption", "both"]
Gone = dict[int, Left]

GIVES = {"merged_from": ColumnInfo("text", 'Which set had the picture: "first", "second" or "both"')}


@arrange("flow/merge", rev=1, outputs=("images",), gives=GIVES, joins=True)
def merge(
    first: ImageSet,
    second: ImageSet,
    *,
    same_picture: Annotated[
        Rule, Main(), "Of a picture in both sets the first set's row stays, that with the longer caption, or both."
    ] = "first",
    same_name: Annotated[
        Rule, Main(), "Of two pictures with one name the first set's stays, that with the longer caption, or both."
    ] = "both",
) -> Rows:
    """Puts two sets together, by rules for what both have.

    A picture that both have, the same file with the same edits, comes once: as in the first set, or as in the one with
    the longer caption. The row that stays keeps its `source` and all of its columns, and gets those that only the other
    set has: so two branches that measured different things become one set again. Two different pictures with one name
    can both stay: that of the second set is called "name~2.jpg" from here on, and the file itself is not touched.

    Every picture of both sets goes on, or is told with its reason. Copies within one set stay as they are, and pictures
    that only look alike are not found: use a duplicate finder for those.
    """
    pairs = paired(first, second, "picture", apart=same_picture == "both")
    lengths = (_caption_lengths(pairs.first), _caption_lengths(pairs.second))
    gone_first, gone_second = _by_picture(pairs, same_picture, *lengths)
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


def _by_picture(pairs: Pairing, rule: Rule, first: list[int], second: list[int]) -> tuple[Gone, Gone]:
    """The rows that go because the other set's rows of the same picture stay."""
    gone_first: Gone = {}
    gone_second: Gone = {}
    if rule == "both":
        return gone_first, gone_second
    keys, their_keys = pairs.keys
    longest, rival = _longest(keys, first), _longest(their_keys, second)
    longer = {key for key in longest.keys() & rival.keys() if rule == "caption" and rival[key] > longest[key]}
    for row, (id, key, twin) in enumerate(zip(pairs.ids_of_first, keys, pairs.twins, strict=True)):
        if twin is not None and key in longer:
            reason = f"the same picture as {pairs.names[twin]} of the second set, which has a longer caption"
            gone_first[row] = Left(*id, "same-picture", reason)
    for row, (id, key, twin) in enumerate(zip(pairs.ids_of_second, their_keys, pairs.back, strict=True)):
        if twin is not None and key not in longer:
            reason = f"the same picture as {pairs.ids_of_first[twin][0]} of the first set"
            gone_second[row] = Left(*id, "same-picture", reason)
    return gone_first, gone_second


def _by_name(
    pairs: Pairing, rule: Rule, first: list[int], second: list[int], gone_first: Gone, gone_second: Gone
) -> None:
    """Adds the rows that go because another picture of the same name stays in the other set."""
    if rule == "both":
        return
    row_of = {rid: row for row, (rid, _) in enumerate(pairs.ids_of_first) if row not in gone_first}
    for row, id in enumerate(pairs.ids_of_second):
        rival = row_of.get(pairs.names[row])
        if rival is None or row in gone_second or pairs.keys[0][rival] == pairs.keys[1][row]:
            continue
        if rule == "caption" and second[row] > first[rival]:
            reason = "another picture with this name, from the second set, has a longer caption"
            gone_first[rival] = Left(*pairs.ids_of_first[rival], "same-name", reason)
        else:
            reason = f"another picture is called {pairs.names[row]} in the first set"
            gone_second[row] = Left(*id, "same-name", reason)


def _caption_lengths(table: pl.DataFrame) -> list[int]:
    if "caption" not in table.columns or table.schema["caption"] != pl.String:
        return [0] * table.height
    return table["caption"].str.strip_chars().str.len_chars().fill_null(0).to_list()


def _longest(keys: Sequence[Key], lengths: Sequence[int]) -> Mapping[Key, int]:
    longest: dict[Key, int] = {}
    for key, length in zip(keys, lengths, strict=True):
        longest[key] = max(length, longest.get(key, 0))
    return longest


NODES = (merge,)
