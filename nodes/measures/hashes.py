"""Perceptual hashes: 64 bits that stay close when a picture is resized, recompressed or recoloured.

The definitions are those of the imagehash library (hash size 8), bit for bit on the same picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from nodegraph import Picture, measure

if TYPE_CHECKING:
    from PIL import Image

HashMethod = Literal["phash", "dhash", "whash"]
Bits = NDArray[np.bool_]

LEAST_DETAIL = 1.0
"""Below this `detail` a picture has no structure for a hash to hold on to."""

ORIENTATIONS = ("upright", "mirror", "flip", "turn_180", "transpose", "turn_90", "turn_270", "transverse")
"""The 8 ways a picture can lie: as it is, left-right mirrored, upside down, half a turn, and these after a transpose.

`turn_90` is a quarter turn counterclockwise, as numpy.rot90 and PIL's ROTATE_90 do it.
"""


@measure("image_hash", rev=2, takes=Picture("L", 256))
def image_hash(picture: Image.Image, *, method: HashMethod = "phash") -> dict[str, Any]:
    """The hashes of a grey picture in all 8 orientations, and how much there is to see in it.

    `hashes`: 8 words of 16 hex digits in the order of `ORIENTATIONS`, joined by spaces; the first is what
    `str(imagehash.phash(picture))` gives. `detail`: see `detail`.
    """
    block = frequencies(picture)
    variants = {
        "phash": lambda: _phashes(block),
        "dhash": lambda: _dhashes(picture),
        "whash": lambda: _whashes(picture),
    }
    words = (hexadecimal(bits) for bits in variants[method]())
    return {"hashes": " ".join(words), "detail": detail(block)}


def whash(picture: Image.Image) -> Bits:
    """Haar wavelet hash: whether each of the 8 x 8 approximation coefficients is above their median (Petrov, 2016)."""
    import imagehash

    return imagehash.whash(picture).hash


def frequencies(picture: Image.Image) -> NDArray[np.float64]:
    """The 8 x 8 lowest frequencies of the DCT-II of the 32 x 32 grey picture, unnormalised, lowest first."""
    from scipy.fft import dct

    small = _resized(picture, 32, 32).astype(np.float64)
    columns: NDArray[np.float64] = np.asarray(dct(small, axis=0))[:8]
    return np.asarray(dct(columns, axis=1))[:, :8]


def detail(block: NDArray[np.float64]) -> float:
    """How far the structure of a picture stands out of rounding noise: the median size of its 63 lowest frequencies.

    In grey levels a pixel (0-255): noise of one grey level everywhere gives about 0.67. In a picture of one colour or
    of one smooth gradient it is under that, and the bits of its hashes are an accident.
    """
    # white noise of standard deviation s has coefficients of standard deviation 4 * 16 * s in this unnormalised DCT
    return float(np.sort(np.abs(block).ravel()[1:])[31]) / 64.0


def hexadecimal(bits: Bits) -> str:
    """64 bits as 16 hex digits, row by row, as imagehash writes them."""
    return np.packbits(bits.ravel()).tobytes().hex()


def unsigned(words: list[str]) -> NDArray[np.uint64]:
    """Hex hashes as 64-bit numbers, of which XOR and bit count give the distance."""
    return np.array([int(word, 16) for word in words], np.uint64)


def oriented(words: Sequence[str], *, flips: bool, rotations: bool) -> NDArray[np.uint64]:
    """The hashes of pictures, (n, orientations), from their words: upright, then mirrored, then turned as asked for."""
    columns = [
        0,
        *([1, 2] if flips else []),
        *([3, 5, 6] if rotations else []),
        *([4, 7] if flips and rotations else []),
    ]
    return unsigned([word for row in words for word in row.split()]).reshape(-1, len(ORIENTATIONS))[:, columns]


def _resized(picture: Image.Image, width: int, height: int) -> NDArray[np.uint8]:
    from PIL.Image import Resampling

    return np.asarray(picture.resize((width, height), Resampling.LANCZOS))


def _above_median(blocks: NDArray[np.float64]) -> Bits:
    """Of one block (8, 8) or several (n, 8, 8) the values above the median of their own block."""
    # what np.median does, without its checks, which take longer than the rest of the hash
    ordered = np.sort(blocks.reshape(-1, 64), axis=1)
    return blocks > ((ordered[:, 31] + ordered[:, 32]) / 2).reshape(*blocks.shape[:-2], 1, 1)


def _phashes(block: NDArray[np.float64]) -> Bits:
    """Whether each of the 8 x 8 lowest frequencies is above their median (Krawetz, 2011)."""
    # mirroring a picture flips the sign of its odd horizontal frequencies; a transpose transposes them
    signs = np.where(np.arange(8) % 2, -1.0, 1.0)
    across, down = signs[None, :], signs[:, None]
    turned = block.T
    blocks = [block, block * across, block * down, block * across * down]
    blocks += [turned, turned * down, turned * across, turned * across * down]
    return _above_median(np.stack(blocks))


def _whashes(picture: Image.Image) -> list[Bits]:
    # the Haar approximation of a mirrored picture is the mirrored approximation, and the median stays
    bits = whash(picture)
    return [
        bits,
        bits[:, ::-1],
        bits[::-1],
        bits[::-1, ::-1],
        bits.T,
        bits.T[::-1],
        bits.T[:, ::-1],
        bits.T[::-1, ::-1],
    ]


def _dhashes(picture: Image.Image) -> list[Bits]:
    """Whether each pixel of the 9 x 8 picture is lighter than the one to its left (Krawetz, 2013)."""

    def gradient(small: NDArray[np.uint8]) -> Bits:
        return small[:, 1:] > small[:, :-1]

    lying = _resized(picture, 9, 8)
    standing = _resized(picture, 8, 9).T
    views = [lying, lying[:, ::-1], lying[::-1], lying[::-1, ::-1]]
    views += [standing, standing[::-1], standing[:, ::-1], standing[::-1, ::-1]]
    return [gradient(view) for view in views]
