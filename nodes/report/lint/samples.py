"""Samples: pictures as a trainer would meet them, and what it would make of their captions and sizes. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nodes.balance.placement import Placement, Size
from nodes.balance.presets import Bucketing, Trainer
from nodes.report.lint.findings import Finding
from nodes.report.lint.trainers import HABITS

FEW = 5


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture that is trained on.

    `size`      as the trainer sees it, None where it is not known.
    `caption`   "" for an empty one, None where there is none.
    `repeats`   how often an epoch shows it.
    """

    place: str
    size: Size | None
    caption: str | None
    repeats: int = 1


def caption_findings(samples: Sequence[Sample], trainer: Trainer) -> Iterator[Finding]:
    """What is wrong with captions: missing ones, and lines that the trainer leaves out or draws by lot."""
    lines = HABITS[trainer].lines
    for sample in samples:
        if sample.caption is None or not sample.caption.strip():
            message = "It has no caption, and the trainer takes its class words, or nothing."
            yield Finding("warning", "no-caption", sample.place, message, "Caption it or take it out.")
        elif lines != "all" and len([line for line in sample.caption.strip().splitlines() if line.strip()]) > 1:
            taken = "the first line alone" if lines == "first" else "one line at random each time"
            message = f"Its caption has several lines, and the trainer takes {taken}."
            yield Finding("warning", "several-lines", sample.place, message, "Put it on one line.")


def size_findings(
    samples: Sequence[Sample], rule: Bucketing, *, batch: int, most_crop: float, most_scale: float
) -> Iterator[Finding]:
    """What is wrong with sizes: pictures that stop the trainer, that are enlarged or cut a lot, and small buckets."""
    buckets: Counter[str] = Counter()
    for sample in samples:
        if sample.size is None:
            continue
        placed = rule.place(*sample.size)
        size = f"{sample.size[0]} x {sample.size[1]}"
        if not placed.usable:
            message = f"It is too narrow for any bucket ({size}), and the trainer stops at it."
            yield Finding("error", "too-narrow", sample.place, message, "Crop it or take it out.")
            continue
        buckets[placed.name] += sample.repeats
        yield from _placement_findings(sample.place, size, placed, most_crop, most_scale)
    for name, count in sorted(buckets.items()):
        if count < batch:
            message = f"An epoch has {count} pictures in the bucket {name}, fewer than the {batch} of a batch."
            yield Finding("hint", "small-bucket", name, message, "Crop pictures to fewer shapes, or repeat them.")


def _placement_findings(
    place: str, size: str, placed: Placement, most_crop: float, most_scale: float
) -> Iterator[Finding]:
    if placed.scale > most_scale:
        message = f"It is enlarged {placed.scale:.2f} times, from {size} to {placed.name}, and teaches blur."
        yield Finding("warning", "enlarged", place, message, "Take it out, or train at a lower resolution.")
    if placed.crop > most_crop:
        message = f"{placed.crop:.0%} of it are cut off, from {size} to {placed.name}."
        yield Finding("warning", "cropped", place, message, "Crop it yourself, so that what matters stays.")


def set_findings(samples: Sequence[Sample]) -> Iterator[Finding]:
    """What is wrong with the set as a whole."""
    if not samples:
        yield Finding("error", "no-pictures", "", "The trainer finds no picture.", "See what it passes over.")
    elif len(samples) < FEW:
        message = f"There are {len(samples)} pictures, and so few are learnt by heart."
        yield Finding("hint", "few-pictures", "", message, "Most sets for a subject have 15 to 50.")
