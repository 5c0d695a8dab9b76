"""The safety nodes: how likely a picture is not safe for work, by a classifier or by LAION's heads over CLIP."""

from __future__ import annotations

from typing import Annotated, Any

import polars as pl

from nodegraph import (
    Columns,
    Context,
    ImageSet,
    Main,
    ModelOf,
    NewColumn,
    Problem,
    Take,
    Values,
    problem,
    score,
    scorer,
)
from nodes.measures.clip import clip_image
from nodes.measures.nsfw import load_nsfw_head, nsfw_classifier, nsfw_scores
from nodes.models import MODELS
from nodes.scores.aesthetic import fitting_clips

DECIMALS = 4
"""Scores are rounded to this: the last digits depend on what else was in the model's batch."""


def _info(params: Any) -> dict[str, Any]:
    return {params["column"]: score("How likely it is not safe for work", best="low", unit="0-1")}


@scorer("safety/nsfw", rev=1, title="NSFW", gives=_info)
def nsfw(
    images: ImageSet,
    *,
    found: Annotated[Values, Take(nsfw_classifier)],
    model: Annotated[
        str, ModelOf("nsfw-classifier", hub=True), Main(), "The classifier that judges."
    ] = "nsfw-marqo-384",
    column: Annotated[str, NewColumn(), "Name of the new column."] = "nsfw",
) -> Columns:
    """Scores how likely each picture is not safe for work: 0 is surely safe, 1 surely not.

    Follow it with *Threshold*: keep what is below 0.5, or below 0.3 for a set that must be clean, and look at what lies
    near the limit. The score is the model's probability of all its labels that mean nudity or sex.

    It knows neither violence nor gore, hate nor age, and is no protection against illegal material. Swimwear, art,
    medical pictures and drawings are what such models get wrong most. A clean set needs a person who looks. Scores are
    rounded to four decimals.
    """
    return {column: pl.Series(found.list(), dtype=pl.Float64).round(DECIMALS)}


def _fit_problems(params: Any) -> list[Problem]:
    heads = {entry.id: entry for entry in MODELS if entry.kind == "nsfw-head"}
    head, model = heads.get(params["head"]), params["model"]
    if head is None or model in fitting_clips(head):
        return []
    others = sorted(entry.id for entry in heads.values() if model in fitting_clips(entry))
    choices = [*(f"the head {other}" for other in others), f"the model {' or '.join(fitting_clips(head))}"]
    return [
        Problem(
            "no-matching-head",
            f"The NSFW head {head.id} was not trained on embeddings of {model}, so its scores would mean nothing.",
            f"Choose {', or '.join(choices)}.",
            param="model",
            value=model,
        )
    ]


@scorer("safety/nsfw_clip", rev=1, title="NSFW by CLIP", gives=_info, check=_fit_problems)
def nsfw_clip(
    images: ImageSet,
    *,
    embeddings: Annotated[Values, Take(clip_image)],
    context: Context,
    head: Annotated[str, ModelOf("nsfw-head"), Main(), "The head that judges."] = "nsfw-clip-vit-l-14",
    model: Annotated[str, ModelOf("clip"), Main(), "The CLIP model it was trained on."] = "clip-vit-l-14-openai",
    column: Annotated[str, NewColumn(), "Name of the new column."] = "nsfw",
) -> Columns:
    """Scores how likely each picture is not safe for work by LAION's heads: 0 is surely safe, 1 surely not.

    These heads marked the LAION-5B set. They use the same embeddings as *CLIP score* and *Aesthetic score*, so where
    those are in the graph already this one costs nearly nothing. LAION called a picture unsafe from 0.5 on; 0.3 is
    cautious. A head works with the one CLIP model it was trained on, and with no other.

    The scores huddle at 0 and 1, so they say little about how explicit a picture is. It knows neither violence nor
    gore, hate nor age, and is no protection against illegal material. Scores are rounded to four decimals.
    """
    if not len(images):
        return {column: pl.Series([], dtype=pl.Float64)}
    loaded = load_nsfw_head(context.models["head"])
    vectors = embeddings.matrix()
    if vectors.shape[1] != loaded.width:
        raise problem(
            "no-matching-head",
            f"The head {head} wants embeddings of {loaded.width} numbers and {model} gives {vectors.shape[1]}.",
            "Choose the CLIP model that the head was trained on.",
            param="model",
            value=model,
        )
    return {column: pl.Series(nsfw_scores(loaded, vectors), dtype=pl.Float64).round(DECIMALS)}


NODES = (nsfw, nsfw_clip)
