"""A pack with one node: how colourful pictures are."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from nodegraph import Columns, ImageSet, Pixels, Take, Values, measure, score, scorer


@measure("colourful.colourfulness", rev=1, takes=Pixels("RGB", 256))
def colourfulness(image: NDArray[np.uint8]) -> float:
    """Colourfulness of Hasler & Süsstrunk, "Measuring colourfulness in natural images" (2003); 0 is grey."""
    red, green, blue = np.moveaxis(image.astype(np.float64), 2, 0)
    first, second = red - green, (red + green) / 2 - blue
    return float(np.hypot(first.std(), second.std()) + 0.3 * np.hypot(first.mean(), second.mean()))


@scorer("colourful/colourfulness", rev=1, gives={"colourfulness": score("0 is grey, 109 extremely colourful")})
def colourful(images: ImageSet, *, measured: Annotated[Values, Take(colourfulness)]) -> Columns:
    """Measures how colourful each picture is: 0 is grey, 33 moderately, 59 quite, 109 extremely colourful."""
    return {"colourfulness": measured.list()}


NODES = (colourful,)
