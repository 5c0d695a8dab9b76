"""Prompts with weights and signs, the scales of the CLIP score, and graphs from before there were signs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.graph.io import load
from nodegraph.graph.migrate import migrate_nodes
from nodegraph.registry import registry_of
from nodes.clip.prompts import Prompt, plain_line, prompt_of, signed_prompts
from nodes.clip.ranking import percentiles
from nodes.clip.score import clip_score, combined, scaled
from tests.nodes.tables import images
from tests.nodes.test_clip_nodes import BOTH, CAT, DOG, parameters, scores, vector

FIXTURE = Path(__file__).parents[1] / "fixtures" / "graphs" / "clip-score-rev-1.json"


@pytest.mark.parametrize(
    ("line", "prompt"),
    [
        ("a cat", Prompt("a cat")),
        ("  a cat : 1.5 ", Prompt("a cat", 1.5)),
        ("-a dog", Prompt("a dog", 1, negative=True)),
        ("- a dog:.5", Prompt("a dog", 0.5, negative=True)),
        ("+-40 degrees", Prompt("-40 degrees")),
        ("a clock at 10:30", Prompt("a clock at 10:30")),
        ("a 16:9 frame:2", Prompt("a 16:9 frame", 2)),
        ("a clock at 10:30 :2", Prompt("a clock at 10:30", 2)),
        ("style: watercolour", Prompt("style: watercolour")),
        (":2", Prompt(":2")),
        ("猫:2", Prompt("猫", 2)),
    ],
)
def test_a_line_reads_as(line: str, prompt: Prompt) -> None:
    assert prompt_of(line) == prompt


@pytest.mark.parametrize("line", ["", "  ", "-", "+", " - "])
def test_a_line_without_words_is_no_prompt(line: str) -> None:
    assert prompt_of(line) is None


@given(st.text(max_size=12) | st.from_regex(r"[-+ ]?[a1: ]{0,4}:[0-9.]{1,3}", fullmatch=True), st.booleans())
def test_any_text_can_be_written_as_a_line(text: str, negative: bool) -> None:
    wanted = Prompt(text.strip(), negative=negative) if text.strip() else None
    assert prompt_of(plain_line(text, negative=negative)) == wanted


def test_weights_multiply_the_fit_of_their_prompt() -> None:
    found = scores(images(2), [CAT, DOG], prompts=["cat", "dog:2"])["clip_score"]
    assert found == pytest.approx([1.2, 1.6], abs=2e-3)  # the greater of 0.8 and 2 x 0.6; of 0.6 and 2 x 0.8


def test_the_average_weighs_all_prompts_and_counts_the_unwanted_with_a_minus() -> None:
    found = scores(images(1), [CAT], prompts=["cat:3", "-dog"], several="average")["clip_score"]
    assert found == pytest.approx([(3 * 0.8 - 0.6) / 4], abs=2e-3)


def test_unwanted_prompts_are_subtracted_from_the_fit_of_captions_too() -> None:
    given_set = images(2, caption=["cat", None])
    found = scores(given_set, [CAT, CAT], against="caption", prompts=["-dog:0.5", "unused"])["clip_score"]
    assert found == [pytest.approx(0.8 - 0.3, abs=2e-3), None]


def test_a_percentile_is_the_share_of_this_set_that_fits_less() -> None:
    pictures = [CAT, DOG, BOTH, vector(-1, 0)]
    found = scores(images(4), pictures, prompts=["cat"], scale="percentile")["clip_score"]
    assert found == [62.5, 37.5, 87.5, 12.5]
    assert clip_score.whole_set(parameters(clip_score, scale="percentile"))
    assert not clip_score.whole_set(parameters(clip_score))


@given(st.lists(st.none() | st.integers(-3, 3), max_size=12))
def test_percentiles_lie_around_the_middle_and_follow_the_values(values: list[int | None]) -> None:
    found = percentiles(pl.Series(values, dtype=pl.Int64)).to_list()
    pairs = [(value, rank) for value, rank in zip(values, found, strict=True) if value is not None]
    assert [rank is None for rank in found] == [value is None for value in values]
    assert all(0 < rank < 100 for _, rank in pairs)
    assert all((a < b) == (x < y) for a, x in pairs for b, y in pairs)
    if pairs:
        assert sum(rank for _, rank in pairs) / len(pairs) == pytest.approx(50)


@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(0, 3), st.booleans())
def test_with_weights_of_one_the_best_is_what_rev_1_gave(seed: int, wanted: int, unwanted: int, clip: bool) -> None:
    fits = np.random.default_rng(seed).uniform(-1, 1, (3, wanted + unwanted))
    fits = scaled(fits, "clipscore" if clip else "cosine")
    old = fits[:, :wanted].max(axis=1) - (fits[:, wanted:].max(axis=1) if unwanted else 0)
    weights = np.array([1.0] * wanted + [-1.0] * unwanted)
    assert combined(fits, weights, "best") == pytest.approx(old)


def test_only_unwanted_prompts_are_a_problem() -> None:
    (problem,) = clip_score.check(parameters(clip_score, prompts=["-dog"]))
    assert (problem.code, problem.param) == ("no-prompt", "prompts")


@pytest.mark.parametrize("line", ["cat:0", "cat: 90", "-cat:11"])
def test_a_weight_out_of_range_is_a_problem_that_says_how_to_write_the_text(line: str) -> None:
    (problem,) = clip_score.check(parameters(clip_score, prompts=["dog", line]))
    assert (problem.code, problem.param, problem.value) == ("bad-weight", "prompts", line)
    assert problem.severity == "error"


def test_a_graph_of_rev_1_opens_with_its_prompts_meaning_what_they_meant() -> None:
    graph, notes = migrate_nodes(load(FIXTURE), registry_of([clip_score]))
    assert [note.code for note in notes] == ["migrated-node", "migrated-node"]
    node = graph.nodes["score"]
    assert node.rev == 2
    lines = node.params["prompts"]
    assert [prompt_of(line) for line in lines] == [
        Prompt("a watercolour of a fish"),
        Prompt("- a list"),
        Prompt("iso: 400"),
        Prompt("a photo", negative=True),
        Prompt("ratio:2", negative=True),
    ]
    assert "negative_prompts" not in node.params
    assert graph.nodes["plain"].params == {"against": "caption"}
    for migrated in graph.nodes.values():
        assert all(
            spec.check(migrated.params[name]) is None
            for name, spec in clip_score.parameters.items()
            if name in migrated.params
        )


@pytest.mark.parametrize("params", [{"prompts": "cat"}, {"prompts": [1]}, {"negative_prompts": None}, {}])
def test_what_is_no_list_of_texts_is_left_for_the_check_of_parameters(params: dict[str, Any]) -> None:
    assert signed_prompts(params) == params
