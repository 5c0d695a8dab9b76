"""What the demo captioner says, measured on scenes it never saw, through the public loaders' model and processor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from PIL import Image
from transformers import PreTrainedModel, ProcessorMixin

from assets.training.captions import sentence, tags
from assets.training.conversation import SENTENCE_PROMPTS, TAGS_PROMPTS, question
from assets.training.corpus import HELD_OUT_SEED, Corpus
from assets.training.scenes import Scene
from assets.training.vocabulary import (
    ATTRIBUTES,
    BACKGROUND_TAGS,
    BACKGROUNDS,
    COUNTS,
    KIND_TAGS,
    KINDS,
    LIGHT_TAGS,
    LIGHTS,
    NOUNS,
    values,
)

_BATCH = 100


@torch.inference_mode()
def answers(model: PreTrainedModel, processor: ProcessorMixin, pictures: torch.Tensor, prompt: str) -> list[str]:
    """The greedy answer to a prompt for each picture of a batch of bytes."""
    found: list[str] = []
    for part in pictures.split(_BATCH):
        images = [Image.fromarray(picture.permute(1, 2, 0).numpy()) for picture in part]
        inputs = processor(images=images, text=[question(prompt)] * len(images), return_tensors="pt", padding=True)
        made = model.generate(**inputs, max_new_tokens=32, do_sample=False)
        found += processor.batch_decode(made[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
    return found


def _words_of_sentence(attribute: str, value: str) -> tuple[str, ...]:
    """The words by which a sentence says a value."""
    match attribute:
        case "kind":
            return (KINDS[value][0],)
        case "background":
            return (BACKGROUNDS[value][0],)
        case "light":
            return (LIGHTS[value][0],)
        case "noun":
            return NOUNS[value][:2]
        case _:
            return (value,)


def _words_of_tags(attribute: str, value: str) -> tuple[str, ...]:
    table = {"kind": KIND_TAGS, "background": BACKGROUND_TAGS, "light": LIGHT_TAGS, "count": COUNTS}.get(attribute)
    return (table[value][0],) if table else (value,)


def _said(text: str, attribute: str, words: Callable[[str, str], tuple[str, ...]]) -> Iterator[str]:
    """The values of an attribute that a text names."""
    padded = f" {text.replace(',', ' ')} "
    for value in values(attribute):
        if any(f" {word} " in padded for word in words(attribute, value)):
            yield value


def _attribute_accuracy(
    texts: list[str], scenes: list[Scene], words: Callable[[str, str], tuple[str, ...]]
) -> dict[str, float]:
    """The share of texts that name the scene's value of an attribute, and no other value of it."""
    right: dict[str, float] = {}
    for attribute in ATTRIBUTES:
        hits = 0
        for text, scene in zip(texts, scenes, strict=True):
            said = list(_said(text, attribute, words))
            if attribute == "count" and not said and " of a " in text:
                said = ["one"]  # A sentence says the number of a single thing by its article.
            hits += said == [getattr(scene, attribute)]
        right[attribute] = round(hits / len(scenes), 4)
    right["mean"] = round(sum(right.values()) / len(right), 4)
    return right


def measured(model: PreTrainedModel, processor: ProcessorMixin, data: Corpus) -> dict[str, Any]:
    """Caption attribute accuracy over scenes with one sort of thing, and how often two things keep their colours."""
    model.eval()
    sentences = answers(model, processor, data.pictures, SENTENCE_PROMPTS[0])
    lists = answers(model, processor, data.pictures, TAGS_PROMPTS[0])
    single = [i for i, scene in enumerate(data.scenes) if scene.companion is None]
    double = [i for i, scene in enumerate(data.scenes) if scene.companion is not None]
    scenes = [data.scenes[i] for i in single]
    return {
        "held_out_scenes": len(data),
        "held_out_seed": HELD_OUT_SEED,
        "sentence_prompt": SENTENCE_PROMPTS[0],
        "tags_prompt": TAGS_PROMPTS[0],
        "caption_attribute_accuracy": _attribute_accuracy([sentences[i] for i in single], scenes, _words_of_sentence),
        "tag_attribute_accuracy": _attribute_accuracy([lists[i] for i in single], scenes, _words_of_tags),
        "attribute_scenes": len(single),
        "whole_sentence_right": _share([sentences[i] == sentence(data.scenes[i]) for i in single]),
        "whole_tag_list_right": _share([lists[i] == tags(data.scenes[i]) for i in single]),
        "two_objects_both_named_with_their_colours": {
            "accuracy": _share([_names_both(sentences[i], data.scenes[i]) for i in double]),
            "scenes": len(double),
        },
    }


def _names_both(text: str, scene: Scene) -> bool:
    assert scene.companion is not None
    return f"{scene.colour} {scene.noun}" in text and f"{scene.companion.colour} {scene.companion.noun}" in text


def _share(right: list[bool]) -> float:
    return round(sum(right) / len(right), 4)
