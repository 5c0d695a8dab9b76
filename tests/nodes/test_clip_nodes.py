"""The CLIP nodes: scores and labels of embeddings made by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nodegraph import ImageSet, TextValues, Values
from nodegraph.parameters import with_defaults
from nodegraph.specs import NodeSpec
from nodes.clip.score import clip_labels, clip_score
from tests.nodes.tables import images


def vector(*numbers: float) -> Any:
    return (np.array(numbers) / np.linalg.norm(numbers)).astype(np.float16)


CAT, DOG, BOTH = vector(1, 0), vector(0, 1), vector(1, 1)
TEXTS = {"cat": vector(0.8, 0.6), "dog": vector(0.6, 0.8), "nothing": vector(-1, 0)}


def parameters(spec: NodeSpec, **given: Any) -> dict[str, Any]:
    return with_defaults(spec.parameters, given)


def scores(given_set: ImageSet, pictures: list[Any], **given: Any) -> dict[str, Any]:
    params = parameters(clip_score, **given)
    asked = clip_score.takes["words"].texts
    assert asked is not None
    words = TextValues({text: TEXTS[text.removeprefix("A photo depicts ")] for text in asked(given_set, params)})
    found = clip_score.function(given_set, embeddings=Values(pictures), words=words, **params)
    return {name: values.to_list() for name, values in found.items()}


def test_a_score_is_the_cosine_rounded_to_four_decimals() -> None:
    found = scores(images(3), [CAT, DOG, BOTH], prompts=["cat"])["clip_score"]
    assert found == pytest.approx([0.8, 0.6, 1.4 / 2**0.5], abs=1e-3)
    assert all(value == round(value, 4) for value in found)


def test_of_several_prompts_the_best_fit_counts() -> None:
    found = scores(images(2), [CAT, DOG], prompts=["cat", "dog", "  "])["clip_score"]
    assert found == pytest.approx([0.8, 0.8], abs=1e-3)


def test_the_best_fit_of_the_negative_prompts_is_subtracted() -> None:
    found = scores(images(2), [CAT, DOG], prompts=["cat", "-dog", "-nothing"])["clip_score"]
    assert found == pytest.approx([0.2, -0.2], abs=2e-3)


def test_clipscore_asks_with_its_prefix_and_ends_at_zero() -> None:
    found = scores(images(2), [CAT, vector(-1, 0)], prompts=["cat"], scale="clipscore")["clip_score"]
    assert found == pytest.approx([2.0, 0.0], abs=2e-3)


def test_negative_prompts_are_on_the_same_scale_as_prompts() -> None:
    found = scores(images(1), [CAT], prompts=["cat", "-dog"], scale="clipscore")["clip_score"]
    assert found == pytest.approx([0.5], abs=4e-3)


def test_each_picture_is_held_against_its_own_caption() -> None:
    given_set = images(3, caption=["dog", " cat ", "cat"])
    found = scores(given_set, [CAT, DOG, BOTH], against="caption")["clip_score"]
    assert found == pytest.approx([0.6, 0.6, 1.4 / 2**0.5], abs=1e-3)


def test_a_row_without_a_caption_has_no_score() -> None:
    found = scores(images(3, caption=[None, "  ", "cat"]), [CAT, CAT, CAT], against="caption")["clip_score"]
    assert found[:2] == [None, None]
    assert found[2] is not None


def test_captions_can_stand_in_another_column() -> None:
    given_set = images(1, alt_text=["cat"])
    params = parameters(clip_score, against="caption", caption="alt_text")
    assert clip_score.needs(params) == {"alt_text": "text"}
    assert scores(given_set, [CAT], against="caption", caption="alt_text")["clip_score"] == pytest.approx(
        [0.8], abs=1e-3
    )


def test_captions_are_needed_only_when_they_are_compared() -> None:
    assert clip_score.needs(parameters(clip_score, prompts=["cat"])) == {}
    assert clip_score.needs(parameters(clip_score, against="caption")) == {"caption": "text"}


def test_only_the_texts_that_are_compared_are_embedded() -> None:
    asked: Any = clip_score.takes["words"].texts
    params = parameters(clip_score, against="caption", prompts=["unused", "-dog"])
    assert asked(images(3, caption=["cat", None, " cat"]), params) == ["cat", "cat", "dog"]


def test_the_score_column_has_the_name_that_is_asked_for() -> None:
    params = parameters(clip_score, prompts=["cat"], column="catness")
    assert list(clip_score.gives(params)) == ["catness"]
    assert list(scores(images(1), [CAT], prompts=["cat"], column="catness")) == ["catness"]


@pytest.mark.parametrize("prompts", [[], ["", "  "]])
def test_no_prompt_is_a_problem_while_wiring(prompts: list[str]) -> None:
    (problem,) = clip_score.check(parameters(clip_score, prompts=prompts))
    assert (problem.code, problem.param) == ("no-prompt", "prompts")


def test_no_prompt_is_fine_against_captions() -> None:
    assert not clip_score.check(parameters(clip_score, against="caption"))


def test_an_empty_set_has_no_scores() -> None:
    assert scores(images(0), [], prompts=["cat", "-dog"])["clip_score"] == []


def labels(pictures: list[Any], **given: Any) -> dict[str, Any]:
    params = parameters(clip_labels, **given)
    given_set = images(len(pictures))
    asked = clip_labels.takes["words"].texts
    assert asked is not None
    words = TextValues({text: TEXTS[text.rpartition(" ")[2]] for text in asked(given_set, params)})
    found = clip_labels.function(given_set, embeddings=Values(pictures), words=words, **params)
    return {name: values.to_list() for name, values in found.items()}


def test_each_picture_gets_the_label_that_fits_best() -> None:
    found = labels([CAT, DOG], labels=["cat", "dog", "nothing"])
    assert found["label"] == ["cat", "dog"]


def test_label_probability_is_the_softmax_of_a_hundred_times_the_cosine() -> None:
    nearly = vector(1.001, 1)
    found = labels([nearly], labels=["cat", "dog"])
    cosines = np.array([nearly.astype(np.float32) @ TEXTS[name].astype(np.float32) for name in ("cat", "dog")])
    powers = np.exp(100 * cosines.astype(np.float64))
    assert found["label_probability"] == pytest.approx([powers.max() / powers.sum()], abs=1e-4)
    assert 0.5 < found["label_probability"][0] < 0.6


def test_labels_are_put_into_the_template() -> None:
    asked: Any = clip_labels.takes["words"].texts
    params = parameters(clip_labels, labels=[" cat ", "", "dog"], template="{} on {} ground")
    assert asked(images(1), params) == ["cat on cat ground", "dog on dog ground"]


def test_labels_name_their_columns_after_the_parameter() -> None:
    assert list(labels([CAT], labels=["cat", "dog"], column="pet")) == ["pet", "pet_probability"]


@pytest.mark.parametrize(
    ("given", "code", "param"),
    [
        ({"labels": ["cat"]}, "too-few-labels", "labels"),
        ({"labels": ["cat", "cat"]}, "too-few-labels", "labels"),
        ({"labels": ["cat", "dog", "cat "]}, "label-twice", "labels"),
        ({"labels": ["cat", "dog"], "template": "a photo"}, "no-place-for-label", "template"),
    ],
)
def test_labels_that_cannot_be_chosen_from_are_a_problem(given: dict[str, Any], code: str, param: str) -> None:
    (problem,) = clip_labels.check(parameters(clip_labels, **given))
    assert (problem.code, problem.param) == (code, param)


def test_an_empty_set_has_no_labels() -> None:
    assert labels([], labels=["cat", "dog"]) == {"label": [], "label_probability": []}
