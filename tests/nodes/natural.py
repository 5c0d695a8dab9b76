"""Pictures whose detail is as in nature, made of noise, for what is measured in the finest detail; and real ones."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

PHOTOS = Path(__file__).parents[2] / ".." / "shared" / "data" / "photos"


def scene(width: int, height: int, seed: int = 0) -> Image.Image:
    """Grey noise whose amplitude falls as 1/f, like that of photographs (Field, 1987)."""
    noise = np.fft.rfft2(np.random.default_rng(seed).standard_normal((height, width)))
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None])
    frequency[0, 0] = np.inf
    values = np.fft.irfft2(noise / frequency, s=(height, width))
    return Image.fromarray(np.clip(128 + 40 * values / values.std(), 0, 255).astype(np.uint8)).convert("RGB")


def as_jpeg(picture: Image.Image, quality: int) -> Image.Image:
    """What is left of it when it is saved as a JPEG."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def luma(picture: Image.Image) -> NDArray[np.uint8]:
    """Its grey levels, (h, w)."""
    return np.asarray(picture.convert("L"))


def photos(count: int, least_side: int) -> Iterator[Image.Image]:
    """Photographs with sides of at least this, always the same ones; skips the test where there are none."""
    if not PHOTOS.is_dir():
        pytest.skip("the photos of ../shared are not here")
    known = json.loads((PHOTOS / "metadata.json").read_text("utf-8"))
    large = sorted(item["file"] for item in known if min(item["width"], item["height"]) >= least_side)
    for name in large[:: max(1, len(large) // count)][:count]:
        yield Image.open(PHOTOS / name).convert("RGB")
