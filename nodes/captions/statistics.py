"""The caption inspectors: how long captions are in words, characters and the tokens that text encoders read."""

from __future__ import annotations

from typing import Annotated, Any

import polars as pl

from nodegraph import (
    Column,
    ColumnInfo,
    Columns,
    ImageSet,
    Main,
    ModelOf,
    Range,
    Take,
    TextValues,
    scorer,
)
from nodes.measures.tokens import clip_tokens
from nodes.measures.tokens import tokens as tokens_measure

Caption = Annotated[str | None, Column("text"), "The column of captions; `caption` when empty."]


def _captions(images: ImageSet, params: Any) -> list[str]:
    """A text a row: a row without a caption has the empty one, as for a trainer."""
    return [text or "" for text in images[params["caption"] or "caption"].to_list()]


def _needed(params: Any) -> dict[str, str]:
    return {} if params["caption"] else {"caption": "text"}


@scorer(
    "inspect/caption_statistics",
    rev=1,
    needs=_needed,
    gives={
        "caption_words": ColumnInfo("integer", "Words of the caption, parted by spaces"),
        "caption_characters": ColumnInfo("integer", "Characters of the caption, spaces included"),
        "caption_clip_tokens": ColumnInfo("integer", "Tokens that CLIP makes of it, its two end marks included"),
        "caption_empty": ColumnInfo("flag", "Whether there is no caption, or only spaces"),
        "caption_too_long": ColumnInfo("flag", "Whether it has more CLIP tokens than the limit"),
    },
)
def caption_statistics(
    images: ImageSet,
    *,
    counted: Annotated[TextValues, Take(clip_tokens, texts=_captions)],
    caption: Caption = None,
    limit: Annotated[int, Range(3, 2000, 1), Main(), "CLIP tokens that a caption may have, end marks included."] = 77,
) -> Columns:
    """Counts words, characters and CLIP tokens of each caption, and flags empty and too long ones.

    Stable Diffusion 1.5 and SDXL read captions by CLIP, which stops after 77 tokens: what comes later trains nothing.
    Two of the 77 mark the ends, so 75 are left, about 50 to 60 words of English. A trainer that joins several stretches
    reads more: set the limit to 152 or 227 for kohya's `max_token_length` of 150 or 225. Flux and SD3 read by T5: add
    *T5 tokens*.

    A picture without a caption counts as one with an empty caption. Words are parted by spaces, so Chinese or Japanese
    captions have few: go by characters or tokens there. Emphasis like `(red:1.2)` counts as it is written.
    """
    texts = _captions(images, {"caption": caption})
    numbers = [counted.of(text) for text in texts]
    return {
        "caption_words": _integers([len(text.split()) for text in texts]),
        "caption_characters": _integers([len(text) for text in texts]),
        "caption_clip_tokens": _integers(numbers),
        "caption_empty": pl.Series([not text.strip() for text in texts], dtype=pl.Boolean),
        "caption_too_long": _integers(numbers) > limit,
    }


@scorer(
    "inspect/t5_tokens",
    rev=1,
    title="T5 tokens",
    needs=_needed,
    gives={
        "caption_t5_tokens": ColumnInfo("integer", "Tokens that T5 makes of the caption, its end mark included"),
        "caption_t5_too_long": ColumnInfo("flag", "Whether it has more T5 tokens than the limit"),
    },
)
def t5_tokens(
    images: ImageSet,
    *,
    counted: Annotated[TextValues, Take(tokens_measure, texts=_captions)],
    tokenizer: Annotated[str, ModelOf("tokenizer", hub=True), "The tokenizer that counts."] = "t5-tokenizer",
    caption: Caption = None,
    limit: Annotated[int, Range(2, 10_000, 1), Main(), "Tokens that a caption may have, end mark included."] = 512,
) -> Columns:
    """Counts the T5 tokens of each caption and flags too long ones; for Flux, SD3, PixArt and other T5 models.

    Flux.1 dev reads 512 tokens and schnell 256, SD3 and kohya's default for it 256: set the limit to what your trainer
    says. All sizes of T5 and T5 v1.1 share one vocabulary; umT5 and other text encoders have their own. The tokenizer
    (1.4 MB) is downloaded when it is first used.
    """
    numbers = _integers([counted.of(text) for text in _captions(images, {"caption": caption})])
    return {"caption_t5_tokens": numbers, "caption_t5_too_long": numbers > limit}


def _integers(values: list[int]) -> pl.Series:
    return pl.Series(values, dtype=pl.Int64)


NODES = (caption_statistics, t5_tokens)
