"""The report as data: funnel, reasons, samples, scores and licences, drawn from an image set and the nodes above."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from nodegraph.context import NodeCount
from nodegraph.data.edits import Blur
from nodegraph.data.imageset import ImageSet
from nodegraph.data.ledger import ERROR_RULE
from nodegraph.data.recipe import Recipe
from nodes.report.histogram import Histogram, histogram, number

MOST_SCORES = 24
MOST_REASONS = 8
BYTES_A_PICTURE = 60_000

Thumbnail = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Step:
    """One node of the funnel. Widths are percentages of the widest step."""

    name: str
    type: str
    rows_in: int
    rows_out: int
    dropped: int
    errors: int
    width_out: float
    width_dropped: float


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture: a data: URI ("" where there is no thumbnail), the line beneath it and where it came from."""

    uri: str
    line: str
    rid: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Rows dropped by one rule of a node, with one of them as an example."""

    rule: str
    count: int
    example: str
    rid: str
    against: str


@dataclass(frozen=True, slots=True)
class Border:
    """Where rows left the set: a node, its reasons and some of its rows."""

    name: str
    node: str
    count: int
    reasons: Sequence[Reason]
    samples: Sequence[Sample]


@dataclass(frozen=True, slots=True)
class Page:
    """All that the template draws. `rows_in` are the rows of all sources, 0 where no source of the library is above."""

    title: str
    rows_in: int
    kept: int
    dropped: int
    errors: int
    steps: Sequence[Step]
    borders: Sequence[Border]
    samples: Sequence[Sample]
    scores: Sequence[Histogram]
    splits: Sequence[tuple[str, int]]
    licenses: Sequence[tuple[str, int]]
    captioned: int


@dataclass
class Pictures:
    """Hands out thumbnails as data: URIs until the bytes for them are used up."""

    thumbnail: Thumbnail
    bytes_left: int
    _seen: dict[str, str] = field(default_factory=dict[str, str])

    def uri(self, cid: str) -> str:
        """The thumbnail of a picture, or "" where there is none, it is too large, or the page is full."""
        if cid in self._seen:
            return self._seen[cid]
        data = self.thumbnail(cid) if cid and self.bytes_left > 0 else None
        if data is None or len(data) > min(BYTES_A_PICTURE, self.bytes_left) or not (kind := kind_of(data)):
            return ""
        self.bytes_left -= len(data)
        self._seen[cid] = f"data:{kind};base64,{base64.b64encode(data).decode()}"
        return self._seen[cid]

    def uri_of(self, cid: str, recipe: str) -> str:
        """The thumbnail of a row as its recipe shows it; the file's own only where the recipe hides nothing."""
        if not recipe:
            return self.uri(cid)
        # thumbnails are kept by what was decoded: a recipe stands behind the file's id
        return self.uri(f"{cid}+{recipe}") or ("" if hides(recipe) else self.uri(cid))


def hides(recipe: str) -> bool:
    """Whether a recipe blurs something that is not to be seen."""
    return any(isinstance(edit, Blur) for edit in Recipe.parse(recipe).edits)


