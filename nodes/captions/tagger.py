"""The tagger node: captions made of tags, and how suggestive a picture is, by the WD taggers."""

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
from nodes.captions.authorship import captioned, layer_columns, layer_problems, rows_to_caption
from nodes.extras import extra_problem
from nodes.measures.tagger import FLOOR, picture_tags

SHORT = 3
"""Tags of at most this many characters keep their underscores: most of them are faces, such as ^_^."""


def _gives(params: Any) -> Mapping[str, ColumnInfo]:
    rating = ColumnInfo("text", "How suggestive it is: general, sensitive, questionable or explicit")
    return layer_columns(params["layer"], "The tags that the tagger found, the surest first") | {"tag_rating": rating}


def _check(params: Any) -> Sequence[Problem]:
    missing = extra_problem("onnxruntime", "tagger")
    return [*([missing] if missing else []), *layer_problems(params.get("layer", ""))]


@captioner("caption/tagger", rev=1, title="Tag pictures", gives=_gives, check=_check)
def tagger(
    images: ImageSet,
    *,
    found: Annotated[Values, Take(picture_tags)],
    model: Annotated[str, ModelOf("tagger"), Main(), "The model that tags."] = "wd-vit-tagger-v3",
    general: Annotated[
        float, Range(FLOOR, 1, step=0.01), Main(), "How sure a tag of what is seen must be; lower gives more tags."
    ] = 0.35,
    character: Annotated[float, Range(FLOOR, 1, step=0.01), Main(), "How sure the name of a character must be."] = 0.85,
    exclude: Annotated[list[str], Text(lines=3), "Tags that are never written, one a line."] = [],  # noqa: B006
    underscores: Annotated[bool, "Write long_hair; off: long hair. Faces such as ^_^ stay as they are."] = False,
    only_empty: Annotated[bool, Main(), "Keep captions that are there; off: write over those of the source."] = True,
    layer: Annotated[str, NewColumn(), "Column in which the tags of all pictures are kept."] = "caption_tags",
) -> Columns:
    """Writes tags as Danbooru knows them ("1girl, outdoors, red hair"), the surest first, for drawings above all.

    The tags of every picture are kept in a column of their own; as the caption they are used where there is none, and
    *Choose caption* puts them in use elsewhere or joins them to a sentence. `tag_rating` says how suggestive the
    picture is. 0.35 and 0.85 are the usual limits; wd-eva02-large gives as many wrong tags as it misses right ones at
    0.53. A moved limit costs nothing, because probabilities are remembered.

    The taggers were trained on anime drawings and know their 10,000 tags and nothing else: on photos they see people
    and clothes fairly well and the rest badly. It needs the library onnxruntime: pip install 'nodegraph[tagger]'.
    """
    unwanted = {_spaced(tag) for tag in exclude}
    tags = [tags_in(record, general, character, unwanted, underscores=underscores) for record in found.items]
    ratings = [max(record["rating"], key=record["rating"].get, default=None) for record in found.items]
    asked = rows_to_caption(images, {"only_empty": only_empty})
    given = captioned(images, tags, f"model:{model}", layer, asked)
    return {**given, layer: pl.Series(tags, dtype=pl.String), "tag_rating": pl.Series(ratings, dtype=pl.String)}


def tags_in(
    record: Mapping[str, Mapping[str, float]],
    general: float,
    character: float,
    exclude: set[str] | frozenset[str] = frozenset(),
    *,
    underscores: bool = False,
) -> str:
    """The tags of one picture that are sure enough, the surest first, joined by commas."""
    sure = [(-p, name) for name, p in record["general"].items() if p >= general]
    sure += [(-p, name) for name, p in record["character"].items() if p >= character]
    names = [name for _, name in sorted(sure) if _spaced(name) not in exclude]
    return ", ".join(name if underscores else shown(name) for name in names)


def shown(name: str) -> str:
    """The tag with spaces for its underscores, unless it is a face: very short, or without two letters in a row."""
    is_word = len(name) > SHORT and re.search(r"[^\W_]{2}", name)
    return name.replace("_", " ") if is_word else name


def _spaced(tag: str) -> str:
    return " ".join(tag.replace("_", " ").casefold().split())


NODES = (tagger,)
