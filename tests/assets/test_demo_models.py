"""The demo models load offline through the public loaders and tell what their accuracy files say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from assets import asset
from assets.training import measure_captioner, measure_clip
from assets.training.conversation import SENTENCE_PROMPTS, TAGS_PROMPTS, question
from assets.training.corpus import SIDE, Corpus, small_picture
from assets.training.painting import paint
from assets.training.scenes import Scene, random_scenes

NEW_SEED, NEW_SCENES = 950, 120
TOLERANCE = 0.08
"""A hundred scenes measure less exactly than the thousand behind the accuracy file."""


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="module")
def scenes() -> Corpus:
    """Scenes neither trained on nor measured with."""
    drawn = tuple(random_scenes(NEW_SEED, NEW_SCENES))
    pictures = torch.stack([torch.tensor(small_picture(scene)).permute(2, 0, 1) for scene in drawn])
    return Corpus(drawn, pictures)


def written(model: str) -> dict[str, Any]:
    return json.loads(asset(f"models/{model}/accuracy.json").read_text(encoding="utf-8"))


class TestClip:
    @pytest.fixture(scope="class")
    def clip(self) -> Iterator[tuple[Any, Any, Any]]:
        import open_clip

        name = f"local-dir:{asset('models/demo-clip')}"
        model, _, preprocess = open_clip.create_model_and_transforms(name)
        yield model.eval(), preprocess, open_clip.get_tokenizer(name)

    def test_it_tells_new_scenes_as_well_as_its_accuracy_file_says(self, clip: Any, scenes: Corpus) -> None:
        model, _, tokenize = clip
        found, promised = measure_clip.measured(model, tokenize, scenes), written("demo-clip")
        assert found["text_to_image_recall_at_1"] >= promised["text_to_image_recall_at_1"] - TOLERANCE
        for attribute, accuracy in promised["zero_shot_accuracy"].items():
            assert found["zero_shot_accuracy"][attribute] >= accuracy - TOLERANCE, attribute

    def test_its_own_preprocessing_squashes_a_picture_of_any_size(self, clip: Any) -> None:
        model, preprocess, tokenize = clip
        scene = Scene("photo", "beach", "bright", "matte", "one", "red", "car", seed=1)
        with torch.inference_mode():
            image = model.encode_image(preprocess(paint(scene, (300, 200)))[None], normalize=True)
            texts = model.encode_text(tokenize(["a red car on a beach", "a blue cat in the snow"]), normalize=True)
        right, wrong = (image @ texts.T)[0].tolist()
        assert right > wrong + 0.2

    def test_a_long_text_with_unknown_words_is_cut_to_the_context(self, clip: Any) -> None:
        model, _, tokenize = clip
        tokens = tokenize(["zygote " * 100])
        assert tokens.shape == (1, 32)
        assert torch.isfinite(model.encode_text(tokens)).all()


class TestCaptioner:
    @pytest.fixture(scope="class")
    def captioner(self) -> Iterator[tuple[Any, Any]]:
        from transformers import AutoModelForImageTextToText, AutoProcessor

        folder = asset("models/demo-captioner")
        model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
        yield model.eval(), AutoProcessor.from_pretrained(folder, local_files_only=True)

    def test_it_describes_new_scenes_as_well_as_its_accuracy_file_says(self, captioner: Any, scenes: Corpus) -> None:
        model, processor = captioner
        found, promised = measure_captioner.measured(model, processor, scenes), written("demo-captioner")
        for report in ("caption_attribute_accuracy", "tag_attribute_accuracy"):
            assert found[report]["mean"] >= promised[report]["mean"] - TOLERANCE / 2

    def test_it_answers_with_a_sentence_or_with_tags_as_asked(self, captioner: Any, scenes: Corpus) -> None:
        model, processor = captioner
        sentences = measure_captioner.answers(model, processor, scenes.pictures[:20], SENTENCE_PROMPTS[1])
        tags = measure_captioner.answers(model, processor, scenes.pictures[:20], TAGS_PROMPTS[1])
        assert all(" of " in text and "," not in text for text in sentences)
        assert all(text.count(", ") >= 5 and " of " not in text for text in tags)

    def test_an_answer_is_always_the_same(self, captioner: Any, scenes: Corpus) -> None:
        model, processor = captioner
        first, again = (
            measure_captioner.answers(model, processor, scenes.pictures[:8], SENTENCE_PROMPTS[0]) for _ in range(2)
        )
        alone = measure_captioner.answers(model, processor, scenes.pictures[3:4], SENTENCE_PROMPTS[0])
        assert first == again
        assert alone == first[3:4]

    def test_the_chat_template_asks_the_way_it_was_trained(self, captioner: Any) -> None:
        _, processor = captioner
        content = [{"type": "image"}, {"type": "text", "text": SENTENCE_PROMPTS[0]}]
        asked = processor.apply_chat_template([{"role": "user", "content": content}], add_generation_prompt=True)
        assert asked.split() == question(SENTENCE_PROMPTS[0]).split()

    def test_a_picture_of_any_size_is_taken(self, captioner: Any) -> None:
        model, processor = captioner
        inputs = processor(
            images=Image.new("RGB", (31, 170)), text=question("Describe this image."), return_tensors="pt"
        )
        assert inputs["pixel_values"].shape == (1, 3, SIDE, SIDE)
        assert model.generate(**inputs, max_new_tokens=4).shape[0] == 1


@pytest.mark.parametrize("model", ["demo-clip", "demo-captioner"])
def test_a_model_ships_with_its_licence_and_its_limits(model: str) -> None:
    folder: Path = asset(f"models/{model}")
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert "Apache-2.0" in text
    assert sum(path.stat().st_size for path in folder.iterdir()) < 5_000_000
