"""The captioner node: captions written by an image-to-text model."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import polars as pl

from nodegraph import (
    ColumnInfo,
    Columns,
    ImageSet,
    Main,
    ModelOf,
    NewColumn,
    Problem,
    Range,
    Take,
    Text,
    Values,
    captioner,
)
from nodegraph.parameters import NAME_PATTERN
from nodes.captions.answers import fields_of, spelled
from nodes.captions.authorship import RESERVED, captioned, layer_columns, layer_problems, rows_to_caption
from nodes.measures.captions import caption_image
from nodes.models import MODELS

FEW_TOKENS = 100
"""Fewer than this cut most answers in JSON off before their end."""


def rows_to_ask(images: ImageSet, params: Any) -> pl.Series:
    """Flags, one a row: those to be captioned, or all where the model is asked for other fields than the caption."""
    if params.get("fields") and "caption" not in params["fields"]:
        return pl.Series([True] * len(images), dtype=pl.Boolean)
    return rows_to_caption(images, params)


def _gives(params: Any) -> Mapping[str, ColumnInfo]:
    fields = {name: ColumnInfo("text", f"What the model answered for {name}") for name in params["fields"]}
    return fields | layer_columns(params["layer"], "What the model said")


def _check(params: Any) -> Sequence[Problem]:
    found = list(layer_problems(params["layer"]))
    fields = params["fields"]
    for name in fields:
        if not re.match(NAME_PATTERN, name) or (name in RESERVED and name != "caption") or name == params["layer"]:
            message = f"A field cannot be called {name!r}, because it becomes a column."
            fix = "Use letters, digits and underscores, and no name that means something else."
            found.append(Problem("bad-field", message, fix, param="fields", value=name))
    family = next((entry.details.get("family") for entry in MODELS if entry.id == params["model"]), None)
    if fields and family in ("blip", "florence2"):
        message = f"{params['model']} takes no request in words, so it cannot answer with fields."
        found.append(Problem("no-fields", message, "Choose a model that does, or take the fields out.", param="fields"))
    if fields and params["max_new_tokens"] < FEW_TOKENS:
        message = f"{params['max_new_tokens']} tokens cut most answers off before they are whole."
        fix = "Allow 200, or more where there are many fields."
        found.append(Problem("few-tokens", message, fix, param="max_new_tokens", severity="warning"))
    return found


@captioner(
    "caption/model",
    rev=2,
    title="Caption",
    gives=_gives,
    check=_check,
)
def caption_model(
    images: ImageSet,
    *,
    answers: Annotated[Values, Take(caption_image, where=rows_to_ask)],
    model: Annotated[str, ModelOf("captioner", hub=True), Main(), "The model that writes."] = "demo-captioner",
    prompt: Annotated[
        str, Text(lines=3), Main(), "What to ask it; empty: the question that the model is used to."
    ] = "",
    max_new_tokens: Annotated[int, Range(1, 2048), "Where to cut a caption off; a token is about a word."] = 64,
    only_empty: Annotated[bool, Main(), "Keep captions that are there; off: write over those of the source."] = True,
    vocabulary: Annotated[
        list[str], Text(lines=2), "Names, such as brands, that must be spelled exactly so, one a line."
    ] = [],  # noqa: B006  (a form's default, never changed)
    fields: Annotated[
        list[str], Text(lines=2), "Fields to answer as JSON, one a line; each becomes a column, caption the caption."
    ] = [],  # noqa: B006
    layer: Annotated[str, NewColumn(), "Column in which all that this model says is kept."] = "caption_model",
) -> Columns:
    """Lets a model write a caption for each picture that has none.

    `caption_by` says who wrote each: the source, a person, or the model. A caption that a person wrote in review is
    never replaced, whatever is set. All that the model said is kept in a column of its own besides, and what came with
    the picture in `caption_original`, so that *Choose caption* can put another text in use.

    Captions come as one line, since trainers read the first line only, and always the same for the same picture. About
    64 tokens suit tags and short sentences, 200 or more a description. BLIP continues the prompt, Florence-2 wants one
    of its task prompts (`<CAPTION>`, `<DETAILED_CAPTION>`, `<MORE_DETAILED_CAPTION>`), the others take a request in
    plain words.

    Names in *Vocabulary* are told to the model and brought to their spelling in what it writes, whatever the case and
    the hyphens. With *Fields*, such as subject, colour and style, the model is asked for JSON and each field becomes a
    column; a template can then put them together. Fields without `caption` write no caption and are asked of every
    picture. An answer that is no JSON leaves the fields empty, which happens often with small models. BLIP and
    Florence-2 take no requests: they get no fields, and names are only brought to their spelling.

    A model invents things: names, counts, text, what is out of sight. Score its captions with *CLIP score* against the
    caption and look at the worst. It sees a reduced picture and misses small details. The demo model describes the
    drawn scenes of the samples only and is wrong on photos. Any model of the Hugging Face hub that answers about
    pictures can be named by repository and commit, `hf:owner/name@commit`; read its licence on its page.
    """
    asked = rows_to_ask(images, {"only_empty": only_empty, "fields": fields})
    said = answers.list()
    told = [{name: spelled(text, vocabulary) for name, text in fields_of(answer, fields).items()} for answer in said]
    columns = {name: _answered(images, name, [row[name] for row in told], asked) for name in fields}
    if "caption" in fields:
        columns.pop("caption")
        said = [row["caption"] for row in told]
    elif not fields:
        said = [spelled(text, vocabulary) for text in said]
    captions = captioned(images, said, f"model:{model}", layer, asked, use=not fields or "caption" in fields)
    return {**columns, **captions}


def _answered(images: ImageSet, name: str, said: Sequence[str | None], asked: pl.Series) -> pl.Series:
    """The column of a field: what was said where the model was asked, and elsewhere what the column held before."""
    before = images[name].cast(pl.String).to_list() if name in images.columns else [None] * len(images)
    answers = [new if flag else old for new, old, flag in zip(said, before, asked.to_list(), strict=True)]
    return pl.Series(answers, dtype=pl.String)


NODES = (caption_model,)
