"""The backgrounds of scenes, painted behind the objects in plain colours; the kind of the picture is applied later."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

Size = tuple[int, int]
Colour = tuple[int, int, int]


def backdrop(background: str, size: Size, rng: np.random.Generator) -> Image.Image:
    """An RGB picture of the background alone."""
    return _PAINTERS[background](size, rng)


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """The colour that lies `share` of the way from the first to the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def gradient(size: Size, top: Colour, bottom: Colour) -> Image.Image:
    """A vertical blend of two colours."""
    rows = np.linspace(0, 1, 64)[:, None]
    strip = np.asarray(top) * (1 - rows) + np.asarray(bottom) * rows
    picture = Image.fromarray(strip.round().astype(np.uint8)[:, None, :])
    return picture.resize(size, Image.Resampling.BILINEAR)


def _hill(draw: ImageDraw.ImageDraw, size: Size, level: float, swing: float, phase: float, fill: Colour) -> None:
    """Land below a wavy line; all numbers are shares of the picture."""
    width, height = size
    xs = np.linspace(0, 1, 25)
    ys = level + swing * np.sin(xs * 5.2 + phase) + swing * 0.4 * np.sin(xs * 11 + 2 * phase)
    line = [(float(x * width), float(y * height)) for x, y in zip(xs, ys, strict=True)]
    draw.polygon([*line, (width, height), (0, height)], fill=fill)


def _plain(size: Size, rng: np.random.Generator) -> Image.Image:
    hues: tuple[Colour, ...] = ((240, 238, 233), (234, 238, 242), (242, 236, 238), (236, 240, 234))
    top = hues[int(rng.integers(len(hues)))]
    picture = gradient(size, top, mixed(top, (176, 174, 178), 0.45))
    ImageDraw.Draw(picture).rectangle(
        (0, round(size[1] * 0.8), *size), fill=mixed(top, (176, 174, 178), float(rng.uniform(0.2, 0.34)))
    )
    return picture


def _meadow(size: Size, rng: np.random.Generator) -> Image.Image:
    width, height = size
    picture = gradient(size, (142, 196, 236), (222, 238, 240))
    draw = ImageDraw.Draw(picture)
    _cloud(draw, size, float(rng.uniform(0.1, 0.4)), 0.13)
    _cloud(draw, size, float(rng.uniform(0.6, 0.9)), 0.2)
    phase = float(rng.uniform(0, 6))
    _hill(draw, size, 0.42, 0.05, phase, (154, 200, 122))
    _hill(draw, size, 0.54, 0.04, phase + 2, (126, 184, 96))
    _hill(draw, size, 0.68, 0.03, phase + 4, (104, 166, 80))
    blade = max(1, round(height * 0.008))
    for x, y in rng.uniform((0.0, 0.62), (1.0, 1.0), (46, 2)):
        tall = height * 0.045
        foot = (x * width, y * height)
        draw.line((foot, (foot[0] + tall * 0.25, foot[1] - tall)), fill=(82, 142, 64), width=blade)
        draw.line((foot, (foot[0] - tall * 0.3, foot[1] - tall * 0.8)), fill=(146, 198, 104), width=blade)
    return picture


def _cloud(draw: ImageDraw.ImageDraw, size: Size, x: float, y: float) -> None:
    unit = min(size)
    for dx, dy, radius in ((-0.08, 0.02, 0.05), (0.0, 0.0, 0.07), (0.08, 0.02, 0.055)):
        cx, cy, r = x * size[0] + dx * unit, y * size[1] + dy * unit, radius * unit
        draw.ellipse((cx - r, cy - r * 0.7, cx + r, cy + r * 0.7), fill=(250, 252, 252))


def _beach(size: Size, rng: np.random.Generator) -> Image.Image:
    width, height = size
    picture = gradient(size, (150, 208, 234), (236, 242, 232))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, round(height * 0.3), width, height), fill=(76, 164, 190))
    draw.rectangle((0, round(height * 0.38), width, height), fill=(110, 190, 204))
    phase = float(rng.uniform(0, 6))
    _hill(draw, size, 0.47, 0.014, phase, (238, 246, 240))
    _hill(draw, size, 0.495, 0.014, phase, (214, 186, 138))
    _hill(draw, size, 0.53, 0.014, phase, (236, 212, 164))
    for x, y in rng.uniform((0.0, 0.58), (1.0, 1.0), (60, 2)):
        r = height * 0.005 + 0.4
        draw.ellipse((x * width - r, y * height - r, x * width + r, y * height + r), fill=(206, 178, 128))
    return picture


