"""Imports of heavy libraries: the collector rests meanwhile, and works again afterwards."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nodegraph.models.importing import importing, without


@pytest.fixture(autouse=True)
def nothing_is_frozen() -> Generator[None]:
    gc.enable()
    gc.unfreeze()
    yield
    gc.unfreeze()
    gc.enable()


def test_the_collector_rests_and_what_was_made_is_never_looked_at() -> None:
    with importing("a_module_that_is_not_here"):
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


def test_an_import_that_fails_leaves_the_collector_on() -> None:
    with pytest.raises(ImportError), importing("a_module_that_is_not_here"):
        raise ImportError
    assert gc.isenabled()


def test_nothing_happens_where_the_module_is_here_already() -> None:
    with importing("gc"):
        assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_a_collector_that_is_off_stays_off() -> None:
    gc.disable()
    with importing("a_module_that_is_not_here"):
        pass
    assert not gc.isenabled()


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[str]:
    """The name of a package that can be imported and is not yet."""
    folder = tmp_path / "a_heavy_package"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    yield folder.name
    sys.modules.pop(folder.name, None)


def test_a_package_is_hidden_from_this_thread_only_and_only_inside(package: str) -> None:
    with without(package):
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module(package)
        with ThreadPoolExecutor(1) as other:
            assert other.submit(importlib.import_module, package).result().__name__ == package
    del sys.modules[package]
    assert importlib.import_module(package).__name__ == package


def test_a_package_that_is_here_already_stays_here(package: str) -> None:
    there = importlib.import_module(package)
    with without(package):
        assert importlib.import_module(package) is there
