"""Nodes that look at the whole set to choose among its rows: the best, a random sample, the validation part."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Annotated, Literal

import networkx as nx
import numpy as np
import polars as pl

from nodegraph import Column, ColumnInfo, Context, ImageSet, Keep, Main, Parts, Range, arrange
from nodes.reasons import NOT_MEASURED, number_text, number_texts, texts

SeedHelp = "Another seed gives another choice; the same seed always the same one."


@arrange("arrange/top_k", rev=1, title="Top-k")
def top_k(
    images: ImageSet,
    *,
    column: Annotated[str, Column("number"), Main(), "The number to rank by."],
    k: Annotated[int, Range(1, 10_000_000), Main(), "How many pictures to keep."] = 100,
    best: Annotated[Literal["high", "low"], "Whether the highest or the lowest numbers are the best."] = "high",
) -> Keep:
    """Keeps the k best pictures by one number.

    Equal numbers are ranked by file name, so the choice never hangs on the order of the rows. Pictures without the
    number are dropped.
    """
    values = images[column].cast(pl.Float64).fill_nan(None)
    rank = _ranks(values, images["rid"], descending=best == "high")
    mask = ((rank <= k) & values.is_not_null()).alias("mask")
    numbers, ranks = values.to_list(), rank.to_list()

    def reason(row: int) -> str:
        if numbers[row] is None:
            return f"{column} was not measured"
        return f"rank {ranks[row]} by {column} {number_text(numbers[row])}, only the best {k} are kept"

    return Keep(
        mask,
        rule=texts(~mask, lambda row: NOT_MEASURED if numbers[row] is None else "not-top"),
        reason=texts(~mask, reason),
        column=column,
        value=number_texts(values, ~mask),
        limit=str(k),
    )


def _ranks(values: pl.Series, rids: pl.Series, *, descending: bool) -> pl.Series:
    order = (
        pl.DataFrame({"value": values, "rid": rids})
        .with_row_index("row")
        .sort("value", "rid", descending=[descending, False], nulls_last=True)["row"]
    )
    ranks = np.empty(len(values), np.int64)
    ranks[order.to_numpy()] = np.arange(1, len(values) + 1)
    return pl.Series("rank", ranks)


@arrange("arrange/sample", rev=1)
def sample(
    images: ImageSet,
    *,
    context: Context,
    amount: Annotated[Literal["count", "share"], Main(), "Whether to keep a number of pictures or a share."] = "count",
    count: Annotated[int, Range(0, 10_000_000), Main(), "How many pictures to keep."] = 100,
    share: Annotated[float, Range(0, 1, step=0.01), "Which share of the pictures to keep; 0.1 is a tenth."] = 0.1,
    stratify: Annotated[str | None, Column("any"), "Keep the proportions of this column's values."] = None,
    seed: Annotated[int, Range(0, 2**32 - 1), SeedHelp] = 0,
) -> Keep:
    """Keeps a random choice of pictures, optionally with the proportions of a column kept.

    Each picture's lot hangs on its content and the seeds alone: more pictures in the source change the choice little.
    """
    wanted = min(count, len(images)) if amount == "count" else round(share * len(images))
    chosen = _drawn(images, [(row,) for row in range(len(images))], wanted, _strata(images, stratify), context, seed)
    reason = f"not among the {wanted} drawn of {len(images)}"
    return Keep(pl.Series("mask", chosen, pl.Boolean), rule="not-drawn", reason=reason, limit=str(wanted))


_SPLIT = {"split": ColumnInfo("text", 'Which part of the set the picture is in: "train" or "validation"')}


@arrange("arrange/split", rev=1, outputs=("images", "train", "validation"), gives=_SPLIT)
def split(
    images: ImageSet,
    *,
    context: Context,
    amount: Annotated[
        Literal["share", "count"], "Whether validation is a share of the pictures or a number."
    ] = "share",
    share: Annotated[float, Range(0, 0.5, step=0.01), Main(), "Which share goes to validation; 0.1 is a tenth."] = 0.1,
    count: Annotated[int, Range(0, 1_000_000), "How many pictures go to validation, at most half of them."] = 50,
    groups: Annotated[
        list[str],
        Column("any", optional=True),
        "Rows that are equal in one of these columns stay together. Columns that are not there are ignored.",
    ] = ["duplicate_group"],  # noqa: B006  (a default is data of the form, never changed)
    stratify: Annotated[str | None, Column("any"), "Keep the proportions of this column's values."] = None,
    seed: Annotated[int, Range(0, 2**32 - 1), Main(), SeedHelp] = 0,
) -> Parts:
    """Parts the set into training and validation pictures, never with a duplicate on each side.

    All rows go on with a column `split`; two further outputs give the parts alone. Rows of one duplicate group, and
    copies of one file, always fall on the same side, so validation may be a few pictures smaller than asked for; it is
    never larger, and the log says so. Add `source` to the groups where pictures of one source are alike (frames of a
    film, one photographer). The choice hangs on the pictures' content and the seeds alone.
    """
    wanted = round(share * len(images)) if amount == "share" else min(count, len(images) // 2)
    together = _clusters(images, [name for name in ["cid", *groups] if name in images.columns])
    chosen = pl.Series(_drawn(images, together, wanted, _strata(images, stratify), context, seed), dtype=pl.Boolean)
    if (found := int(chosen.sum())) < wanted:
        context.notice(
            f"Validation has {found} pictures of the {wanted} asked for: groups that stay together are large."
        )
    names = pl.Series("split", ["validation" if flag else "train" for flag in chosen.to_list()], pl.String)
    return Parts({"split": names}, {"train": ~chosen, "validation": chosen})


def _clusters(images: ImageSet, columns: Sequence[str]) -> list[tuple[int, ...]]:
    graph: nx.Graph[Hashable] = nx.Graph()
    graph.add_nodes_from(range(len(images)))
    for name in columns:
        for row, value in enumerate(_without_nan(images[name]).to_list()):
            if value is not None and value != "":
                graph.add_edge(row, (name, value))
    parts = nx.connected_components(graph)
    return [tuple(sorted(member for member in part if isinstance(member, int))) for part in parts]


def _strata(images: ImageSet, column: str | None) -> list[Hashable]:
    return [None] * len(images) if column is None else _without_nan(images[column]).to_list()


def _without_nan(values: pl.Series) -> pl.Series:
    """The values with null for "not a number", each of which would be unlike every other."""
    return values.fill_nan(None) if values.dtype.is_float() else values


def _drawn(
    images: ImageSet,
    clusters: Sequence[tuple[int, ...]],
    wanted: int,
    strata: Sequence[Hashable],
    context: Context,
    seed: int,
) -> list[bool]:
    """Flags of at most `wanted` rows, whole clusters in the order of their lots, each stratum with its share."""
    cids, rids = images.cids, images.rids
    lots = [
        min((float(context.random(seed, cids[row]).random()), rids[row]) for row in cluster) for cluster in clusters
    ]
    order = sorted(range(len(clusters)), key=lambda index: lots[index])
    # a cluster counts for the stratum of the row that gave its lot a name, so that row order plays no part
    of_cluster = [strata[min(cluster, key=lambda row: rids[row])] for cluster in clusters]
    places = _places(strata, wanted)
    chosen = [False] * len(images)
    for index in order:
        size = len(clusters[index])
        if size <= places[of_cluster[index]]:
            places[of_cluster[index]] -= size
            for row in clusters[index]:
                chosen[row] = True
    return chosen


def _places(strata: Sequence[Hashable], wanted: int) -> dict[Hashable, int]:
    """How many of the `wanted` rows fall to each stratum: its share, the largest remainders rounded up."""
    sizes: dict[Hashable, int] = {}
    for stratum in strata:
        sizes[stratum] = sizes.get(stratum, 0) + 1
    if not strata:
        return sizes
    exact: Mapping[Hashable, float] = {stratum: wanted * size / len(strata) for stratum, size in sizes.items()}
    places = {stratum: int(share) for stratum, share in exact.items()}
    by_remainder = sorted(sizes, key=lambda stratum: (places[stratum] - exact[stratum], str(stratum)))
    for stratum in by_remainder[: wanted - sum(places.values())]:
        places[stratum] += 1
    return places


NODES = (top_k, sample, split)
