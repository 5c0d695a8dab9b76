"""Colour: any decoded picture becomes 8-bit sRGB without transparency, whatever mode and profile it was stored in."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from nodegraph.data.unreadable import Unreadable

if TYPE_CHECKING:
    from PIL import Image

_SIXTEEN_BIT = 65535
_SAME = 2
_DIRECT = frozenset(("L", "LA", "RGB", "RGBA", "CMYK", "LAB"))
_STEP: dict[str, str] = {
    "1": "L",
    "La": "LA",
    "PA": "RGBA",
    "RGBa": "RGBA",
    "RGBX": "RGB",
    "YCbCr": "RGB",
    "HSV": "RGB",
}
_SPACE_OF = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}


@dataclass(frozen=True, slots=True)
class Profile:
    """An ICC profile as far as it matters here.

    `description` is its own; `space` "RGB", "GRAY", "CMYK", ..., "" for one that cannot be used; `transform` goes to
    sRGB and is None where that changes nothing: for sRGB itself, and for what cannot be used.
    """

    description: str
    space: str
    transform: Any = None


def eight_bit(image: Image.Image) -> Image.Image:
    """The picture in a mode of 8 bits a channel: "L", "LA", "RGB", "RGBA", "CMYK" or "LAB".

    Raises Unreadable for numbers that have no agreed white.
    """
    if image.mode in ("P", "1", "L", "RGB") and "transparency" in image.info:
        return image.convert("LA" if image.mode in ("1", "L") else "RGBA")
    if image.mode in _DIRECT:
        return image
    if image.mode == "P":
        # Some palettes hold alpha themselves.
        return image.convert("RGBA" if image.palette is not None and image.palette.mode == "RGBA" else "RGB")
    if image.mode in _STEP:
        return image.convert(_STEP[image.mode])
    if image.mode == "F" or image.mode.startswith("I"):
        return _from_numbers(image)
    raise Unreadable("unsupported", f"pictures of mode {image.mode} cannot be converted")


def _from_numbers(image: Image.Image) -> Image.Image:
    from PIL import Image

    values = np.asarray(image)
    if image.mode == "F":
        low, high = float(np.min(values)), float(np.max(values))
        if not (low >= 0 and high <= 255):
            raise Unreadable("unsupported", f"its floating-point values from {low:g} to {high:g} have no agreed white")
        grey = np.rint(values * (255 if high <= 1 else 1))
    else:
        if values.min() < 0 or values.max() > _SIXTEEN_BIT:
            raise Unreadable("unsupported", "its 32-bit values have no agreed white")
        grey = (values.astype(np.uint32) * 255 + _SIXTEEN_BIT // 2) // _SIXTEEN_BIT
    picture = Image.fromarray(grey.astype(np.uint8))
    clear = image.info.get("transparency")
    if isinstance(clear, int):
        picture.putalpha(Image.fromarray(np.where(values == clear, 0, 255).astype(np.uint8)))
    return picture


def to_srgb(image: Image.Image, icc: bytes | None, colour: tuple[int, int, int]) -> Image.Image:
    """An `eight_bit` picture as sRGB "RGB", transparent parts laid on `colour`.

    The profile is followed with perceptual intent. One that is broken or for another kind of picture is ignored.
    """
    from PIL import Image

    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    if alpha is not None:
        image = image.convert(image.mode[:-1])
    profile = read_profile(icc) if icc else None
    if image.mode == "LAB":
        image = _from_lab(image)
    elif profile is not None and profile.transform is not None and profile.space == _SPACE_OF.get(image.mode):
        image = profile.transform.apply(image)
    if image.mode != "RGB":
        image = image.convert("RGB")
    if alpha is not None and alpha.getextrema() != (255, 255):
        image = Image.composite(image, Image.new("RGB", image.size, colour), alpha)
    return image


def _from_lab(image: Image.Image) -> Image.Image:
    from PIL import ImageCms

    cms: Any = ImageCms
    lab, srgb = cms.createProfile("LAB"), cms.createProfile("sRGB")
    return cms.buildTransform(lab, srgb, "LAB", "RGB").apply(image)


@lru_cache(maxsize=64)
def read_profile(icc: bytes) -> Profile:
    """What an ICC profile is and its transform to sRGB, kept for the next picture with the same one.

    lcms transforms may be used by several threads at once.
    """
    from PIL import ImageCms

    cms: Any = ImageCms
    try:
        profile = cms.ImageCmsProfile(io.BytesIO(icc))
        description: str = cms.getProfileDescription(profile).strip().strip("\0")
        space: str = profile.profile.xcolor_space.strip()
        mode = next((mode for mode, name in _SPACE_OF.items() if name == space), None)
        if mode is None:
            return Profile(description, space)
        srgb = cms.createProfile("sRGB")
        transform = cms.buildTransform(profile, srgb, mode, "RGB", ImageCms.Intent.PERCEPTUAL)
        return Profile(description, space, None if _changes_nothing(transform, mode) else transform)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError, UnicodeError):
        return Profile("unreadable profile", "")


def _changes_nothing(transform: Any, mode: str) -> bool:
    from PIL import Image

    if mode == "CMYK":
        return False
    # By what it does to a grid of colours: there are many sRGB profiles, and a name proves nothing.
    steps = np.linspace(0, 255, 9).astype(np.uint8)
    grid = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(1, -1, 3)
    probe = Image.fromarray(grid if mode == "RGB" else np.arange(256, dtype=np.uint8)[None])
    before, after = (np.asarray(image, np.int16) for image in (probe.convert("RGB"), transform.apply(probe)))
    return int(np.abs(before - after).max()) <= _SAME
