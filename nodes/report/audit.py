"""The bias audit as data: strata, terms in captions and clusters, each with the share it has and how sure that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nodegraph.data.imageset import ImageSet
from nodes.arrange.spread import clusters
from nodes.balance.strata import label
from nodes.report.page import Pictures, Sample
from nodes.report.terms import Terms, counts_of, plain
from nodes.statistics import wilson

MOST_STRATA = 20
MOST_WORDS = 8
NO_VALUE = "(no value)"
DECIMALS = 4
FORMAT = "nodegraph-bias-audit"


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `whole` rows: the share and Wilson's 95 % interval of it, from 0 to 1."""

    name: str
    count: int
    whole: int
    share: float
    low: float
    high: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Strata:
    """The values of one column, the most frequent first; those beyond the twentieth are one."""

    column: str
    shares: Sequence[Share]


@dataclass(frozen=True, slots=True)
class TermShare:
    """A group of terms: in how many captions, which of them, and its share among the captions of each stratum."""

    share: Share
    words: Sequence[tuple[str, int]]
    strata: Sequence[Share]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Pictures that are alike: their share, how far the middle is from the nearest other (1 - cosine), examples."""

    share: Share
    apart: float
    samples: Sequence[Sample]


@dataclass(frozen=True, slots=True)
class Audit:
    """All that the page draws and the JSON file holds."""

    title: str
    rows: int
    captioned: int
    strata: Sequence[Strata]
    terms: Sequence[TermShare]
    terms_by: str
    entities: Sequence[TermShare]
    clusters: Sequence[Cluster]

    def record(self) -> dict[str, Any]:
        """As plain data for JSON, without pictures."""
        found = {"format": FORMAT, "version": 1, **asdict(self)}
        for cluster in found["clusters"]:
            cluster["samples"] = [sample["rid"] for sample in cluster["samples"]]
        return found


def share_of(name: str, count: int, whole: int, note: str = "") -> Share:
    """The share of `count` in `whole` with its interval."""
    low, high = wilson(count, whole)
    share = count / whole if whole else 0.0
    return Share(name, count, whole, round(share, DECIMALS), round(low, DECIMALS), round(high, DECIMALS), note)


def strata_of(images: ImageSet, column: str) -> Strata:
    """The values of a column and the share of each."""
    labels = _labels(images, column)
    shares = [share_of(name, count, len(labels)) for name, count in _ordered(Counter(labels))]
    if len(shares) > MOST_STRATA:
        rest = shares[MOST_STRATA:]
        others = share_of(f"{len(rest)} others", sum(one.count for one in rest), len(labels))
        shares = [*shares[:MOST_STRATA], others]
    return Strata(column, shares)


def terms_of(images: ImageSet, lexicon: Sequence[Terms], caption: str, by: str | None) -> list[TermShare]:
    """The share of the captions that have terms of each group; and that within the strata of the column `by`.

    A stratum is noted where its interval does not meet that of all captions outside of it.
    """
    rows = captions_in(images, caption)
    captions = [plain(text) for text in rows[caption].to_list()]
    labels = _labels(ImageSet(rows), by) if by else []
    names = [name for name, _ in _ordered(Counter(labels))[:MOST_STRATA]]
    found: list[TermShare] = []
    for terms in lexicon:
        flags, words = counts_of(terms, captions)
        strata = [_within(name, flags, labels) for name in names]
        common = _ordered(words)[:MOST_WORDS]
        found.append(TermShare(share_of(terms.name, sum(flags), len(flags)), common, strata))
    return found


def named_of(found: Sequence[tuple[str, list[bool], Counter[str]]]) -> list[TermShare]:
    """The share of the captions that have a name of each kind, and the most frequent names."""
    return [
        TermShare(share_of(kind, sum(flags), len(flags)), _ordered(words)[:MOST_WORDS], [])
        for kind, flags, words in found
    ]


def captions_in(images: ImageSet, caption: str) -> pl.DataFrame:
    """The rows that have a caption."""
    return images.table.filter(pl.col(caption).fill_null("").str.strip_chars() != "")


def _within(name: str, flags: Sequence[bool], labels: Sequence[str]) -> Share:
    inside = [flag for flag, one in zip(flags, labels, strict=True) if one == name]
    outside = [flag for flag, one in zip(flags, labels, strict=True) if one != name]
    own, rest = share_of(name, sum(inside), len(inside)), share_of("", sum(outside), len(outside))
    if not outside or not inside:
        return own
    note = "more than elsewhere" if own.low > rest.high else "less than elsewhere" if own.high < rest.low else ""
    return share_of(name, own.count, own.whole, note)


def clusters_of(
    images: ImageSet, vectors: NDArray[np.float32], k: int, lots: NDArray[np.int64], pictures: Pictures, samples: int
) -> list[Cluster]:
    """At most `k` clusters of the rows by their unit vectors (n, d), the smallest first: those are the gaps.

    The farthest from all others is noted, and those with less than half of an equal share.
    """
    if not len(vectors):
        return []
    labels, centres = clusters(vectors, min(k, len(vectors)), lots, lambda _round: True)
    present = np.unique(labels)
    between = 1 - centres[present] @ centres[present].T
    np.fill_diagonal(between, np.inf)
    apart = np.round(between.min(axis=1), DECIMALS - 1) if len(present) > 1 else np.zeros(1)
    rids, found = images.rids, list[Cluster]()
    for index, own in enumerate(present):
        members = np.flatnonzero(labels == own)
        near = 1 - np.round(vectors[members] @ centres[own], DECIMALS - 1)
        order = sorted(range(len(members)), key=lambda at: (near[at], rids[members[at]]))
        shown = [int(members[at]) for at in order[:samples]]
        share = share_of("", len(members), len(images), _note(len(members), len(images), apart, index))
        told = [_sample(images, row, pictures) for row in shown]
        found.append(Cluster(share, round(float(apart[index]), DECIMALS - 1), told))
    return sorted(found, key=lambda one: (one.share.count, one.samples[0].rid if one.samples else ""))


def _sample(images: ImageSet, row: int, pictures: Pictures) -> Sample:
    rid, cid, recipe = (images[name][row] for name in ("rid", "cid", "recipe"))
    return Sample(pictures.uri_of(cid, recipe), rid, rid)


def _note(count: int, rows: int, apart: NDArray[Any], index: int) -> str:
    notes: list[str] = []
    if count < rows / len(apart) / 2:
        notes.append("small")
    if len(apart) > 2 and index == int(apart.argmax()):
        notes.append("farthest from the others")
    return ", ".join(notes)


def _labels(images: ImageSet, column: str) -> list[str]:
    values = images[column].to_list()
    return [NO_VALUE if value is None or value == "" else label(value) for value in values]


def _ordered(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
