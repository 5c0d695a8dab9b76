"""Nodes that hold one set against another: union, intersection and difference, and the comparison of two ways."""

from __future__ import annotations

from typing import Annotated, Literal

import polars as pl

from nodegraph import Column, ColumnInfo, Context, ImageSet, Left, Main, Rows, arrange
from nodes.flow.pairing import By, Pairing, paired
from nodes.reasons import number_text

Operation = Literal["union", "intersect", "minus"]

ByHelp = "What makes two rows the same: one file with the same edits, one file whatever its edits, or one name."
ALIKE: dict[By, str] = {"picture": "the same picture as", "file": "the same file as", "name": "named like"}


@arrange("flow/set", rev=1, title="Set operations", outputs=("images",), joins=True)
def set_operation(
    first: ImageSet,
    second: ImageSet,
    *,
    operation: Annotated[
        Operation, Main(), "Pictures of either set, of both, or of the first that are not in the second."
    ] = "union",
    by: Annotated[By, Main(), ByHelp] = "picture",
) -> Rows:
    """Makes one set of two: all pictures of either (union), those in both (intersect), or the first minus the second.

    What is in both comes once, as in the first set, with the columns that only the second has; a caption that a person
    wrote stays with its picture, whichever set has it. Two files are the same when their bytes are, whatever they are
    called; a crop or a mirrored copy of one is another picture, but the same file. By name they are the same when they
    lie at the same place of their sources. When two different pictures have one name, that of the second is called
    "name~2.jpg" from here on. Copies within one set stay as they are: use a duplicate finder for those.

    Every picture of both sets goes on, or is told with its reason. For rules on which of two rows stays use *Merge*;
    for pictures that only look alike, *Exclude reference set*.
    """
    pairs = paired(first, second, by)
    on_first = [operation == "union" or (twin is not None) == (operation == "intersect") for twin in pairs.twins]
    on_second = [operation == "union" and twin is None for twin in pairs.back]
    left: list[Left] = []
    for (rid, cid), on, twin in zip(pairs.ids_of_first, on_first, pairs.twins, strict=True):
        if not on and twin is None:
            left.append(Left(rid, cid, "not-in-second", "it is not in the second set"))
        elif not on and twin is not None:
            left.append(Left(rid, cid, "in-second", f"{ALIKE[by]} {pairs.names[twin]} of the second set"))
    for row, ((rid, cid), on, twin) in enumerate(zip(pairs.ids_of_second, on_second, pairs.back, strict=True)):
        if on or pairs.same[row]:
            continue
        if operation == "minus":
            left.append(Left(rid, cid, "taken-away", "the second set says what is taken away and goes no further"))
        elif twin is None:
            left.append(Left(rid, cid, "not-in-first", "it is not in the first set"))
        else:
            left.append(_there_already(pairs, row, twin, by))
    return Rows({"images": pairs.joined(on_first, on_second)}, left)


AB = {"ab": ColumnInfo("text", 'Which sets have the picture: "A", "B" or "both"')}


@arrange("flow/compare", rev=1, title="A/B compare", outputs=("images", "only_a", "only_b"), gives=AB, joins=True)
def compare(
    a: ImageSet,
    b: ImageSet,
    *,
    context: Context,
    by: Annotated[By, ByHelp] = "picture",
    column: Annotated[
        str | None,
        Column("number"),
        Main(),
        "A number whose average over each part is told.",
    ] = None,
) -> Rows:
    """Compares two sets: which pictures are in both, which only in A, which only in B.

    Send one set through two thresholds, two models or two duplicate finders and wire the results here: the counts stand
    in the log, and "only a" and "only b" show what the choice is about. All pictures of both go on with a column `ab`
    of "A", "B" or "both", each once. With a *column* the log tells its average over each of the three parts.

    It counts, it does not judge: which set is better you see in the pictures, or with *Audit sample*.
    """
    pairs = paired(a, b, by)
    in_b = [twin is not None for twin in pairs.twins]
    only_b = [twin is None for twin in pairs.back]
    everywhere = [True] * len(a)
    parts = ["both" if flag else "A" for flag in in_b] + ["B"] * sum(only_b)
    table = pairs.joined(everywhere, only_b).with_columns(pl.Series("ab", parts, dtype=pl.String))
    left = [
        _there_already(pairs, row, twin, by)
        for row, twin in enumerate(pairs.back)
        if twin is not None and not pairs.same[row]
    ]
    context.notice(comparison(len(a), len(b), table, column))
    only = {f"only_{side.lower()}": table.filter(pl.col("ab") == side) for side in ("A", "B")}
    return Rows({"images": table, **only}, left)


def comparison(size_a: int, size_b: int, table: pl.DataFrame, column: str | None) -> str:
    """The counts of a comparison as a line: sizes, what is in both and in one only, and the overlap (Jaccard)."""
    counts = {part: int((table["ab"] == part).sum()) for part in ("both", "A", "B")}
    overlap = counts["both"] / table.height if table.height else 1.0
    line = (
        f"A {size_a:,}, B {size_b:,}: {counts['both']:,} in both, {counts['A']:,} only in A, "
        f"{counts['B']:,} only in B, overlap {overlap:.0%}."
    )
    if column is None:
        return line
    return f"{line} Average {column}: {', '.join(f'{part} {_mean(table, part, column)}' for part in counts)}."


def _mean(table: pl.DataFrame, part: str, column: str) -> str:
    numbers = table.filter(pl.col("ab") == part)[column].cast(pl.Float64).fill_nan(None)
    mean = numbers.mean()
    return number_text(float(mean)) if isinstance(mean, int | float) else "none"


def _there_already(pairs: Pairing, row: int, twin: int, by: By) -> Left:
    rid, cid = pairs.ids_of_second[row]
    name, _ = pairs.ids_of_first[twin]
    return Left(rid, cid, "there-already", f"{ALIKE[by]} {name} of the first set")


NODES = (set_operation, compare)
