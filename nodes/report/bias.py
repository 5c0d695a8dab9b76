"""The bias audit: what a set shows much of, what little, and what its captions say of people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nodegraph import (
    Column,
    Context,
    File,
    ImageSet,
    Main,
    ModelOf,
    Problem,
    Range,
    Take,
    Text,
    Values,
    Written,
    export,
)
from nodes.measures.clip import clip_image
from nodes.report.audit import (
    FORMAT,
    Audit,
    Cluster,
    TermShare,
    captions_in,
    clusters_of,
    named_of,
    strata_of,
    terms_of,
)
from nodes.report.entities import entities_of, pipeline_problem
from nodes.report.page import Pictures
from nodes.report.rendering import rendered
from nodes.report.target import check_ours, checked_page, write_files
from nodes.report.terms import LEXICON, parse_lexicon

MARK = b'<meta name="generator" content="nodegraph bias audit">'
JSON_MARK = f'"format": "{FORMAT}"'.encode()
USUAL = ("source", "split")
SAMPLES = 4
PICTURE_BYTES = 6_000_000


def _wanted(images: ImageSet, params: Mapping[str, Any]) -> pl.Series:
    return pl.repeat(params["clusters"] > 0, len(images), dtype=pl.Boolean, eager=True)


def _check(params: Mapping[str, Any]) -> Sequence[Problem]:
    try:
        parse_lexicon(params.get("terms", ""))
    except ValueError as error:
        fix = "Write a line for each group, such as: women: woman, women, girl."
        return (Problem("bad-terms", f"The terms cannot be read: {error}.", fix, param="terms"),)
    name = params.get("entities", "")
    missing = pipeline_problem(name, "entities") if name else None
    return (missing,) if missing is not None else ()


@export("report/bias", rev=1, title="Bias audit", check=_check)
def bias(
    images: ImageSet,
    *,
    context: Context,
    vectors: Annotated[Values, Take(clip_image, where=_wanted)],
    file: Annotated[
        str, File(writes=True, suffixes=(".html",)), Main(), "The page to write; a .json beside it has the numbers."
    ],
    columns: Annotated[
        list[str], Column("any"), Main(), "Columns whose values are counted; none: the source and the split."
    ] = [],  # noqa: B006  (a default is data of the form, never changed)
    caption: Annotated[str | None, Column("text"), "The column of captions; `caption` when empty."] = None,
    terms: Annotated[str, Text(lines=8), "Groups of words to look for in captions, a line each."] = LEXICON,
    entities: Annotated[str, "A spaCy pipeline that is installed, to find names in captions: en_core_web_sm."] = "",
    clusters: Annotated[int, Range(0, 64), Main(), "Groups of pictures that look alike; 0 leaves them out."] = 8,
    model: Annotated[str, ModelOf("clip"), "The CLIP model that says how alike two pictures are."] = "demo-clip",
    title: Annotated[str, "Title of the page; the graph's title by default."] = "",
    seed: Annotated[int, Range(0, 2**32 - 1), "Another seed may find other groups of pictures."] = 0,
) -> Written:
    """Writes a page that tells what the set shows much of and what little, so that you can mend it before training.

    Three looks: how many pictures each value of a column has (sources, styles, labels); how many captions speak of
    women, men, children, older people and so on, also source by source; and groups of pictures that look alike, the
    smallest first, because those are the gaps. Every share has the interval in which it would lie for ever more
    pictures of the same kind (Wilson, 95 %): where two intervals do not meet, the difference is more than chance.

    A spaCy pipeline, where one is installed, also finds the names of people, nations and places in captions.

    Words are counted as written: a caption that says nothing of people hides them, and "black cat" is no person, so
    the list has whole words and phrases that you can change. It judges nothing, and it does not see who is in a
    picture. Use *Re-weight / repeats* or more pictures of what is rare. The same set gives the same bytes.
    """
    target = checked_page(file, context, MARK)
    beside = target.with_suffix(".json")
    check_ours(beside, JSON_MARK, file)
    order = images.table.with_row_index("_row").sort("rid")
    rows = ImageSet(order.drop("_row"))
    chosen = list(dict.fromkeys(columns)) or [name for name in USUAL if name in rows.columns]
    text = caption or ("caption" if "caption" in rows.columns else None)
    found = Audit(
        title=title.strip() or context.title.strip() or "Picture set",
        rows=len(rows),
        captioned=_captioned(rows, text),
        strata=[strata_of(rows, column) for column in chosen],
        terms=terms_of(rows, parse_lexicon(terms), text, chosen[0] if chosen else None) if text else [],
        terms_by=chosen[0] if chosen and text else "",
        entities=_named(rows, text, entities, context) if text and entities else [],
        clusters=_clusters(rows, vectors, order["_row"].to_list(), clusters, seed, context),
    )
    data = json.dumps(found.record(), ensure_ascii=False, indent=1)
    files = {
        target: rendered("bias.html.j2", found).encode("utf-8", "replace"),
        beside: (data + "\n").encode("utf-8", "backslashreplace"),
    }
    summary = f"{target}: {found.rows} pictures, {len(found.strata)} columns, {len(found.clusters)} groups"
    return Written([target, beside], write_files(files, summary, file))


def _captioned(rows: ImageSet, caption: str | None) -> int:
    return sum(bool((text or "").strip()) for text in rows[caption].to_list()) if caption else 0


def _named(rows: ImageSet, caption: str, pipeline: str, context: Context) -> list[TermShare]:
    return named_of(entities_of(captions_in(rows, caption)[caption].to_list(), pipeline, context.progress))


def _clusters(
    rows: ImageSet, vectors: Values, order: Sequence[int], count: int, seed: int, context: Context
) -> list[Cluster]:
    if not count or not len(rows):
        return []
    matrix: NDArray[np.float32] = vectors.matrix()[list(order)]
    lots = [(float(context.random(seed, cid).random()), rid) for cid, rid in zip(rows.cids, rows.rids, strict=True)]
    ranks = np.empty(len(lots), np.int64)
    ranks[sorted(range(len(lots)), key=lots.__getitem__)] = np.arange(len(lots))
    return clusters_of(rows, matrix, count, ranks, Pictures(context.thumbnail, PICTURE_BYTES), SAMPLES)


NODES = (bias,)
