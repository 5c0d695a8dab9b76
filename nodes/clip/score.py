"""The CLIP nodes: how well a picture fits a text, and which of several texts fits it best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

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
    Values,
    score,
    scorer,
)
from nodes.clip.prompts import Prompt, prompts_of, signed_prompts, weight_problems
from nodes.clip.ranking import percentiles
from nodes.measures.clip import clip_image, clip_text

DECIMALS = 4
"""Scores are rounded to this: the last digits of an embedding depend on what else was in its batch."""

CLIPSCORE_PREFIX = "A photo depicts "
CLIPSCORE_FACTOR = 2.5
TEMPERATURE = 100
"""CLIP's own logit scale, at which its labels were trained (Radford et al., 2021)."""

Scale = Literal["cosine", "clipscore", "percentile"]
Several = Literal["best", "average"]
Matrix = NDArray[np.float32]


def scaled(cosines: NDArray[Any], scale: Scale) -> NDArray[Any]:
    """Cosines as they are, or as CLIPScore: 2.5 times what is above 0 (Hessel et al., 2021)."""
    return CLIPSCORE_FACTOR * np.maximum(cosines, 0) if scale == "clipscore" else cosines


def combined(fits: NDArray[np.float64], weights: NDArray[np.float64], several: Several) -> NDArray[np.float64]:
    """One number a row of fits (n, k) to k texts, whose weights are negative where a text is unwanted; shape (n,).

    "best": the best weighted fit of the wanted texts less the best of the unwanted. "average": the weighted average,
    in which the unwanted count with a minus.
    """
    if several == "average":
        return fits @ weights / np.abs(weights).sum()
    wanted, unwanted = weights > 0, weights < 0
    found = (fits[:, wanted] * weights[wanted]).max(axis=1)
    return found - (fits[:, unwanted] * -weights[unwanted]).max(axis=1) if unwanted.any() else found


def label_probabilities(images: Matrix, labels: Matrix) -> Matrix:
    """Softmax over labels (k, d) of 100 times their cosine with each image (n, d); shape (n, k)."""
    logits = TEMPERATURE * (images @ labels.T)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _written(texts: Sequence[str | None]) -> list[str]:
    return [text.strip() for text in texts if text and text.strip()]


def _asked(text: str, scale: Scale) -> str:
    return f"{CLIPSCORE_PREFIX}{text.strip()}" if scale == "clipscore" else text.strip()


def _compared(params: Any) -> list[Prompt]:
    """The prompts that are compared with pictures: against captions only what they should not show."""
    prompts = prompts_of(params["prompts"])
    return prompts if params["against"] == "prompt" else [prompt for prompt in prompts if prompt.negative]


def _score_texts(images: ImageSet, params: Any) -> list[str]:
    captions = images[params["caption"] or "caption"].to_list() if params["against"] == "caption" else []
    texts = [*_written(captions), *(prompt.text for prompt in _compared(params))]
    return [_asked(text, params["scale"]) for text in texts]


def _score_problems(params: Any) -> list[Problem]:
    problems = weight_problems(params["prompts"], "prompts")
    if params["against"] == "prompt" and all(prompt.negative for prompt in _compared(params)):
        problems.append(
            Problem(
                "no-prompt",
                "There is no prompt to score pictures against; one that starts with a minus says what is unwanted.",
                'Write what the pictures should show, or set Against to "caption".',
                param="prompts",
                value=params["prompts"],
            )
        )
    return problems


