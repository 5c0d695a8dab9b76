"""First step of both trainings: the image tower learns to name the attributes of a scene, one head an attribute.

Without it the words for things are learned late or not at all: a contrastive or captioning loss says too little about a
picture while the tower still sees nothing in it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator

import torch
from torch import nn

from assets.training.corpus import Corpus, attribute_targets, jittered, model_input
from assets.training.vocabulary import ATTRIBUTES

Tower = Callable[[torch.Tensor], torch.Tensor]
"""Pictures to one vector a picture."""


class AttributeHeads(nn.Module):
    """One linear classifier for each attribute."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.heads = nn.ModuleDict({name: nn.Linear(width, len(words)) for name, words in ATTRIBUTES.items()})

    def forward(self, features: torch.Tensor) -> dict[str, torch.Tensor]:
        return {name: head(features) for name, head in self.heads.items()}


def batches(number: int, size: int, steps: int, seed: int) -> Iterator[torch.Tensor]:
    """`steps` batches of row numbers; every row comes once before any comes again."""
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(number, generator=generator)
    at = 0
    for _ in range(steps):
        if at + size > number:
            order, at = torch.randperm(number, generator=generator), 0
        yield order[at : at + size]
        at += size


def optimiser(
    modules: list[nn.Module], peak: float, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    """AdamW with a short warm-up and a cosine to zero; vectors and scalars are not decayed."""
    weights = [p for module in modules for p in module.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in weights if p.ndim > 1], "weight_decay": 0.05},
        {"params": [p for p in weights if p.ndim <= 1], "weight_decay": 0.0},
    ]
    adam = torch.optim.AdamW(groups, lr=peak, betas=(0.9, 0.98))
    warm = max(1, steps // 20)

    def share(step: int) -> float:
        return (
            (step + 1) / warm if step < warm else 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))
        )

    return adam, torch.optim.lr_scheduler.LambdaLR(adam, share)


def pretrain(module: nn.Module, tower: Tower, width: int, data: Corpus, *, steps: int, seed: int) -> AttributeHeads:
    """Train `module` through `tower` on the attributes of the scenes."""
    heads = AttributeHeads(width)
    targets = attribute_targets(data.scenes)
    adam, schedule = optimiser([module, heads], 3e-3, steps)
    generator = torch.Generator().manual_seed(seed)
    module.train()
    started = time.monotonic()
    for step, rows in enumerate(batches(len(data), 256, steps, seed)):
        answers = heads(tower(jittered(data.pictures[rows], generator)))
        losses = [-(targets[name][rows] * answer.log_softmax(-1)).sum(-1).mean() for name, answer in answers.items()]
        loss = torch.stack(losses).sum()
        adam.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_([*module.parameters(), *heads.parameters()], 1.0)
        adam.step()
        schedule.step()
        if step % 100 == 0 or step == steps - 1:
            print(f"pre-training {step}/{steps} loss {loss.item():.3f} {time.monotonic() - started:.0f}s", flush=True)
    return heads


@torch.no_grad()
def head_accuracy(module: nn.Module, tower: Tower, heads: AttributeHeads, data: Corpus) -> dict[str, float]:
    """The share of scenes that show one sort of thing whose attribute the heads name rightly."""
    module.eval()
    rows = [i for i, scene in enumerate(data.scenes) if scene.companion is None]
    targets = attribute_targets(data.scenes)
    found = heads(torch.cat([tower(model_input(part)) for part in data.pictures[rows].split(250)]))
    return {
        name: round((found[name].argmax(-1) == targets[name][rows].argmax(-1)).float().mean().item(), 4)
        for name in ATTRIBUTES
    }
