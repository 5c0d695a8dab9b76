"""Killed with no warning at any moment, a run goes on next time: the same result, at most one batch done twice."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nodegraph.cache import database
from nodegraph.cache.collect import stats
from nodegraph.run import executor
from nodegraph.run.events import Event, NodeProgress
from nodegraph.run.options import RunOptions
from nodegraph.run.stage import Batching
from tests.acceptance.conftest import ROOT
from tests.cli.conftest import Desk, desk
from tests.run.conftest import Bench, bench

PICTURES = 600
SECONDS = 0.0005
KILLS = 20
KILLS_IN_EXPORT = 6

__all__ = ["bench", "desk"]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="this system cannot kill a process with no warning")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small pictures of which no two have the same mean and deviation, by which the log tells them apart."""
    folder = tmp_path_factory.mktemp("pictures")
    for seed in range(PICTURES):
        noise = np.random.default_rng(seed).integers(seed % 200, seed % 200 + 50, (20, 30, 3), dtype=np.uint8)
        Image.fromarray(noise).save(folder / f"{seed}.png")
    return folder


@dataclass
class Runs:
    """Runs on one cache, each with a log of its measurements."""

    root: Path
    pictures: Path
    count: int = 0

    def start(self) -> subprocess.Popen[str]:
        """The next run, at the moment it begins to work."""
        self.count += 1
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.acceptance.slow_run", self.pictures, self.root / "cache"],
            cwd=ROOT,
            env=os.environ | {"SLOW_LOG": str(self.log(self.count)), "SLOW_SECONDS": str(SECONDS)},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    def finish(self) -> dict[str, object]:
        """The summary of a run that nobody disturbs."""
        with self.start() as process:
            out, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        return json.loads(out)

    def log(self, run: int) -> Path:
        return self.root / f"log-{run}"

    def measured(self, run: int) -> Counter[str]:
        """The measurements of a run, and how often it took each."""
        log = self.log(run)
        return Counter(log.read_text().splitlines()) if log.exists() else Counter()


def test_killed_at_twenty_moments_a_run_ends_the_same_and_repeats_one_batch_a_kill(
    pictures: Path, tmp_path: Path
) -> None:
    plain = Runs(tmp_path / "plain", pictures)
    plain.root.mkdir()
    began = time.perf_counter()
    expected = plain.finish()
    seconds = time.perf_counter() - began
    assert expected["misses"] == plain.measured(1).total() > PICTURES

    moments = random.Random(20)
    kills, cut_short, lost = 0, 0, []
    for turn in range(KILLS):
        runs = Runs(tmp_path / f"killed-{turn}", pictures)
        runs.root.mkdir()
        killed: list[int] = []
        while kills < KILLS and len(killed) < 6:
            with runs.start() as process:
                time.sleep(moments.uniform(0, seconds / 3))
                process.kill()
            if process.returncode == 0:
                break
            kills += 1
            killed.append(runs.count)
        after = runs.finish()
        assert after["digest"] == expected["digest"]
        everything = sum((runs.measured(run) for run in range(1, runs.count + 1)), Counter())
        assert set(everything) == set(plain.measured(1))
        for run in killed:
            later = set().union(*(runs.measured(next) for next in range(run + 1, runs.count + 1)))
            again = runs.measured(run).keys() & later
            cut_short += 0 < len(runs.measured(run)) < len(plain.measured(1))
            lost.append(max(sum(line.startswith(name) for line in again) for name in ("brightness", "embedding")))
        if kills == KILLS:
            break
    assert kills == KILLS
    assert max(lost) <= Batching().rows
    assert cut_short > 0, "no kill came while anything was measured"


def whole_set(folder: Path) -> set[str]:
    """The captions of an export, after a look at every file that its manifest names."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    on_disk = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    named = {record["file"]: record["sha256"] for record in manifest["pictures"]}
    assert on_disk == {*named, *manifest["texts"], "manifest.json"}
    for name, digest in {**named, **manifest["texts"]}.items():
        assert sha256((folder / name).read_bytes()).hexdigest() == digest, name
    lines = [
        json.loads(line)
        for metadata in folder.rglob("metadata.jsonl")
        for line in metadata.read_text("utf-8").splitlines()
    ]
    assert len(lines) == len(named) == PICTURES
    return {line["text"] for line in lines}


def test_killed_while_it_exports_a_run_leaves_the_old_set_or_the_new_one(
    desk: Desk, pictures: Path, tmp_path: Path
) -> None:
    def arguments(words: str) -> list[str]:
        return ["run", "graph.json", "--json", "--set", f"folder={pictures}", "--set", f"words={words}"]

    assert desk.call(*arguments("turn 0")).code == 0
    assert whole_set(tmp_path / "set") == {"turn 0"}
    moments = random.Random(6)
    found: list[bool] = []
    for turn in range(1, KILLS_IN_EXPORT + 1):
        with desk.start(*arguments(f"turn {turn}")) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if '"step-started"' in line and '"nodes": ["export"]' in line:
                    break
            time.sleep(moments.uniform(0, 0.8))
            process.kill()
        (words,) = whole_set(tmp_path / "set")
        found.append(words == f"turn {turn}")
        assert words in (f"turn {turn}", f"turn {turn - 1}")
        assert desk.call(*arguments(f"turn {turn}")).code == 0
        assert whole_set(tmp_path / "set") == {f"turn {turn}"}
        assert [path.name for path in tmp_path.glob(".*")] == []
    assert not all(found), "no kill came before an export was done"


def test_what_a_part_measured_is_on_the_disk_when_the_part_is_done(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "GATHER_SECONDS", 30)
    monkeypatch.setattr(executor, "PROGRESS_SECONDS", 0)
    ahead: list[int] = []

    def hear(event: Event) -> None:
        if isinstance(event, NodeProgress) and event.count.node == "brightness" and not event.done:
            held = stats(bench.root / "cache").values.get("test_brightness", 0)
            ahead.append(min(event.count.rows_in, 9) - held)  # of the twelve rows three are copies

    options = RunOptions(device="cpu", cache=bench.root / "cache", batching=Batching(2, 1), threads=2)
    executor.run(bench.graph(), bench.registry, options, hear)
    assert len(ahead) > 3
    assert max(ahead) <= 0
