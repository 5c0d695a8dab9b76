"""Overlay: one small editor that opens over what was clicked: an inline parameter, a title, a note."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QToolTip, QWidget

from gui.canvas.node_face import field_kind, words
from gui.document import GraphDocument
from nodegraph.columns import accepts
from nodegraph.graph.columns import columns_at, columns_into
from nodegraph.graph.edit import ClearParam, SetParam
from nodegraph.parameters import Column, ModelOf, Parameter, literal_choices, union_members

STAYING = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
"""When the editor loses the focus for these reasons it is still being used."""

STEPS = {Qt.Key.Key_Tab: 1, Qt.Key.Key_Backtab: -1}
_CONTROL = Qt.KeyboardModifier.ControlModifier

Commit = Callable[[str], str]
"""Takes the text; answers what is wrong with it, or ""."""


class Overlay(QObject):
    """Holds at most one editor. Return and a click elsewhere take the value, Esc leaves it as it was.

    `stepped(1)` follows Tab, `stepped(-1)` Shift+Tab, once the value was taken.
    """

    stepped = Signal(int)

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self._commit: Commit = lambda _text: ""
        self.editor: QWidget | None = None

    def open_line(self, rect: QRect, text: str, commit: Commit, name: str) -> None:
        """A line of text."""
        editor = QLineEdit(text, self._over)
        self._open(editor, rect, commit, name)
        editor.selectAll()

    def open_lines(self, rect: QRect, text: str, commit: Commit, name: str) -> None:
        """Several lines; Ctrl+Return takes them."""
        editor = QPlainTextEdit(text, self._over)
        editor.setTabChangesFocus(True)
        self._open(editor, rect, commit, name)
        editor.selectAll()

    def open_choice(self, rect: QRect, choices: Sequence[str], text: str, commit: Commit, name: str) -> None:
        """One of several, its list open."""
        editor = QComboBox(self._over)
        editor.addItems([*choices, *([text] if text and text not in choices else [])])
        editor.setCurrentText(text)
        if not text:
            editor.setCurrentIndex(-1)
        self._open(editor, rect, commit, name)
        editor.activated.connect(lambda _index: self.take())
        editor.view().installEventFilter(self)
        # the list may only open when the editor is on the screen
        QTimer.singleShot(0, editor, editor.showPopup)

    def take(self) -> None:
        """Takes the value; where it is wrong the editor stays and says why."""
        editor = self.editor
        if editor is None:
            return
        if why := self._commit(_text_of(editor)):
            editor.setToolTip(why)
            editor.setProperty("wrong", True)
            palette = editor.palette()
            palette.setColor(palette.ColorRole.Text, self._over.property("error_colour") or palette.text().color())
            editor.setPalette(palette)
            QToolTip.showText(editor.mapToGlobal(editor.rect().bottomLeft()), why, editor)
            return
        self.close()

    def close(self) -> None:
        """Away with the editor, the value stays as it was."""
        editor, self.editor = self.editor, None
        if editor is not None:
            editor.removeEventFilter(self)
            had_focus = editor.hasFocus()
            editor.hide()
            editor.deleteLater()
            if had_focus:
                self._over.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc, Ctrl+Return and leaving the editor."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(watched, QAbstractItemView):
            event.accept()  # keys in a list that is open, Home among them, are none of the canvas
        if watched is self.editor:
            if isinstance(event, QKeyEvent) and event.key() in STEPS and not event.modifiers() & _CONTROL:
                if event.type() == QEvent.Type.ShortcutOverride:
                    event.accept()  # here Tab is no key of the canvas
                elif event.type() == QEvent.Type.KeyPress:
                    self.take()
                    if self.editor is None:
                        self.stepped.emit(STEPS[Qt.Key(event.key())])
                return True
            if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
                if event.key() == Qt.Key.Key_Escape:
                    self.close()
                    return True
                if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._takes(event):
                    self.take()
                    return True  # a line edit passes Return on, and the canvas would open the next editor
            elif isinstance(event, QFocusEvent) and event.lostFocus() and self._left_by(event):
                self._leave()
        return super().eventFilter(watched, event)

    def _takes(self, event: QKeyEvent) -> bool:
        with_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        return isinstance(self.editor, QLineEdit) or (isinstance(self.editor, QPlainTextEdit) and with_control)

    def _left_by(self, event: QFocusEvent) -> bool:
        if event.reason() in STAYING:
            return False
        # a list that drops down takes the focus from its own box, and gives no reason
        return not (isinstance(self.editor, QComboBox) and QApplication.focusWidget() is self.editor.view())

    def _leave(self) -> None:
        self.take()
        self.close()

    def _open(self, editor: QWidget, rect: QRect, commit: Commit, name: str) -> None:
        self.close()
        self.editor, self._commit = editor, commit
        editor.setAccessibleName(name)
        font = editor.font()
        font.setPixelSize(max(11, min(16, round(rect.height() * 0.55))) if rect.height() < 40 else 12)
        editor.setFont(font)
        editor.setGeometry(rect.adjusted(0, 0, 0, max(0, editor.minimumSizeHint().height() - rect.height())))
        editor.installEventFilter(self)
        editor.show()
        editor.setFocus()


def _text_of(editor: QWidget) -> str:
    if isinstance(editor, QComboBox):
        return editor.currentText()
    return editor.toPlainText() if isinstance(editor, QPlainTextEdit) else editor.text()  # type: ignore[attr-defined]


def open_parameter(overlay: Overlay, document: GraphDocument, id: str, parameter: Parameter, rect: QRect) -> None:
    """Opens the editor that fits a parameter of node `id`; a flag is switched at once."""
    node = document.graph.node(id)
    value = node.params.get(parameter.name, None if parameter.required else parameter.default)
    kind = field_kind(parameter)
    label = f"{node.label or node.id}: {parameter.label}"

    def commit(text: str) -> str:
        return set_value(document, id, parameter, text)

    if kind == "flag":
        document.push(SetParam(id, parameter.name, value is not True), words("Set {name}").format(name=parameter.label))
    elif kind in ("choice", "column", "model"):
        overlay.open_choice(rect, choices_of(document, id, parameter), _plain(value), commit, label)
    elif kind == "lines":
        tall = QRect(rect.x(), rect.y(), max(rect.width(), 240), 96)
        overlay.open_lines(tall, _plain(value), commit, label)
    else:
        overlay.open_line(rect, _plain(value), commit, label)


def choices_of(document: GraphDocument, id: str, parameter: Parameter) -> list[str]:
    """What can be chosen: the type's values, the columns upstream of the right kind, or the models."""
    if model := parameter.facet(ModelOf):
        return [entry.id for entry in document.registry.models_of(model.kind)]
    if column := parameter.facet(Column):
        graph, registry = document.graph, document.registry
        there = columns_into(graph, registry, columns_at(graph, registry), id)
        return [name for name, info in there.items() if accepts(column.kind, info.kind)]
    return [str(choice) for member in union_members(parameter.type) for choice in literal_choices(member)]


