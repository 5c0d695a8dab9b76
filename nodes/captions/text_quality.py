"""The text inspectors: what language captions are in, and how fluent they are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import polars as pl

from nodegraph import (
    Column,
    ColumnInfo,
    Columns,
    ImageSet,
    Main,
    ModelOf,
    NewColumn,
    Problem,
    Take,
    Text,
    TextValues,
    score,
    scorer,
)
from nodes.extras import extra_problem
from nodes.measures.language import language as language_measure
from nodes.measures.language import perplexity as perplexity_measure

DECIMALS = 4

Caption = Annotated[str | None, Column("text"), "The column of captions; `caption` when empty."]


def _needed(params: Any) -> dict[str, str]:
    return {} if params["caption"] else {"caption": "text"}


def _texts(images: ImageSet, params: Any) -> list[str]:
    """The captions that there are; a row without one is not asked about."""
    return [text for text in images[params["caption"] or "caption"].to_list() if text and text.strip()]


def _values(images: ImageSet, caption: str | None, values: TextValues) -> list[Any]:
    texts = images[caption or "caption"].to_list()
    return [values.of(text) if text and text.strip() else None for text in texts]


def _language_problems(params: Mapping[str, Any]) -> list[Problem]:
    if missing := extra_problem("lingua", "language"):
        return [missing]
    from lingua import IsoCode639_1

    given: Sequence[str] = params["languages"]
    unknown = [code for code in given if not (code.islower() and hasattr(IsoCode639_1, code.upper()))]
    if unknown:
        message = f"No language is known by the code {', '.join(map(repr, unknown))}."
    elif len(set(given)) < 2:
        message = "There is nothing to choose from: a language is told from others."
    else:
        return []
    fix = 'Give two or more codes of ISO 639-1, like "en" and "de".'
    return [Problem("unknown-language", message, fix, param="languages", value=list(given))]


@scorer(
    "text/language",
    rev=1,
    title="Caption language",
    needs=_needed,
    check=_language_problems,
    gives={
        "caption_language": ColumnInfo("text", "Language of the caption as a code of ISO 639-1, like en"),
        "caption_language_confidence": score("How sure that is among the languages to choose from", unit="0-1"),
    },
)
def caption_language(
    images: ImageSet,
    *,
    found: Annotated[TextValues, Take(language_measure, texts=_texts)],
    languages: Annotated[list[str], Text(), Main(), "Languages to choose from, as codes of ISO 639-1."] = [  # noqa: B006
        *("ar", "de", "en", "es", "fr", "hi", "it", "ja", "ko", "pt", "ru", "zh")
    ],
    caption: Caption = None,
) -> Columns:
    """Tells what language each caption is in, and how sure that is.

    Keep English captions with *Expression*: `caption_language == 'en' and caption_language_confidence > 0.6`. Name the
    languages that can occur and no more: the fewer there are, the surer the answer.

    Whole sentences are told apart well, mostly with 0.7 and more. Of captions of three to five words about 96 in a
    hundred were named rightly, but with a confidence of 0.4 to 0.7 only: leave the limit out for those. Lists of tags,
    names and numbers are in no language, and a caption in a language that is not in the list gets the nearest one that
    is. A row without a caption gets no value. It needs the library lingua, an extra.
    """
    records = _values(images, caption, found)
    codes = [record["language"] or None if record else None for record in records]
    sure = [record["confidence"] if record and record["language"] else None for record in records]
    return {
        "caption_language": pl.Series(codes, dtype=pl.String),
        "caption_language_confidence": pl.Series(sure, dtype=pl.Float64).round(DECIMALS),
    }


@scorer(
    "text/perplexity",
    rev=1,
    title="Caption perplexity",
    needs=_needed,
    gives=lambda params: {params["column"]: score("How unexpected its words are; 1 is fully expected", best="low")},
)
def caption_perplexity(
    images: ImageSet,
    *,
    found: Annotated[TextValues, Take(perplexity_measure, texts=_texts)],
    model: Annotated[str, ModelOf("language-model", hub=True), Main(), "The language model that reads."] = "gpt2",
    caption: Caption = None,
    column: Annotated[str, NewColumn(), "Name of the new column."] = "perplexity",
) -> Columns:
    """Measures how unexpected the words of each caption are to a language model; lower is more fluent.

    High values point to broken sentences, wrong languages, codes and letter salad; very low ones to texts that repeat
    themselves. There is no fixed limit, each model has a scale of its own: look at the histogram, or with *Threshold*
    drop the highest 5 percent.

    GPT-2 knows English prose. Lists of tags, names and rare words get high values without being wrong, and short
    captions get higher ones than long ones. It does not know whether a caption fits its picture: *CLIP score* does. A
    row without a caption gets no value. Texts beyond the model's window (1024 tokens) are read in parts that overlap.
    """
    values = [None if value is None or math.isnan(value) else value for value in _values(images, caption, found)]
    return {column: pl.Series(values, dtype=pl.Float64).round(2)}


NODES = (caption_language, caption_perplexity)
