"""Killed at any moment, an export leaves the old set or the new one, whole, and the next run puts all in order."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


def kills(folder: Path, way: str, points: int) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "tests.nodes.killing", str(folder), str(points), way]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, cwd=Path(__file__).parents[2], check=False
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_kill_leaves_the_old_or_the_new_set_whole(tmp_path: Path) -> None:
    told = kills(tmp_path, "exchange", 20)
    assert len(told) >= 20
    assert all(kill["died"] for kill in told)
    assert {kill["after"] for kill in told} == {"old", "new"}, told
    assert all(kill["next"] == "new" and kill["clean"] for kill in told), told


def test_a_kill_while_packing_leaves_the_old_or_the_new_set_whole(tmp_path: Path) -> None:
    told = kills(tmp_path, "packed", 15)
    assert all(kill["died"] for kill in told)
    assert {kill["after"] for kill in told} == {"old", "new"}, told
    assert all(kill["next"] == "new" and kill["clean"] for kill in told), told


def test_a_kill_between_two_renames_is_mended_by_the_next_run(tmp_path: Path) -> None:
    told = kills(tmp_path, "rename", 10)
    assert {kill["after"] for kill in told} <= {"old", "new", "none"}, told
    assert all(kill["next"] == "new" and kill["clean"] for kill in told), told


def test_an_export_moved_aside_comes_back(tmp_path: Path) -> None:
    from nodes.export.stage import MARK, staged, workshop_of

    target = tmp_path / "out"
    workshop = workshop_of(target)
    (workshop / "old").mkdir(parents=True)
    (workshop / MARK).touch()
    (workshop / "old" / "file").write_text("old")
    with staged(target):
        assert (target / "file").read_text() == "old"
    assert not workshop.exists()
