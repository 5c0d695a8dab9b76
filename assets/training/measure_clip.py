"""What the demo CLIP can tell, measured on scenes it never saw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from open_clip.model import CLIP

from assets.training.captions import sentence, swapped_sentence, with_article
from assets.training.corpus import HELD_OUT_SEED, Corpus, attribute_targets, model_input
from assets.training.vocabulary import BACKGROUNDS, KINDS, LIGHTS, NOUNS, values

Tokenize = Callable[[list[str]], torch.Tensor]


def zero_shot_prompts(attribute: str, value: str) -> list[str]:
    """The prompts that ask for one value of an attribute; their embeddings are averaged."""
    match attribute:
        case "noun":
            singular, plural = NOUNS[value][:2]
            return [with_article(singular), f"two {plural}", f"three {plural}"]
        case "background":
            return [f"something {BACKGROUNDS[value][0]}"]
        case "light":
            return [f"something {LIGHTS[value][0]}"]
        case "kind":
            return [f"{with_article(KINDS[value][0])} of something"]
        case _:
            return [f"something {value}"]


ZERO_SHOT = ("colour", "noun", "background", "kind", "light", "finish")


@torch.no_grad()
def measured(model: CLIP, tokenize: Tokenize, data: Corpus) -> dict[str, Any]:
    """Retrieval over all scenes, zero-shot attributes over the scenes with one sort of thing, and colour binding."""
    model.eval()
    images = torch.cat([model.encode_image(model_input(part), normalize=True) for part in data.pictures.split(250)])

    def texts(captions: list[str]) -> torch.Tensor:
        return model.encode_text(tokenize(captions), normalize=True)

    captions = texts([sentence(scene) for scene in data.scenes])
    truth = torch.arange(len(data))
    nearest = (captions @ images.T).topk(5).indices == truth[:, None]
    single = [i for i, scene in enumerate(data.scenes) if scene.companion is None]
    double = [i for i, scene in enumerate(data.scenes) if scene.companion is not None]
    targets = attribute_targets(data.scenes)
    zero_shot = {}
    for attribute in ZERO_SHOT:
        prompts = torch.stack([texts(zero_shot_prompts(attribute, value)).mean(0) for value in values(attribute)])
        found = (images[single] @ torch.nn.functional.normalize(prompts, dim=-1).T).argmax(-1)
        zero_shot[attribute] = _share(found == targets[attribute][single].argmax(-1))
    swapped = texts([swapped_sentence(data.scenes[i]) for i in double])
    bound = (images[double] * captions[double]).sum(-1) > (images[double] * swapped).sum(-1)
    return {
        "held_out_scenes": len(data),
        "held_out_seed": HELD_OUT_SEED,
        "text_to_image_recall_at_1": _share(nearest[:, 0]),
        "text_to_image_recall_at_5": _share(nearest.any(-1)),
        "image_to_text_recall_at_1": _share((images @ captions.T).argmax(-1) == truth),
        "zero_shot_accuracy": zero_shot,
        "zero_shot_scenes": len(single),
        "two_object_colour_binding": {"accuracy": _share(bound), "chance": 0.5, "scenes": len(double)},
    }


def _share(right: torch.Tensor) -> float:
    return round(right.float().mean().item(), 4)
