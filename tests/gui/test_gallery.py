"""The gallery shows what a node keeps and drops, with reasons, sorted and searched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.document import GraphDocument
from gui.gallery.panel import GalleryPanel
from gui.gallery.thumbnails import Thumbnails
from gui.results import Results
from gui.selection import Selection
from gui.theme.theme import load_theme
from nodegraph.cache.thumbnails import ThumbnailStore
from nodegraph.data.ledger import ledger_of
from nodegraph.graph.model import Node, graph_of

COUNT = 12


class World:
    """A folder of pictures, a filter that dropped some of them, and what the app holds of that."""

    def __init__(self, document: GraphDocument, folder: Path) -> None:
        self.document, self.selection, self.results = document, Selection(document), Results()
        document.load(
            graph_of(
                [
                    Node("folder", "source/folder"),
                    Node("sharp", "filter/range", label="Sharpness"),
                ],
                [("folder.images", "sharp.images")],
            ),
            None,
        )
        pictures = folder / "pictures"
        pictures.mkdir()
        for number in range(COUNT):
            Image.new("RGB", (64, 40), (number * 20, 90, 90)).save(pictures / f"picture-{number:02}.png")
        self.rows = pl.DataFrame(
            {
                "rid": [f"picture-{number:02}.png" for number in range(COUNT)],
                "cid": [f"{number:032x}" for number in range(COUNT)],
                "path": [str(pictures / f"picture-{number:02}.png") for number in range(COUNT)],
                "recipe": [""] * COUNT,
                "sharpness": [float(number) * 10 for number in range(COUNT)],
                "caption": [f"a {'cat' if number % 2 else 'dog'} on a mat" for number in range(COUNT)],
            }
        )
        kept = self.rows.filter(pl.col("sharpness") >= 60)
        dropped = self.rows.filter(pl.col("sharpness") < 60)
        ledger = ledger_of(
            dropped.select("rid", "cid").with_columns(
                pl.lit("sharp").alias("node"),
                pl.lit("below").alias("rule"),
                (pl.lit("sharpness ") + dropped["sharpness"].cast(pl.Int64).cast(pl.String) + " is under 60").alias(
                    "reason"
                ),
            )
        )
        files = {name: folder / f"{name}.arrow" for name in ("images", "kept", "dropped", "ledger", "empty")}
        for name, table in (("images", self.rows), ("kept", kept), ("dropped", dropped), ("ledger", ledger)):
            table.write_ipc(files[name])
        ledger.clear().write_ipc(files["empty"])
        self.results.update("folder", state="done", files={"images": files["images"]}, ledger=files["empty"])
        self.results.update(
            "sharp", state="done", files={name: files[name] for name in ("kept", "dropped")}, ledger=files["ledger"]
        )


@pytest.fixture
def world(document: GraphDocument, tmp_path: Path) -> World:
    return World(document, tmp_path)


@pytest.fixture
def thumbnails(qapp: object, tmp_path: Path) -> Iterator[Thumbnails]:
    made = Thumbnails(tmp_path / "cache")
    yield made
    made.shutdown()


@pytest.fixture
def panel(world: World, thumbnails: Thumbnails, qtbot: QtBot) -> GalleryPanel:
    made = GalleryPanel(world.document, world.selection, world.results, thumbnails, load_theme("dark"))
    qtbot.addWidget(made)
    made.resize(900, 400)
    made.show()
    return made


def names(panel: GalleryPanel) -> list[str]:
    rows = panel.grid.rows
    return [rows.data(rows.index(number)) for number in range(rows.rowCount())]


def words_in(panel: GalleryPanel) -> str:
    return f"{panel._title.text()} {panel._advice.text()}"


def test_without_a_node_it_says_what_to_do(panel: GalleryPanel) -> None:
    assert "Click a node" in words_in(panel)


def test_before_a_run_it_says_to_run(panel: GalleryPanel, world: World) -> None:
    world.results.clear()
    world.selection.choose(["sharp"])
    assert "Run the graph to see pictures here" in words_in(panel)


def test_kept_and_dropped_are_lanes_with_counts(panel: GalleryPanel, world: World) -> None:
    world.selection.choose(["sharp"])
    assert [(lane.title, lane.count) for lane in panel.lanes] == [("Kept", 6), ("Dropped", 6)]
    assert len(names(panel)) == 6


def test_a_dropped_picture_says_by_which_node_and_why(panel: GalleryPanel, world: World, qtbot: QtBot) -> None:
    world.selection.choose(["sharp"])
    qtbot.mouseClick(panel._heads.button(1), Qt.MouseButton.LeftButton)
    assert panel.grid.rows.row(4)["_reason"] == "Sharpness: sharpness 40 is under 60"
    assert panel.grid.rows.row(4)["path"].endswith("picture-04.png")


def test_sorts_by_any_column(panel: GalleryPanel, world: World, qtbot: QtBot) -> None:
    world.selection.choose(["folder"])
    panel.tools.order.setCurrentIndex(panel.tools.order.findData("sharpness"))
    qtbot.mouseClick(panel.tools.down, Qt.MouseButton.LeftButton)
    assert names(panel)[:2] == ["picture-11.png", "picture-10.png"]


def test_searches_names_and_captions(panel: GalleryPanel, world: World, qtbot: QtBot) -> None:
    world.selection.choose(["folder"])
    qtbot.keyClicks(panel.tools.field, "DOG")
    qtbot.waitUntil(lambda: len(names(panel)) == 6, timeout=2000)
    panel.tools.field.setText("picture-1")
    qtbot.waitUntil(lambda: names(panel) == ["picture-10.png", "picture-11.png"], timeout=2000)
    panel.tools.field.setText("nowhere")
    qtbot.waitUntil(lambda: "Nothing matches" in words_in(panel), timeout=2000)


def test_searches_by_condition_and_says_what_is_wrong_with_it(panel: GalleryPanel, world: World, qtbot: QtBot) -> None:
    world.selection.choose(["folder"])
    qtbot.mouseClick(panel.tools.condition, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(panel.tools.field, "sharpness > 80")
    QTest.keyClick(panel.tools.field, Qt.Key.Key_Return)
    assert len(names(panel)) == 3
    panel.tools.field.setText("sharpnes > 80")
    QTest.keyClick(panel.tools.field, Qt.Key.Key_Return)
    assert "sharpnes" in panel.tools.trouble.text()
    assert len(names(panel)) == COUNT


def test_pictures_come_from_their_files_off_the_thread(panel: GalleryPanel, world: World, qtbot: QtBot) -> None:
    world.selection.choose(["folder"])
    thumbnails = panel._thumbnails
    qtbot.waitUntil(lambda: thumbnails.get(panel.grid.rows.content(0)) is not None, timeout=5000)


def test_shows_rows_of_a_later_run_at_once(panel: GalleryPanel, world: World, qtbot: QtBot, tmp_path: Path) -> None:
    world.selection.choose(["folder"])
    path = tmp_path / "later.arrow"
    world.rows.head(3).write_ipc(path)
    world.results.update("folder", files={"images": path})
    qtbot.waitUntil(lambda: len(names(panel)) == 3, timeout=2000)


def test_while_a_node_runs_its_first_pictures_are_shown(panel: GalleryPanel, world: World, qtbot: QtBot) -> None:
    world.results.clear()
    world.selection.choose(["sharp"])
    world.results.update("sharp", state="running", contents=("00" * 16, "01" * 16))
    qtbot.waitUntil(lambda: len(names(panel)) == 2, timeout=2000)


def test_remembered_thumbnails_are_kept_within_their_bytes(qtbot: QtBot, tmp_path: Path) -> None:
    from io import BytesIO

    data = BytesIO()
    Image.new("RGB", (100, 100)).save(data, "JPEG")
    with ThumbnailStore.open(tmp_path) as store:
        for number in range(5):
            store.put(f"{number:032x}", data.getvalue())
    thumbnails = Thumbnails(tmp_path, kept_bytes=100_000)
    try:
        for number in range(5):
            key = f"{number:032x}"
            with qtbot.waitSignal(thumbnails.ready, timeout=3000) as came:
                assert thumbnails.get(key) is None
            assert came.args == [key]
            assert thumbnails.get(key) is not None
        assert thumbnails.bytes <= 100_000
        assert thumbnails.get(f"{0:032x}") is None
    finally:
        thumbnails.shutdown()


def test_a_file_that_is_no_picture_is_shown_as_such(thumbnails: Thumbnails, qtbot: QtBot, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"not a picture")
    with qtbot.waitSignal(thumbnails.ready, timeout=3000):
        thumbnails.get("ab" * 16, str(broken))
    assert thumbnails.is_broken("ab" * 16)
