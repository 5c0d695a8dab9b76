"""What the canvas says of an edge or a port when the mouse rests there."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QToolTip
from pytestqt.qtbot import QtBot

from gui.actions import Actions
from gui.canvas.tips import Tips, tip_at
from gui.canvas.view import CanvasView
from gui.document import GraphDocument
from gui.results import Results
from gui.selection import Selection
from gui.theme.theme import load_theme
from tests.gui.canvas_hand import three


class Pictures(QObject):
    """Thumbnails that come when they are told to."""

    ready = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.there: dict[str, QPixmap] = {}

    def get(self, content_key: str, path: str = "") -> QPixmap | None:
        return self.there.get(content_key)

    def come(self, key: str) -> None:
        self.there[key] = QPixmap(32, 32)
        self.there[key].fill(Qt.GlobalColor.red)
        self.ready.emit(key)


@pytest.fixture
def pictures() -> Pictures:
    return Pictures()


@pytest.fixture
def view(qtbot: QtBot, document: GraphDocument, pictures: Pictures, tmp_path: Path) -> CanvasView:
    """Three nodes in a row, of which the last two are wired; sharpness gave 1,204 images."""
    document.load(three(), None)
    results = Results()
    view = CanvasView(document, Selection(document), results, pictures, load_theme("dark"), Actions())
    qtbot.addWidget(view)
    view.resize(1000, 600)
    view.show()
    view.selection.choose(["sharp", "cut"])
    view.commands.connect_chosen()
    view.selection.choose([])
    cids = [f"{number:032x}" for number in range(1204)]
    rows = {"cid": cids, "recipe": [""] * 1204, "path": ["one.png"] * 1204}
    pl.DataFrame(rows).write_ipc(tmp_path / "images.arrow")
    results.update("sharp", state="done", rows_out=1204, files={"images": tmp_path / "images.arrow"})
    return view


def tip(view: CanvasView, place: QPointF, lacking: set[str] | None = None) -> str:
    return tip_at(view.graph_scene, place, 0.0, lacking if lacking is not None else set())


def middle(view: CanvasView) -> QPointF:
    (edge,) = view.graph_scene.edges.values()
    return edge.middle


def test_an_edge_says_from_where_to_where_how_many_and_shows_some(view: CanvasView) -> None:
    lacking: set[str] = set()
    text = tip(view, middle(view), lacking)
    assert text.startswith("<b>Sharpness · images → Threshold</b><br>1,204 images<br><img ")
    assert len(lacking) == 5


def test_a_port_says_what_it_gives_wired_or_not_and_that_nothing_ran_yet(view: CanvasView) -> None:
    ports = view.graph_scene.nodes["sharp"].port_place, view.graph_scene.nodes["cut"].port_place
    assert "Sharpness gives: images</b><br>1,204 images" in tip(view, ports[0]("images", output=True))
    assert tip(view, ports[1]("images", output=False)).startswith("<b>Sharpness · images → Threshold</b>")
    assert tip(view, ports[1]("dropped", output=True)) == "<b>Threshold gives: dropped</b><br>not run yet"
    assert "Drag from here" in tip(view, ports[0]("images", output=False))


def test_of_a_table_that_is_gone_only_the_count_is_told(view: CanvasView, tmp_path: Path) -> None:
    (tmp_path / "images.arrow").unlink()
    assert tip(view, middle(view)) == "<b>Sharpness · images → Threshold</b><br>1,204 images"


def test_a_picture_that_comes_late_is_shown_in_the_tip(
    view: CanvasView, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _place, text, _widget: told.append(text))
    monkeypatch.setattr(QToolTip, "isVisible", lambda: True)
    monkeypatch.setattr(view.viewport(), "underMouse", lambda: True)
    tips, lacking = Tips(view), set[str]()
    pictures.ready.connect(tips.renew)
    tip(view, middle(view), lacking)
    tips.show(view.mapFromScene(middle(view)))
    pictures.come("another")
    assert len(told) == 1
    pictures.come(next(iter(lacking)))
    assert len(told) == 2 and told[0] != told[1]
