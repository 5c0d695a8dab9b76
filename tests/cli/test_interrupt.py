"""Ctrl-C: the run ends after its batch, says so, and the next one goes on."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import Desk

PICTURES = 240

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no signals to send")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with enough pictures that a run of them can be interrupted."""
    folder = tmp_path_factory.mktemp("many")
    noise = np.random.default_rng(0).integers(0, 256, (320, 320, 3), dtype=np.uint8)
    for seed in range(PICTURES):
        Image.fromarray(np.roll(noise, seed, axis=0)).save(folder / f"{seed}.jpg")
    return folder


def begun(desk: Desk, many: Path) -> subprocess.Popen[str]:
    """A run that is in the middle of measuring."""
    process = desk.start("run", "graph.json", "--json", "--set", f"folder={many}")
    assert process.stdout is not None
    for line in process.stdout:
        event = json.loads(line)
        if event["event"] == "step-progress" and event["index"] == 1 and event["done"] > 0:
            return process
    pytest.fail("the run ended before it measured anything")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["interrupt", "terminate"])
def test_an_interrupted_run_leaves_with_130_and_the_next_one_goes_on(
    desk: Desk, many: Path, number: signal.Signals
) -> None:
    with begun(desk, many) as process:
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.splitlines() == ["cancelling after this batch; press again to stop at once"]
    assert '"exit": 130' in out.splitlines()[-1]
    assert not (desk.root / "set").exists()
    after = desk.call("run", "graph.json", "--json", "--set", f"folder={many}").summary
    assert after["exit"] == 0
    assert 0 < after["decodes"] < PICTURES
    undisturbed = desk.call("run", "graph.json", "--json", "--set", f"folder={many}", "--fresh").summary
    assert undisturbed["decodes"] == PICTURES
    assert undisturbed["digest"] == after["digest"]


def test_a_second_interrupt_ends_the_run_at_once(desk: Desk, many: Path) -> None:
    with begun(desk, many) as process:
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