@scorer(
    "clip/score",
    rev=2,
    title="CLIP score",
    needs=lambda params: {"caption": "text"} if params["against"] == "caption" and not params["caption"] else {},
    gives=lambda params: {
        params["column"]: score(
            f"Fit of picture and {params['against']} ({params['scale']})",
            unit="percentile" if params["scale"] == "percentile" else "",
        )
    },
    whole_set=lambda params: params.get("scale") == "percentile",
    check=_score_problems,
    migrations={1: signed_prompts},
)
def clip_score(
    images: ImageSet,
    *,
    embeddings: Annotated[Values, Take(clip_image)],
    words: Annotated[TextValues, Take(clip_text, texts=_score_texts)],
    model: Annotated[str, ModelOf("clip"), "The CLIP model that compares."] = "demo-clip",
    against: Annotated[Literal["prompt", "caption"], Main(), "Your prompts, or each picture's own caption."] = "prompt",
    prompts: Annotated[
        list[str], Text(lines=3), Main(), "One a line. A weight follows a colon (cat:1.5); -cat is what is unwanted."
    ] = [],  # noqa: B006
    several: Annotated[Several, "Of several prompts the best fit counts, or their weighted average."] = "best",
    caption: Annotated[str | None, Column("text"), "The column of captions; `caption` when empty."] = None,
    scale: Annotated[Scale, "Raw cosine, CLIPScore (2.5 x max(cosine, 0)), or percentile of this set."] = "cosine",
    column: Annotated[str, NewColumn(), "Name of the new column."] = "clip_score",
) -> Columns:
    """Scores how well each picture fits a text: prompts of yours, or the picture's own caption.

    The number is the cosine of the two embeddings. It is no percentage, and each model has a scale of its own: 0.25 to
    0.30 is a usual limit with OpenAI's ViT-B/32 (LAION-400M was cut at 0.30) and means nothing with SigLIP or the demo
    model. So rank with it, or take the percentile of this set: 90 is what fits better than nine tenths, with any model.
    CLIPScore puts "A photo depicts " before the text and multiplies by 2.5.

    With several prompts the best fit counts, each times its weight, and the best fit of those with a minus in front is
    subtracted. With "average" all count: the weighted sum, a minus for the unwanted, divided by the sum of the weights.
    A line that must begin with a minus is written with a plus before it. A new prompt costs one text; no picture is
    looked at again.

    Against captions it finds captions that belong to another picture; a row without a caption gets no score, and of
    the prompts those with a minus are subtracted. CLIP cannot count, hardly tells left from right or which of two
    things is red, and does not see small details. The demo model knows the drawn scenes of the samples only. Scores
    are rounded to four decimals.
    """
    prompts_used = _compared({"prompts": prompts, "against": against})
    pictures = embeddings.matrix()
    rows, fits = list(range(len(images))), []
    if against == "caption":
        captions = images[caption or "caption"].to_list()
        rows = [row for row in rows if _written([captions[row]])]
        own = [_cosine(pictures[row], words.of(_asked(captions[row], scale))) for row in rows]
        fits.append(np.array(own, np.float64)[:, None])
    if rows and prompts_used:
        texts = words.matrix([_asked(prompt.text, scale) for prompt in prompts_used])
        fits.append((pictures @ texts.T).astype(np.float64)[rows])
    found = np.full(len(images), np.nan)
    if rows:
        weights = [1.0] * (against == "caption") + [prompt.signed for prompt in prompts_used]
        found[rows] = combined(scaled(np.hstack(fits), scale), np.array(weights), several)
    fit = pl.Series(found).fill_nan(None).round(DECIMALS)
    return {column: percentiles(fit).round(DECIMALS) if scale == "percentile" else fit}


def _cosine(one: Any, other: Any) -> float:
    return float(np.dot(one, np.asarray(other, np.float32)))


def _label_texts(_images: ImageSet, params: Any) -> list[str]:
    return [params["template"].replace("{}", label) for label in _written(params["labels"])]


def _label_problems(params: Any) -> list[Problem]:
    labels = _written(params["labels"])
    problems: list[Problem] = []
    if len(set(labels)) < 2:
        problems.append(
            Problem(
                "too-few-labels",
                "Zero-shot labels need at least two different labels to choose from.",
                "Write one label a line, with one for what fits none of the others.",
                param="labels",
                value=params["labels"],
            )
        )
    elif len(set(labels)) < len(labels):
        double = next(label for label in labels if labels.count(label) > 1)
        problems.append(
            Problem("label-twice", f"The label {double!r} is there twice.", "Remove one.", param="labels", value=double)
        )
    if "{}" not in params["template"]:
        problems.append(
            Problem(
                "no-place-for-label",
                "The template has no place for the label.",
                'Write {} where it belongs: "a photo of {}".',
                param="template",
                value=params["template"],
            )
        )
    return problems


@scorer(
    "clip/labels",
    rev=1,
    title="Zero-shot labels",
    gives=lambda params: {
        params["column"]: ColumnInfo("text", "The label that fits best"),
        f"{params['column']}_probability": score("How sure the model is among these labels", unit="0-1"),
    },
    check=_label_problems,
)
def clip_labels(
    images: ImageSet,
    *,
    embeddings: Annotated[Values, Take(clip_image)],
    words: Annotated[TextValues, Take(clip_text, texts=_label_texts)],
    model: Annotated[str, ModelOf("clip"), "The CLIP model that compares."] = "demo-clip",
    labels: Annotated[list[str], Text(lines=5), Main(), "What to choose from, one label a line."] = [],  # noqa: B006
    template: Annotated[str, Text(), Main(), "The sentence a label is put into, at {}."] = "a photo of {}",
    column: Annotated[str, NewColumn(), "Name of the new column."] = "label",
) -> Columns:
    """Gives each picture the label that fits it best, out of those you write, without any training.

    `label_probability` is a softmax over your labels at CLIP's temperature of 100: how much better the best label fits
    than the others. Send what is under 0.5 to 0.7 to review. Fit the template to the set: "a drawing of {}", "{} on a
    white background". New labels cost one text each, no picture is looked at again.

    The model always chooses one: a picture that fits no label still gets one, often with a high probability, so add
    labels for what else is in the heap. The demo model knows the drawn scenes of the samples only. Probabilities are
    rounded to four decimals.
    """
    choices = _written(labels)
    if not len(images):
        return {column: pl.Series([], dtype=pl.String), f"{column}_probability": pl.Series([], dtype=pl.Float64)}
    texts = [template.replace("{}", label) for label in choices]
    probabilities = label_probabilities(embeddings.matrix(), words.matrix(texts))
    best = probabilities.argmax(axis=1)
    sure = pl.Series(probabilities.max(axis=1), dtype=pl.Float64).round(DECIMALS)
    return {column: pl.Series([choices[at] for at in best], dtype=pl.String), f"{column}_probability": sure}


NODES = (clip_score, clip_labels)
