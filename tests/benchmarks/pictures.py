"""Pictures for benchmarks: the real photographs beside the checkout, and samples of them made larger."""

from __future__ import annotations

import math
import os
import shutil
from pathlib import Path

PHOTOS = Path(__file__).parents[2] / ".." / "shared" / "data" / "photos"
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


def pictures_of(folder: Path) -> list[Path]:
    """The picture files below `folder`, by name."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)


def spread(paths: list[Path], count: int) -> list[Path]:
    """`count` of the paths at even distances, or all when there are no more."""
    return [paths[index * len(paths) // count] for index in range(count)] if count < len(paths) else paths


def linked(paths: list[Path], base: Path, target: Path) -> Path:
    """`target` filled with copies of the files, at the places they have below `base`."""
    for path in paths:
        place = target / path.relative_to(base)
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(path, place)
        except OSError:
            shutil.copy2(path, place)
    return target


def enlarge(paths: list[Path], target: Path, megapixels: float) -> Path:
    """`target` filled with the pictures at this size, upright, as JPEG of quality 90."""
    from PIL import Image, ImageOps

    target.mkdir(parents=True, exist_ok=True)
    for number, path in enumerate(paths):
        with Image.open(path) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB")
        scale = math.sqrt(megapixels * 1_000_000 / (picture.width * picture.height))
        size = round(picture.width * scale), round(picture.height * scale)
        picture.resize(size, Image.Resampling.BICUBIC).save(target / f"{number:04d}.jpg", quality=90)
    return target
