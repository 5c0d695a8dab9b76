"""Translation: the app's words in the user's language, where somebody has translated them.

Widgets say `self.tr("...")`, other code `words("...")`; a table holds `marked("...")`, and `words` says that when it is
shown. CONTRIBUTING.md has the command that gathers them all for a translator.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

FOLDER = Path(__file__).parent / "translations"
"""Where compiled translations lie: `nodegraph_de.qm` and so on. None comes along yet."""


def words(text: str) -> str:
    """The text in the user's language."""
    return QCoreApplication.translate("", text)


def marked(text: str) -> str:
    """The text itself: it is found by a translator here, and said by `words` later."""
    return text


def install_translation(application: QCoreApplication, locale: QLocale | None = None, folder: Path = FOLDER) -> bool:
    """Loads the app's words and Qt's own for the language of the desktop; False: the app stays English, Qt too."""
    locale = locale or QLocale()
    ours, of_qt = QTranslator(application), QTranslator(application)
    if not ours.load(locale, "nodegraph", "_", str(folder)):
        return False
    application.installTranslator(ours)
    if of_qt.load(locale, "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        application.installTranslator(of_qt)
    return True
