"""Traces of JPEG compression in the pixels of one picture, whatever kind of file they are kept in now."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from nodegraph import Detail, measure
from nodegraph.data.jpeg import luminance_tables

Floats = NDArray[np.float32]

BLOCK = 8
MOST_BLOCKS = 2048
"""Blocks that are looked at, those with the most detail: the others are mostly zeros and tell nothing."""

PLACES = np.array([1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12])
"""The 16 coarsest waves of a block by their place in the table, row by row; finer ones are seldom kept."""

LEAST_STEP = 2
"""Quantisation steps below this are lost in the rounding of pixels."""

LEAST_VALUES, LEAST_EACH = 200, 12
"""Values that must not be zero for a quality to be judged: of all waves together, and of a single one."""

SEEN = 0.6
"""Distance from whole steps up to which a quality is believed: 0 is exact, 1 is chance. Photos that were never
compressed stay above 0.95; those compressed with quality 95 or less come below 0.5."""


@measure("jpeg_traces", rev=1, takes=Detail("L", 1024))
def jpeg_traces(image: NDArray[np.uint8]) -> dict[str, float]:
    """What a JPEG encoder left in the luma (h, w): `quality`, 1 to 100 on the IJG scale, 0 where no trace is seen.

    `blockiness` is by how many grey levels the steps at the edges of 8 x 8 blocks exceed those beside them, 0 and up.

    An encoder rounds the waves of each block to whole steps, and larger steps are lower quality. The steps stay visible
    in the pixels until the picture is resized, turned by an odd angle or blurred (Fan & de Queiroz, "Identification of
    bitmap compression history", 2003): the quality is the one whose steps the waves fit best.
    """
    if min(image.shape) < 2 * BLOCK:
        return {"quality": 0, "blockiness": 0.0}
    (left, across), (top, down) = block_grid(image), block_grid(image.T)
    fits = [_fit(block_waves(image, *corner)) for corner in {(0, 0), (top, left)}]
    distance, quality = min(fits)
    return {"quality": quality if distance < SEEN else 0, "blockiness": max(0.0, min(across, down))}


def block_grid(image: NDArray[np.uint8]) -> tuple[int, float]:
    """Where along rows the blocks seem to begin, 0 to 7, and how many grey levels their edges stand out by."""
    steps = np.abs(np.diff(image.astype(np.int16), axis=1)).astype(np.float32)
    if steps.shape[1] < 3 * BLOCK:
        return 0, 0.0
    # real edges are far larger than those of blocks, so no single one may count for much
    excess = np.clip(steps[:, 1:-1] - (steps[:, :-2] + steps[:, 2:]) / 2, -BLOCK, BLOCK).mean(axis=0)
    usual = excess[: excess.size // BLOCK * BLOCK].reshape(-1, BLOCK).mean(axis=0)
    place = int(usual.argmax())
    return (place + 2) % BLOCK, float(usual[place] - np.median(usual))


def block_waves(image: NDArray[np.uint8], top: int, left: int) -> Floats:
    """Discrete cosine transforms, shape (n, 64), of the blocks with the most detail, as JPEG scales them."""
    rows, columns = (image.shape[0] - top) // BLOCK, (image.shape[1] - left) // BLOCK
    part = image[top : top + rows * BLOCK, left : left + columns * BLOCK]
    blocks = part.reshape(rows, BLOCK, columns, BLOCK).transpose(0, 2, 1, 3).reshape(-1, BLOCK, BLOCK)
    spread = blocks.std(axis=(1, 2))
    if len(blocks) > MOST_BLOCKS:
        blocks = blocks[np.argsort(-spread, kind="stable")[:MOST_BLOCKS]]
    cosines = _cosines()
    levels = blocks.astype(np.float32) - np.float32(128)
    return np.asarray(cosines @ levels @ cosines.T, np.float32).reshape(-1, BLOCK * BLOCK)


def _fit(waves: Floats) -> tuple[float, int]:
    """The least distance from whole steps, 0 to about 1, and the quality that has it; of two alike the lower one.

    A picture on its side has its table on its side too, so both ways are tried.
    """
    tables = luminance_tables()
    lying = tables.reshape(-1, BLOCK, BLOCK).transpose(0, 2, 1).reshape(tables.shape)
    values = waves[:, PLACES]
    best = (np.inf, 0)
    for way in (tables, lying):
        for quality, table in enumerate(way[:, PLACES].astype(np.float32), start=1):
            best = min(best, (_distance(values[:, table >= LEAST_STEP], table[table >= LEAST_STEP]), quality))
    return best


def _distance(values: Floats, steps: Floats) -> float:
    """How far values that are not rounded to zero lie from whole steps: 0 on them, 1 when they lie anywhere."""
    ratios = values / steps
    whole = np.rint(ratios)
    kept = whole != 0
    counts = kept.sum(axis=0)
    enough = counts >= LEAST_EACH
    if enough.sum() < 2 or counts.sum() < LEAST_VALUES:
        return np.inf
    sums = np.where(kept, np.abs(ratios - whole), 0).sum(axis=0)
    return float(np.average(4 * sums[enough] / counts[enough], weights=counts[enough]))


@cache
def _cosines() -> Floats:
    wave, place = np.mgrid[:BLOCK, :BLOCK]
    rows = np.cos((2 * place + 1) * wave * np.pi / (2 * BLOCK)) * np.sqrt(2 / BLOCK)
    rows[0] /= np.sqrt(2)
    return rows.astype(np.float32)
