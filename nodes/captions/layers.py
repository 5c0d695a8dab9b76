"""Caption layers: which of the texts that captioners and sources gave is put in use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from nodegraph import Column, Columns, ImageSet, Main, Problem, captioner
from nodes.captions.authorship import BY_PERSON, IN_USE, blank_to_null, captions_of


def _check(params: Any) -> Sequence[Problem]:
    if params.get("layers"):
        return ()
    message, fix = "No layer is named, so every caption stays as it is.", "Tick columns such as caption_model."
    return (Problem("no-layer", message, fix, param="layers", severity="warning"),)


@captioner("caption/layers", rev=1, title="Choose caption", gives=IN_USE, check=_check)
def layers(
    images: ImageSet,
    *,
    layers: Annotated[list[str], Column("text"), Main(), "Columns with texts, the one that goes first at the top."],
    use: Annotated[
        Literal["first", "joined"], Main(), "The first of them that is not blank, or all of them one after the other."
    ] = "first",
    separator: Annotated[str, "What stands between joined texts."] = ", ",
) -> Columns:
    """Chooses which text becomes the caption: the first of several columns that is not blank, or all of them joined.

    Every captioner keeps what it said in a column of its own, a *layer*: `caption_model`, `caption_tags`,
    `caption_endpoint`, and `caption_original` for what came with the picture. Put the one you trust most first and the
    others as a fallback, or join a sentence and tags. A caption that a person wrote is never replaced, and where all
    layers are blank the caption stays as it is. `caption_by` then says `layer:` and the column that was chosen. A text
    that is joined twice, because two layers say the same, is written once.
    """
    old, by = captions_of(images)
    texts = [blank_to_null(images[name]).str.strip_chars().to_list() for name in layers]
    captions, authors = [], []
    for row, (caption, author) in enumerate(zip(old, by, strict=True)):
        said = {name: text for name, column in zip(layers, texts, strict=True) if (text := column[row]) is not None}
        if author == BY_PERSON or not said:
            captions.append(caption)
            authors.append(author)
            continue
        chosen = dict(list(said.items())[:1]) if use == "first" else said
        captions.append(separator.join(dict.fromkeys(chosen.values())))
        authors.append(author if list(chosen) == ["caption"] else f"layer:{'+'.join(chosen)}")
    return {"caption": captions, "caption_by": authors}


NODES = (layers,)
