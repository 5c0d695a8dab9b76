"""Scenes painted once as small squares, with their attributes as the targets of the pre-training."""

from __future__ import annotations

import hashlib
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from assets.training.painting import paint
from assets.training.scenes import Scene, random_scene, random_scenes
from assets.training.vocabulary import ATTRIBUTES, values

SIDE = 64
"""The side of the square that both models see."""

TRAINING_SEED, HELD_OUT_SEED = 1, 900

_SIZES = ((64, 64), (64, 64), (96, 96), (128, 96), (96, 128))
"""Scenes are painted larger or wider and then squashed, as the models' own preprocessing does with real files."""


@dataclass(frozen=True)
class Corpus:
    """Scenes with their pictures, shape (scene, 3, side, side), bytes."""

    scenes: tuple[Scene, ...]
    pictures: torch.Tensor

    def __len__(self) -> int:
        return len(self.scenes)


def corpus(seed: int, number: int, *, workers: int = 2) -> Corpus:
    """The painted scenes of a seed; kept in the temporary folder, as both trainings use them."""
    scenes = tuple(random_scenes(seed, number))
    kept = Path(tempfile.gettempdir()) / f"nodegraph-scenes-{seed}-{number}-{_look()}.npy"
    if kept.exists():
        pixels = np.load(kept)
    else:
        first = seed * 1_000_000
        starts = range(first, first + number, 500)
        with ProcessPoolExecutor(workers) as pool:
            blocks = pool.map(partial(_painted, end=first + number), starts)
            pixels = np.concatenate(list(blocks))
        np.save(kept, pixels)
    return Corpus(scenes, torch.from_numpy(pixels))


def _look() -> str:
    """A digest of a few pictures, so that a changed brush never meets scenes painted with the old one."""
    return hashlib.sha256(_painted(0, 40).tobytes()).hexdigest()[:12]


def _painted(start: int, end: int) -> NDArray[np.uint8]:
    block = [small_picture(random_scene(seed)) for seed in range(start, min(start + 500, end))]
    return np.stack(block).transpose(0, 3, 1, 2)


def small_picture(scene: Scene) -> NDArray[np.uint8]:
    """The scene as the models see it."""
    picture = paint(scene, _SIZES[scene.seed % len(_SIZES)])
    return np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def attribute_targets(scenes: tuple[Scene, ...]) -> dict[str, torch.Tensor]:
    """For each attribute a row of shares a scene; a row of zeros where the attribute says nothing about the scene."""
    targets = {attribute: torch.zeros(len(scenes), len(words)) for attribute, words in ATTRIBUTES.items()}
    for row, scene in enumerate(scenes):
        for attribute in ATTRIBUTES:
            index = values(attribute).index
            if scene.companion is None or attribute in ("kind", "background", "light"):
                targets[attribute][row, index(getattr(scene, attribute))] = 1.0
            elif attribute in ("noun", "colour"):
                targets[attribute][row, index(getattr(scene, attribute))] = 0.5
                targets[attribute][row, index(getattr(scene.companion, attribute))] = 0.5
    return targets


def model_input(pictures: torch.Tensor) -> torch.Tensor:
    """Bytes to numbers between -1 and 1, which is what a mean and deviation of 0.5 make of them."""
    return pictures.float().div_(127.5).sub_(1.0)


def jittered(pictures: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """A batch of bytes, moved by a few pixels, as numbers between -1 and 1 with a little more or less light."""
    dx, dy = torch.randint(-3, 4, (2,), generator=generator).tolist()
    moved = torch.nn.functional.pad(model_input(pictures), (3, 3, 3, 3), mode="replicate")
    moved = moved[:, :, 3 + dy : 3 + dy + SIDE, 3 + dx : 3 + dx + SIDE]
    gain = 1 + 0.05 * torch.randn(len(pictures), 1, 1, 1, generator=generator)
    return ((moved + 1) * gain - 1).clamp_(-1, 1).contiguous(memory_format=torch.channels_last)
