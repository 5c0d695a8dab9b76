"""Words: every text that the app shows can be translated, and what takes the keyboard has a name for screen readers."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import PySide6
import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QLocale, QModelIndex, Qt, QTranslator
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QGroupBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QWidget,
)

from gui.files.examples import ExamplesDialog, examples
from gui.gallery.compare_dialog import CompareDialog
from gui.gallery.viewer import Viewer
from gui.main_window import MainWindow
from gui.palette.command_palette import CommandPalette
from gui.palette.find_node import FindNode
from gui.palette.help import HelpDialog
from gui.palette.shortcuts_dialog import ShortcutsDialog
from gui.settings import Settings
from gui.translation import install_translation, words
from nodegraph.columns import ColumnKind
from nodegraph.data.imageset import BASE_SCHEMA
from nodegraph.graph.columns import given_columns
from nodegraph.graph.model import Graph, Node
from nodegraph.parameters import Range, literal_choices
from nodegraph.registry import Registry
from tests.gui.window import open_window

ROOT = Path(__file__).parents[2]
INPUTS = (
    QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit,
    QTextEdit,
)  # fmt: skip
"""Widgets that take the keyboard: a screen reader has to call them something."""


GATHER = ("-tr-function-alias", "tr+=words,tr+=marked")
"""How lupdate is told of the functions that ask for a translation; CONTRIBUTING.md says so too."""

OF_QT = (QScrollBar, QHeaderView)


def is_part_of_another(widget: QWidget) -> bool:
    """Whether Qt made it inside a field: the button that clears a line, the list of a combo box."""
    parent = widget.parentWidget()
    return isinstance(parent, QLineEdit | QAbstractSpinBox | QComboBox) or (
        parent is not None and type(parent).__name__ == "QFrame" and isinstance(parent.parentWidget(), QComboBox)
    )


class Marking(QTranslator):
    """Translates what lupdate found into itself between marks."""

    def __init__(self, found: frozenset[tuple[str, str]]) -> None:
        super().__init__()
        self._found = found

    def isEmpty(self) -> bool:
        return False

    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str:
        return f"«{text}»" if context.startswith("Q") or (context, text) in self._found else ""


@pytest.fixture
def marking(qapp: QApplication, tmp_path: Path) -> Iterator[Marking]:
    """A translator that knows every text that a human one would be given."""
    tool, sources = Path(PySide6.__file__).parent / "lupdate", (ROOT / "gui").rglob("*.py")
    gather = [str(tool), *GATHER, *map(str, sources), "-ts", str(tmp_path / "nodegraph.ts")]
    subprocess.run(gather, check=True, capture_output=True, timeout=60)
    contexts = ElementTree.parse(tmp_path / "nodegraph.ts").iter("context")
    found = {
        (one.findtext("name") or "", message.findtext("source") or "")
        for one in contexts
        for message in one.iter("message")
    }
    translator = Marking(frozenset(found))
    qapp.installTranslator(translator)
    yield translator
    qapp.removeTranslator(translator)


def dialogs(window: MainWindow, graph: Graph) -> Iterator[QWidget]:
    """The window and everything else that opens, each shown to nobody."""
    window.start()
    window.document.load(graph, None)
    yield window
    for node in graph.nodes:
        window.selection.choose([node])
        yield window.inspector
    yield ExamplesDialog(examples(), None, window)
    yield ShortcutsDialog(window.actions, window.settings, window)
    yield HelpDialog(window.registry.nodes["inspect/probe"], window)
    shared = (window.document, window.selection, window.results, window.thumbnails)
    yield CompareDialog(*shared, window.gallery.by_hand, window.theme, window)
    yield Viewer(window.document, window.results, window.thumbnails, window.gallery.by_hand, window.theme, window)
    yield window.palette_popup
    yield CommandPalette(window.actions, window.theme, window)
    yield FindNode(window.document, window.theme, window)


def texts(top: QWidget) -> Iterator[tuple[str, str]]:
    """Where a text stands, and the text; of a widget and all inside it."""
    for widget in (top, *top.findChildren(QWidget)):
        where = f"{type(widget).__name__} {widget.objectName()}"
        for one in ("windowTitle", "toolTip", "accessibleName", "placeholderText"):
            if hasattr(widget, one):
                yield f"{where} {one}", getattr(widget, one)()
        if isinstance(widget, QLabel | QAbstractButton):
            yield f"{where} text", widget.text()
        if isinstance(widget, QGroupBox | QMenu):
            yield f"{where} title", widget.title()
        if isinstance(widget, QTabBar):
            yield from ((f"{where} tab", widget.tabText(index)) for index in range(widget.count()))
        if isinstance(widget, QComboBox):
            yield from ((f"{where} item", widget.itemText(index)) for index in range(widget.count()))
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            yield from ((f"{where} list", text) for text in listed(widget.model()))
        for action in QWidget.actions(widget):
            yield f"{where} action {action.objectName()}", action.text()
            yield f"{where} action {action.objectName()}", action.toolTip()


def listed(model: QAbstractItemModel, parent: QModelIndex | None = None) -> Iterator[str]:
    """What stands in a list, a table or a tree, heads included."""
    parent = parent or QModelIndex()
    columns = range(1 if isinstance(model, QAbstractListModel) else model.columnCount(parent))
    yield from (str(model.headerData(column, Qt.Orientation.Horizontal) or "") for column in columns)
    for row in range(model.rowCount(parent)):
        for column in columns:
            index = model.index(row, column, parent)
            if isinstance(text := index.data(), str):
                yield text
        if not isinstance(model, QAbstractListModel):
            yield from listed(model, model.index(row, 0, parent))


def own_words(text: str, data: set[str]) -> list[str]:
    """What of a text is the app's own and not translated; names of nodes and graphs, and paths, are data."""
    if "«" in text or text.startswith("/"):
        return []
    parts = (plain(part) for part in re.split(r"  ·  |: |\n", text.removesuffix("[*] - nodegraph")))
    return [part for part in parts if re.search("[a-z]{2}", part) and part not in data]


