"""What acceptance tests share: the quickstart graph, calls of the real command, and a picture of what is on a disk."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
QUICKSTART = ROOT / "example_graphs" / "quickstart.json"
SAMPLES = ROOT / "assets" / "samples"


@dataclass(frozen=True)
class Done:
    """A call of the command that has ended, with its last JSON line."""

    code: int
    out: str
    err: str

    @property
    def summary(self) -> dict[str, Any]:
        """The last line on stdout, read as JSON."""
        return json.loads(self.out.splitlines()[-1])


def nodegraph(*arguments: object, cwd: Path = ROOT, more: Mapping[str, str] | None = None) -> Done:
    """Calls the command as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "nodegraph.cli.main", *map(str, arguments)],
        cwd=cwd,
        env=os.environ | dict(more or {}),
        capture_output=True,
        text=True,
        timeout=280,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


def everything_in(folder: Path) -> dict[str, tuple[object, ...]]:
    """Every name below `folder` with its kind and mode, and the size, time and hash of what it holds."""
    found: dict[str, tuple[object, ...]] = {}
    for path in sorted(folder.rglob("*")):
        state = path.lstat()
        if stat.S_ISLNK(state.st_mode):
            held: tuple[object, ...] = (str(path.readlink()),)
        elif stat.S_ISREG(state.st_mode):
            digest = sha256(path.read_bytes()).hexdigest() if os.access(path, os.R_OK) else ""
            held = (state.st_size, state.st_mtime_ns, digest)
        else:
            held = (state.st_mtime_ns,) if stat.S_ISDIR(state.st_mode) else ()
        found[os.fsencode(path.relative_to(folder)).decode("latin-1")] = (state.st_mode, *held)
    return found
