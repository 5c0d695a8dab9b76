"""Pictures of what each example does, which the app shows under New from Example: `python -m tests.example_pictures`.

Each example is run, then drawn in both themes into `example_graphs/pictures`. Run it again when an example changes.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from tests.screenshots import PATIENCE, settle, until

QUALITY = 80


def main(names: list[str]) -> None:
    """Makes the pictures of these examples, or of all."""
    if not os.environ.get("DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="nodegraph-pictures-") as home:
        for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
            os.environ[name] = home
        os.environ["NODEGRAPH_CACHE"] = str(Path(home) / "cache")
        _make(Path(home), names)


def _make(home: Path, names: list[str]) -> None:
    from PySide6.QtCore import QSettings

    from gui.app import make_application
    from gui.canvas.export import sketch_of
    from gui.files.examples import examples
    from gui.main_window import MainWindow
    from gui.settings import THEMES, Settings
    from nodegraph.registry import installed_registry
    from tests.gui.test_files_controller import Answers

    application = make_application([])
    settings = Settings(QSettings(str(home / "settings.ini"), QSettings.Format.IniFormat))
    answers: Any = Answers(may_write=True, unsaved="discard")
    window = MainWindow(installed_registry(), settings, questions=answers, swaps=home / "swaps")
    window.resize(1920, 1080)
    window.show()
    for example in examples():
        if names and example.name not in names:
            continue
        window.files.new_from(example.graph)
        until(window.run.run, PATIENCE)
        until(lambda: not window.run.busy, PATIENCE)
        for theme in THEMES:
            if theme == "system":
                continue
            settings.set_theme(theme)
            settle(1.5)
            path = example.picture(theme)
            path.parent.mkdir(exist_ok=True)
            sketch_of(window.canvas.graph_scene).save(str(path), quality=QUALITY)  # type: ignore[call-overload]
            print(path.name, path.stat().st_size)
    window.close()
    window.deleteLater()
    application.processEvents()


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
