"""The window runs a graph: what it shows, asks and writes, and that it ends in order."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from gui.run_teller import cancelled_summary
from gui.settings import Settings
from nodegraph.graph.io import dumps
from nodegraph.graph.model import Graph, Node, graph_of
from nodegraph.registry import Registry
from tests.gui.test_files_controller import Answers
from tests.gui.window import open_window

SMALL = graph_of(
    [
        Node("folder", "source/folder", params={"folder": "asset:samples/paintings"}),
        Node("readable", "inspect/readable"),
    ],
    [("folder.images", "readable.images")],
)


def writing(to: str, registry: Registry) -> Graph:
    """A graph that writes an image folder to `to`."""
    rev = registry.nodes["export/imagefolder"].rev
    nodes = [*SMALL.nodes.values(), Node("export", "export/imagefolder", rev, {"folder": to})]
    edges = [("folder.images", "readable.images"), ("readable.kept", "export.images")]
    return graph_of(nodes, edges)


def test_run_by_its_action_shows_counts_and_leaves_no_process(
    qtbot: QtBot, registry: Registry, settings: Settings, tmp_path: Path
) -> None:
    with open_window(registry, settings, tmp_path / "swaps") as window:
        window.files.show(SMALL, None)
        with qtbot.waitSignal(window.run.finished, timeout=60_000):
            window.actions["run.all"].trigger()
            assert not window.actions["run.all"].isEnabled() and window.actions["run.stop"].isEnabled()
        qtbot.waitUntil(lambda: window.actions["run.all"].isEnabled())
        result = window.results.of("readable")
        assert result.state == "done" and result.rows_in and result.rows_out
        assert window.results.table("readable", "kept") is not None
        window.close()
        assert window.run.process_id is None


def test_a_source_shows_its_first_pictures_before_anything_is_run(
    qtbot: QtBot, registry: Registry, settings: Settings, tmp_path: Path
) -> None:
    with open_window(registry, settings, tmp_path / "swaps") as window:
        window.files.show(SMALL, None)
        qtbot.waitUntil(lambda: bool(window.results.of("folder").contents), timeout=60_000)
        first = window.results.of("folder")
        assert first.state == "ready" and not first.files and not window.results.of("readable").contents
        qtbot.waitUntil(lambda: all(window.thumbnails.get(key) is not None for key in first.contents))


def test_a_picture_that_was_cropped_and_never_opened_is_shown_on_its_node(
    qtbot: QtBot, registry: Registry, settings: Settings, tmp_path: Path
) -> None:
    crop = Node("crop", "shape/resize", registry.nodes["shape/resize"].rev, {"to": "size", "width": 64, "height": 96})
    graph = graph_of(
        [*SMALL.nodes.values(), crop], [("folder.images", "readable.images"), ("readable.kept", "crop.images")]
    )
    with open_window(registry, settings, tmp_path / "swaps") as window:
        window.files.show(graph, None)
        with qtbot.waitSignal(window.run.finished, timeout=60_000):
            window.actions["run.all"].trigger()
        edited = window.results.of("crop").contents
        assert edited and all("edits=" in content for content in edited)
        qtbot.waitUntil(lambda: all(window.thumbnails.get(content) is not None for content in edited))


def test_what_a_run_wrote_is_shown_in_its_folder(
    qtbot: QtBot, registry: Registry, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(url.toLocalFile()) or True)
    path = tmp_path / "graph.json"
    path.write_text(dumps(writing("out/set", registry)), "utf-8")
    with open_window(registry, settings, tmp_path / "swaps") as window:
        show = window.actions["run.written"]
        window.files.open(path)
        assert not show.isEnabled()
        with qtbot.waitSignal(window.run.finished, timeout=60_000):
            window.actions["run.all"].trigger()
        show.trigger()
        assert shown == [str(tmp_path / "out/set")]
        window.run.finished.emit({**cancelled_summary(), "exit": 0})
        assert show.isEnabled(), "a trial writes nothing; what was written before is still there"
        window.files.show(SMALL, None)
        assert not show.isEnabled()


@pytest.mark.parametrize("allowed", [True, False])
def test_a_graph_that_writes_outside_its_folder_asks_first(
    allowed: bool, qtbot: QtBot, registry: Registry, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "theirs").mkdir()
    path = tmp_path / "theirs" / "graph.json"
    path.write_text(dumps(writing("../elsewhere", registry)), "utf-8")
    with open_window(registry, settings, tmp_path / "swaps", may_write=allowed) as window:
        window.files.open(path)
        if allowed:
            with qtbot.waitSignal(window.run.finished, timeout=60_000):
                window.actions["run.all"].trigger()
        else:
            window.actions["run.all"].trigger()
            assert not window.run.busy
        assert isinstance(window.questions, Answers) and window.questions.asked == ["may_write"]
        assert (tmp_path / "elsewhere").exists() is allowed


def test_the_end_of_a_run_is_seen_without_choosing_a_node(
    qtbot: QtBot, registry: Registry, settings: Settings, tmp_path: Path
) -> None:
    with open_window(registry, settings, tmp_path / "swaps") as window:
        window.files.show(SMALL, None)
        assert not window.gallery.shown.height
        with qtbot.waitSignal(window.run.finished):
            window.actions["run.all"].trigger()
        assert window.gallery.shown.height == window.results.of("readable").rows_out
        assert not window.selection.nodes
