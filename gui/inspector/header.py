"""The head of a node's page: title, kind, what state it is in and what it gave, mute and bypass, help."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gui.document import GraphDocument
from gui.inspector.glyphs import icon
from gui.inspector.look import css
from gui.inspector.state import state_line
from gui.inspector.title import TitleEdit
from gui.inspector.words import paragraphs, rich
from gui.results import Results
from gui.theme.theme import Theme
from nodegraph.graph.edits import SetLabel, SetMode, Several
from nodegraph.graph.model import Mode
from nodegraph.specs import NodeSpec


class NodeHeader(QWidget):
    """The head for one node, or for several of one type. `spec` is None for a type that is not installed."""

    def __init__(
        self,
        document: GraphDocument,
        nodes: Sequence[str],
        spec: NodeSpec | None,
        results: Results,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._nodes, self._spec = document, tuple(nodes), spec
        self._results, self._theme = results, theme
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(self._top())
        self.state = QLabel(self)
        self.state.setTextFormat(Qt.TextFormat.RichText)
        self.state.setWordWrap(True)
        layout.addWidget(self.state)
        if spec is not None:
            self._add_help(layout, spec)
        self.renew()

    def _top(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(4)
        self.kind = kind = QLabel(self)
        kind.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        colour = self._theme[f"kind_{self._spec.kind}"] if self._spec else self._theme["text_dim"]
        kind.setStyleSheet(f"color: {css(colour)}; font-weight: 600;")
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(kind, 1)
        self.mute = self._mode_button("mute", self.tr("Mute"), self.tr("It and all that depends on it do not run"))
        self.bypass = self._mode_button("bypass", self.tr("Bypass"), self.tr("Passes its pictures on untouched"))
        row.addWidget(self.mute)
        row.addWidget(self.bypass)
        column.addLayout(row)
        self.title = TitleEdit(self)
        self.title.setAccessibleName(self.tr("Title of the node"))
        self.title.setEnabled(len(self._nodes) == 1)
        self.title.textEdited.connect(self._rename)
        column.addWidget(self.title)
        return column

    def _add_help(self, layout: QVBoxLayout, spec: NodeSpec) -> None:
        first, rest = paragraphs(spec.help)
        self.help = QLabel(rich(first), self)
        self.help.setWordWrap(True)
        self.help.setProperty("role", "help")
        layout.addWidget(self.help)
        if rest:
            self.help.setTextInteractionFlags(
                Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
            )
            colour = self._theme["accent"].name()

            def show(whole: bool) -> None:
                word, link = (self.tr("Less"), "less") if whole else (self.tr("More"), "more")
                text = rich(spec.help if whole else first)
                self.help.setText(f'{text} <a href="{link}" style="color:{colour}">{word}</a>')

            show(False)
            self.help.linkActivated.connect(lambda link: show(link == "more"))

    def _kind_text(self, label: str) -> str:
        """The kind, and the type where the title under it does not say that already."""
        if self._spec is None:
            return self._document.graph.nodes[self._nodes[0]].type
        kind = self._spec.kind.capitalize()
        return f"{kind}  ·  {self._spec.title}" if label not in ("", self._spec.title) else kind

    def renew(self) -> None:
        """Shows title, mode, state and counts as they are now."""
        nodes = [self._document.graph.nodes[id] for id in self._nodes if id in self._document.graph.nodes]
        if not nodes:
            return
        one = len(nodes) == 1
        label = nodes[0].label if one else self.tr("{0} nodes").format(len(nodes))
        if label != self.title.text():
            self.title.setText(label)
            self.title.setCursorPosition(0)
        kind = self._kind_text(label)
        self.kind.setText(kind)
        self.kind.setToolTip(kind)
        self.title.setPlaceholderText(self._spec.title if self._spec else nodes[0].id)
        for button, mode in ((self.mute, "mute"), (self.bypass, "bypass")):
            button.setChecked(all(node.mode == mode for node in nodes))
        self.state.setVisible(one)
        if one:
            text, colour = state_line(
                self._results.of(nodes[0].id), nodes[0], nodes[0].id in self._document.graph.muted()
            )
            self.state.setText(f'<span style="color:{self._theme[colour].name()}">●</span>&nbsp; {text}')

    def _mode_button(self, mode: Mode, text: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(mode, self._theme["text"], self._theme["accent_text"]))
        button.setProperty("role", "button")
        button.setCheckable(True)
        button.setToolTip(f"{text}: {tip}")
        button.setAccessibleName(text)
        button.clicked.connect(lambda on: self._set_mode(mode if on else "normal", text))
        return button

    def _set_mode(self, mode: Mode, text: str) -> None:
        edits = tuple(SetMode(id, mode) for id in self._nodes if id in self._document.graph.nodes)
        self._document.push(Several(edits), text)
        self.renew()

    def _rename(self, text: str) -> None:
        self._document.push(
            SetLabel(self._nodes[0], text), self.tr("Rename"), merge=f"{self._nodes[0]}:label:{id(self)}"
        )