def set_value(document: GraphDocument, id: str, parameter: Parameter, text: str) -> str:
    """Sets the parameter to what the text means; answers what is wrong with it, or ""."""
    if id not in document.graph.nodes:  # it went while its editor was open
        return ""
    value = parsed(parameter, text)
    step = words("Set {name}").format(name=parameter.label)
    if value is None and not parameter.nullable:
        if not parameter.required or parameter.name in document.graph.node(id).params:
            document.push(ClearParam(id, parameter.name), step)
        return ""
    if problem := parameter.check(value):
        return f"{problem.message} {problem.fix}".strip()
    before = document.graph.node(id).params.get(parameter.name, parameter.default)
    if before != value:
        document.push(SetParam(id, parameter.name, value), step)
    return ""


def parsed(parameter: Parameter, text: str) -> Any:
    """The value that a text means for this parameter; None for no text where it is no text itself."""
    kind = field_kind(parameter)
    text = text if kind == "lines" else text.strip()
    if kind == "number":
        return _number(parameter, text)
    if kind == "lines" and str(parameter.type).startswith("list"):
        return [line.strip() for line in text.splitlines() if line.strip()]
    if kind == "choice":
        choices = [choice for member in union_members(parameter.type) for choice in literal_choices(member)]
        return next((choice for choice in choices if str(choice) == text), text or None)
    return text if text or not (parameter.nullable or parameter.required or kind in ("column", "model")) else None


def _number(parameter: Parameter, text: str) -> int | float | str | None:
    if not text or text == words("none"):
        return None
    whole = int in union_members(parameter.type)
    plain = (
        text.split()[0]
        .replace(" ", "")
        .replace(",", "." if text.count(",") == 1 and "." not in text and not whole else "")
    )
    try:
        return int(plain) if whole else float(plain)
    except ValueError:
        return text


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return (
        f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 and float(f"{value:g}") == value else str(value)
    )
