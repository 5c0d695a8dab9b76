"""Presets: the sizes that a model is trained at, and the step of the sides of buckets in each trainer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from nodes.balance.ai_toolkit import AiToolkit
from nodes.balance.onetrainer import OneTrainer
from nodes.balance.sd_scripts import SdScripts

Trainer = Literal["sd-scripts", "onetrainer", "ai-toolkit"]
Model = Literal["sd15", "sdxl", "sd3", "flux", "qwen-image", "z-image", "sana", "pixart"]


@dataclass(frozen=True, slots=True)
class Preset:
    """Pixels a side; the smallest and largest side of a bucket in sd-scripts; the step in each trainer."""

    resolution: int
    least: int
    most: int
    sd_scripts: int
    onetrainer: int
    ai_toolkit: int


PRESETS: dict[Model, Preset] = {
    "sd15": Preset(512, 256, 1024, 64, 8, 16),
    "sdxl": Preset(1024, 640, 1536, 64, 64, 16),
    "sd3": Preset(1024, 256, 2048, 64, 64, 32),
    "flux": Preset(1024, 256, 2048, 64, 64, 32),
    "qwen-image": Preset(1024, 256, 2048, 64, 64, 32),
    "z-image": Preset(1024, 256, 2048, 64, 64, 32),
    "sana": Preset(1024, 256, 2048, 64, 32, 32),
    "pixart": Preset(1024, 256, 2048, 64, 16, 16),
}
"""64 suits every model in sd-scripts; 640 to 1536 comes nearest to the sizes that SDXL was made with."""

Bucketing = SdScripts | OneTrainer | AiToolkit


def bucketing(
    trainer: Trainer,
    model: Model,
    *,
    resolution: int | None = None,
    step: int | None = None,
    least: int | None = None,
    most: int | None = None,
    no_upscale: bool = False,
) -> Bucketing:
    """How `trainer` makes buckets for `model`; what is None is as the preset has it."""
    preset = PRESETS[model]
    side = resolution or preset.resolution
    if trainer == "onetrainer":
        return OneTrainer(side, step or preset.onetrainer)
    if trainer == "ai-toolkit":
        return AiToolkit(side, step or preset.ai_toolkit)
    return SdScripts((side, side), least or preset.least, most or preset.most, step or preset.sd_scripts, no_upscale)
