"""Every example opens and is saved as it was; what a killed window leaves is offered at the next start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gui.files.swap import swap_folder
from gui.main_window import MainWindow
from gui.settings import Settings
from nodegraph.registry import Registry
from tests.gui.conftest import QUICKSTART
from tests.gui.test_files_controller import Answers
from tests.gui.window import open_window

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted(QUICKSTART.parent.glob("*.json"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_each_example_opens_is_shown_whole_and_saved_as_it_was(
    example: Path, window: MainWindow, tmp_path: Path
) -> None:
    copy = tmp_path / example.name
    copy.write_bytes(example.read_bytes())
    assert window.files.open(copy)
    assert set(window.canvas.graph_scene.nodes) == set(window.document.graph.nodes)
    assert len(window.canvas.graph_scene.edges) == len(window.document.graph.edges)
    assert [found for found in window.document.problems if found.severity == "error"] == []
    for id in window.document.graph.nodes:
        window.selection.choose([id])
    assert window.files.save() and copy.read_bytes() == example.read_bytes()


def test_the_work_of_a_killed_window_is_offered_at_the_next_start(
    qtbot: QtBot, registry: Registry, settings: Settings, tmp_path: Path
) -> None:
    graph = tmp_path / "graph.json"
    graph.write_bytes(QUICKSTART.read_bytes())
    app = subprocess.Popen(
        [sys.executable, "-m", "tests.gui.acceptance.app_to_kill", str(graph)],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert app.stdout is not None
    assert app.stdout.readline() == "saved\n"
    app.kill()
    app.communicate(timeout=60)
    assert graph.read_bytes() == QUICKSTART.read_bytes()

    settings.set_flag("hints-dismissed")
    with open_window(registry, settings, swap_folder(), recover="recover") as window:
        window.start()
        assert isinstance(window.questions, Answers) and window.questions.asked == ["recover"]
        assert window.document.graph.nodes["folder"].mode == "mute"
        assert window.document.path == graph and window.files.modified
        assert window.files.save() and graph.read_bytes() != QUICKSTART.read_bytes()
    with open_window(registry, settings, swap_folder(), recover="recover") as window:
        window.start(graph)
        assert isinstance(window.questions, Answers) and window.questions.asked == []
