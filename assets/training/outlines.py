"""Closed outlines from which shapes are put together: ellipses, boxes, smooth curves and strokes, y pointing down."""

from __future__ import annotations

import math

Point = tuple[float, float]
Outline = tuple[Point, ...]


def ellipse(x: float, y: float, rx: float, ry: float, *, turn: float = 0.0) -> Outline:
    """An ellipse as a polygon, turned by `turn` degrees."""
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    steps = [math.tau * i / 36 for i in range(36)]
    around = [(rx * math.cos(a), ry * math.sin(a)) for a in steps]
    return tuple((x + u * cos - v * sin, y + u * sin + v * cos) for u, v in around)


def box(left: float, top: float, right: float, bottom: float) -> Outline:
    """A rectangle."""
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def smooth(*points: Point) -> Outline:
    """A closed Catmull-Rom curve through the points."""
    curve: list[Point] = []
    count = len(points)
    for i in range(count):
        before, start, end, after = (points[(i + k) % count] for k in (-1, 0, 1, 2))
        for step in range(6):
            t = step / 6
            curve.append(
                (_catmull(before[0], start[0], end[0], after[0], t), _catmull(before[1], start[1], end[1], after[1], t))
            )
    return tuple(curve)


def _catmull(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)


def stroke(width: float, *points: Point) -> Outline:
    """An open line of the given width, as the polygon around it."""
    left: list[Point] = []
    right: list[Point] = []
    for i, (x, y) in enumerate(points):
        x0, y0 = points[max(i - 1, 0)]
        x1, y1 = points[min(i + 1, len(points) - 1)]
        length = math.hypot(x1 - x0, y1 - y0)
        nx, ny = -(y1 - y0) / length * width / 2, (x1 - x0) / length * width / 2
        left.append((x + nx, y + ny))
        right.append((x - nx, y - ny))
    return tuple(left + right[::-1])


def arc(x: float, y: float, rx: float, ry: float, start: float, end: float, width: float) -> Outline:
    """A piece of a ring, angles in degrees clockwise from the right."""
    angles = [math.radians(start + (end - start) * i / 18) for i in range(19)]
    return stroke(width, *[(x + rx * math.cos(a), y + ry * math.sin(a)) for a in angles])


def mirrored(outline: Outline) -> Outline:
    """The outline on the other side of the vertical axis."""
    return tuple((-x, y) for x, y in outline)
