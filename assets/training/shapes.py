"""The outlines of the things a scene can show: each noun is a few parts in a square from -1 to 1, y pointing down."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from assets.training.outlines import Outline, arc, box, ellipse, mirrored, smooth, stroke

Tone = Literal["body", "shade", "tint", "dark", "pale", "wood", "leaf"]


@dataclass(frozen=True)
class Part:
    """One closed outline and the tone it is filled with; `body` parts take the colour and finish of the object."""

    outline: Outline
    tone: Tone = "body"


def _star() -> Outline:
    corners = []
    for i in range(10):
        radius = 0.98 if i % 2 == 0 else 0.42
        angle = math.radians(-90 + 36 * i)
        corners.append((radius * math.cos(angle), radius * math.sin(angle) + 0.06))
    return tuple(corners)


def _heart() -> Outline:
    points = []
    for i in range(48):
        t = math.tau * i / 48
        x = 16 * math.sin(t) ** 3
        y = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
        points.append((x / 17, -y / 16 - 0.08))
    return tuple(points)


def _petals() -> tuple[Part, ...]:
    petals = []
    for i in range(6):
        angle = math.radians(60 * i - 90)
        petals.append(
            Part(ellipse(0.38 * math.cos(angle), -0.32 + 0.38 * math.sin(angle), 0.33, 0.23, turn=60 * i - 90))
        )
    return tuple(petals)


def _half_disc(x: float, y: float, rx: float, ry: float) -> Outline:
    angles = [math.radians(180 + 180 * i / 24) for i in range(25)]
    return tuple((x + rx * math.cos(a), y + ry * math.sin(a)) for a in angles)


_LEAF = smooth((0, -0.98), (0.42, -0.45), (0.5, 0.05), (0.3, 0.5), (0, 0.72), (-0.3, 0.5), (-0.5, 0.05), (-0.42, -0.45))
_CAT = smooth(
    (-0.62, 0.95), (-0.66, 0.5), (-0.5, 0.1), (-0.2, -0.05), (0.2, -0.05), (0.5, 0.1), (0.66, 0.5), (0.62, 0.95)
)

SHAPES: Mapping[str, tuple[Part, ...]] = MappingProxyType(
    {
        "ball": (Part(ellipse(0, 0.08, 0.88, 0.88)),),
        "star": (Part(_star()),),
        "heart": (Part(_heart()),),
        "house": (
            Part(box(0.34, -0.86, 0.56, -0.2), "shade"),
            Part(box(-0.72, -0.12, 0.72, 0.95)),
            Part(((-0.98, -0.1), (0, -0.95), (0.98, -0.1)), "shade"),
            Part(box(-0.14, 0.36, 0.2, 0.95), "dark"),
            Part(box(-0.56, 0.14, -0.26, 0.48), "pale"),
            Part(box(0.32, 0.14, 0.6, 0.48), "pale"),
        ),
        "tree": (
            Part(box(-0.14, 0.5, 0.14, 0.97), "wood"),
            Part(((-0.82, 0.62), (0, -0.3), (0.82, 0.62))),
            Part(((-0.66, 0.14), (0, -0.66), (0.66, 0.14)), "shade"),
            Part(((-0.48, -0.3), (0, -0.98), (0.48, -0.3))),
        ),
        "flower": (
            Part(stroke(0.1, (0, 0), (0.04, 0.5), (0, 0.98)), "leaf"),
            Part(ellipse(0.28, 0.66, 0.28, 0.12, turn=-30), "leaf"),
            Part(ellipse(-0.26, 0.76, 0.26, 0.12, turn=30), "leaf"),
            *_petals(),
            Part(ellipse(0, -0.32, 0.2, 0.2), "pale"),
        ),
        "leaf": (
            Part(stroke(0.1, (0, 0.5), (0.06, 0.8), (0.2, 0.98)), "wood"),
            Part(_LEAF),
            Part(stroke(0.05, (0, -0.75), (0, 0.6)), "shade"),
            Part(stroke(0.04, (0, 0.3), (0.3, 0.02)), "shade"),
            Part(stroke(0.04, (0, 0.3), (-0.3, 0.02)), "shade"),
            Part(stroke(0.04, (0, -0.1), (0.28, -0.36)), "shade"),
            Part(stroke(0.04, (0, -0.1), (-0.28, -0.36)), "shade"),
        ),
        "mushroom": (
            Part(smooth((-0.24, 0.0), (0.24, 0.0), (0.26, 0.6), (0.36, 0.93), (-0.36, 0.93), (-0.26, 0.6)), "pale"),
            Part((*_half_disc(0, 0.1, 0.95, 0.98), (0.6, 0.22), (0, 0.26), (-0.6, 0.22))),
            Part(ellipse(-0.42, -0.3, 0.16, 0.14), "pale"),
            Part(ellipse(0.14, -0.5, 0.18, 0.15), "pale"),
            Part(ellipse(0.54, -0.12, 0.13, 0.12), "pale"),
        ),
        "apple": (
            Part(stroke(0.1, (0, -0.5), (0.03, -0.74), (0.12, -0.95)), "wood"),
            Part(ellipse(0.36, -0.74, 0.28, 0.13, turn=-25), "leaf"),
            Part(
                smooth(
                    (0, -0.46),
                    (0.4, -0.6),
                    (0.84, -0.3),
                    (0.84, 0.25),
                    (0.5, 0.84),
                    (0.16, 0.94),
                    (0, 0.87),
                    (-0.16, 0.94),
                    (-0.5, 0.84),
                    (-0.84, 0.25),
                    (-0.84, -0.3),
                    (-0.4, -0.6),
                )
            ),
        ),
        "car": (
            Part(smooth((-0.55, 0.1), (-0.42, -0.42), (-0.1, -0.52), (0.28, -0.48), (0.56, 0.1)), "shade"),
            Part(((-0.4, 0.02), (-0.32, -0.34), (-0.04, -0.4), (-0.04, 0.02)), "pale"),
            Part(((0.06, 0.02), (0.06, -0.4), (0.26, -0.36), (0.42, 0.02)), "pale"),
            Part(
                smooth(
                    (-0.96, 0.5),
                    (-0.94, 0.12),
                    (-0.5, 0.02),
                    (0.5, 0.02),
                    (0.92, 0.14),
                    (0.98, 0.5),
                    (0.5, 0.56),
                    (-0.5, 0.56),
                )
            ),
            Part(ellipse(-0.52, 0.52, 0.27, 0.27), "dark"),
            Part(ellipse(0.52, 0.52, 0.27, 0.27), "dark"),
            Part(ellipse(-0.52, 0.52, 0.11, 0.11), "pale"),
            Part(ellipse(0.52, 0.52, 0.11, 0.11), "pale"),
        ),
        "boat": (
            Part(box(-0.05, -0.95, 0.03, 0.5), "wood"),
            Part(((0.08, -0.88), (0.08, 0.3), (0.74, 0.3))),
            Part(((-0.1, -0.7), (-0.1, 0.3), (-0.62, 0.3)), "tint"),
            Part(
                smooth(
                    (-0.95, 0.4),
                    (-0.3, 0.44),
                    (0.3, 0.44),
                    (0.95, 0.4),
                    (0.62, 0.86),
                    (0.2, 0.92),
                    (-0.2, 0.92),
                    (-0.62, 0.86),
                ),
                "shade",
            ),
        ),
        "rocket": (
            Part(((-0.26, 0.2), (-0.66, 0.8), (-0.2, 0.66)), "shade"),
            Part(((0.26, 0.2), (0.66, 0.8), (0.2, 0.66)), "shade"),
            Part(smooth((-0.16, 0.66), (0.16, 0.66), (0.1, 0.84), (0, 0.98), (-0.1, 0.84)), "pale"),
            Part(
                smooth(
                    (0, -0.98),
                    (0.26, -0.56),
                    (0.33, -0.05),
                    (0.24, 0.64),
                    (-0.24, 0.64),
                    (-0.33, -0.05),
                    (-0.26, -0.56),
                )
            ),
            Part(ellipse(0, -0.22, 0.17, 0.17), "dark"),
            Part(ellipse(0, -0.22, 0.11, 0.11), "pale"),
        ),
        "balloon": (
            Part(stroke(0.04, (0, 0.42), (0.06, 0.6), (-0.05, 0.78), (0.03, 0.98)), "dark"),
            Part(
                smooth(
                    (0, 0.42),
                    (-0.42, 0.1),
                    (-0.62, -0.38),
                    (-0.36, -0.84),
                    (0, -0.97),
                    (0.36, -0.84),
                    (0.62, -0.38),
                    (0.42, 0.1),
                )
            ),
            Part(((-0.1, 0.5), (0, 0.36), (0.1, 0.5)), "shade"),
        ),
        "cup": (
            Part(arc(0.56, 0.1, 0.34, 0.36, -95, 95, 0.14), "shade"),
            Part(((-0.72, -0.5), (0.62, -0.5), (0.46, 0.74), (0.3, 0.88), (-0.4, 0.88), (-0.56, 0.74))),
            Part(ellipse(-0.05, -0.5, 0.67, 0.17), "tint"),
            Part(ellipse(-0.05, -0.48, 0.55, 0.11), "dark"),
        ),
        "bottle": (
            Part(box(-0.15, -0.98, 0.15, -0.8), "wood"),
            Part(
                smooth(
                    (-0.13, -0.82),
                    (0.13, -0.82),
                    (0.14, -0.46),
                    (0.38, -0.12),
                    (0.4, 0.4),
                    (0.36, 0.92),
                    (-0.36, 0.92),
                    (-0.4, 0.4),
                    (-0.38, -0.12),
                    (-0.14, -0.46),
                )
            ),
            Part(box(-0.39, 0.14, 0.39, 0.56), "pale"),
        ),
        "lamp": (
            Part(box(-0.05, -0.1, 0.05, 0.86), "dark"),
            Part(_half_disc(0, 0.95, 0.42, 0.22), "dark"),
            Part(((-0.3, -0.95), (0.3, -0.95), (0.76, 0.1), (-0.76, 0.1))),
        ),
        "umbrella": (
            Part(stroke(0.08, (0, -0.95), (0, 0.7)), "dark"),
            Part(arc(0.15, 0.7, 0.15, 0.2, 0, 180, 0.08), "dark"),
            Part(
                (
                    *_half_disc(0, 0.06, 0.97, 0.88),
                    (0.66, -0.08),
                    (0.33, 0.06),
                    (0, -0.08),
                    (-0.33, 0.06),
                    (-0.66, -0.08),
                )
            ),
            Part(stroke(0.03, (0, -0.8), (0.3, -0.5), (0.34, 0.03)), "shade"),
            Part(stroke(0.03, (0, -0.8), (-0.3, -0.5), (-0.34, 0.03)), "shade"),
        ),
        "hat": (
            Part(((-0.52, -0.8), (0.52, -0.8), (0.44, 0.56), (-0.44, 0.56))),
            Part(box(-0.46, 0.26, 0.46, 0.5), "pale"),
            Part(ellipse(0, 0.58, 0.95, 0.18), "shade"),
            Part(ellipse(0, -0.8, 0.52, 0.1), "tint"),
        ),
        "key": (
            Part(arc(-0.55, 0, 0.3, 0.3, 0, 360, 0.2)),
            Part(box(-0.2, -0.1, 0.95, 0.1)),
            Part(box(0.48, 0.0, 0.62, 0.36)),
            Part(box(0.78, 0.0, 0.92, 0.44)),
        ),
        "fish": (
            Part(smooth((0.42, 0), (0.95, -0.52), (0.82, 0), (0.95, 0.52)), "shade"),
            Part(smooth((-0.3, -0.36), (0.0, -0.74), (0.3, -0.66), (0.26, -0.2)), "shade"),
            Part(smooth((-0.1, 0.36), (0.04, 0.68), (0.26, 0.56), (0.2, 0.2)), "shade"),
            Part(
                smooth(
                    (-0.95, 0.02),
                    (-0.62, -0.38),
                    (-0.1, -0.5),
                    (0.36, -0.24),
                    (0.6, 0),
                    (0.36, 0.24),
                    (-0.1, 0.5),
                    (-0.62, 0.4),
                )
            ),
            Part(ellipse(-0.58, -0.1, 0.13, 0.13), "pale"),
            Part(ellipse(-0.6, -0.1, 0.06, 0.06), "dark"),
            Part(arc(-0.52, 0.02, 0.3, 0.34, -50, 50, 0.045), "shade"),
        ),
        "cat": (
            Part(arc(0.52, 0.5, 0.36, 0.42, -70, 90, 0.14), "shade"),
            Part(_CAT),
            Part(((-0.52, -0.38), (-0.5, -0.97), (-0.08, -0.68))),
            Part(((0.52, -0.38), (0.5, -0.97), (0.08, -0.68))),
            Part(ellipse(0, -0.32, 0.56, 0.46)),
            Part(ellipse(-0.22, -0.38, 0.09, 0.11), "pale"),
            Part(ellipse(0.22, -0.38, 0.09, 0.11), "pale"),
            Part(ellipse(-0.22, -0.37, 0.04, 0.08), "dark"),
            Part(ellipse(0.22, -0.37, 0.04, 0.08), "dark"),
            Part(((-0.07, -0.2), (0.07, -0.2), (0, -0.12)), "dark"),
            Part(ellipse(-0.22, 0.9, 0.16, 0.08), "tint"),
            Part(ellipse(0.22, 0.9, 0.16, 0.08), "tint"),
        ),
        "bird": (
            Part(stroke(0.05, (-0.06, 0.5), (-0.1, 0.95)), "dark"),
            Part(stroke(0.05, (0.14, 0.5), (0.14, 0.95)), "dark"),
            Part(((0.45, 0.12), (0.98, -0.22), (0.92, 0.14), (0.4, 0.44)), "shade"),
            Part(
                smooth(
                    (-0.7, -0.52),
                    (-0.4, -0.74),
                    (-0.12, -0.5),
                    (0.2, -0.2),
                    (0.66, 0.06),
                    (0.4, 0.48),
                    (-0.06, 0.62),
                    (-0.48, 0.36),
                    (-0.66, -0.1),
                )
            ),
            Part(((-0.66, -0.5), (-0.98, -0.38), (-0.66, -0.3)), "wood"),
            Part(smooth((-0.2, -0.1), (0.2, -0.08), (0.6, 0.14), (0.2, 0.34), (-0.14, 0.22)), "shade"),
            Part(ellipse(-0.44, -0.48, 0.08, 0.08), "pale"),
            Part(ellipse(-0.45, -0.48, 0.045, 0.045), "dark"),
        ),
        "butterfly": (
            Part(smooth((0.04, 0.0), (0.3, -0.64), (0.74, -0.86), (0.97, -0.56), (0.8, -0.08), (0.36, 0.1))),
            Part(mirrored(smooth((0.04, 0.0), (0.3, -0.64), (0.74, -0.86), (0.97, -0.56), (0.8, -0.08), (0.36, 0.1)))),
            Part(smooth((0.04, 0.06), (0.5, 0.08), (0.76, 0.38), (0.58, 0.8), (0.24, 0.66)), "shade"),
            Part(mirrored(smooth((0.04, 0.06), (0.5, 0.08), (0.76, 0.38), (0.58, 0.8), (0.24, 0.66))), "shade"),
            Part(ellipse(0.66, -0.5, 0.12, 0.12), "pale"),
            Part(ellipse(-0.66, -0.5, 0.12, 0.12), "pale"),
            Part(ellipse(0, 0.06, 0.08, 0.56), "dark"),
            Part(stroke(0.04, (0, -0.4), (-0.1, -0.7), (-0.24, -0.86)), "dark"),
            Part(stroke(0.04, (0, -0.4), (0.1, -0.7), (0.24, -0.86)), "dark"),
        ),
        "chair": (
            Part(box(-0.52, -0.95, -0.38, 0.95), "shade"),
            Part(box(0.44, 0.2, 0.58, 0.95), "shade"),
            Part(box(-0.2, 0.2, -0.1, 0.8), "shade"),
            Part(box(-0.52, -0.9, -0.3, 0.1)),
            Part(smooth((-0.54, 0.08), (0.0, 0.02), (0.6, 0.08), (0.62, 0.26), (0, 0.3), (-0.54, 0.26))),
            Part(box(0.2, 0.28, 0.3, 0.8), "shade"),
        ),
    }
)
