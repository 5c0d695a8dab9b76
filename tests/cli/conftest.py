"""A folder with pictures and a graph of installed nodes that needs no model, and ways to call the command there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from nodegraph.cli.main import main
from tests.run.conftest import draw

ROOT = Path(__file__).parents[2]
NODES: dict[str, tuple[str, int, dict[str, Any]]] = {
    "folder": ("source/folder", 1, {"folder": "pictures"}),
    "readable": ("inspect/readable", 1, {}),
    "sharpness": ("quality/sharpness", 1, {}),
    "sharp": ("filter/threshold", 2, {"column": "sharpness", "low": 1}),
    "words": ("caption/template", 2, {"template": "a picture", "on_empty": "template"}),
    "export": ("export/imagefolder", 1, {"folder": "set"}),
}
EDGES = (
    ("folder.images", "readable.images"),
    ("readable.kept", "sharpness.images"),
    ("sharpness.images", "sharp.images"),
    ("sharp.kept", "words.images"),
    ("words.images", "export.images"),
)
KNOBS = {
    "folder": {"node": "folder", "param": "folder"},
    "least": {"node": "sharp", "param": "low"},
    "words": {"node": "words", "param": "template"},
}


@dataclass(frozen=True)
class Done:
    """A call that has ended."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        """The lines on stdout, each read as JSON."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def summary(self) -> dict[str, Any]:
        """The last of the events."""
        return self.events[-1]


@dataclass
class Desk:
    """A working folder in which the command is called."""

    root: Path
    capsys: pytest.CaptureFixture[str]

    def call(self, *arguments: object) -> Done:
        """Calls the command in this process."""
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as leave:
            main([str(argument) for argument in arguments])
        told = self.capsys.readouterr()
        return Done(int(leave.value.code or 0), told.out, told.err)

    def start(self, *arguments: object, **surroundings: str) -> subprocess.Popen[str]:
        """Starts the command as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "nodegraph.cli.main", *map(str, arguments)],
            cwd=self.root,
            env=os.environ | surroundings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def process(self, *arguments: object, **surroundings: str) -> Done:
        """Calls the command as a process of its own."""
        with self.start(*arguments, **surroundings) as process:
            out, err = process.communicate(timeout=120)
        return Done(process.returncode, out, err)

    def write(
        self,
        name: str = "graph.json",
        *,
        nodes: Mapping[str, tuple[str, int, dict[str, Any]]] = NODES,
        edges: Sequence[tuple[str, str]] = EDGES,
        knobs: Mapping[str, Any] = KNOBS,
        **params: dict[str, Any],
    ) -> Path:
        """Writes a graph file; `params` change the parameters of nodes."""
        document = {
            "format": "nodegraph",
            "version": 2,
            "title": "Desk",
            "nodes": [
                {"id": id, "type": type, "rev": rev, "params": given | params.get(id, {})}
                for id, (type, rev, given) in nodes.items()
            ],
            "edges": [{"from": source, "to": target} for source, target in edges],
            "knobs": dict(knobs),
        }
        path = self.root / name
        path.write_text(json.dumps(document), "utf-8")
        return path


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Six pictures and a graph beside them, a cache of its own, and the working folder changed to theirs."""
    monkeypatch.setenv("NODEGRAPH_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    made = Desk(tmp_path, capsys)
    for seed in range(6):
        draw(tmp_path / "pictures" / f"{seed}.png", seed)
    made.write()
    return made
