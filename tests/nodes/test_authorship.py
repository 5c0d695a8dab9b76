"""Who wrote a caption: no machine writes over a person, whatever is set, and nothing that was said is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from nodegraph import ImageSet, Values, installed_registry
from nodegraph.data.journal import Entry, append
from nodegraph.graph.model import End, Node, graph_of
from nodegraph.parameters import with_defaults
from nodegraph.run.executor import run
from nodegraph.run.options import RunOptions
from nodegraph.run.prepare import prepare_graph
from nodegraph.specs import NodeSpec
from nodes.captions.authorship import RESERVED, rows_to_caption
from nodes.captions.clean import clean
from nodes.captions.edit import edit
from nodes.captions.endpoint import caption_endpoint
from nodes.captions.layers import layers
from nodes.captions.model import caption_model
from nodes.captions.tagger import tagger
from nodes.captions.template import template
from tests.nodes.tables import images

SAID = "what a machine says"
TAGGED = {"general": {"cat": 0.9}, "character": {}, "rating": {"general": 0.9}}


def answered(spec: NodeSpec, answer: object = SAID) -> Callable[..., Mapping[str, Any]]:
    """Calls a captioner of which a model answers `answer` wherever it is asked."""

    def call(given_set: ImageSet, **params: Any) -> Mapping[str, Any]:
        asked = rows_to_caption(given_set, {"only_empty": False} | params)
        return spec.function(given_set, answers=Values([answer if flag else None for flag in asked]), **params)

    return call


WRITERS: dict[str, Callable[[ImageSet], Mapping[str, Any]]] = {
    "caption/model": lambda rows: answered(caption_model)(rows, only_empty=False),
    "caption/endpoint": lambda rows: answered(caption_endpoint)(rows, only_empty=False, model="m"),
    "caption/tagger": lambda rows: tagger.function(rows, found=Values([TAGGED] * len(rows)), only_empty=False),
    "caption/template": lambda rows: template.function(rows, trigger="ohwx", template="{trigger}, {caption}, {other}"),
    "caption/template without the caption": lambda rows: template.function(rows, template="{other}"),
    "caption/layers": lambda rows: layers.function(rows, layers=["other", "caption"]),
    "caption/layers joined": lambda rows: layers.function(rows, layers=["caption", "other"], use="joined"),
    "caption/edit": lambda rows: edit.function(
        rows, operations=["strip", "regex: . => x", "upper", "sort", "remove: a", "prepend: ohwx"]
    ),
    "caption/clean": lambda rows: clean.function(rows, emoji=True, trailing_dots=True),
}

WORDS = st.text(min_size=1, max_size=40).filter(lambda text: bool(text.strip()))


def in_one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("name", WRITERS)
@given(text=WORDS)
def test_what_a_person_wrote_survives_every_machine(name: str, text: str) -> None:
    rows = images(2, caption=[text, "a machine's"], caption_by=["person", "model:x"], other=["another", "text"])
    found = pl.DataFrame(WRITERS[name](rows))
    assert in_one_line(text) in in_one_line(found["caption"][0])
    assert found["caption_by"][0] == "person"


def test_every_node_that_writes_captions_is_held_to_it() -> None:
    registry = installed_registry()
    writers = {name for name, spec in registry.nodes.items() if spec.kind == "captioner"}
    assert writers <= {name.partition(" ")[0] for name in WRITERS}


def test_what_a_model_said_and_what_the_picture_came_with_are_kept_beside_the_caption() -> None:
    rows = images(3, caption=["from a file", None, "by hand"], caption_by=[None, None, "person"])
    found = rows.with_columns(answered(caption_model)(rows, only_empty=False))
    assert found["caption"].to_list() == [SAID, SAID, "by hand"]
    assert found["caption_original"].to_list() == ["from a file", None, None]
    assert found["caption_model"].to_list() == [SAID, SAID, None]
    second = answered(caption_model, "other words")(found, only_empty=True, layer="second")
    assert second["caption"].to_list() == [SAID, SAID, "by hand"]
    assert second["caption_original"].to_list() == ["from a file", None, None]


def test_asked_again_for_other_rows_a_layer_keeps_what_it_held() -> None:
    rows = images(2, caption=["x", None], caption_by=["model:x", None], caption_model=["x", None])
    assert answered(caption_model)(rows, only_empty=True)["caption_model"].to_list() == ["x", SAID]


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_a_layer_cannot_take_the_name_of_a_column_with_another_meaning(name: str) -> None:
    params = with_defaults(caption_model.parameters, {"layer": name})
    assert [found.code for found in caption_model.check(params)] == ["reserved-column"]


def test_the_first_layer_that_is_not_blank_is_chosen() -> None:
    rows = images(
        4,
        caption=["old", "old", "old", "by hand"],
        caption_by=["source", "model:x", None, "person"],
        caption_tags=[" ", "a, b", None, "a"],
        caption_model=["a sentence", "another", None, "b"],
    )
    found = layers.function(rows, layers=["caption_tags", "caption_model"])
    assert found["caption"] == ["a sentence", "a, b", "old", "by hand"]
    assert found["caption_by"] == ["layer:caption_model", "layer:caption_tags", "source", "person"]


def test_layers_are_joined_and_the_same_text_is_written_once() -> None:
    rows = images(2, caption=["a cat", "a cat"], one=["a cat", " a dog "], two=["a tail", None])
    found = layers.function(rows, layers=["one", "caption", "two"], use="joined", separator=" | ")
    assert found["caption"] == ["a cat | a tail", "a dog | a cat"]
    assert found["caption_by"] == ["layer:one+caption+two", "layer:one+caption"]


def test_the_caption_itself_as_a_layer_keeps_its_author() -> None:
    rows = images(2, caption=["a cat", None], caption_by=["model:x", None], one=["b", "b"])
    found = layers.function(rows, layers=["caption", "one"])
    assert list(zip(found["caption"], found["caption_by"], strict=True)) == [("a cat", "model:x"), ("b", "layer:one")]


def test_choosing_among_no_rows_or_no_layers_is_possible() -> None:
    assert layers.function(images(0, one=[]), layers=["one"])["caption"] == []
    assert layers.function(images(1, caption=["x"]), layers=[])["caption"] == ["x"]
    assert [found.code for found in layers.check({"layers": []})] == ["no-layer"]


def test_a_caption_by_hand_goes_through_a_whole_graph_of_captioners(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(2):
        Image.new("RGB", (64, 64), (number * 120, 40, 90)).save(folder / f"{number}.png")
    (folder / "0.txt").write_text("A photo of: a FILE", "utf-8")
    chain = [
        Node("folder", "source/folder", params={"folder": str(folder)}),
        Node("model", "caption/model", 2, {"only_empty": False, "max_new_tokens": 8}),
        Node("edit", "caption/edit", params={"operations": ["strip", "upper"]}),
        Node("clean", "caption/clean"),
        Node("choose", "caption/layers", params={"layers": ["caption_original", "caption_model"]}),
        Node("last", "caption/template", 2, {"trigger": "ohwx"}),
    ]
    edges = [(f"{one.id}.images", f"{two.id}.images") for one, two in pairwise(chain)]
    registry = installed_registry()
    graph = prepare_graph(graph_of(chain, edges), registry, base=tmp_path).graph

    def go(journal: Path | None = None) -> dict[str, dict[str, Any]]:
        options = RunOptions("cpu", cache=tmp_path / "cache", journal=journal)
        table = run(graph, registry, options, lambda _event: None).sets[End("last", "images")].table
        return {row["rid"]: row for row in table.iter_rows(named=True)}

    plain = go()
    assert plain["0.png"]["caption"] == "ohwx, A photo of: a FILE"
    assert plain["0.png"]["caption_by"] == "layer:caption_original"
    assert plain["1.png"]["caption"] == f"ohwx, {plain['1.png']['caption_model']}"
    journal = tmp_path / "journal.jsonl"
    append(journal, [Entry("model", plain["0.png"]["cid"], "caption", "a photo of  My Boat...")])
    by_hand = go(journal)
    assert (by_hand["0.png"]["caption"], by_hand["0.png"]["caption_by"]) == ("ohwx, a photo of My Boat...", "person")
    assert by_hand["1.png"] == plain["1.png"]
