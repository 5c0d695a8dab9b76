"""The house rules that no linter knows: what may be imported when, how files begin and how long they get."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = sorted(path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests")
FILES = sorted(path for package in (*PACKAGES, "tests") for path in (ROOT / package).rglob("*.py"))
HEAVY = ("torch", "torchvision", "open_clip", "transformers", "huggingface_hub", "polars", "PIL", "scipy", "pydantic")
MOST_LINES = 400
TRIES = 5

IMPORT = """
import time
start = time.process_time()
import nodegraph
print(time.process_time() - start)
"""
LOADED = f"""
import sys, nodegraph
print(*[name for name in {HEAVY!r} if name in sys.modules])
"""
HELP = """
import contextlib, io, sys
from nodegraph.cli.main import main
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
    main(["--help"])
print(*[name for name in sys.argv[1:] if name in sys.modules])
"""


def python(*arguments: str) -> str:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True).stdout.strip()


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_importing_nodegraph_takes_less_than_150_ms() -> None:
    assert any(float(python("-c", IMPORT)) < 0.150 for _ in range(TRIES))


def test_importing_nodegraph_imports_nothing_heavy() -> None:
    assert python("-c", LOADED) == ""


def test_the_command_answers_help_without_importing_anything_heavy() -> None:
    assert python("-c", HELP, *HEAVY) == ""


def test_help_is_there_in_less_than_400_ms() -> None:
    def seconds() -> float:
        """Of the processor: a command that never waits takes no longer on the clock, unless others take its turn."""
        before = os.times()
        assert "Usage: nodegraph" in python("-m", "nodegraph.cli.main", "--help")
        after = os.times()
        return after.children_user + after.children_system - before.children_user - before.children_system

    assert any(seconds() < 0.4 for _ in range(TRIES))


def test_every_package_is_held_by_the_import_linter() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    assert sorted(settings["root_packages"]) == PACKAGES


def test_nodes_and_engine_know_nothing_of_the_app() -> None:
    about_the_app = [
        f"{name_of(path)}: {module}"
        for path in FILES
        if path.relative_to(ROOT).parts[0] in ("nodegraph", "nodes")
        for module in imported_by(path)
        if module.partition(".")[0] in ("gui", "PySide6")
    ]
    assert about_the_app == []


def imported_by(path: Path) -> list[str]:
    """Names of the modules that a file imports, at its top or anywhere in it."""
    found: list[str] = []
    for part in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(part, ast.Import):
            found += [alias.name for alias in part.names]
        elif isinstance(part, ast.ImportFrom) and part.module:
            found.append(part.module)
    return found


def test_every_file_says_first_what_it_is_for() -> None:
    silent = [name_of(path) for path in FILES if path.stat().st_size and not path.read_text("utf-8").startswith('"""')]
    assert silent == []


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in FILES}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def test_the_wheel_holds_samples_demo_models_templates_and_example_graphs(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="hatchling builds the wheel and is not installed")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    wanted = [
        name_of(path)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and not {"__pycache__", "out"} & set(path.parts)
    ]
    assert len(wanted) > 100
    assert [name for name in wanted if name not in inside] == []
