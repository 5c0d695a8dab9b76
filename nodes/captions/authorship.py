"""Authorship of captions: who wrote each, and the rule that a machine never writes over a person.

`caption` is the text in use and `caption_by` its author: "source", "person", "model:<id>", "template" or
"layer:<column>". A captioner keeps all that it said in a column of its own besides, a layer, so that nothing is lost
when another text is put in use.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from nodegraph import ColumnInfo, Columns, ImageSet, Problem

BY_SOURCE = "source"
BY_PERSON = "person"

IN_USE = {
    "caption": ColumnInfo("text", "What the picture shows, in the words it is trained with"),
    "caption_by": ColumnInfo("text", 'Who wrote the caption: "source", "person", "model:<id>", "template" or a layer'),
}
"""The columns that every node which writes captions gives."""

RESERVED = frozenset({*IN_USE, "caption_source", "caption_original", "rid", "cid", "path", "recipe"})
"""Columns that no layer may be called."""

ORIGINAL = "caption_original"
"""The layer of the source: the caption that a picture came with."""


def captions_of(images: ImageSet) -> tuple[pl.Series, pl.Series]:
    """Captions (null where blank) and who wrote them; what is there without a name came from the source."""
    nothing = pl.Series([None] * len(images), dtype=pl.String)
    caption = blank_to_null(images["caption"]) if "caption" in images.columns else nothing
    by = images["caption_by"] if "caption_by" in images.columns else nothing
    named = pl.DataFrame({"caption": caption, "by": by}).select(
        by=pl.when(pl.col("caption").is_not_null()).then(pl.col("by").fill_null(BY_SOURCE))
    )
    return caption, named["by"]


def by_person(images: ImageSet) -> pl.Series:
    """Flags, one a row, never null: a person wrote the caption."""
    _, by = captions_of(images)
    return (by == BY_PERSON).fill_null(value=False)


def rows_to_caption(images: ImageSet, params: Any) -> pl.Series:
    """Flags, one a row: a machine is asked where there is no caption, or everywhere but where a person wrote one."""
    caption, by = captions_of(images)
    if params["only_empty"]:
        return caption.is_null()
    return caption.is_null() | (by != BY_PERSON)


def layer_columns(layer: str, help: str) -> dict[str, ColumnInfo]:
    """The columns that a captioner gives whose own words are kept in the column `layer`."""
    original = {ORIGINAL: ColumnInfo("text", "The caption that the picture came with")}
    return IN_USE | original | {layer: ColumnInfo("text", help)}


def layer_problems(layer: str) -> Sequence[Problem]:
    """The problem with a layer of a name that another column needs, if it has one."""
    if layer not in RESERVED:
        return ()
    message = f"The layer cannot be called {layer}, because that column means something else."
    return (Problem("reserved-column", message, "Give it a name of its own.", param="layer", value=layer),)


def captioned(
    images: ImageSet, said: Sequence[str | None], author: str, layer: str, asked: pl.Series, *, use: bool = True
) -> Columns:
    """The columns after a machine said `said` (one a row) of the rows that it was `asked` about.

    Its words go into use there unless they are blank, or nowhere without `use`; what it said goes into `layer` and,
    where it was not asked, what that layer held before stays.
    """
    old, by = captions_of(images)
    new = blank_to_null(pl.Series(said, dtype=pl.String))
    nothing = pl.Series([None] * len(images), dtype=pl.String)
    before = images[layer] if layer in images.columns else nothing
    first = images[ORIGINAL] if ORIGINAL in images.columns else nothing
    table = pl.DataFrame(
        {"old": old, "by": by, "new": new, "asked": asked, "before": before, "first": first},
        schema_overrides={"before": pl.String, "first": pl.String},
    )
    written = pl.col("asked") & pl.col("new").is_not_null() & pl.lit(use)
    found = table.select(
        pl.when(written).then("new").otherwise("old").alias("caption"),
        pl.when(written).then(pl.lit(author)).otherwise("by").alias("caption_by"),
        pl.coalesce("first", pl.when(pl.col("by") == BY_SOURCE).then("old")).alias(ORIGINAL),
        pl.when("asked").then("new").otherwise("before").alias(layer),
    )
    return found.to_dict()


def edited(images: ImageSet, texts: Sequence[str | None] | pl.Series) -> Columns:
    """The columns after a rule changed the captions to `texts`. What a person wrote stays; authors stay who they are.

    A caption of which nothing is left is null and has no author.
    """
    old, by = captions_of(images)
    new = blank_to_null(pl.Series(texts, dtype=pl.String))
    table = pl.DataFrame({"old": old, "by": by, "new": new})
    caption = pl.when(pl.col("by").eq_missing(BY_PERSON)).then("old").otherwise("new")
    return table.select(caption=caption, caption_by=pl.when(caption.is_not_null()).then("by")).to_dict()


def blank_to_null(texts: pl.Series) -> pl.Series:
    """The texts with null in place of those that hold nothing but white space."""
    texts = texts.cast(pl.String)  # a column without a single value may not know that it is one of texts
    blank = texts.str.strip_chars().str.len_chars() == 0
    return texts.set(blank.fill_null(value=False), None)
