"""Qt's types are made before the first event: PySide crashes where it makes one while it hands an event over."""

from __future__ import annotations

import os
import subprocess
import sys

STARTED = """
from PySide6 import QtCore, QtGui, QtWidgets
from gui.app import make_application
application = make_application([])
left = [name for room in (QtCore, QtGui, QtWidgets) for name in dir(room) if name not in vars(room)]
print(len(left), left[:5])
"""


def test_the_app_leaves_no_type_to_be_made_while_events_are_handed_over() -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", STARTED], capture_output=True, text=True, env=environment, timeout=60, check=False
    )
    assert done.stdout.split(maxsplit=1)[0] == "0", done.stdout + done.stderr
