"""Where the cache lives."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nodegraph.cache.location import cache_folder
from nodegraph.problems import ProblemError


def test_the_environment_variable_names_the_folder_and_it_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NODEGRAPH_CACHE", str(tmp_path / "a" / "b"))
    assert cache_folder() == tmp_path / "a" / "b"
    assert (tmp_path / "a" / "b").is_dir()


def test_a_relative_folder_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NODEGRAPH_CACHE", "here")
    assert cache_folder() == tmp_path / "here"


@pytest.mark.skipif(os.name != "posix", reason="the platform's folder is redirected by XDG_CACHE_HOME or HOME")
def test_without_the_variable_it_is_the_platforms_cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODEGRAPH_CACHE", "")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = cache_folder()
    assert tmp_path in folder.parents
    assert folder.name == "nodegraph"


def test_a_folder_that_cannot_be_made_is_a_problem_that_names_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("NODEGRAPH_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(ProblemError) as caught:
        cache_folder()
    (found,) = caught.value.problems
    assert (found.code, found.param) == ("no-cache-folder", "NODEGRAPH_CACHE")
    assert str(tmp_path / "file" / "cache") in found.message
