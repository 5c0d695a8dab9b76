"""Pictures that hold the graph, what is dropped on the window, the headless command, the examples."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from gui.files.command import headless_command
from gui.files.dropped import source_for, understand
from gui.files.examples import Example, ExamplesDialog, examples
from gui.files.pictures import graph_in, holds_graph, save_png
from nodegraph.graph.edit import SetParam, applied
from nodegraph.graph.io import dumps
from nodegraph.graph.knobs import with_knobs
from nodegraph.graph.model import Graph, Node, Note, graph_of
from nodegraph.problems import ProblemError
from nodegraph.registry import Registry


def picture() -> QImage:
    image = QImage(40, 30, QImage.Format.Format_ARGB32)
    image.fill(QColor(20, 30, 40))
    return image


def test_a_png_holds_the_graph_to_the_byte(quickstart: Graph, tmp_path: Path, qapp: object) -> None:
    path = tmp_path / "graph.png"
    save_png(picture(), dumps(quickstart), path)
    assert holds_graph(path)
    assert dumps(graph_in(path)) == dumps(quickstart)


def test_a_png_holds_texts_of_any_script(tmp_path: Path, qapp: object) -> None:
    graph = Graph("Fische: 魚  und  Zeilen", notes=(Note("eins\n\n  zwei: drei\n"),))
    path = tmp_path / "graph.png"
    save_png(picture(), dumps(graph), path)
    assert graph_in(path) == graph


def test_a_picture_without_a_graph_is_refused_with_words(tmp_path: Path, qapp: object) -> None:
    path = tmp_path / "plain.png"
    assert picture().save(str(path))
    with pytest.raises(ProblemError, match="holds no graph"):
        graph_in(path)
    with pytest.raises(ProblemError, match="neither a folder nor a graph"):
        understand(path)


def test_a_picture_that_cannot_be_written_is_a_problem(tmp_path: Path, qapp: object) -> None:
    with pytest.raises(ProblemError, match="could not be saved"):
        save_png(picture(), "{}", tmp_path / "nowhere" / "graph.png")


def test_what_is_dropped_is_understood(tmp_path: Path, quickstart: Graph, qapp: object) -> None:
    folder, exported, other = (tmp_path / name for name in ("pictures", "exported", "other"))
    for one in (folder, exported, other):
        one.mkdir()
    (exported / "manifest.json").write_text(json.dumps({"format": "nodegraph-export", "version": 1}), "utf-8")
    (other / "manifest.json").write_text("[]", "utf-8")
    save_png(picture(), dumps(quickstart), tmp_path / "graph.png")
    assert understand(folder).what == "folder"
    assert understand(other).what == "folder"
    assert understand(exported).what == "set"
    assert understand(exported / "manifest.json").path == exported
    assert understand(tmp_path / "graph.json").what == "graph"
    assert understand(tmp_path / "graph.png").what == "picture"


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("imagefolder", ("source/imagefolder", "folder")),
        ("kohya", ("source/kohya", "folder")),
        ("webdataset", ("source/webdataset", "shards")),
        ("onetrainer", ("source/folder", "folder")),
        ("label_studio", ("source/folder", "folder")),
    ],
)
def test_a_dropped_set_is_read_by_the_source_of_its_kind(
    tmp_path: Path, registry: Registry, kind: str, source: tuple[str, str]
) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"format": "nodegraph-export", "kind": kind}), "utf-8")
    assert source_for(understand(tmp_path), registry) == source


def test_the_headless_command_sets_every_knob_to_what_is_shown(
    quickstart: Graph, registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = applied(
        quickstart,
        [
            SetParam("folder", "folder", "my pictures"),
            SetParam("prompt", "prompts", ["it's a fish", "a crab"]),
            SetParam("trigger", "trigger", "null"),
        ],
    )
    path = tmp_path / "a graph.json"
    words = shlex.split(headless_command(graph, registry, path))
    assert words[:3] == ["nodegraph", "run", str(path)]
    given = dict(word.split("=", 1) for word in words[4::2])
    assert given["folder"] == str(tmp_path / "my pictures")
    elsewhere = with_knobs(quickstart, registry, given, folder=Path("/"))
    for knob in quickstart.knobs.values():
        if knob.name != "folder":
            expected = graph.nodes[knob.node].params[knob.param]
            assert elsewhere.nodes[knob.node].params[knob.param] == expected


def test_knobs_of_nodes_that_are_not_installed_are_left_out(registry: Registry, quickstart: Graph) -> None:
    graph = graph_of([Node("odd", "elsewhere/unknown")])
    assert headless_command(graph, registry, Path("/g.json"), "cuda") == "nodegraph run /g.json --device cuda"


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_each_example_comes_with_pictures_of_what_it_does(example: Example, qapp: object) -> None:
    for theme in ("dark", "light"):
        shown = QImage(str(example.picture(theme)))
        assert shown.width() >= 600, "python -m tests.example_pictures makes them"


def test_the_examples_are_shown_with_title_and_picture(qtbot: QtBot) -> None:
    found = examples()
    assert found and found[0].name == "quickstart" and found[0].about
    asked: list[Example] = []
    dialog = ExamplesDialog(found, lambda example: asked.append(example) or picture())
    qtbot.addWidget(dialog)
    assert asked == [found[0]]
    dialog.accept()
    assert dialog.chosen == found[0]
