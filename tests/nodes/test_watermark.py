"""Watermarks: a classifier's probability of the label that means one."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from nodegraph import ProblemError, Values
from nodegraph.parameters import with_defaults
from nodes.measures.classifier import prepare_scored
from nodes.measures.watermark import load_watermark_classifier
from nodes.measures.watermark import watermark as watermark_measure
from nodes.quality.watermark import watermark
from tests.nodes.tables import images
from tests.nodes.tiny_models import save_vit_classifier


def test_the_score_is_the_probability_of_a_watermark(tmp_path: Path) -> None:
    handle = load_watermark_classifier(save_vit_classifier(tmp_path, ["No Watermark", "Watermark"]), "cpu")
    assert handle.counted == (1,)
    pictures = [Image.new("RGB", (30, 20), shade) for shade in ("black", "white")]
    tensors = [prepare_scored(handle, picture, model="tiny") for picture in pictures]
    found = watermark_measure(handle, tensors, model="tiny")
    logits = [handle.classifier.model(pixel_values=tensor[None]).logits[0] for tensor in tensors]
    assert found == pytest.approx([float((each[1] - each[0]).sigmoid()) for each in logits], abs=1e-5)


def test_a_classifier_of_something_else_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as raised:
        load_watermark_classifier(save_vit_classifier(tmp_path, ["cat", "dog"]), "cpu")
    assert [(problem.code, problem.param) for problem in raised.value.problems] == [("broken-model", "model")]


def test_the_column_holds_rounded_scores() -> None:
    params = with_defaults(watermark.parameters, {})
    assert watermark.function(images(2), found=Values([0.98765, 0.0]), **params)["watermark"].to_list() == [0.9876, 0.0]
