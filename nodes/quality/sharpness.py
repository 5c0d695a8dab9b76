"""The sharpness node."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from nodegraph import Columns, ImageSet, Take, Values, score, scorer
from nodes.measures.sharpness import sharpness as sharpness_measure


@scorer("quality/sharpness", rev=1, gives={"sharpness": score("Variance of the Laplacian at 512 px")})
def sharpness(images: ImageSet, *, measured: Annotated[Values, Take(sharpness_measure)]) -> Columns:
    """Measures how much fine detail each picture shows; higher is sharper.

    The number is the variance of the Laplacian of the grey picture with its longer side at 512 px or less. Most clear
    photos are above 100: start there with *Threshold* and look at what lies near the limit, or drop the lowest 10
    percent of the set.

    It finds camera shake, missed focus and small pictures that were enlarged, which *Quality issues* does not. It
    cannot tell blur from a subject that is smooth by nature (fog, sky, a plain wall, flat drawings), takes noise and
    film grain for detail, and calls a portrait with a soft background less sharp than it is.
    """
    return {"sharpness": pl.Series("sharpness", measured.list(), dtype=pl.Float64)}


NODES = (sharpness,)
