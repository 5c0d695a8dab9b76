"""The captioner node: captions written by an image-to-text model."""

from __future__ import annotations

from typing import Annotated, Any

import polars as pl

from nodegraph import ColumnInfo, Columns, ImageSet, Main, ModelOf, Range, Take, Text, Values, captioner
from nodes.measures.captions import caption_image

BY_SOURCE = "source"
BY_PERSON = "person"


def rows_to_caption(images: ImageSet, params: Any) -> pl.Series:
    """Flags, one a row: the model is asked where there is no caption, or everywhere but where a person wrote one."""
    caption, by = _captions(images)
    if params["only_empty"]:
        return caption.is_null()
    return caption.is_null() | (by != BY_PERSON)


@captioner(
    "caption/model",
    rev=1,
    title="Caption",
    gives={
        "caption": ColumnInfo("text", "What the picture shows"),
        "caption_by": ColumnInfo("text", 'Who wrote the caption: "source", "person" or "model:<id>"'),
    },
)
def caption_model(
    images: ImageSet,
    *,
    answers: Annotated[Values, Take(caption_image, where=rows_to_caption)],
    model: Annotated[str, ModelOf("captioner"), Main(), "The model that writes."] = "demo-captioner",
    prompt: Annotated[
        str, Text(lines=3), Main(), "What to ask it; empty: the question that the model is used to."
    ] = "",
    max_new_tokens: Annotated[int, Range(1, 2048), "Where to cut a caption off; a token is about a word."] = 64,
    only_empty: Annotated[bool, Main(), "Keep captions that are there; off: write over those of the source."] = True,
) -> Columns:
    """Lets a model write a caption for each picture that has none.

    `caption_by` says who wrote each: the source, a person, or the model. A caption that a person wrote in review is
    never replaced, whatever is set. Captions come as one line, since trainers read the first line only, and always the
    same for the same picture. About 64 tokens suit tags and short sentences, 200 or more a description. BLIP continues
    the prompt, Florence-2 wants one of its task prompts (`<CAPTION>`, `<DETAILED_CAPTION>`,
    `<MORE_DETAILED_CAPTION>`), the others take a request in plain words.

    A model invents things: names, counts, text, what is out of sight. Score its captions with *CLIP score* against the
    caption and look at the worst. It sees a reduced picture and misses small details. The demo model describes the
    drawn scenes of the samples only and is wrong on photos.
    """
    old, by = _captions(images)
    asked = rows_to_caption(images, {"only_empty": only_empty})
    new = _blank_to_null(pl.Series(answers.list(), dtype=pl.String))
    table = pl.DataFrame({"old": old, "by": by, "new": new, "asked": asked})
    written = pl.col("asked") & pl.col("new").is_not_null()
    return table.select(
        pl.when(written).then("new").otherwise("old").alias("caption"),
        pl.when(written).then(pl.lit(f"model:{model}")).otherwise("by").alias("caption_by"),
    ).to_dict()


def _captions(images: ImageSet) -> tuple[pl.Series, pl.Series]:
    """Captions (null where blank) and who wrote them; what is there without a name came from the source."""
    nothing = pl.Series([None] * len(images), dtype=pl.String)
    caption = _blank_to_null(images["caption"]) if "caption" in images.columns else nothing
    by = images["caption_by"] if "caption_by" in images.columns else nothing
    named = pl.DataFrame({"caption": caption, "by": by}).select(
        by=pl.when(pl.col("caption").is_not_null()).then(pl.col("by").fill_null(BY_SOURCE))
    )
    return caption, named["by"]


def _blank_to_null(texts: pl.Series) -> pl.Series:
    blank = texts.str.strip_chars().str.len_chars() == 0
    return texts.set(blank.fill_null(False), None)


NODES = (caption_model,)