def kind_of(data: bytes) -> str:
    """The media type of a coded thumbnail, "" for anything that is no picture."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return {b"\xff\xd8\xff": "image/jpeg", b"\x89PN": "image/png"}.get(data[:3], "")


def page_of(
    title: str,
    images: ImageSet,
    upstream: Sequence[NodeCount],
    thumbnail: Thumbnail,
    *,
    samples: int = 12,
    max_bytes: int = 8_000_000,
) -> Page:
    """The page for a set and the counts of the nodes above it, with at most `samples` pictures at each border.

    All thumbnails together take at most `max_bytes`. Equal inputs give equal pages. Of a set in which something is
    blurred, dropped pictures are not shown: the ledger does not say how they were edited.
    """
    pictures = Pictures(thumbnail, max_bytes)
    hidden = any(map(hides, images["recipe"].unique()))
    of_dropped = Pictures(lambda _cid: None, 0) if hidden else pictures
    final = images.table.sort("rid")
    shown = _spread(final, 2 * samples)
    captions = shown["caption"].to_list() if "caption" in shown.columns else [None] * shown.height
    return Page(
        title=title,
        rows_in=sum(count.rows_out + count.dropped for count in upstream if count.type.startswith("source/")),
        kept=len(images),
        dropped=images.ledger.height,
        errors=images.ledger.filter(pl.col("rule") == ERROR_RULE).height,
        steps=steps_of(upstream),
        samples=[
            Sample(pictures.uri_of(cid, recipe), caption or "", rid)
            for cid, recipe, caption, rid in zip(shown["cid"], shown["recipe"], captions, shown["rid"], strict=True)
        ],
        borders=_borders(images.ledger, upstream, of_dropped, samples),
        scores=scores_of(images),
        splits=_counts(images, ("split",), "train"),
        licenses=_counts(images, ("license", "licence"), "not known"),
        captioned=_captioned(images),
    )


def steps_of(upstream: Sequence[NodeCount]) -> list[Step]:
    """The funnel, a step a node; the widest is 100 percent."""
    widest = max([count.rows_out + count.dropped for count in upstream] + [1])
    return [
        Step(
            name=count.label or count.type,
            type=count.type,
            rows_in=count.rows_in,
            rows_out=count.rows_out,
            dropped=count.dropped,
            errors=count.errors,
            width_out=round(100 * count.rows_out / widest, 2),
            width_dropped=round(100 * count.dropped / widest, 2),
        )
        for count in upstream
    ]


def _borders(ledger: pl.DataFrame, upstream: Sequence[NodeCount], pictures: Pictures, samples: int) -> list[Border]:
    names = {count.node: count.label or count.type for count in upstream}
    found = ledger["node"].drop_nulls().unique().to_list()
    ordered = [node for node in names if node in found] + sorted(set(found) - set(names))
    borders: list[Border] = []
    for node in ordered:
        rows = ledger.filter(pl.col("node") == node).sort("rid", "reason")
        shown = _spread(rows, samples)
        borders.append(
            Border(
                name=names.get(node, node),
                node=node,
                count=rows.height,
                reasons=_reasons(rows),
                samples=[
                    Sample(pictures.uri(cid or ""), reason or "", rid)
                    for cid, reason, rid in shown.select("cid", "reason", "rid").iter_rows()
                ],
            )
        )
    return borders


def _reasons(rows: pl.DataFrame) -> list[Reason]:
    grouped = rows.group_by("rule", maintain_order=True).agg(
        pl.len().alias("count"), *(pl.col(name).first() for name in ("reason", "rid", "value", "limit"))
    )
    ordered = grouped.sort("count", "rule", descending=[True, False]).head(MOST_REASONS)
    return [
        Reason(row["rule"] or "", row["count"], row["reason"] or "", row["rid"], _against(row))
        for row in ordered.iter_rows(named=True)
    ]


def _against(row: Mapping[str, str | None]) -> str:
    """The value and the limit of a dropped row, where the sentence does not tell them already."""
    value, limit = _short(row["value"]), _short(row["limit"])
    sentence = row["reason"] or ""
    if not value or not limit or limit in sentence:
        return ""
    return f"limit {limit}" if value in sentence else f"{value} against {limit}"


def _short(text: str | None) -> str:
    try:
        return number(float(text or ""))
    except ValueError:
        return text or ""


def scores_of(images: ImageSet) -> list[Histogram]:
    """A histogram for each column of numbers that differ, with what the ledger names for it; at most 24."""
    table, found = images.table, []
    for column, kind in table.schema.items():
        # whole numbers that only name a group have no order to draw
        if not kind.is_numeric() or (kind.is_integer() and column.endswith("group")):
            continue
        lost = images.ledger.filter(pl.col("column") == column)
        drawn = histogram(
            column,
            table[column].to_list(),
            _numbers(lost["value"]),
            _numbers(lost["limit"]),
            whole=kind.is_integer(),
        )
        if drawn and (drawn.limits or len(set(table[column].drop_nulls())) > 1):
            found.append(drawn)
    return found[:MOST_SCORES]


def _numbers(texts: pl.Series) -> list[float]:
    return texts.cast(pl.Float64, strict=False).drop_nulls().to_list()


def _spread(table: pl.DataFrame, count: int) -> pl.DataFrame:
    """At most `count` rows from the whole length of the table, evenly apart."""
    if table.height <= count:
        return table
    return table[[index * table.height // count for index in range(count)]]


def _counts(images: ImageSet, names: Iterable[str], unknown: str) -> list[tuple[str, int]]:
    column = next((name for name in names if name in images.columns), None)
    if column is None:
        return []
    texts = ["" if value is None else str(value).strip() for value in images[column]]
    filled = pl.Series("value", [text or unknown for text in texts], dtype=pl.String)
    counts = filled.value_counts().sort("count", "value", descending=[True, False])
    return [(str(value), int(count)) for value, count in counts.iter_rows()]


def _captioned(images: ImageSet) -> int:
    return sum(bool(text and str(text).strip()) for text in images["caption"]) if "caption" in images.columns else 0
