"""Perplexity is held against transformers' own loss; languages against captions whose language is known."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from nodegraph import ProblemError, TextValues
from nodegraph.parameters import with_defaults
from nodes.captions.text_quality import caption_language, caption_perplexity
from nodes.measures.language import language, load_language_model, perplexity
from tests.nodes.tables import images
from tests.nodes.tiny_models import files_of, save_gpt2

EUROPEAN = ["de", "en", "es", "fr"]


def by_loss(handle: Any, tokens: list[int]) -> float:
    """The perplexity that the loss of transformers gives for the tokens after the first."""
    import torch

    ids = torch.tensor([tokens])
    with torch.inference_mode():
        return math.exp(float(handle.model(ids, labels=ids).loss))


def test_perplexity_is_the_exponential_of_the_mean_loss(tmp_path: Path) -> None:
    handle = load_language_model(save_gpt2(tmp_path), "cpu")
    texts = ["a red cat", "cat cat cat on a", "red"]
    tokens = [[2, 8, 9, 10], [2, 10, 10, 10, 11, 8], [2, 9]]
    found = perplexity(handle, texts, model="tiny")
    assert found == pytest.approx([by_loss(handle, each) for each in tokens], rel=1e-5)
    assert len({round(value, 3) for value in found}) == 3


def test_a_text_beyond_the_window_is_read_in_halves_and_each_token_counts_once(tmp_path: Path) -> None:
    import torch

    handle = load_language_model(save_gpt2(tmp_path, window=8), "cpu")
    ids = [2, *([8, 9, 10, 11] * 5)]
    total = 0.0
    for first, from_token in ((0, 1), (4, 8), (8, 12), (12, 16), (16, 20)):
        window = torch.tensor([ids[first : first + 8]])
        with torch.inference_mode():
            likely = handle.model(window).logits[0].log_softmax(-1)
        until = min(from_token + (7 if first == 0 else 4), len(ids))
        total -= sum(float(likely[at - first - 1, ids[at]]) for at in range(from_token, until))
    (found,) = perplexity(handle, ["a red cat on " * 5], model="tiny")
    assert found == pytest.approx(math.exp(total / 20), rel=1e-5)


def test_a_text_without_a_token_has_no_perplexity(tmp_path: Path) -> None:
    handle = load_language_model(save_gpt2(tmp_path), "cpu")
    alone, empty, again = perplexity(handle, ["a cat", " ", "a cat"], model="tiny")
    assert math.isnan(empty)
    assert alone == again == perplexity(handle, ["a cat"], model="tiny")[0]


def test_a_folder_that_holds_no_language_model_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "no such thing"}')
    with pytest.raises(ProblemError) as raised:
        load_language_model(files_of(tmp_path, "language-model"), "cpu")
    assert [(problem.code, problem.param) for problem in raised.value.problems] == [("broken-model", "model")]


def node(spec: Any, captions: list[str | None], values: dict[str, Any], **given: Any) -> dict[str, list[Any]]:
    params = with_defaults(spec.parameters, given)
    rows = images(len(captions), **{params["caption"] or "caption": captions})
    assert set(spec.takes["found"].texts(rows, params)) <= set(values)
    return {name: found.to_list() for name, found in spec.function(rows, found=TextValues(values), **params).items()}


def test_the_perplexity_node_gives_nothing_where_there_is_no_caption() -> None:
    values = {"a cat": 12.3456, "??": math.nan}
    assert node(caption_perplexity, ["a cat", None, " ", "", "??"], values, caption="tags", column="fluency") == {
        "fluency": [12.35, None, None, None, None]
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a photo of a red apple that lies on the kitchen table", "en"),
        ("ein Foto von einem roten Apfel, der auf dem Küchentisch liegt", "de"),
        ("una foto de una manzana roja sobre la mesa de la cocina", "es"),
        ("une photo d'une pomme rouge posée sur la table de la cuisine", "fr"),
    ],
)
def test_the_language_of_a_sentence_is_told_and_surely(text: str, code: str) -> None:
    pytest.importorskip("lingua", reason="lingua (the extra language) is not installed")
    found = language(text, languages=EUROPEAN)
    assert found["language"] == code
    assert 0.5 < found["confidence"] <= 1  # more than all others together


@pytest.mark.parametrize("text", ["", "   ", "12345 67", "!?"])
def test_what_has_no_words_has_no_language(text: str) -> None:
    pytest.importorskip("lingua", reason="lingua (the extra language) is not installed")
    assert language(text, languages=EUROPEAN) == {"language": "", "confidence": 0.0}


def test_the_order_of_the_languages_makes_no_difference() -> None:
    pytest.importorskip("lingua", reason="lingua (the extra language) is not installed")
    assert language("un chat", languages=EUROPEAN) == language("un chat", languages=EUROPEAN[::-1])


def test_the_language_node_gives_nothing_where_there_is_nothing_to_tell() -> None:
    values = {"a cat": {"language": "en", "confidence": 0.87654321}, "123": {"language": "", "confidence": 0.0}}
    assert node(caption_language, ["a cat", "123", None, ""], values) == {
        "caption_language": ["en", None, None, None],
        "caption_language_confidence": [0.8765, None, None, None],
    }


@pytest.mark.parametrize("given", [["en", "xx"], ["en"], [], ["EN", "de"], ["en", "en"], ["__class__", "en"]])
def test_languages_that_are_unknown_or_leave_no_choice_are_a_problem_while_wiring(given: list[str]) -> None:
    pytest.importorskip("lingua", reason="lingua (the extra language) is not installed")
    (problem,) = caption_language.check(with_defaults(caption_language.parameters, {"languages": given}))
    assert (problem.code, problem.param) == ("unknown-language", "languages")


def test_the_defaults_are_in_order() -> None:
    pytest.importorskip("lingua", reason="lingua (the extra language) is not installed")
    assert not caption_language.check(with_defaults(caption_language.parameters, {}))
