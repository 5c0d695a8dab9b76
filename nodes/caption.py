"""The captioner node: captions written by an image-to-text model."""

from __future__ import annotations

from typing import Annotated

from nodegraph import Columns, ImageSet, Main, ModelOf, NewColumn, Range, Take, Text, Values, captioner
from nodes.authorship import captioned, layer_columns, layer_problems, rows_to_caption
from nodes.measures.captions import caption_image


@captioner(
    "caption/model",
    rev=2,
    title="Caption",
    gives=lambda params: layer_columns(params["layer"], "What the model said"),
    check=lambda params: layer_problems(params["layer"]),
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

    A model invents things: names, counts, text, what is out of sight. Score its captions with *CLIP score* against the
    caption and look at the worst. It sees a reduced picture and misses small details. The demo model describes the
    drawn scenes of the samples only and is wrong on photos.
    """
    asked = rows_to_caption(images, {"only_empty": only_empty})
    return captioned(images, answers.list(), f"model:{model}", layer, asked)


NODES = (caption_model,)
