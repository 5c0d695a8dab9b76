"""Finders of duplicates in a run: marked by several, one kept of each group, what was taken apart stays, references."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from nodegraph import installed_registry
from nodegraph.data.content import content_ids
from nodegraph.graph.model import Graph, Node, graph_of
from nodegraph.graph.validate import validate
from nodegraph.run.executor import run
from nodegraph.run.options import RunOptions
from tests.nodes.test_duplicates_crops import drawn


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A picture with a copy of each kind, and a stranger."""
    place = tmp_path / "pictures"
    place.mkdir()
    picture = drawn(1, (480, 360))
    picture.save(place / "a.png")
    picture.save(place / "b.webp", lossless=True)
    picture.save(place / "c.jpg", quality=60)
    picture.crop((0, 0, 400, 300)).save(place / "d.jpg", quality=85)
    (place / "e.png").write_bytes((place / "a.png").read_bytes())
    drawn(2, (300, 300)).save(place / "f.png")
    return place


def chain(folder: Path) -> Graph:
    columns = {"exact": "exact_group", "hash": "hash_group", "crops": "crop_group"}
    finders = [Node(name, f"duplicates/{name}", params={"keep": "all", "group": group})
               for name, group in columns.items()]  # fmt: skip
    nodes = [
        Node("folder", "source/folder", params={"folder": str(folder)}),
        Node("probe", "inspect/probe"),
        *finders,
        Node("best", "duplicates/keep_best", params={"groups": list(columns.values())}),
    ]
    edges = [
        ("folder.images", "probe.images"), ("probe.images", "exact.images"), ("exact.kept", "hash.images"),
        ("hash.kept", "crops.images"), ("crops.kept", "best.images"),
    ]  # fmt: skip
    return graph_of(nodes, edges)


def rows_after(graph: Graph, cache: Path, decisions: Mapping[str, Any] | None = None) -> dict[str, set[str]]:
    """Names of the rows that each port gives."""
    assert [found.message for found in validate(graph, installed_registry()) if found.severity == "error"] == []
    result = run(graph, installed_registry(), RunOptions("cpu", cache=cache, decisions=decisions), lambda _event: None)
    return {str(end): set(rows.rids) for end, rows in result.sets.items()}


def test_finders_mark_and_keep_best_keeps_one_of_all_their_groups(folder: Path, tmp_path: Path) -> None:
    found = rows_after(chain(folder), tmp_path / "cache")
    assert len(found["crops.kept"]) == 6
    assert len(found["best.kept"] & {"a.png", "b.webp", "c.jpg", "d.jpg", "e.png"}) == 1
    assert "d.jpg" not in found["best.kept"]
    assert "f.png" in found["best.kept"]


def test_what_a_person_took_apart_stays_in_the_whole_chain(folder: Path, tmp_path: Path) -> None:
    names = ["a.png", "b.webp", "c.jpg", "d.jpg"]
    cid = dict(zip(names, content_ids([str(folder / name) for name in names]), strict=True))
    apart = {f"apart:{cid['d.jpg']}": {cid[name]: "yes" for name in names if name != "d.jpg"}}
    found = rows_after(chain(folder), tmp_path / "cache", {"viewer": apart})
    assert {"d.jpg", "f.png"} < found["best.kept"]
    assert len(found["best.kept"]) == 3


@pytest.mark.parametrize(
    ("by", "left"), [("bytes", {"b.webp", "c.jpg", "d.jpg", "f.png"}), ("hash", {"d.jpg", "f.png"})]
)
def test_what_a_reference_set_has_is_dropped(folder: Path, tmp_path: Path, by: str, left: set[str]) -> None:
    other = tmp_path / "tests"
    other.mkdir()
    Image.open(folder / "a.png").save(other / "again.png")
    (other / "a.png").write_bytes((folder / "a.png").read_bytes())
    nodes = [
        Node("folder", "source/folder", params={"folder": str(folder)}),
        Node("other", "source/folder", params={"folder": str(other)}),
        Node("without", "duplicates/exclude_reference", params={"by": by}),
    ]
    edges = [("folder.images", "without.images"), ("other.images", "without.reference")]
    assert rows_after(graph_of(nodes, edges), tmp_path / "cache")["without.kept"] == left
