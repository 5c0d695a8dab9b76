"""The run bar: how the run goes, the size of a sample, the device that models run on. For the window's status bar."""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSpinBox, QWidget

from gui.run_controller import RunController
from gui.run_status import RunStatus
from gui.translation import marked, words

DEVICE_NAMES = {
    "auto": marked("Best device"),
    "cpu": marked("CPU"),
    "cuda": marked("GPU (CUDA)"),
    "mps": marked("GPU (Apple)"),
}


class RunBar(QWidget):
    """Follows and sets up a `RunController`; what starts and stops it are the actions `run.*`."""

    def __init__(self, run: RunController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run = run
        self.setAccessibleName(self.tr("Run"))
        self.status = RunStatus(run, self)
        self.sample = QSpinBox(self, minimum=1, maximum=99_999, value=run.sample_size, singleStep=50)
        self.sample.setGroupSeparatorShown(True)
        self.sample.setFixedWidth(self.fontMetrics().horizontalAdvance("99,999") + 52)
        self.sample.setAlignment(Qt.AlignmentFlag.AlignRight)
        sample_label = QLabel(self.tr("Sample"), self)
        sample_label.setBuddy(self.sample)
        self.sample.setAccessibleName(self.tr("Pictures in a sample"))
        self.sample.setToolTip(self.tr("Run on a Sample takes about so many pictures of each source"))
        self.sample.valueChanged.connect(self._set_sample)
        self.device = QComboBox(self)
        self.device.setAccessibleName(self.tr("Device that models run on"))
        self.device.setToolTip(self.tr("Where models run, from the next run on"))
        for device in _devices(run.device):
            self.device.addItem(words(DEVICE_NAMES[device]), device)
        self.device.activated.connect(lambda index: run.set_device(self.device.itemData(index)))
        run.device_changed.connect(self._show_device)
        self._show_device(run.device)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 2, 8, 2)
        layout.setSpacing(8)
        layout.addWidget(self.status, 1)
        layout.addWidget(sample_label)
        layout.addWidget(self.sample)
        layout.addWidget(self.device)

    def _set_sample(self, size: int) -> None:
        self._run.sample_size = size

    def _show_device(self, device: str) -> None:
        if self.device.findData(device) < 0:
            self.device.addItem(words(DEVICE_NAMES[device]), device)
        self.device.setCurrentIndex(self.device.findData(device))


def _devices(chosen: str) -> list[str]:
    accelerator = "mps" if sys.platform == "darwin" else "cuda"
    return [device for device in DEVICE_NAMES if device in ("auto", "cpu", accelerator, chosen)]
