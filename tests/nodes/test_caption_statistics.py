"""Captions counted in words, characters and tokens, held against the tokens that OpenAI's CLIP makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph import ModelFiles, ProblemError, TextValues
from nodegraph.parameters import with_defaults
from nodes.captions.statistics import caption_statistics, t5_tokens
from nodes.measures.tokens import clip_tokens, load_tokenizer, tokens
from tests.nodes.tables import images
from tests.nodes.tiny_models import files_of


# ids that openai/CLIP gives: 49406, 320, 22697, 49407 for "a diagram" and so on
@pytest.mark.parametrize(
    ("text", "count"), [("", 2), ("a diagram", 4), ("a photo of a cat", 7), ("A  PHOTO of a cat ", 7), ("hello!", 4)]
)
def test_clip_tokens_are_counted_with_the_two_marks(text: str, count: int) -> None:
    assert clip_tokens(text) == count


def test_a_text_beyond_what_clip_reads_is_counted_whole() -> None:
    assert clip_tokens("cat " * 100) == 102


@given(st.text(max_size=60))
def test_any_text_has_at_least_the_marks(text: str) -> None:
    assert clip_tokens(text) >= 2


def save_tokenizer(folder: Path, *, cut: int | None = None) -> ModelFiles:
    """A tokenizer of a few words that ends each text with a mark, as T5's does."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import WhitespaceSplit
    from tokenizers.processors import TemplateProcessing

    tokenizer = Tokenizer(WordLevel({"</s>": 0, "<unk>": 1, "cat": 2}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    tokenizer.post_processor = TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 0)])
    if cut:
        tokenizer.enable_truncation(cut)
        tokenizer.enable_padding(length=cut)
    tokenizer.save(str(folder / "tokenizer.json"))
    return files_of(folder, "tokenizer")


def test_a_tokenizers_tokens_are_counted_with_its_mark_and_never_cut_or_filled(tmp_path: Path) -> None:
    handle = load_tokenizer(save_tokenizer(tmp_path, cut=3), "cpu")
    assert tokens(handle, ["", "cat", "cat dog cat dog"], tokenizer="tiny") == [1, 2, 5]


def test_a_folder_that_holds_no_tokenizer_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ProblemError) as raised:
        load_tokenizer(files_of(tmp_path, "tokenizer"), "cpu")
    assert [(problem.code, problem.param) for problem in raised.value.problems] == [("broken-model", "tokenizer")]


HOSTILE = ["", "  ", "a diagram", 'quotes " and\n<script>', "日本語のキャプション", None]


def counted(node: Any, count: Any, texts: list[str | None], **given: Any) -> dict[str, list[Any]]:
    params = with_defaults(node.parameters, given)
    params.pop("tokenizer", None)
    rows = images(len(texts), **{params["caption"] or "caption": texts})
    values = TextValues({text or "": count(text or "") for text in texts})
    more = {"tokenizer": "tiny"} if "tokenizer" in node.parameters else {}
    return {name: found.to_list() for name, found in node.function(rows, counted=values, **params, **more).items()}


def test_words_characters_and_tokens_of_each_caption() -> None:
    found = counted(caption_statistics, clip_tokens, HOSTILE)
    assert found["caption_words"] == [0, 0, 2, 4, 1, 0]
    assert found["caption_characters"] == [0, 2, 9, 21, 10, 0]
    assert found["caption_clip_tokens"][:3] == [2, 2, 4]
    assert found["caption_empty"] == [True, True, False, False, False, True]
    assert found["caption_too_long"] == [False] * 6


def test_a_caption_is_too_long_from_one_token_above_the_limit_on() -> None:
    texts: list[str | None] = ["cat " * 75, "cat " * 76]
    assert counted(caption_statistics, clip_tokens, texts)["caption_too_long"] == [False, True]
    assert counted(caption_statistics, clip_tokens, texts, limit=78)["caption_too_long"] == [False, False]


def test_captions_of_another_column_can_be_counted() -> None:
    assert counted(caption_statistics, clip_tokens, ["a cat"], caption="tags")["caption_words"] == [2]


def test_t5_tokens_are_held_against_their_own_limit() -> None:
    found = counted(t5_tokens, lambda text: len(text.split()) + 1, ["a b c", "a b c d", None], limit=4)
    assert found == {"caption_t5_tokens": [4, 5, 1], "caption_t5_too_long": [False, True, False]}


def test_an_empty_set_has_empty_columns() -> None:
    assert counted(caption_statistics, clip_tokens, []) == {name: [] for name in caption_statistics.gives({})}


def test_the_caption_column_is_needed_by_its_usual_name_or_by_the_one_given() -> None:
    assert caption_statistics.needs(with_defaults(caption_statistics.parameters, {})) == {"caption": "text"}
    assert t5_tokens.needs(with_defaults(t5_tokens.parameters, {"caption": "tags"})) == {"tags": "text"}
