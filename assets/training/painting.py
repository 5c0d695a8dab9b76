"""Paints a scene at any size: backdrop, objects, then the look of its kind (photo, flat, line, ...) and its light."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from assets.training.backdrops import Colour, Size, backdrop, mixed
from assets.training.outlines import Outline, Point
from assets.training.scenes import Scene
from assets.training.shapes import SHAPES, Tone

RGB: dict[str, Colour] = {
    "red": (212, 38, 46),
    "orange": (244, 132, 36),
    "yellow": (250, 210, 50),
    "green": (50, 154, 76),
    "blue": (46, 100, 208),
    "purple": (126, 64, 178),
    "pink": (246, 136, 180),
    "brown": (122, 76, 44),
    "white": (246, 246, 242),
    "black": (38, 38, 44),
}
_PAPER: Colour = (252, 249, 242)
_INK: Colour = (50, 46, 54)
_FIXED: dict[Tone, Colour] = {
    "dark": (46, 44, 52),
    "pale": (252, 247, 232),
    "wood": (124, 86, 56),
    "leaf": (76, 136, 70),
}
_LIGHT = {
    "bright": (1.04, 1.04, 1.03),
    "golden": (1.08, 0.93, 0.68),
    "dim": (0.5, 0.5, 0.56),
    "cool": (0.8, 0.95, 1.14),
}
_PLACES: dict[int, tuple[tuple[float, float, float], ...]] = {
    1: ((0.5, 0.54, 0.33),),
    2: ((0.28, 0.56, 0.225), (0.72, 0.58, 0.225)),
    3: ((0.27, 0.34, 0.195), (0.73, 0.36, 0.195), (0.5, 0.74, 0.205)),
}
"""Where the objects stand, for each number of them: x, y and radius as shares of the picture."""

_PIXELS_ACROSS = 40
_OVERSAMPLING = 2
_SKETCH_SIDE = 192


@dataclass(frozen=True)
class _Thing:
    """One object on the canvas."""

    noun: str
    colour: Colour
    x: float
    y: float
    radius: float
    turn: float
    facing: int

    def outline(self, points: Outline) -> list[Point]:
        """The points of the noun's own square, on the canvas."""
        cos, sin = math.cos(self.turn) * self.radius, math.sin(self.turn) * self.radius
        return [(self.x + u * self.facing * cos - v * sin, self.y + u * self.facing * sin + v * cos) for u, v in points]


def paint(scene: Scene, size: Size) -> Image.Image:
    """The picture of a scene, RGB; a larger size shows the same thing with more detail."""
    rng = np.random.default_rng([scene.seed, 23])
    full = (size[0] * _OVERSAMPLING, size[1] * _OVERSAMPLING)
    things = _things(scene, full, rng)
    picture = backdrop(scene.background, full, rng)
    unit = min(full)
    if scene.kind == "photo":
        picture = picture.filter(ImageFilter.GaussianBlur(unit * 0.008))
        picture = _shadows(picture, things)
    elif scene.kind == "line":
        picture = _drawn_lines(picture)
    elif scene.kind == "watercolour":
        picture = picture.filter(ImageFilter.GaussianBlur(unit * 0.01))
    for thing in things:
        _paint_thing(picture, thing, scene)
    picture = picture.resize(size, Image.Resampling.BOX)
    return _developed(picture, scene, rng)


def paint_cutout(scene: Scene, size: Size) -> Image.Image:
    """The objects of a scene alone, RGBA on a transparent ground."""
    rng = np.random.default_rng([scene.seed, 23])
    full = (size[0] * _OVERSAMPLING, size[1] * _OVERSAMPLING)
    picture = Image.new("RGBA", full)
    for thing in _things(scene, full, rng):
        _paint_thing(picture, thing, scene)
    return picture.resize(size, Image.Resampling.BOX)


def _things(scene: Scene, size: Size, rng: np.random.Generator) -> list[_Thing]:
    looks = [(scene.noun, scene.colour)] * {"one": 1, "two": 2, "three": 3}[scene.count]
    if scene.companion is not None:
        looks = [(scene.noun, scene.colour), (scene.companion.noun, scene.companion.colour)]
    unit = min(size)
    tints = rng.integers(-10, 11, (2, 3))
    shift = rng.uniform(-0.03, 0.03, 2) if len(looks) > 1 else rng.uniform(-0.07, 0.07, 2)
    things = []
    for i, ((noun, colour), (x, y, radius)) in enumerate(zip(looks, _PLACES[len(looks)], strict=True)):
        red, green, blue = (min(255, max(0, int(c + d))) for c, d in zip(RGB[colour], tints[i % 2], strict=True))
        things.append(
            _Thing(
                noun=noun,
                colour=(red, green, blue),
                x=(x + float(shift[0])) * size[0],
                y=(y + float(shift[1])) * size[1],
                radius=radius * unit * float(rng.uniform(0.9, 1.12)),
                turn=float(rng.uniform(-0.16, 0.16)) * (0.25 if scene.upright else 1.0),
                facing=1 if rng.random() < 0.5 else -1,
            )
        )
    return things


