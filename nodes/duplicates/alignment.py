"""Alignment: lays one picture over a part of another, as a crop lies in its original, and says how alike they are.

Pictures come as small grey squares (measures/crops.py). The affine map from the one into the other is found by the
inverse compositional algorithm of Baker & Matthews ("Lucas-Kanade 20 years on", 2004), from coarse structures to
fine.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
"""Numbers of single precision."""

LEVELS = ((2.0, 8.0, 10), (1.0, 6.0, 10), (0.7, 4.0, 12))
"""Coarse to fine: structures between these two Gaussian widths, in pixels of the square, and how many steps."""

JUDGED = (0.7, 2.5)
"""The fine structures in which likeness is judged. Brightness, contrast and light from one side play no part there; the
print on a carton does: two products in cartons of one design are at most 0.90 alike in these, and 0.93 in coarser
ones."""

MARGIN = 0.08
"""What is not looked at along the edges: a border, or the corners left empty by a rotation, reach into it."""

GRID = 40
"""Points looked at along each side."""

LEAST_CONTRAST = 1.0
"""Grey levels by which fine structures must vary at least; below that likeness is an accident."""

MOST_DEGREES = 8.0
MOST_STRETCH = 1.2
LEAST_INSIDE = 0.95
"""A crop lies straight, keeps its shape and is inside: what must be turned, stretched or moved further is another
photo."""


LEAST_HOPE = 0.4
"""Correlation of the coarsest structures below which no finer look is taken; that of crops is higher by far."""


def align(containers: NDArray[np.uint8], crops: NDArray[np.uint8], windows: Array, shapes: Array) -> Array:
    """Lays each of `crops` into its container, beginning at a window, and gives the likeness of what they share.

    `containers`, `crops`: grey squares, (n, side, side). `windows`: (n, 4), left, top, width and height as shares of
    the container's sides. `shapes`: (n, 2), width by height of the container's and the crop's picture. The likeness,
    (n,), is the correlation of their fine structures, at most 1; -1 where the one does not lie in the other as a crop
    does.
    """
    likeness = np.full(len(crops), -1, np.float32)
    maps, hope = _moved(containers, crops, _maps_of(windows), *LEVELS[0])
    rest = np.flatnonzero(hope >= LEAST_HOPE)
    if not len(rest):
        return likeness
    containers, crops, maps = containers[rest], crops[rest], maps[rest]
    for level in LEVELS[1:]:
        maps, _ = _moved(containers, crops, maps, *level)
    # the container's part first, as the crop's picture shows it, then the structures of both at the crop's scale
    side = crops.shape[1]
    whole = (np.arange(side) + 0.5) / side - 0.5
    x, y = _mapped(maps, _grid(whole))
    part = _sampled(containers.astype(np.float32), x, y).reshape(-1, side, side)
    middle = slice(round(MARGIN * side), side - round(MARGIN * side))
    seen, wanted = (_band(pictures, *JUDGED)[:, middle, middle].reshape(len(crops), -1) for pictures in (part, crops))
    x, y = _mapped(maps, _points())
    inside = ((x > 0) & (x < 1) & (y > 0) & (y < 1)).mean(axis=1)
    contrast = np.minimum(seen.std(axis=1), wanted.std(axis=1))
    lies = (inside >= LEAST_INSIDE) & (contrast >= LEAST_CONTRAST) & _is_straight(maps, shapes[rest])
    likeness[rest] = np.where(lies, (_standard(seen) * _standard(wanted)).mean(axis=1), -1.0)
    return likeness


def _maps_of(windows: Array) -> Array:
    """The maps that lay a crop over its window: from shares of its sides counted from its middle to the container's."""
    left, top, width, height = windows.T
    maps = np.zeros((len(windows), 2, 3), np.float32)
    maps[:, 0, 0], maps[:, 0, 2] = width, left + width / 2
    maps[:, 1, 1], maps[:, 1, 2] = height, top + height / 2
    return maps


def _is_straight(maps: Array, shapes: Array) -> NDArray[np.bool_]:
    """Whether the map, between the pictures in their own shapes, turns and stretches little."""
    container, crop = shapes.T
    # in heights of either picture: a place's x grows by the container's shape and its step across shrinks by the crop's
    a, b = maps[:, 0, 0] * container / crop, maps[:, 0, 1] * container
    c, d = maps[:, 1, 0] / crop, maps[:, 1, 1]
    degrees = np.degrees(np.arctan2(c - b, a + d))
    across, down = np.hypot(a, c), np.hypot(b, d)
    stretch = np.maximum(across, down) / np.maximum(np.minimum(across, down), 1e-9)
    skew = np.degrees(np.arcsin(np.clip(np.abs(a * b + c * d) / np.maximum(across * down, 1e-9), 0, 1)))
    return (np.abs(degrees) <= MOST_DEGREES) & (stretch <= MOST_STRETCH) & (skew <= MOST_DEGREES)


