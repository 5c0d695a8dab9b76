"""The app: starts Qt, shows the window, and says what went wrong where nobody foresaw it."""

from __future__ import annotations

import logging
import sys
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from platformdirs import user_log_path
from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox

from gui.collecting import Collector
from gui.main_window import MainWindow
from gui.qt_types import make_types
from gui.settings import Settings
from gui.theme.fonts import install_font
from gui.theme.icons import icon
from gui.theme.theme import load_theme
from gui.translation import install_translation, words
from nodegraph.registry import installed_registry

NAME = "nodegraph"
log = logging.getLogger("nodegraph.app")


def main(path: Path | None = None) -> None:
    """Opens the app with a graph, or with the one that was open last; leaves when its window is closed."""
    application = make_application(sys.argv)
    _log_to_file()
    sys.excepthook = _unexpected
    window = MainWindow(installed_registry(), Settings())
    window.show()
    QTimer.singleShot(0, lambda: window.start(path))
    code = application.exec()
    if code:
        raise SystemExit(code)


def make_application(arguments: list[str]) -> QApplication:
    """The QApplication with its names and font; the one that is there already, if there is."""
    make_types()
    there = QApplication.instance()
    if isinstance(there, QApplication):
        return there
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    QCoreApplication.setOrganizationName(NAME)
    QCoreApplication.setApplicationName(NAME)
    application = QApplication(arguments)
    application.setApplicationDisplayName("")
    QGuiApplication.setDesktopFileName(NAME)
    Collector(application)
    install_font(application)
    install_translation(application)
    application.setWindowIcon(icon("route", load_theme("dark"), "accent"))
    return application


def _log_to_file() -> None:
    try:
        folder = user_log_path(NAME, appauthor=False)
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(folder / "app.log", maxBytes=2**20, backupCount=2, encoding="utf-8")
    except OSError:
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)


def _unexpected(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A mistake of the app itself: it goes to the log, and is said once; the work stays open."""
    if issubclass(kind, KeyboardInterrupt):
        QApplication.quit()
        return
    text = "".join(traceback.format_exception(kind, error, trace))
    log.error("%s", text)
    sys.__stderr__.write(text) if sys.__stderr__ else None
    if QApplication.instance() is None or getattr(_unexpected, "open", False):
        return
    _unexpected.open = True  # type: ignore[attr-defined]
    try:
        box = QMessageBox(QMessageBox.Icon.Warning, NAME, f"<b>{words('Something went wrong inside the app.')}</b>")
        box.setInformativeText(words("Your graph is still open. Save it, and start the app again if it behaves oddly."))
        box.setDetailedText(text)
        box.exec()
    finally:
        _unexpected.open = False  # type: ignore[attr-defined]