def _shadows(picture: Image.Image, things: list[_Thing]) -> Image.Image:
    mask = Image.new("L", picture.size)
    draw = ImageDraw.Draw(mask)
    for thing in things:
        r, foot = thing.radius, thing.y + thing.radius * 0.95
        draw.ellipse((thing.x - r * 0.85, foot - r * 0.12, thing.x + r * 1.0, foot + r * 0.2), fill=120)
    mask = mask.filter(ImageFilter.GaussianBlur(min(picture.size) * 0.018))
    picture.paste((20, 20, 30), (0, 0), mask)
    return picture


def _drawn_lines(picture: Image.Image) -> Image.Image:
    """The backdrop as pencil lines on paper with a faint wash."""
    # A filter's lines are a pixel thick, so a large picture is drawn small: the pencil grows with the sheet.
    sheet = picture.convert("L")
    scale = min(1, _SKETCH_SIDE / min(sheet.size))
    sheet.thumbnail((round(sheet.width * scale), round(sheet.height * scale)))
    lines = sheet.filter(ImageFilter.GaussianBlur(min(sheet.size) * 0.004)).filter(ImageFilter.CONTOUR)
    lines = lines.filter(ImageFilter.MinFilter(3)).point([min(255, round(v * 0.55 + 115)) for v in range(256)])
    lines = lines.resize(picture.size, Image.Resampling.BICUBIC)
    wash = Image.blend(picture, Image.new("RGB", picture.size, _PAPER), 0.78)
    return ImageChops.multiply(wash, Image.merge("RGB", (lines, lines, lines)))


def _tones(colour: Colour, kind: str) -> dict[Tone, Colour]:
    tones: dict[Tone, Colour] = {
        "body": colour,
        "shade": mixed(colour, (20, 16, 40), 0.24),
        "tint": mixed(colour, (255, 255, 255), 0.38),
        **_FIXED,
    }
    if kind == "line":
        return {tone: mixed(value, _PAPER, 0.4 if tone == "body" else 0.55) for tone, value in tones.items()}
    return tones


def _paint_thing(picture: Image.Image, thing: _Thing, scene: Scene) -> None:
    tones = _tones(thing.colour, scene.kind)
    side = math.ceil(thing.radius * 2.5)
    corner = (round(thing.x - side / 2), round(thing.y - side / 2))
    body = _body_fill(tones["body"], side, scene.finish, scene.kind)
    draw = ImageDraw.Draw(picture)
    rim = max(1, round(thing.radius * (0.075 if scene.kind == "line" else 0.035)))
    for part in SHAPES[thing.noun]:
        outline = thing.outline(part.outline)
        if part.tone in ("body", "shade", "tint"):
            mask = Image.new("L", (side, side))
            ImageDraw.Draw(mask).polygon([(x - corner[0], y - corner[1]) for x, y in outline], fill=255)
            fill = body if part.tone == "body" else _retoned(body, part.tone)
            picture.paste(fill, corner, mask)
        else:
            draw.polygon(outline, fill=tones[part.tone])
        if scene.kind != "watercolour":
            edge = _INK if scene.kind == "line" else mixed(tones[part.tone], (24, 20, 34), 0.55)
            draw.line([*outline, outline[0]], fill=edge, width=rim, joint="curve")


def _retoned(fill: Image.Image, tone: Tone) -> Image.Image:
    towards = (20, 16, 40) if tone == "shade" else (255, 255, 255)
    return Image.blend(fill, Image.new("RGB", fill.size, towards), 0.24 if tone == "shade" else 0.36)