def _snow(size: Size, rng: np.random.Generator) -> Image.Image:
    width, height = size
    picture = gradient(size, (150, 180, 214), (220, 230, 240))
    draw = ImageDraw.Draw(picture)
    for x in (float(rng.uniform(0.05, 0.3)), float(rng.uniform(0.4, 0.6)), float(rng.uniform(0.75, 0.95))):
        peak, half = float(rng.uniform(0.14, 0.26)), float(rng.uniform(0.22, 0.32))
        top = (x * width, peak * height)
        feet = ((x - half) * width, 0.6 * height), ((x + half) * width, 0.6 * height)
        draw.polygon((top, *feet), fill=(122, 142, 174))
        cap = [(top[0] + (foot[0] - top[0]) * 0.42, top[1] + (foot[1] - top[1]) * 0.42) for foot in feet]
        middle = (top[0], top[1] + 0.11 * height)
        draw.polygon((top, cap[1], middle, cap[0]), fill=(248, 250, 252))
    phase = float(rng.uniform(0, 6))
    _hill(draw, size, 0.54, 0.03, phase, (228, 236, 244))
    _hill(draw, size, 0.68, 0.03, phase + 2, (240, 245, 250))
    for x, y, r in rng.uniform((0.0, 0.0, 0.5), (1.0, 1.0, 1.0), (36, 3)):
        r *= min(size) * 0.011
        draw.ellipse((x * width - r, y * height - r, x * width + r, y * height + r), fill=(255, 255, 255))
    return picture


def _night(size: Size, rng: np.random.Generator) -> Image.Image:
    width, height = size
    picture = gradient(size, (16, 20, 52), (58, 62, 116))
    draw = ImageDraw.Draw(picture)
    for x, y, r in rng.uniform((0.0, 0.0, 0.3), (1.0, 0.74, 1.0), (44, 3)):
        r *= min(size) * 0.011
        draw.ellipse((x * width - r, y * height - r, x * width + r, y * height + r), fill=(250, 244, 210))
    phase = float(rng.uniform(0, 6))
    _hill(draw, size, 0.76, 0.04, phase, (38, 44, 82))
    _hill(draw, size, 0.86, 0.03, phase + 2, (24, 30, 60))
    return picture


def _bricks(size: Size, rng: np.random.Generator) -> Image.Image:
    width, height = size
    picture = Image.new("RGB", size, (206, 190, 176))
    draw = ImageDraw.Draw(picture)
    tall = min(size) * 0.095
    wide, gap = tall * 2.3, tall * 0.14
    for row in range(int(height / tall) + 1):
        for column in range(-1, int(width / wide) + 2):
            left = (column + 0.5 * (row % 2)) * wide
            fill = mixed((184, 106, 84), (150, 78, 64), float(rng.random()))
            draw.rectangle((left, row * tall, left + wide - gap, (row + 1) * tall - gap), fill=fill)
    return picture


def _wood(size: Size, rng: np.random.Generator) -> Image.Image:
    width, height = size
    picture = Image.new("RGB", size, (186, 136, 88))
    draw = ImageDraw.Draw(picture)
    thin = max(1, round(min(size) * 0.006))
    planks = 5
    for plank in range(planks):
        top, bottom = height * plank / planks, height * (plank + 1) / planks
        tone = mixed((206, 160, 108), (176, 126, 80), float(rng.random()))
        draw.rectangle((0, top, width, bottom), fill=tone)
        for _ in range(3):
            y = float(rng.uniform(top, bottom))
            start, end = sorted(rng.uniform(-0.2, 1.2, 2))
            draw.line(
                (start * width, y, end * width, y + height * 0.006), fill=mixed(tone, (120, 80, 46), 0.4), width=thin
            )
        draw.line((0, top, width, top), fill=(116, 76, 46), width=thin * 2)
        x = float(rng.uniform(0, width))
        draw.line((x, top, x, bottom), fill=(126, 86, 54), width=thin)
    return picture


def _water(size: Size, rng: np.random.Generator) -> Image.Image:
    width, height = size
    picture = gradient(size, (124, 206, 216), (28, 108, 152))
    draw = ImageDraw.Draw(picture)
    thick = max(1, round(min(size) * 0.011))
    xs = np.linspace(0, 1, 40)
    for row in range(9):
        level, phase = (row + 0.6) / 9, float(rng.uniform(0, 6))
        ys = level + 0.012 * np.sin(xs * 22 + phase)
        line = [(float(x * width), float(y * height)) for x, y in zip(xs, ys, strict=True)]
        draw.line(line, fill=mixed((186, 234, 236), (84, 164, 196), level), width=thick)
    return picture


_PAINTERS: dict[str, Callable[[Size, np.random.Generator], Image.Image]] = {
    "plain": _plain,
    "meadow": _meadow,
    "beach": _beach,
    "snow": _snow,
    "night": _night,
    "bricks": _bricks,
    "wood": _wood,
    "water": _water,
}
