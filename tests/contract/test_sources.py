"""The contract of a source: the same rows each time, unchanged files, nothing fetched or written by a plan."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

import pytest
from polars.testing import assert_frame_equal

from nodegraph.data.imageset import BASE_SCHEMA
from nodegraph.graph.columns import columns_at
from nodegraph.graph.model import End, Graph, Node, graph_of
from nodegraph.graph.validate import errors_of, validate
from nodegraph.problems import ProblemError
from nodegraph.registry import installed_registry
from nodegraph.run.executor import run
from nodegraph.run.options import RunOptions
from nodegraph.run.rehearsal import rehearse
from tests.contract.test_contract import written
from tests.contract.world import NAMES, paint

REGISTRY = installed_registry()
SOURCES = [type for type, spec in REGISTRY.nodes.items() if not spec.inputs and REGISTRY.packs[type] == "nodegraph"]

# These ask servers, and are run against servers of their own there.
ELSEWHERE = {
    "source/flickr": "test_source_flickr.py",
    "source/hub": "test_source_hub.py",
    "source/urls": "test_source_urls.py",
}


def plain_folder(home: Path) -> dict[str, Any]:
    paint(home / "in")
    return {"folder": str(home / "in")}


def kohya_folder(home: Path) -> dict[str, Any]:
    paint(home / "in" / "3_ohwx cat & 'dog'")
    return {"folder": str(home / "in")}


def image_folder(home: Path) -> dict[str, Any]:
    paint(home / "in" / "train")
    lines = [json.dumps({"file_name": name, "text": f"a picture, {name}"}) for name in NAMES]
    (home / "in" / "train" / "metadata.jsonl").write_text("\n".join(lines), "utf-8")
    return {"folder": str(home / "in")}


def shards(home: Path) -> dict[str, Any]:
    paint(home / "pictures")
    (home / "in").mkdir()
    with tarfile.open(home / "in" / "00000.tar", "w") as archive:
        for number, name in enumerate(NAMES):
            for suffix, data in (("png", (home / "pictures" / name).read_bytes()), ("txt", name.encode())):
                member = tarfile.TarInfo(f"{number:05}.{suffix}")
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
    return {"shards": str(home / "in"), "folder": str(home / "unpacked")}


def label_studio(home: Path) -> dict[str, Any]:
    paint(home / "in")
    choice = {"type": "choices", "from_name": "decision", "to_name": "image", "value": {"choices": ["Acceptable"]}}
    tasks = [
        {"id": number, "data": {"image": f"/data/local-files/?d={quote(name)}"}, "annotations": [{"result": [choice]}]}
        for number, name in enumerate(NAMES)
    ]
    (home / "answers.json").write_text(json.dumps(tasks), "utf-8")
    return {"annotations": str(home / "answers.json"), "folder": str(home / "in")}


def cvat(home: Path) -> dict[str, Any]:
    paint(home / "in")
    images = "".join(
        f"<image id='{n}' name={quoteattr(name)}><tag label='good'/></image>" for n, name in enumerate(NAMES)
    )
    (home / "annotations.xml").write_text(f"<annotations><version>1.1</version>{images}</annotations>", "utf-8")
    return {"annotations": str(home / "annotations.xml"), "folder": str(home / "in")}


MADE: Mapping[str, Callable[[Path], dict[str, Any]]] = {
    "source/folder": plain_folder,
    "source/reference": plain_folder,
    "source/kohya": kohya_folder,
    "source/imagefolder": image_folder,
    "source/webdataset": shards,
    "source/label_studio": label_studio,
    "source/cvat": cvat,
}


def graph_with(type: str, params: Mapping[str, Any]) -> Graph:
    return graph_of([Node("source", type, REGISTRY.nodes[type].rev, params)], [])


def options(home: Path) -> RunOptions:
    return RunOptions("cpu", cache=home / "cache", allow_download=False)


def test_every_source_is_tried_here_or_has_servers_of_its_own() -> None:
    assert set(SOURCES) == set(MADE) | set(ELSEWHERE)
    for file in ELSEWHERE.values():
        assert (Path(__file__).parents[1] / "nodes" / file).is_file()


@pytest.mark.parametrize("type", MADE)
def test_it_gives_the_same_rows_each_time_and_leaves_files_as_they_are(type: str, tmp_path: Path) -> None:
    graph = graph_with(type, MADE[type](tmp_path))
    assert errors_of(validate(graph, REGISTRY)) == []
    before = written(tmp_path / "in")
    first, second = (run(graph, REGISTRY, options(tmp_path), lambda _event: None) for _ in range(2))
    end = End("source", REGISTRY.nodes[type].outputs[0])
    table = first.sets[end].table
    assert first.summary.exit == 0
    assert table.height == len([name for name in NAMES if type != "source/kohya" or "/" not in name])
    assert not table["rid"].is_duplicated().any()
    assert set(columns_at(graph, REGISTRY)[end].known) == set(table.columns)
    assert table.select(list(BASE_SCHEMA)).null_count().row(0) == (0, 0, 0, 0)
    assert_frame_equal(table, second.sets[end].table)
    assert written(tmp_path / "in") == before


@pytest.mark.parametrize("type", MADE)
def test_a_plan_writes_nothing_and_after_a_run_it_knows_the_rows(type: str, tmp_path: Path) -> None:
    graph = graph_with(type, MADE[type](tmp_path))
    before = written(tmp_path)
    rehearse(graph, REGISTRY, options(tmp_path))
    now = {name: digest for name, digest in written(tmp_path).items() if not name.startswith("cache/")}
    assert now == before
    result = run(graph, REGISTRY, options(tmp_path), lambda _event: None)
    (plan,) = rehearse(graph, REGISTRY, options(tmp_path))
    assert plan.rows == len(result.sets[End("source", "images")])


@pytest.mark.parametrize("type", MADE)
def test_what_is_not_there_is_a_problem_that_names_it(type: str, tmp_path: Path) -> None:
    params = {
        name: value.replace(str(tmp_path), str(tmp_path / "gone")) for name, value in MADE[type](tmp_path).items()
    }
    graph = graph_with(type, params)
    with pytest.raises(ProblemError) as raised:
        run(graph, REGISTRY, options(tmp_path), lambda _event: None)
    assert "gone" in str(raised.value)
