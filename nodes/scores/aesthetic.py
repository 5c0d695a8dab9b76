"""The aesthetic node: how much people like a picture, by LAION's heads over CLIP embeddings."""

from __future__ import annotations

from typing import Annotated, Any

import polars as pl

from nodegraph import (
    Columns,
    Context,
    ImageSet,
    Main,
    ModelEntry,
    ModelOf,
    NewColumn,
    Problem,
    Take,
    Values,
    problem,
    score,
    scorer,
)
from nodes.measures.aesthetic import aesthetic_scores, load_head
from nodes.measures.clip import clip_image
from nodes.models import MODELS

DECIMALS = 4
"""Scores are rounded to this: the last digits of an embedding depend on what else was in its batch."""


def fitting_clips(head: ModelEntry) -> tuple[str, ...]:
    """Ids of the CLIP models whose embeddings this head was trained on: `details.clip`, one id or several."""
    named: Any = head.details.get("clip", ())
    return (named,) if isinstance(named, str) else tuple(map(str, named))


def _fit_problems(params: Any) -> list[Problem]:
    heads = {entry.id: entry for entry in MODELS if entry.kind == "aesthetic-head"}
    head, model = heads.get(params["head"]), params["model"]
    if head is None or model in fitting_clips(head):
        return []
    others = sorted(entry.id for entry in heads.values() if model in fitting_clips(entry))
    if others:
        fix = f"Choose the head {' or '.join(others)}, or the model {' or '.join(fitting_clips(head))}."
    else:
        fix = f"No head fits {model}: choose the model {' or '.join(fitting_clips(head))}."
    return [
        Problem(
            "no-matching-head",
            f"The aesthetic head {head.id} was not trained on embeddings of {model}, so its scores would mean nothing.",
            fix,
            param="model",
            value=model,
        )
    ]


@scorer(
    "aesthetic/score",
    rev=1,
    title="Aesthetic score",
    gives=lambda params: {params["column"]: score("How much people would like it, about 1 to 10")},
    check=_fit_problems,
)
def aesthetic(
    images: ImageSet,
    *,
    embeddings: Annotated[Values, Take(clip_image)],
    context: Context,
    head: Annotated[str, ModelOf("aesthetic-head"), Main(), "The head that judges."] = "aesthetic-v2-vit-l-14",
    model: Annotated[str, ModelOf("clip"), Main(), "The CLIP model it was trained on."] = "clip-vit-l-14-openai",
    column: Annotated[str, NewColumn(), "Name of the new column."] = "aesthetic",
) -> Columns:
    """Scores how much people would like each picture, about 1 to 10; most lie between 4 and 6.

    LAION's heads were trained on people's ratings. Version 2 learned from photos, generated pictures and logos,
    version 1 from generated pictures only. Usual limits are 5.0 for a first cut, 5.5 and 6.0 for stricter ones; or keep
    the best percentage of the set. A head works with the one CLIP model it was trained on, and with no other.

    It knows average taste, not yours: it likes sunsets, portraits and polished illustration, and calls plain product
    photos, sketches and documents poor. It cannot judge sharpness, errors of anatomy or fitness for training. Scores
    are rounded to four decimals.
    """
    if not len(images):
        return {column: pl.Series([], dtype=pl.Float64)}
    loaded = load_head(context.models["head"])
    vectors = embeddings.matrix()
    if vectors.shape[1] != loaded.width:
        raise problem(
            "no-matching-head",
            f"The head {head} wants embeddings of {loaded.width} numbers and {model} gives {vectors.shape[1]}.",
            "Choose the CLIP model that the head was trained on.",
            param="model",
            value=model,
        )
    return {column: pl.Series(aesthetic_scores(loaded, vectors), dtype=pl.Float64).round(DECIMALS)}


NODES = (aesthetic,)
