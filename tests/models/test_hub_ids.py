"""A model of the hub that no catalogue lists: named by repository and commit, checked while wiring, run like others."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from nodegraph.graph.model import End, Graph, Node, graph_of
from nodegraph.graph.validate import errors_of, validate
from nodegraph.models.hub_ids import EXAMPLE, hub_entry
from nodegraph.models.places import Places
from nodegraph.registry import installed_registry
from nodegraph.run.executor import run
from nodegraph.run.options import RunOptions
from tests.nodes.tiny_models import save_llava

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    "id",
    [
        "hf:owner/name",
        "hf:owner/name@main",
        f"hf:owner@{COMMIT}",
        f"hf:owner/name@{COMMIT[:-1]}",
        f"hf:owner/../name@{COMMIT}",
        f"hf:owner/..@{COMMIT}",
        f"hf:/etc/passwd@{COMMIT}",
        f"owner/name@{COMMIT}",
        f"hf:owner/name@{COMMIT}\n",
        f"hf:a--b/name@{COMMIT}",
    ],
)
def test_only_a_repository_with_a_full_commit_names_a_model(id: str) -> None:
    assert hub_entry(id, "captioner") is None


def test_the_example_that_a_problem_shows_names_one() -> None:
    entry = hub_entry(EXAMPLE, "captioner")
    assert entry is not None
    assert (entry.repo, entry.revision, entry.kind) == ("owner/name", COMMIT, "captioner")


@given(st.text(max_size=60))
def test_no_name_leads_out_of_the_models_folder(text: str) -> None:
    entry = hub_entry(f"hf:{text}@{COMMIT}", "captioner")
    if entry is not None:
        places = Places(Path("/models"), Path("/cache"), "")
        assert places.folder_of(entry).parent == Path("/models")
        assert places.repository_of(entry).parent == Path("/cache")


def captioned(folder: Path, model: str) -> Graph:
    params = {"model": model, "max_new_tokens": 4}
    nodes = [Node("folder", "source/folder", params={"folder": str(folder)}), Node("words", "caption/model", 2, params)]
    return graph_of(nodes, [("folder.images", "words.images")])


def test_a_name_without_a_commit_is_a_problem_that_says_how_to_write_it(tmp_path: Path) -> None:
    (found,) = errors_of(validate(captioned(tmp_path, "hf:owner/name"), installed_registry()))
    assert (found.code, found.param) == ("unknown-model", "model")
    assert EXAMPLE in found.fix


def test_a_node_that_loads_models_its_own_way_takes_none_of_the_hub(tmp_path: Path) -> None:
    nodes = [
        Node("folder", "source/folder", params={"folder": str(tmp_path)}),
        Node("tags", "caption/tagger", params={"model": EXAMPLE}),
    ]
    wrong = errors_of(validate(graph_of(nodes, [("folder.images", "tags.images")]), installed_registry()))
    assert [found.code for found in wrong] == ["unknown-model"]


def test_a_model_of_the_hub_writes_captions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = hub_entry(EXAMPLE, "captioner")
    assert entry is not None
    save_llava(tmp_path / "models" / entry.folder_name)
    monkeypatch.setenv("NODEGRAPH_MODELS", str(tmp_path / "models"))
    (tmp_path / "in").mkdir()
    Image.new("RGB", (32, 24), (200, 30, 30)).save(tmp_path / "in" / "red.png")
    graph, registry = captioned(tmp_path / "in", EXAMPLE), installed_registry()
    assert errors_of(validate(graph, registry)) == []
    options = RunOptions("cpu", cache=tmp_path / "cache", allow_download=False)
    result = run(graph, registry, options, lambda _event: None)
    table = result.sets[End("words", "images")].table
    assert result.summary.model_calls == 1
    assert table["caption_by"].to_list() == [f"model:{EXAMPLE}"] or table["caption"].null_count() == 1
