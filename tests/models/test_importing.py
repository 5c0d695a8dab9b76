"""Imports of heavy libraries: the collector rests meanwhile, and works again afterwards."""

from __future__ import annotations

import gc
from collections.abc import Generator

import pytest

from nodegraph.models.importing import importing


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
