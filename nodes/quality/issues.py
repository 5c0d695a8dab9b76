"""The quality nodes: dark, light, blurry, empty, grey, oddly shaped or sized pictures, as CleanVision defines them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nodegraph import ColumnInfo, Columns, ImageSet, Main, Range, Take, Values, score, scorer
from nodes.measures.blur import blur as blur_measure
from nodes.measures.header import header as header_measure
from nodes.measures.quality import quality as quality_measure

SCALE = 0.01
"""How fast the blur terms approach 1 (CleanVision's `normalizing_factor` of the blurry issue)."""

HISTOGRAM_FLOOR = 0.18
"""A histogram term up to this counts as nothing (CleanVision's `color_threshold`)."""

ISSUES = {
    "dark": "the brightest pixels are dark",
    "light": "the darkest pixels are light",
    "blurry": "hardly any edges at 64 px",
    "low_information": "hardly any different tones",
    "odd_aspect": "much longer than wide or wider than long",
}

ISSUE_COLUMNS = {
    "dark_score": score("Brightness of its 99th percentile; 0 is black", unit="0-1"),
    "light_score": score("1 less the brightness of its 5th percentile; 0 is white", unit="0-1"),
    "blurry_score": score("Edges and tones at 64 px; 0 is featureless", unit="0-1"),
    "information_score": score("A tenth of the entropy; 0 is a single tone", unit="0-1"),
    "aspect_score": score("Shorter side by longer side; 1 is square", unit="0-1"),
    **{f"is_{name}": ColumnInfo("flag", f"Whether {why}") for name, why in ISSUES.items()},
    "is_greyscale": ColumnInfo("flag", "Whether the file stores grey levels only"),
}


def issue_scores(measured: Values, blur: Values, header: Values) -> dict[str, NDArray[np.float64]]:
    """The five scores of each picture, 0 (bad) to 1, by CleanVision 0.3.7's formulas; each of shape (n,)."""
    edges, tones = _saturated(blur.list("edges")), _saturated(blur.list("histogram"))
    width, height = _numbers(header.list("width")), _numbers(header.list("height"))
    # in three equal bands each probability is a third: hence log2(3) bits more than the one band that is stored has
    entropy = _numbers(measured.list("entropy")) - np.where(is_grey(header), math.log2(3), 0.0)
    return {
        "dark_score": _numbers(measured.list("brightness_99")),
        "light_score": 1 - _numbers(measured.list("brightness_5")),
        "blurry_score": np.fmin(1.0, edges + np.where(tones > HISTOGRAM_FLOOR, tones, 0.0)),
        "information_score": np.fmin(1.0, np.fmax(0.0, 0.1 * entropy)),
        "aspect_score": np.fmin(width / height, height / width),
    }


def is_grey(header: Values) -> NDArray[np.bool_]:
    """Whether each file stores 8-bit grey levels only (PIL mode L)."""
    return np.array([mode == "L" for mode in header.list("mode")], np.bool_)


def _numbers(values: Sequence[float]) -> NDArray[np.float64]:
    return np.array(values, np.float64)


def _saturated(values: Sequence[float]) -> NDArray[np.float64]:
    """0 for 0, near 1 for large values. By `math`: numpy's powers differ in the last digit from machine to machine."""
    return _numbers([1 - math.exp(-SCALE * value) for value in values])


@scorer("quality/issues", rev=1, title="Quality issues", gives=ISSUE_COLUMNS)
def issues(
    images: ImageSet,
    *,
    measured: Annotated[Values, Take(quality_measure)],
    blur: Annotated[Values, Take(blur_measure)],
    header: Annotated[Values, Take(header_measure)],
    dark: Annotated[float, Range(0, 1, 0.01), Main(), "Dark when `dark_score` is below this."] = 0.32,
    light: Annotated[float, Range(0, 1, 0.01), "Light when `light_score` is below this."] = 0.05,
    blurry: Annotated[float, Range(0, 1, 0.01), Main(), "Blurry when `blurry_score` is below this."] = 0.29,
    low_information: Annotated[float, Range(0, 1, 0.01), "Empty when `information_score` is below this."] = 0.30,
    odd_aspect: Annotated[float, Range(0, 1, 0.01), Main(), "Odd shape when `aspect_score` is below this."] = 0.35,
) -> Columns:
    """Scores each picture for the usual faults and flags those below the limits.

    Every score runs from 0 (the fault is there) to 1 (it is not). The limits are CleanVision's and suit photos; start
    with them, follow with a filter on the flags, and look at what it drops. Raise a limit to be stricter.

    `is_blurry` sees only blur that is still there at 64 px, so a soft or enlarged picture passes: add *Sharpness*.
    Night scenes are called dark and product shots on white are called light, rightly by the numbers: set that limit to
    0 for such a set. Grey pictures that were saved in colour are not flagged `is_greyscale`.
    """
    limits = {
        "dark": ("dark_score", dark),
        "light": ("light_score", light),
        "blurry": ("blurry_score", blurry),
        "low_information": ("information_score", low_information),
        "odd_aspect": ("aspect_score", odd_aspect),
    }
    scores = {name: pl.Series(name, found) for name, found in issue_scores(measured, blur, header).items()}
    flags = {f"is_{issue}": scores[name] < limit for issue, (name, limit) in limits.items()}
    return {**scores, **flags, "is_greyscale": pl.Series("is_greyscale", is_grey(header))}


@scorer(
    "quality/odd_size",
    rev=1,
    title="Odd size",
    whole_set=True,
    needs={"width": "number", "height": "number"},
    gives={
        "odd_size_score": score("1 is the middle of the set's sizes, 0 far away from it", unit="0-1"),
        "is_odd_size": ColumnInfo("flag", "Whether its size lies far outside the set's"),
    },
)
def odd_size(
    images: ImageSet,
    *,
    spread: Annotated[
        float, Range(0, 20, 0.5), Main(), "How many interquartile ranges beyond the quartiles a size may lie."
    ] = 3.0,
) -> Columns:
    """Flags pictures that are much smaller or larger than the rest of the set.

    The size is the square root of the number of pixels. A picture is odd when it lies more than `spread` interquartile
    ranges outside the middle half of the set; 3 is usual, 1.5 is strict. It needs `width` and `height`: put *Probe*
    before it.

    It compares pictures with one another, so the answer for one changes with the set. In a set of mixed origin it can
    flag a fifth of the pictures, and it cannot tell whether a picture is too small for training: *Resolution & aspect*
    does.
    """
    sizes = (images["width"].cast(pl.Float64).sqrt() * images["height"].cast(pl.Float64).sqrt()).rename("size")
    known = sizes.drop_nulls().to_numpy()
    if not known.size:
        none = [None] * len(images)
        return {
            "odd_size_score": pl.Series(none, dtype=pl.Float64),
            "is_odd_size": pl.Series(none, dtype=pl.Boolean),
        }
    first, third = np.percentile(known, [25, 75])
    low, high = first - spread * (third - first), third + spread * (third - first)
    middle, gap = (low + high) / 2, high - low
    # with no spread at all every other size is odd: CleanVision then measures in units of the middle, limit 1
    score_values = 1 - ((sizes - middle).abs() / (gap if gap > 0 else middle)).clip(0, 1)
    return {"odd_size_score": score_values, "is_odd_size": score_values < (0.5 if gap > 0 else 1.0)}


NODES = (issues, odd_size)
