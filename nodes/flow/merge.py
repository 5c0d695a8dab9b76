"""The node that puts two sets together, by rules for pictures and names that both have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import polars as pl

from nodegraph import ColumnInfo, ImageSet, Left, Main, Rows, arrange
from nodes.captions.authorship import by_person, captions_of
from nodes.flow.pairing import Key, Pairing, paired

Rule = Literal["first", "caption", "both"]
Gone = dict[int, Left]
Worth = tuple[bool, int]
"""Whether a person wrote a caption, and how long it is: the higher one is better."""

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
    can both stay: that of the second set is called "name~2.jpg" from here on, and the file itself is not touched. A
    caption that a person wrote goes before a longer one, and stays with its picture whichever row does.

    Every picture of both sets goes on, or is told with its reason. Copies within one set stay as they are, and pictures
    that only look alike are not found: use a duplicate finder for those.
    """
    pairs = paired(first, second, "picture", apart=same_picture == "both")
    worth = (_caption_worth(first), _caption_worth(second))
    gone_first, gone_second = _by_picture(pairs, same_picture, *worth)
    _by_name(pairs, same_name, *worth, gone_first, gone_second)
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


def _by_picture(pairs: Pairing, rule: Rule, first: list[Worth], second: list[Worth]) -> tuple[Gone, Gone]:
    """The rows that go because the other set's rows of the same picture stay."""
    gone_first: Gone = {}
    gone_second: Gone = {}
    if rule == "both":
        return gone_first, gone_second
    keys, their_keys = pairs.keys
    best, rival = _best(keys, first), _best(their_keys, second)
    better = {key for key in best.keys() & rival.keys() if rule == "caption" and rival[key] > best[key]}
    for row, (id, key, twin) in enumerate(zip(pairs.ids_of_first, keys, pairs.twins, strict=True)):
        if twin is not None and key in better:
            whose = _better(rival[key], best[key])
            reason = f"the same picture as {pairs.names[twin]} of the second set, which has {whose}"
            gone_first[row] = Left(*id, "same-picture", reason)
    for row, (id, key, twin) in enumerate(zip(pairs.ids_of_second, their_keys, pairs.back, strict=True)):
        if twin is not None and key not in better:
            reason = f"the same picture as {pairs.ids_of_first[twin][0]} of the first set"
            gone_second[row] = Left(*id, "same-picture", reason)
    return gone_first, gone_second


def _by_name(
    pairs: Pairing, rule: Rule, first: list[Worth], second: list[Worth], gone_first: Gone, gone_second: Gone
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
            reason = f"another picture with this name, from the second set, has {_better(second[row], first[rival])}"
            gone_first[rival] = Left(*pairs.ids_of_first[rival], "same-name", reason)
        else:
            reason = f"another picture is called {pairs.names[row]} in the first set"
            gone_second[row] = Left(*id, "same-name", reason)


def _caption_worth(images: ImageSet) -> list[Worth]:
    caption, _ = captions_of(images)
    lengths = caption.str.strip_chars().str.len_chars().fill_null(0)
    return list(zip(by_person(images).to_list(), lengths.to_list(), strict=True))


def _best(keys: Sequence[Key], worth: Sequence[Worth]) -> Mapping[Key, Worth]:
    best: dict[Key, Worth] = {}
    for key, one in zip(keys, worth, strict=True):
        best[key] = max(one, best.get(key, one))
    return best


def _better(one: Worth, other: Worth) -> str:
    return "a caption that a person wrote" if one[0] and not other[0] else "a longer caption"


NODES = (merge,)
