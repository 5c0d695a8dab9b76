"""The example graphs as templates: a dialog that shows what each does and hands back the chosen one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gui.theme.labels import styled_label
from gui.theme.theme import ThemeName
from gui.translation import words
from nodegraph.graph.io import load
from nodegraph.graph.model import Graph
from nodegraph.problems import ProblemError

QUICKSTART = "quickstart"
SIZE = QSize(1080, 720)
MARGIN = QSize(80, 80)


@dataclass(frozen=True)
class Example:
    """An example graph: its name, the graph, what it says of itself, and the folder it lies in."""

    name: str
    graph: Graph
    folder: Path

    @property
    def title(self) -> str:
        """Its title, or its name."""
        return self.graph.title or self.name

    def picture(self, theme: ThemeName) -> Path:
        """The file with a picture of the graph after its run."""
        return self.folder / "pictures" / f"{self.name}-{theme}.webp"

    @property
    def about(self) -> str:
        """What it does: its notes, else what can be set in it."""
        if self.graph.notes:
            return "\n\n".join(note.text for note in self.graph.notes[:3])
        settings = [knob.help for knob in self.graph.knobs.values() if knob.help]
        return "\n".join([words("You set:"), *(f"•  {text}" for text in settings)]) if settings else ""


def examples() -> list[Example]:
    """The installed example graphs, the quickstart first. One that cannot be read is left out."""
    spec = find_spec("example_graphs")
    folders = [Path(folder) for folder in (spec.submodule_search_locations or ())] if spec else []
    found: list[Example] = []
    for path in sorted(path for folder in folders for path in folder.glob("*.json")):
        try:
            found.append(Example(path.stem, load(path), path.parent))
        except ProblemError:
            continue
    return sorted(found, key=lambda example: (example.name != QUICKSTART, example.name))


class ExamplesDialog(QDialog):
    """Shows the examples with a picture of each; `chosen` is the one that was taken."""

    def __init__(
        self, found: list[Example], picture: Callable[[Example], QImage] | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("New from Example"))
        self.resize(SIZE.boundedTo(self.screen().availableSize() - MARGIN))
        self.chosen: Example | None = None
        self._examples = found
        self._picture_of = picture
        self._pictures: dict[str, QPixmap] = {}
        self._list = QListWidget()
        self._list.setAccessibleName(self.tr("Examples"))
        self._list.setFixedWidth(270)
        self._list.setWordWrap(True)
        self._list.setSpacing(2)
        for example in found:
            item = QListWidgetItem(example.title)
            item.setSizeHint(QSize(240, 52))
            self._list.addItem(item)
        self._title = styled_label("dialog_title")
        self._title.setWordWrap(True)
        self._counts = styled_label("dim")
        self._about = QLabel()
        self._about.setWordWrap(True)
        self._about.setTextFormat(Qt.TextFormat.PlainText)
        self._picture = _Picture()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        take = buttons.addButton(self.tr("Use This Example"), QDialogButtonBox.ButtonRole.AcceptRole)
        take.setDefault(True)
        take.setEnabled(bool(found))
        right = QVBoxLayout()
        right.setSpacing(10)
        for widget in (self._title, self._counts, self._picture, self._about):
            right.addWidget(widget)
        right.setStretchFactor(self._picture, 1)
        top = QHBoxLayout()
        top.setSpacing(20)
        top.addWidget(self._list)
        top.addLayout(right, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 18, 18, 18)
        layout.setSpacing(16)
        layout.addLayout(top, 1)
        layout.addWidget(buttons)
        self._list.currentRowChanged.connect(self._show)
        self._list.itemActivated.connect(self.accept)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._list.setCurrentRow(0)

    def accept(self) -> None:
        """Takes the example that is shown."""
        row = self._list.currentRow()
        self.chosen = self._examples[row] if 0 <= row < len(self._examples) else None
        super().accept()

    def _show(self, row: int) -> None:
        if not 0 <= row < len(self._examples):
            return
        example = self._examples[row]
        graph = example.graph
        self._title.setText(example.title)
        self._counts.setText(self.tr("{nodes} nodes, {edges} connections").format(
            nodes=len(graph.nodes), edges=len(graph.edges)
        ))  # fmt: skip
        self._about.setText(example.about)
        if self._picture_of is not None and example.name not in self._pictures:
            self._pictures[example.name] = QPixmap.fromImage(self._picture_of(example))
        self._picture.show_pixmap(self._pictures.get(example.name, QPixmap()))
        self._picture.setAccessibleName(self.tr("Picture of {title}").format(title=example.title))


class _Picture(QLabel):
    """A picture that is scaled into the room there is."""

    def __init__(self) -> None:
        super().__init__(alignment=Qt.AlignmentFlag.AlignCenter)
        self._pixmap = QPixmap()
        self.setMinimumSize(320, 180)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_pixmap(self, pixmap: QPixmap) -> None:
        """Shows another picture."""
        self._pixmap = pixmap
        self._scale()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Scales the picture anew."""
        super().resizeEvent(event)
        self._scale()

    def _scale(self) -> None:
        if self._pixmap.isNull():
            self.clear()
            return
        ratio = self.devicePixelRatioF()
        scaled = self._pixmap.scaled(
            self.size() * ratio, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        scaled.setDevicePixelRatio(ratio)
        self.setPixmap(scaled)
