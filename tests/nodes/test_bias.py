"""The bias audit: shares with intervals, whole words only, gaps, and a page that holds any names there are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph import Context, ImageSet, ProblemError, Values, Written
from nodes.report.audit import clusters_of, strata_of, terms_of
from nodes.report.bias import bias
from nodes.report.page import Pictures
from nodes.report.terms import LEXICON, parse_lexicon, plain
from nodes.statistics import wilson
from tests.nodes.exporting import coded
from tests.nodes.pages import Page
from tests.nodes.tables import images, shuffled

HOSTILE = "</style><script>alert('x')</script>\"'\n\N{RIGHT-TO-LEFT OVERRIDE}" + "w" * 300
NOTHING = Pictures(lambda _cid: None, 0)


def audited(rows: ImageSet, file: Path, vectors: Any = None, context: Context | None = None, **params: Any) -> Written:
    defaults = {name: one.default for name, one in bias.parameters.items() if not one.required}
    given = Values(list(vectors) if vectors is not None else [None] * len(rows))
    more = {"clusters": 8 if vectors is not None else 0, **params}
    context = context or Context("bias", thumbnail=lambda _cid: coded(1))
    return bias.function(rows, context=context, vectors=given, **{**defaults, "file": str(file), **more})


def unit(rows: list[list[float]]) -> np.ndarray:
    matrix = np.array(rows, np.float32)
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


def test_strata_have_shares_and_intervals_the_most_frequent_first() -> None:
    found = strata_of(images(10, style=["oil"] * 6 + ["ink"] * 3 + [None]), "style")
    assert [(one.name, one.count) for one in found.shares] == [("oil", 6), ("ink", 3), ("(no value)", 1)]
    assert (found.shares[0].low, found.shares[0].high) == pytest.approx(wilson(6, 10), abs=1e-4)


def test_many_values_are_one_line_at_the_end() -> None:
    found = strata_of(images(30, name=[f"{number:02}" for number in range(30)]), "name")
    assert len(found.shares) == 21
    assert (found.shares[-1].name, found.shares[-1].count) == ("10 others", 10)


def test_terms_are_whole_words_in_any_case_and_count_a_caption_once() -> None:
    (women, men) = parse_lexicon("women: woman, women\nmen: man, old man")
    captions = ["A WOMAN and a woman", "a womanly mannequin", "an  old\nman", "woman's hat", "", None]
    rows = images(6, caption=captions)
    found = {one.share.name: one for one in terms_of(rows, [women, men], "caption", None)}
    assert (found["women"].share.count, found["women"].share.whole) == (2, 4)
    assert dict(found["women"].words) == {"woman": 2}
    assert dict(found["men"].words) == {"old man": 1}


def test_a_source_that_differs_by_more_than_chance_is_noted() -> None:
    rows = images(80, caption=["a man"] * 40 + ["a dog"] * 40, source=["a"] * 40 + ["b"] * 40)
    (found,) = terms_of(rows, parse_lexicon("men: man"), "caption", "source")
    assert {one.name: one.note for one in found.strata} == {"a": "more than elsewhere", "b": "less than elsewhere"}


def test_the_lexicon_that_is_there_can_be_read_and_a_line_without_words_is_told() -> None:
    assert len(parse_lexicon(LEXICON)) == 11
    assert bias.check({}) == ()
    assert [found.code for found in bias.check({"terms": "women"})] == ["bad-terms"]


@given(st.text(min_size=1), st.text())
def test_any_word_is_looked_for_as_it_is_written(word: str, text: str) -> None:
    if not plain(word) or set(word) & set(",:\n\r") or len(word.splitlines()) > 1:
        return
    (terms,) = parse_lexicon(f"group: {word}")
    assert terms.found_in(plain(f"- {word} -")) == {plain(word)}
    terms.found_in(plain(text))


def test_the_smallest_group_comes_first_and_the_farthest_is_noted() -> None:
    near = [[1.0, 0.01 * number, 0.0] for number in range(8)]
    vectors = unit([*near, *[[1.0, 2.0 + 0.01 * number, 0.0] for number in range(6)], [0.0, 0.0, 1.0]])
    # the lots begin with one of each group, so that the three are found
    lots = np.array([0, *range(3, 10), 1, *range(10, 15), 2])
    found = clusters_of(images(15), vectors, 3, lots, NOTHING, 2)
    assert [one.share.count for one in found] == [1, 6, 8]
    assert found[0].share.note == "small, farthest from the others"
    assert [sample.rid for sample in found[0].samples] == ["0014.jpg"]


def test_page_and_numbers_tell_the_same(tmp_path: Path) -> None:
    rows = images(6, caption=["a woman"] * 2 + ["a tree"] * 4, source=["a"] * 5 + ["b"])
    written = audited(rows, tmp_path / "bias.html", unit([[1.0, 0.1 * n] for n in range(6)]), clusters=2)
    assert list(written.paths) == [tmp_path / "bias.html", tmp_path / "bias.json"]
    record = json.loads((tmp_path / "bias.json").read_text("utf-8"))
    assert (record["format"], record["rows"], record["captioned"]) == ("nodegraph-bias-audit", 6, 6)
    assert sum(one["share"]["count"] for one in record["clusters"]) == 6
    women = next(one["share"] for one in record["terms"] if one["share"]["name"] == "women")
    text = Page((tmp_path / "bias.html").read_text("utf-8")).text
    assert f"women 2 {100 * women['share']:.1f} %" in text
    assert "By source a 5" in text


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    rows = images([HOSTILE, "b"], caption=[HOSTILE] * 2, source=[HOSTILE, None])
    context = Context("bias", title=HOSTILE)
    audited(rows, tmp_path / "bias.html", unit([[1.0, 0.0], [0.0, 1.0]]), context, terms="<b>x: script")
    page = Page((tmp_path / "bias.html").read_text("utf-8"))
    assert not {"script", "b"} & set(page.tags)
    assert not [load for load in page.loads if not load.startswith("data:")]


def test_the_same_set_gives_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    vectors = unit(generator.normal(size=(12, 5)).tolist())
    rows = images(12, source=list("aabbccddeeff"), caption=["a man"] * 12)
    order = generator.permutation(12).tolist()
    audited(rows, tmp_path / "one" / "bias.html", vectors)
    audited(shuffled(rows, order), tmp_path / "two" / "bias.html", vectors[order])
    for name in ("bias.html", "bias.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert "nothing to change" in audited(rows, tmp_path / "one" / "bias.html", vectors).summary


@pytest.mark.parametrize("name", ["bias.html", "bias.json"])
def test_somebody_elses_file_is_left_as_it_is(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(ProblemError) as caught:
        audited(images(1), tmp_path / "bias.html")
    assert caught.value.problems[0].code == "file-not-ours"
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_a_source_folder_is_never_written_to(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="source folder"):
        audited(images(1), tmp_path / "in" / "bias.html", context=Context("bias", sources=[tmp_path / "in"]))


def test_an_empty_set_and_one_without_captions_are_pages_too(tmp_path: Path) -> None:
    audited(images(0), tmp_path / "none.html")
    assert "No picture is left" in Page((tmp_path / "none.html").read_text("utf-8")).text
    audited(images(2), tmp_path / "bare.html")
    assert "Words in captions" not in Page((tmp_path / "bare.html").read_text("utf-8")).text


PACKAGE = """
def load(**_settings):
    import spacy
    nlp = spacy.blank("en")
    patterns = [{"label": "PERSON", "pattern": "Ada Lovelace"}, {"label": "GPE", "pattern": "Paris"}]
    nlp.add_pipe("entity_ruler").add_patterns([*patterns, {"label": "DATE", "pattern": "1843"}])
    return nlp