def _moved(
    containers: NDArray[np.uint8], crops: NDArray[np.uint8], maps: Array, fine: float, coarse: float, steps: int
) -> tuple[Array, Array]:
    """The maps after some steps, and the correlation of the structures between these widths before the last of them.

    Each step lessens the difference between crop and container as far as the crop's gradients tell.
    """
    there, here = _band(containers, fine, coarse), _band(crops, fine, coarse)
    points = _points()
    count, side = len(crops), crops.shape[1]
    places = _places(points, count)
    down, across = (np.asarray(slope, np.float32) for slope in np.gradient(here, axis=(1, 2)))
    wanted = _sampled(here, *places)
    spread = np.maximum(wanted.std(axis=1), 1e-6)[:, None]
    slopes = [_sampled(slope, *places) * side / spread for slope in (across, down)]
    jacobian = np.stack([slope * points[row] for slope in slopes for row in range(3)], axis=1)
    jacobian -= jacobian.mean(axis=2, keepdims=True)
    target = _standard(wanted)
    hessian = jacobian @ jacobian.transpose(0, 2, 1)
    # damped, so that a picture whose structures run one way only does not slide along them
    damping = np.trace(hessian, axis1=1, axis2=2)[:, None, None] / 6 * 1e-3 + 1e-6
    solver = np.linalg.inv(hessian + damping * np.eye(6, dtype=np.float32)) @ jacobian
    alike = np.zeros(count, np.float32)
    for _ in range(steps):
        seen = _standard(_sampled(there, *_mapped(maps, points)))
        alike = (seen * target).mean(axis=1)
        change = np.clip((solver @ (seen - target)[:, :, None])[:, :, 0], -0.2, 0.2).reshape(count, 2, 3)
        maps = _composed(maps, change)
    return np.clip(maps, -2, 2), alike


def _composed(maps: Array, change: Array) -> Array:
    """The maps after the inverse of a small change of place in the crop."""
    linear = np.linalg.inv(np.eye(2, dtype=np.float32) + change[:, :, :2])
    moved = -(linear @ change[:, :, 2:])
    return np.concatenate([maps[:, :, :2] @ linear, maps[:, :, :2] @ moved + maps[:, :, 2:]], axis=2)


def _points() -> Array:
    """The places looked at in the crop, from its middle: (3, m), with a row of ones."""
    return _grid(MARGIN + (1 - 2 * MARGIN) * (np.arange(GRID) + 0.5) / GRID - 0.5)


def _grid(line: Array) -> Array:
    across, down = np.meshgrid(line, line)
    return np.stack([across.ravel(), down.ravel(), np.ones(across.size)]).astype(np.float32)


def _places(points: Array, count: int) -> tuple[Array, Array]:
    shape = (count, points.shape[1])
    return np.broadcast_to(points[0] + 0.5, shape), np.broadcast_to(points[1] + 0.5, shape)


def _mapped(maps: Array, points: Array) -> tuple[Array, Array]:
    there = maps @ points
    return there[:, 0], there[:, 1]


def _sampled(pictures: Array, x: Array, y: Array) -> Array:
    """Values of each picture at its places, (n, m), between pixels by the four around; outside, those of the edge."""
    count, side, _ = pictures.shape
    column, row = (np.clip(place * np.float32(side) - np.float32(0.5), 0, np.float32(side - 1.001)) for place in (x, y))
    left, top = column.astype(np.intp), row.astype(np.intp)
    column, row = column - left.astype(np.float32), row - top.astype(np.float32)
    corner = top * side + left + np.arange(count)[:, None] * (side * side)
    flat = pictures.ravel()
    upper = flat[corner] * (1 - column) + flat[corner + 1] * column
    lower = flat[corner + side] * (1 - column) + flat[corner + side + 1] * column
    return upper * (1 - row) + lower * row


def _standard(values: Array) -> Array:
    """Each row with mean 0 and variance 1; a row of one value becomes zeros."""
    centred = values - values.mean(axis=1, keepdims=True)
    return centred / np.maximum(centred.std(axis=1, keepdims=True), 1e-6)


def _band(pictures: NDArray[Any], fine: float, coarse: float) -> Array:
    """Structures of the pictures between two Gaussian widths."""
    side = pictures.shape[1]
    narrow, wide = _blur(side, fine), _blur(side, coarse)
    whole = pictures.astype(np.float32)
    return narrow @ whole @ narrow.T - wide @ whole @ wide.T


@cache
def _blur(side: int, width: float) -> Array:
    """A Gaussian blur along one side as a matrix, (side, side); beyond the edge lies the edge."""
    reach = int(4 * width + 0.5)
    offsets = np.arange(-reach, reach + 1)
    weights = np.exp(-0.5 * (offsets / width) ** 2)
    matrix = np.zeros((side, side))
    for row in range(side):
        np.add.at(matrix[row], np.clip(row + offsets, 0, side - 1), weights / weights.sum())
    return matrix.astype(np.float32)
