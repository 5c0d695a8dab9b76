"""The run bar: run, run to here, a sample, stop, live, how it goes, the device. Answers the actions of the menu Run."""

from __future__ import annotations

import sys

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QSpinBox, QToolButton, QWidget

from gui.actions import Actions
from gui.run_controller import RunController
from gui.run_icons import SIZE, run_icons
from gui.run_status import RunStatus
from gui.selection import Selection
from gui.theme.theme import Theme

SAMPLE = 200
DEVICE_NAMES = {"auto": "Auto", "cpu": "CPU", "cuda": "GPU (CUDA)", "mps": "GPU (Apple)"}


class RunBar(QWidget):
    """Buttons and status of the run. Connects the actions `run.*` to the controller; nobody else has to."""

    def __init__(
        self, run: RunController, selection: Selection, actions: Actions, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._run, self._selection, self._actions = run, selection, actions
        self.setAccessibleName(self.tr("Run"))
        self.status = RunStatus(run, theme, self)
        self.sample = QSpinBox(self, minimum=1, maximum=1_000_000, value=SAMPLE, singleStep=50)
        self.sample.setGroupSeparatorShown(True)
        self.sample.setAccessibleName(self.tr("Pictures in a sample"))
        self.sample.setToolTip(self.tr("About so many pictures of each source are run as a sample"))
        self.device = QComboBox(self)
        self.device.setAccessibleName(self.tr("Device that models run on"))
        self.device.setToolTip(self.tr("Where models run"))
        for device in _devices(run.device):
            self.device.addItem(DEVICE_NAMES[device], device)
        self._show_device(run.device)
        self.buttons = {id: self._button(id) for id in ("run.all", "run.here", "run.sample", "run.stop", "run.live")}
        self._lay_out()
        actions["run.all"].triggered.connect(lambda: run.run())
        actions["run.here"].triggered.connect(lambda: run.run(selection.nodes))
        actions["run.sample"].triggered.connect(lambda: run.run(sample=self.sample.value()))
        actions["run.stop"].triggered.connect(run.stop)
        actions["run.live"].toggled.connect(run.set_live)
        run.live_changed.connect(actions["run.live"].setChecked)
        run.device_changed.connect(self._show_device)
        self.device.activated.connect(lambda index: run.set_device(self.device.itemData(index)))
        run.busy_changed.connect(self._enable)
        run.live_changed.connect(self._enable)
        selection.changed.connect(self._enable)
        self._enable()
        self.apply_theme(theme)

    def apply_theme(self, theme: Theme) -> None:
        """Takes the colours of a theme."""
        for id, icon in run_icons(theme).items():
            self._actions[id].setIcon(icon)
        self.status.apply_theme(theme)

    def _button(self, id: str) -> QToolButton:
        action = self._actions[id]
        button = QToolButton(self)
        button.setDefaultAction(action)
        button.setAutoRaise(True)
        button.setIconSize(QSize(int(SIZE), int(SIZE)))
        with_text = id in ("run.all", "run.live", "run.sample")
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if with_text else Qt.ToolButtonStyle.ToolButtonIconOnly
        button.setToolButtonStyle(style)
        if id == "run.sample":
            button.setText(self.tr("Sample"))
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        button.setToolTip(f"{action.toolTip()} ({keys})" if keys else action.toolTip())
        button.setAccessibleName(action.text())
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.setSpacing(4)
        for id in ("run.all", "run.here", "run.stop"):
            layout.addWidget(self.buttons[id])
        layout.addWidget(self._line())
        layout.addWidget(self.buttons["run.sample"])
        layout.addWidget(self.sample)
        layout.addWidget(self._line())
        layout.addWidget(self.buttons["run.live"])
        layout.addWidget(self._line())
        layout.addWidget(self.status, 1)
        layout.addSpacing(6)
        layout.addWidget(self.device)

    def _line(self) -> QFrame:
        line = QFrame(self, frameShape=QFrame.Shape.VLine)
        line.setFixedHeight(18)
        line.setForegroundRole(self.backgroundRole())
        return line

    def _enable(self) -> None:
        free = not self._run.busy or self._run.live
        self._actions["run.all"].setEnabled(free)
        self._actions["run.sample"].setEnabled(free)
        self._actions["run.here"].setEnabled(free and bool(self._selection.nodes))
        self._actions["run.stop"].setEnabled(self._run.busy)

    def _show_device(self, device: str) -> None:
        self.device.setCurrentIndex(max(0, self.device.findData(device)))


def _devices(chosen: str) -> list[str]:
    accelerator = "mps" if sys.platform == "darwin" else "cuda"
    return [device for device in DEVICE_NAMES if device in ("auto", "cpu", accelerator, chosen)]
