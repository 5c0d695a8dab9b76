"""Paths are relative in the file, absolute in a run, and assets stay inside the assets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.graph.edit import SetParam, applied
from nodegraph.graph.model import Graph, Node, graph_of
from nodegraph.graph.paths import asset, located, relative, relative_paths, resolve_paths
from nodegraph.problems import ProblemError
from tests.graph.specs import small_graph, small_registry

REGISTRY = small_registry()
BASE = Path("/work/project/graphs")

PARTS = st.lists(st.sampled_from(["work", "project", "graphs", "other", "~", "~x", "asset:a", "b c"]), max_size=6)


def _params(graph: Graph, id: str) -> dict[str, Any]:
    return dict(graph.nodes[id].params)


def test_relative_paths_are_taken_from_the_folder_of_the_graph() -> None:
    resolved = resolve_paths(small_graph(), REGISTRY, BASE)
    assert _params(resolved, "folder")["path"] == "/work/project/graphs/photos"


def test_what_is_written_goes_where_the_run_says_and_defaults_count() -> None:
    resolved = resolve_paths(small_graph(), REGISTRY, BASE, Path("/out"))
    assert _params(resolved, "export")["folder"] == "/out/dataset"
    assert _params(resolved, "folder")["path"] == "/work/project/graphs/photos"


def test_absolute_paths_and_absent_ones_stay() -> None:
    graph = applied(small_graph(), [SetParam("folder", "path", "/data/x"), SetParam("export", "card", None)])
    resolved = resolve_paths(graph, REGISTRY, BASE, Path("/out"))
    assert _params(resolved, "folder")["path"] == "/data/x"
    assert _params(resolved, "export")["card"] is None


def test_the_home_folder_is_filled_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    assert located("~/photos", BASE) == Path("/home/ada/photos")


def test_texts_that_are_no_paths_and_nodes_of_unknown_types_stay() -> None:
    graph = graph_of([Node("x", "other/pack", params={"path": "photos"})])
    assert resolve_paths(graph, REGISTRY, BASE) == graph
    captions = applied(small_graph(), [SetParam("export", "captions", ["photos"])])
    assert _params(resolve_paths(captions, REGISTRY, BASE), "export")["captions"] == ["photos"]


@given(PARTS, PARTS)
def test_a_path_written_relative_means_the_same_place(parts: list[str], base: list[str]) -> None:
    path, folder = Path("/", *parts), Path("/", *base)
    assert located(relative(str(path), folder), folder) == path


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/work/project/graphs/photos/a b", "photos/a b"),
        ("/work/project/photos", "../photos"),
        ("/work/project/graphs", "."),
        ("/work/project/graphs/~", "./~"),
        ("/work/project/graphs/asset:x", "./asset:x"),
        ("/home/ada/photos", "/home/ada/photos"),
        ("/data", "/data"),
    ],
)
def test_a_near_path_is_written_relative_and_a_far_one_in_full(path: str, written: str) -> None:
    graph = applied(small_graph(), [SetParam("folder", "path", path)])
    assert _params(relative_paths(graph, REGISTRY, BASE), "folder")["path"] == written


def test_saving_relative_leaves_what_is_not_absolute_as_it_is_and_adds_no_defaults() -> None:
    graph = applied(small_graph(), [SetParam("folder", "path", "~/x")])
    assert relative_paths(graph, REGISTRY, BASE) == graph


@pytest.fixture
def assets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An `assets` package of the test's own, that must never be imported."""
    package = tmp_path / "site" / "assets"
    (package / "samples").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    (tmp_path / "site" / "secret.txt").write_text("secret")
    monkeypatch.setattr("nodegraph.graph.paths.find_spec", lambda _name: _Spec([str(package)]))
    return package


class _Spec:
    def __init__(self, folders: list[str]) -> None:
        self.submodule_search_locations = folders


def test_an_asset_is_found_inside_the_installed_package(assets: Path) -> None:
    graph = applied(small_graph(), [SetParam("folder", "path", "asset:samples")])
    assert _params(resolve_paths(graph, REGISTRY, BASE), "folder")["path"] == str(assets / "samples")


@pytest.mark.parametrize(
    "name", ["", "..", "../secret.txt", "samples/../../secret.txt", "/etc", "a//b", "a\\b", "C:x", "."]
)
def test_an_asset_outside_the_assets_is_refused(assets: Path, name: str) -> None:
    with pytest.raises(ProblemError) as caught:
        asset(name)
    assert caught.value.problems[0].code == "bad-path"


def test_a_link_out_of_the_assets_is_refused(assets: Path) -> None:
    (assets / "link").symlink_to(assets.parent / "secret.txt")
    with pytest.raises(ProblemError, match="leads out"):
        asset("link")


def test_an_asset_that_is_not_there_names_the_nearest_and_the_parameter(assets: Path) -> None:
    graph = applied(small_graph(), [SetParam("folder", "path", "asset:sample")])
    with pytest.raises(ProblemError, match='Did you mean "samples"') as caught:
        resolve_paths(graph, REGISTRY, BASE)
    assert caught.value.problems[0].place == "folder.path"


def test_without_installed_assets_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nodegraph.graph.paths.find_spec", lambda _name: None)
    with pytest.raises(ProblemError, match="not installed"):
        asset("samples")
