"""What the demo captioner is asked and how it answers: prompts that want a sentence and prompts that want tags."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assets.training.captions import sentence, tags
from assets.training.scenes import Scene

SENTENCE_PROMPTS = (
    "Describe the picture in one sentence.",
    "Describe this image.",
    "Describe the image in detail.",
    "Write a short caption for this image.",
    "Write a caption.",
    "Caption the picture.",
    "What does the picture show?",
    "What is in this image?",
    "",
)
TAGS_PROMPTS = (
    "List tags for the picture.",
    "List tags for this image, separated by commas.",
    "Give tags.",
    "Tags, please.",
    "Tag this picture.",
    "Write keywords for the image.",
    "Describe the image with tags.",
    "Describe this image as a list of tags.",
    "Write a caption as tags separated by commas.",
)
"""In each list the first prompt is the one that accuracy is measured with."""

CHAT_TEMPLATE = (
    "{% for message in messages %}{{ message['role'] }}: "
    "{% if message['content'] is string %}{{ message['content'] }}"
    "{% else %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<image> {% else %}{{ part['text'] }} {% endif %}"
    "{% endfor %}{% endif %} "
    "{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}"
)
"""A user turn becomes `user: <image> Describe the picture in one sentence. assistant:`."""


def question(prompt: str) -> str:
    """The text a prompt becomes, as the chat template writes it."""
    return f"user: <image> {prompt} assistant:"


@dataclass(frozen=True)
class Turn:
    """One question and the answer it should get."""

    question: str
    answer: str


def random_turn(scene: Scene, rng: np.random.Generator) -> Turn:
    """A question about the scene, for a sentence or for tags, with the canonical answer."""
    wants_tags = rng.random() < 0.4
    prompts = TAGS_PROMPTS if wants_tags else SENTENCE_PROMPTS
    prompt = prompts[0] if rng.random() < 0.3 else prompts[int(rng.integers(len(prompts)))]
    return Turn(question(prompt), tags(scene) if wants_tags else sentence(scene))
