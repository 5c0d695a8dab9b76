"""The font of the app: Inter (SIL Open Font Licence), embedded so that the app looks the same everywhere."""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

from gui.theme.icons import asset_folder

FAMILY = "Inter"
POINT_SIZE = 10.0


def install_font(application: QApplication) -> None:
    """Makes the embedded font the font of the app, with the system's fonts for scripts that it lacks."""
    for path in sorted((asset_folder() / "fonts").glob("*.otf")):
        QFontDatabase.addApplicationFont(str(path))
    if FAMILY not in QFontDatabase.families():
        return
    font = QFont(application.font())
    font.setFamilies([FAMILY, application.font().family()])
    font.setPointSizeF(POINT_SIZE)
    application.setFont(font)
