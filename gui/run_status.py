"""How the run goes, in one line: a bar, a sentence with the time left, and the memory that the engine holds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QWidget

from gui.run_controller import RunController
from gui.run_look import theme_of
from gui.run_progress import span_text
from gui.run_teller import CANCELLED, DeviceUse

STEPS = 1000
MEMORY_MS = 1000
LONGEST = "Measuring: 100,000 of 100,000, 100 images/s, about 10 min left"


class Sentence(QLabel):
    """A label that shortens its text where the room is too small; the whole is its tooltip."""

    colour = QColor()

    def set_sentence(self, text: str) -> None:
        """Shows another text."""
        self.setText(text)
        self.setToolTip(text)

    def sizeHint(self) -> QSize:
        """The same width whatever it says, so that nothing beside it moves."""
        return QSize(self.fontMetrics().horizontalAdvance(LONGEST), self.fontMetrics().height() + 4)

    def minimumSizeHint(self) -> QSize:
        """Any width will do."""
        return QSize(40, self.fontMetrics().height() + 4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the text, elided."""
        painter = QPainter(self)
        painter.setPen(self.colour)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)


class RunStatus(QWidget):
    """Follows a `RunController`."""

    def __init__(self, run: RunController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run, self._ended = run, ""
        self._wrong = self._planned = False  # what is said is an error, or of a plan
        self._going = self._broke = self._old = False
        self._device: DeviceUse | None = None
        self.bar = QProgressBar(self, textVisible=False, minimum=0, maximum=STEPS)
        self.bar.setFixedSize(150, 6)
        self.bar.setAccessibleName(self.tr("Progress of the run"))
        self.sentence = Sentence(self)
        self.sentence.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.sentence.setAccessibleName(self.tr("State of the run"))
        self.memory = QLabel(self)
        self.memory.setObjectName("dim")
        self.memory.setAccessibleName(self.tr("Memory that the engine holds, and where models run"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.bar)
        layout.addWidget(self.sentence, 1)
        layout.addWidget(self.memory)
        self._look = QTimer(self, interval=MEMORY_MS)
        self._look.timeout.connect(self._show_memory)
        run.document.loaded.connect(self._show_another)
        run.started.connect(self._show_start)
        run.progress.connect(self._show_progress)
        run.busy_changed.connect(self._show_busy)
        run.finished.connect(self._show_end)
        run.failed.connect(self._show_failure)
        run.planned.connect(self._show_plan)
        run.device_used.connect(self._show_device)
        self._show_busy(run.busy)
        self._colour()
        self._say(self.tr("Ready"))

    def changeEvent(self, event: QEvent) -> None:
        """Takes the colours of another theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self._colour()
        super().changeEvent(event)

    def _say(self, text: str, *, wrong: bool = False, planned: bool = False) -> None:
        self._planned = planned
        if wrong != self._wrong:
            self._wrong = wrong
            self._colour()
        self.sentence.set_sentence(text)

    def _colour(self) -> None:
        theme = theme_of(self)
        self.sentence.colour = theme["state_error" if self._wrong else "text"]
        self.sentence.update()

    def _show_another(self) -> None:
        """Another graph is shown: what was said is of the one before, and so is the end of a run that goes on."""
        self._old, self._ended, self._broke = self._run.busy, "", False
        self._say(self.tr("Stopping...") if self._old else self.tr("Ready"))

    def _show_start(self, _title: str) -> None:
        self._going, self._old = True, False

    def _show_busy(self, busy: bool) -> None:
        self.bar.setVisible(busy)
        if busy:
            self.bar.setRange(0, 0)
            self._look.start()
            self._ended = ""
        else:
            self._look.stop()
        self._show_memory()

    def _show_progress(self, fraction: float | None, text: str) -> None:
        if not text:
            return
        self.bar.setRange(0, STEPS if fraction is not None else 0)
        self.bar.setValue(round((fraction or 0.0) * STEPS))
        self._say(text)

    def _show_end(self, summary: dict[str, Any]) -> None:
        self._going = False
        if self._old:
            self._old = self._run.busy
            if not self._old:
                self._say(self.tr("Ready"))
            return
        if summary["exit"] == CANCELLED:
            self._ended = self.tr("Stopped.")
            self._say(self.tr("Stopped. What was measured is remembered."))
            return
        errors = sum(counts["errors"] for counts in summary["nodes"].values())
        done = self.tr("Done in {}").format(span_text(summary["seconds"]))
        done = self.tr("{}, {:,} pictures could not be used").format(done, errors) if errors else done
        self._ended = f"{done}."
        self._say(done)

    def _show_failure(self, words: str) -> None:
        self._broke, self._going = self._going, False
        self._say(words, wrong=True)

    def _show_plan(self, nodes: list[dict[str, Any]]) -> None:
        """Says what a run would cost, after how the last one ended. Why it broke stays to be read until an edit."""
        (ended, self._ended), (broke, self._broke) = (self._ended, ""), (self._broke, False)
        missing = sum(sum(node["missing"].values()) for node in nodes)
        download = sum(node["download"] for node in nodes)
        if self._run.busy or broke:
            return
        if not (missing or download):
            if self._planned or self._wrong:
                self._say(self.tr("Ready"))
            return
        parts = [self.tr("{:,} values to measure").format(missing)] if missing else []
        seconds = [node["seconds"] for node in nodes]
        if missing and None not in seconds:
            parts.append(self.tr("about {}").format(span_text(sum(seconds))))
        if download:
            parts.append(self.tr("{:,.0f} MB to download").format(download / 1e6))
        self._say(" ".join(part for part in (ended, ", ".join(parts)) if part), planned=True)

    def _show_device(self, device: DeviceUse) -> None:
        self._device = device
        self._show_memory()

    def _show_memory(self) -> None:
        size = memory_of(self._run.process_id)
        if self._run.process_id is None:
            self._device = None
        device, parts, lines = self._device, [], []
        if size is not None:
            parts.append(size_text(size))
            lines.append(self.tr("The engine holds {size} of memory.").format(size=size_text(size)))
        if device is not None:
            held = f" {size_text(device.held)}" if device.held else ""
            parts.append((self.tr("CPU") if device.device == "cpu" else self.tr("GPU")) + held)
            lines.append(self.tr("Models run on {device}.").format(device=device.words))
        self.memory.setText(" \N{MIDDLE DOT} ".join(parts))
        self.memory.setToolTip("\n".join(lines))


def size_text(size: int) -> str:
    """A size of memory for people: "1.3 GB", "640 MB"."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def memory_of(process: int | None) -> int | None:
    """The bytes of memory that a process holds, or None where that cannot be said cheaply."""
    try:
        pages = Path(f"/proc/{process}/statm").read_text("ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError, AttributeError):
        return None