"""


def test_names_are_found_by_an_installed_pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("spacy", reason="spaCy is an extra and not installed")
    home = tmp_path / "packages"
    (home / "en_tiny_sm").mkdir(parents=True)
    (home / "en_tiny_sm" / "__init__.py").write_text(PACKAGE)
    (home / "en_tiny_sm-1.0.dist-info").mkdir()
    (home / "en_tiny_sm-1.0.dist-info" / "METADATA").write_text("Name: en_tiny_sm\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(home)
    captions = ["Ada Lovelace in Paris, 1843", "Paris and Paris", "a tree", None]
    audited(images(4, caption=captions), tmp_path / "bias.html", entities="en_tiny_sm")
    record = json.loads((tmp_path / "bias.json").read_text("utf-8"))
    found = {one["share"]["name"]: (one["share"]["count"], one["words"]) for one in record["entities"]}
    assert found["people by name"] == (1, [["Ada Lovelace", 1]])
    assert found["countries and cities"] == (2, [["Paris", 2]])
    assert record["entities"][0]["share"]["whole"] == 3
    assert "Names in captions" in Page((tmp_path / "bias.html").read_text("utf-8")).text


@pytest.mark.parametrize("name", ["torch", "../pipeline", "os", "en_core_web", "EN_core_web_sm", "en_core_web_sm;x"])
def test_nothing_but_a_pipeline_is_ever_loaded(name: str) -> None:
    assert [found.code for found in bias.check({"entities": name})] == ["bad-pipeline"]


def test_a_pipeline_that_is_not_installed_is_told_while_wiring() -> None:
    (found,) = bias.check({"entities": "xx_not_there_sm"})
    assert found.code in ("no-pipeline", "missing-extra")
    assert found.fix.startswith("Install it")