def _body_fill(colour: Colour, side: int, finish: str, kind: str) -> Image.Image:
    """A square of the object's surface: its colour, pattern, and the light that falls on it."""
    fill = Image.new("RGB", (side, side), colour)
    draw = ImageDraw.Draw(fill)
    bright = 0.3 * colour[0] + 0.59 * colour[1] + 0.11 * colour[2] > 165
    pattern = mixed(colour, (40, 30, 60), 0.5) if bright else mixed(colour, (255, 252, 240), 0.75)
    step = side * 0.15
    if finish == "striped":
        for i in range(-1, 14):
            left = i * step * 1.15 - side * 0.3
            stripe = (
                (left, 0),
                (left + step * 0.5, 0),
                (left + step * 0.5 + side * 0.3, side),
                (left + side * 0.3, side),
            )
            draw.polygon(stripe, fill=pattern)
    elif finish == "dotted":
        for row in range(8):
            for column in range(8):
                x, y, r = (column + 0.5 * (row % 2)) * step * 1.05, row * step * 0.95, step * 0.29
                draw.ellipse((x - r, y - r, x + r, y + r), fill=pattern)
    shaded = kind == "photo"
    if shaded or finish == "glossy":
        fill = _lit(fill, shaded=shaded, glossy=finish == "glossy")
    return fill


def _lit(fill: Image.Image, *, shaded: bool, glossy: bool) -> Image.Image:
    """The surface as a lamp at the upper left lights it."""
    side = fill.size[0]
    ramp = np.linspace(-1, 1, side, dtype=np.float32)
    x, y = ramp[None, :], ramp[:, None]
    pixels = np.asarray(fill, np.float32)
    if shaded:
        pixels = pixels * (1.0 - 0.26 * (x + y))[..., None]
    if glossy:
        near = np.exp(-(((x + 0.26) ** 2 + (y + 0.3) ** 2) / 0.05))
        rim = np.exp(-((np.hypot(x + 0.1, y + 0.1) - 0.66) ** 2) / 0.004) * (x + y > 0.35)
        gloss = np.clip(1.5 * near + 0.5 * rim, 0, 0.95)[..., None]
        pixels = pixels * (1 - gloss) + 255 * gloss
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _developed(picture: Image.Image, scene: Scene, rng: np.random.Generator) -> Image.Image:
    """The finished picture: the texture of its kind, then its light."""
    size = picture.size
    if scene.kind == "pixel":
        picture = _pixelated(picture)
    pixels = np.asarray(picture, np.float32)
    if scene.kind == "watercolour":
        pixels = _watercolour(pixels, rng)
    gain = np.asarray(_LIGHT[scene.light], np.float32)
    pixels = pixels * gain
    if scene.light == "golden":
        # A low sun: warmer and brighter from one side.
        across = np.linspace(1, 0, size[0], dtype=np.float32)[None, :, None]
        pixels = pixels + across * np.asarray((34, 16, 0), np.float32)
    if scene.kind == "photo":
        pixels = _grain_and_vignette(pixels, rng)
    return Image.fromarray(np.clip(pixels + 0.5, 0, 255).astype(np.uint8))


def _pixelated(picture: Image.Image) -> Image.Image:
    cell = min(picture.size) / _PIXELS_ACROSS
    coarse = (round(picture.size[0] / cell), round(picture.size[1] / cell))
    small = picture.resize(coarse, Image.Resampling.BOX).quantize(20, method=Image.Quantize.MEDIANCUT)
    return small.convert("RGB").resize(picture.size, Image.Resampling.NEAREST)


def _blotches(size: Size, cells: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Smooth noise between -1 and 1 with about `cells` waves across."""
    coarse = Image.fromarray(rng.uniform(-1, 1, (cells, cells)).astype(np.float32))
    return np.asarray(coarse.resize(size, Image.Resampling.BICUBIC), np.float32)


def _watercolour(pixels: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Uneven paint on paper, with the sheet showing at the margins."""
    height, width = pixels.shape[:2]
    wet = 0.16 + 0.1 * _blotches((width, height), 7, rng) + 0.06 * _blotches((width, height), 22, rng)
    x = np.abs(np.linspace(-1, 1, width, dtype=np.float32))[None, :]
    y = np.abs(np.linspace(-1, 1, height, dtype=np.float32))[:, None]
    edge = np.maximum(x, y) + 0.045 * _blotches((width, height), 9, rng)
    margin = np.clip((edge - 0.86) / 0.05, 0, 1)
    bare = np.clip(np.maximum(wet, margin), 0, 1)[..., None]
    return pixels * (1 - bare) + np.asarray(_PAPER, np.float32) * bare


def _grain_and_vignette(pixels: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    height, width = pixels.shape[:2]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    falloff = 1 - 0.14 * (x**2 + y**2)
    grain = rng.normal(0, 2.4, (height, width)).astype(np.float32)
    return np.asarray(pixels * falloff[..., None] + grain[..., None], np.float32)