def plain(text: str) -> str:
    """A text without its marks, in small letters."""
    return re.sub(r"<[^>]*>|[`*•]", "", text.replace("&&", "&").replace("_", " ")).strip().casefold()


def given(registry: Registry, graphs: Iterable[Graph]) -> set[str]:
    """What is not the app's own words: the nodes' and the graphs'."""
    found: list[object] = [*BASE_SCHEMA, *get_args(ColumnKind)]
    for spec in registry.nodes.values():
        found += [spec.title, spec.type, spec.kind, spec.summary, *spec.help.splitlines(), *spec.inputs, *spec.outputs]
        found += given_columns(spec, Node("", spec.type, spec.rev))
        for parameter in spec.parameters.values():
            found += [parameter.label, parameter.help, *literal_choices(parameter.type)]
            found += [facet.unit for facet in parameter.facets if isinstance(facet, Range)]
            found += parameter.default if isinstance(parameter.default, list) else [parameter.default]
    for model in registry.models.values():
        found += [model.id, model.title, model.note]
    for graph in graphs:
        found += [graph.title, *(note.text for note in graph.notes)]
        for node in graph.nodes.values():
            found += [node.id, node.label, *node.params.values()]
        for knob in graph.knobs.values():
            found += [knob.name, knob.help]
    return {plain(part) for text in found if isinstance(text, str) for part in (text, *re.split(r": |\n", text))}


@pytest.mark.usefixtures("marking")
def test_every_text_can_be_translated(
    registry: Registry, settings: Settings, quickstart: Graph, tmp_path: Path
) -> None:
    data = given(registry, [example.graph for example in examples()])
    with open_window(registry, settings, tmp_path) as window:
        plain = {
            f"{where}: {text}"
            for top in dialogs(window, quickstart)
            for where, text in texts(top)
            if own_words(text, data)
        }
    assert not plain, "\n".join(sorted(plain))


def test_what_takes_the_keyboard_has_a_name(
    registry: Registry, settings: Settings, quickstart: Graph, tmp_path: Path
) -> None:
    def named(widget: QWidget) -> bool:
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        of_qt = isinstance(widget, OF_QT) or widget.objectName().startswith("qt_") or is_part_of_another(widget)
        return bool(widget.accessibleName() or text or of_qt)

    with open_window(registry, settings, tmp_path) as window:
        nameless = {
            f"{type(top).__name__}: {type(widget.parent()).__name__} {type(widget).__name__} {widget.objectName()}"
            for top in dialogs(window, quickstart)
            for widget in top.findChildren(QWidget)
            if isinstance(widget, INPUTS) and not named(widget)
        }
    assert not nameless, "\n".join(sorted(nameless))


def test_a_translation_that_comes_along_is_used_where_its_language_is_spoken(
    qapp: QApplication, tmp_path: Path
) -> None:
    source = tmp_path / "nodegraph_de.ts"
    source.write_text(
        '<TS version="2.1" language="de"><context><name></name><message><source>Measuring</source>'
        "<translation>Messen</translation></message></context></TS>",
        "utf-8",
    )
    compiler = Path(PySide6.__file__).parent / "lrelease"
    subprocess.run([str(compiler), str(source)], check=True, capture_output=True, timeout=60)
    assert not install_translation(qapp, QLocale("sv"), tmp_path)
    assert words("Measuring") == "Measuring"
    before = set(qapp.findChildren(QTranslator))
    try:
        assert install_translation(qapp, QLocale("de_AT"), tmp_path)
        assert words("Measuring") == "Messen" and words("Filtering") == "Filtering"
    finally:
        for translator in set(qapp.findChildren(QTranslator)) - before:
            qapp.removeTranslator(translator)
