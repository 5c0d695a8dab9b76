"""Fixtures of the app's tests: no screen, no settings, folders or cache of the person who runs them."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_QPA_FONTDIR", "/usr/share/fonts/truetype/dejavu")
_HOME = tempfile.TemporaryDirectory(prefix="nodegraph-home-")
for _name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
    os.environ[_name] = _HOME.name
os.environ["NODEGRAPH_CACHE"] = str(Path(_HOME.name) / "cache")

import pytest  # noqa: E402  (Qt must not be imported before its platform is chosen)
from PySide6.QtCore import QCoreApplication, QSettings  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402
from pytestqt.qtbot import QtBot  # noqa: E402

from gui.collecting import collect_what_is_due  # noqa: E402
from gui.document import GraphDocument  # noqa: E402
from gui.qt_types import make_types  # noqa: E402
from gui.settings import Settings  # noqa: E402
from nodegraph.graph.io import load  # noqa: E402
from nodegraph.graph.model import Graph  # noqa: E402
from nodegraph.registry import Registry, installed_registry  # noqa: E402
from tests.gui.leaks import wait_for_the_end  # noqa: E402
from tests.gui.patience import PatientBot  # noqa: E402

QUICKSTART = Path(__file__).parents[2] / "example_graphs" / "quickstart.json"


@pytest.fixture(scope="package", autouse=True)
def only_what_comes_from_now_on() -> Iterator[None]:
    """Sets aside what earlier tests loaded: looking through millions of torch's objects takes a second a test.

    Garbage is collected between tests, as the app collects it: never by a thread of the app's.
    """
    gc.collect()
    gc.freeze()
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    """What the tests' application is, with Qt's types made as the app makes them."""
    make_types()
    return QApplication


@pytest.fixture(autouse=True)
def nothing_is_left_running() -> Iterator[None]:
    """Fails the test that leaves a thread, a process or a timer running."""
    yield
    if QCoreApplication.instance() is not None and (left := wait_for_the_end()):
        pytest.fail(f"still running: {', '.join(left)}")
    collect_what_is_due()


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """A hand at the app that waits as long as a busy machine needs."""
    return PatientBot(request)


@pytest.fixture(scope="session")
def registry() -> Registry:
    """All installed node types."""
    return installed_registry()


@pytest.fixture
def document(registry: Registry, qapp: object) -> GraphDocument:
    """An empty document."""
    return GraphDocument(registry)


@pytest.fixture
def quickstart() -> Graph:
    """The graph that the app shows at its first start."""
    return load(QUICKSTART)


@pytest.fixture
def settings(tmp_path: Path, qapp: object) -> Settings:
    """Settings in a file of this test."""
    return Settings(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))
