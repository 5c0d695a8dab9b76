"""A small world for tests of the gallery: a folder of pictures, a filter that dropped some, and what the app holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from PIL import Image
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.document import GraphDocument
from gui.gallery.panel import GalleryPanel
from gui.gallery.thumbnails import Thumbnails
from gui.results import Results
from gui.selection import Selection
from gui.theme.theme import load_theme
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
                    Node("sharp", "filter/threshold", label="Sharpness"),
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
    """The world, of an empty document."""
    return World(document, tmp_path)


@pytest.fixture
def thumbnails(qapp: object, tmp_path: Path) -> Iterator[Thumbnails]:
    """Thumbnails of an empty cache."""
    made = Thumbnails(tmp_path / "cache")
    yield made
    made.shutdown()


@pytest.fixture
def panel(world: World, thumbnails: Thumbnails, qtbot: QtBot) -> Iterator[GalleryPanel]:
    """A gallery on the screen."""
    made = GalleryPanel(world.document, world.selection, world.results, thumbnails, load_theme("dark"))
    qtbot.addWidget(made)
    made.resize(900, 400)
    made.show()
    assert QTest.qWaitForWindowActive(made)  # keys that come before are lost
    yield made
    made.shutdown()
