"""The quickstart as a newcomer runs it: a fresh home, no network, and then again with something changed."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.acceptance.conftest import QUICKSTART, SAMPLES, Done, nodegraph

NO_NETWORK = """
import socket


def refuse(self, address, *rest):
    if self.family == socket.AF_UNIX or address[0] in ("127.0.0.1", "::1", "localhost"):
        return connect(self, address, *rest)
    raise OSError(f"this test has no network: {address}")


def refuse_name(host, *rest, **more):
    raise socket.gaierror(f"this test has no network: {host}")


connect = socket.socket.connect
socket.socket.connect = refuse
socket.getaddrinfo = refuse_name
"""


@dataclass
class Home:
    """A fresh home folder with the cache of its user, on a machine without a network."""

    root: Path

    def run(self, *arguments: object, out: str = "first", home: str = "home") -> Done:
        """Runs the quickstart; its exports go to `out`."""
        return self.call("run", QUICKSTART, "--json", "--out", self.root / out, *arguments, home=home)

    def call(self, *arguments: object, home: str = "home") -> Done:
        """Calls the command as the user of this home."""
        (self.root / home).mkdir(exist_ok=True)
        surroundings = {
            "HOME": str(self.root / home),
            "XDG_CACHE_HOME": str(self.root / home / ".cache"),
            "NODEGRAPH_CACHE": "",
            "HF_HOME": str(self.root / home / "hub"),
            "PYTHONPATH": str(self.root / "site"),
        }
        return nodegraph(*arguments, cwd=self.root, more=surroundings)

    def out(self, name: str, run: str = "first") -> Path:
        return self.root / run / "out" / name


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home(tmp_path_factory.mktemp("quickstart"))
    (made.root / "site").mkdir()
    (made.root / "site" / "sitecustomize.py").write_text(NO_NETWORK)
    return made


@pytest.fixture(scope="module")
def first(home: Home) -> Done:
    done = home.run()
    assert done.code == 0, done.err
    return done


def opens(path: Path) -> bool:
    with Image.open(path) as image:
        image.load()
        return min(image.size) > 0


def pictures(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in (".jpg", ".jpeg", ".png", ".webp"))


def test_the_network_is_really_blocked(home: Home) -> None:
    import subprocess
    import sys

    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=5)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(home.root / "site")}, capture_output=True
    )
    assert b"this test has no network" in done.stderr


@pytest.mark.parametrize("split", ["train", "validation"])
def test_every_picture_of_the_image_folder_opens_and_has_a_caption(home: Home, first: Done, split: str) -> None:
    folder = home.out("imagefolder") / split
    lines = [json.loads(line) for line in (folder / "metadata.jsonl").read_text("utf-8").splitlines()]
    assert {folder / line["file_name"] for line in lines} == set(pictures(folder)) != set()
    assert all(line["text"].strip() for line in lines)
    assert all(opens(path) for path in pictures(folder))


@pytest.mark.parametrize("part", ["10_nicheset", "validation/1_nicheset"])
def test_every_picture_of_the_kohya_folder_opens_and_has_a_caption(home: Home, first: Done, part: str) -> None:
    found = pictures(home.out("kohya") / part)
    assert found
    assert all(opens(path) and path.with_suffix(".txt").read_text("utf-8").strip() for path in found)


def test_both_exports_and_the_summary_agree(home: Home, first: Done) -> None:
    kept = first.summary["nodes"]["split"]["out"]
    assert len(pictures(home.out("imagefolder"))) == len(pictures(home.out("kohya"))) == kept > 10
    assert first.summary["out"] == [str(home.out(name)) for name in ("imagefolder", "kohya", "report.html")]
    assert home.out("report.html").stat().st_size > 1000
    for node, count in first.summary["nodes"].items():
        assert count["in"] == count["out"] + count["dropped"], node


def test_the_cache_and_the_receipt_are_in_the_home_and_nothing_is_beside_the_graph(home: Home, first: Done) -> None:
    assert Path(first.summary["receipt"]).is_relative_to(home.root / "home" / ".cache")
    assert not (QUICKSTART.parent / "out").exists()


def test_the_receipt_says_all_that_a_replay_needs(first: Done) -> None:
    receipt = json.loads(Path(first.summary["receipt"]).read_text("utf-8"))
    assert set(receipt["nodes"]) == set(first.summary["nodes"])
    assert all(set(node) == {"type", "rev", "params"} for node in receipt["nodes"].values())
    assert {"nodegraph", "numpy", "pillow", "torch"} <= set(receipt["packages"])
    assert set(receipt["models"]) == {"demo-clip", "demo-captioner"}
    assert all(model["revision"] and model["licence"] for model in receipt["models"].values())
    assert receipt["inputs"]["folder"]["rows"] == first.summary["nodes"]["folder"]["out"]
    assert receipt["graph"]["seed"] == 0
    assert receipt["summary"]["digest"] == first.summary["digest"]
    assert {len(rows) for rows in receipt["rows"].values()} == {first.summary["nodes"]["split"]["out"]}


def test_a_second_run_decodes_nothing_and_calls_no_model(home: Home, first: Done) -> None:
    second = home.run().summary
    assert (second["decodes"], second["model_calls"], second["cache_misses"]) == (0, 0, 0)
    assert second["digest"] == first.summary["digest"]


def test_fewer_pictures_to_keep_cost_nothing(home: Home, first: Done) -> None:
    # only up to there: among fewer pictures another one can be the best of its duplicates, and it has no caption yet
    fewer = home.run("--set", "keep=20", "--to", "duplicates").summary
    assert (fewer["decodes"], fewer["model_calls"], fewer["cache_misses"]) == (0, 0, 0)
    assert fewer["nodes"]["best"]["out"] == 20


def test_a_moved_threshold_costs_nothing(home: Home, first: Done) -> None:
    moved = home.run("--set", "min_side=400", "--to", "best").summary
    assert (moved["decodes"], moved["model_calls"], moved["cache_misses"]) == (0, 0, 0)
    assert moved["nodes"]["size"]["dropped"] > first.summary["nodes"]["size"]["dropped"]


def test_a_new_prompt_costs_one_text_and_no_picture(home: Home, first: Done) -> None:
    asked = home.run("--set", "prompt=a red house at night", "--to", "best").summary
    assert asked["measures"]["clip_image"]["misses"] == 0
    assert asked["measures"]["clip_text"]["misses"] == 1
    assert (asked["decodes"], asked["model_calls"]) == (0, 1)


def test_one_picture_added_costs_one_decode_wherever_the_folder_is(home: Home, first: Done) -> None:
    folder = home.root / "pictures"
    shutil.copytree(SAMPLES, folder)
    copied = home.run("--set", f"folder={folder}", out="copied").summary
    assert (copied["decodes"], copied["model_calls"]) == (0, 0)
    noise = np.random.default_rng(0).integers(0, 256, (256, 256, 3), dtype=np.uint8)
    Image.fromarray(noise).save(folder / "new.png")
    added = home.run("--set", f"folder={folder}", out="added").summary
    assert added["decodes"] == 1
    assert added["nodes"]["folder"]["out"] == copied["nodes"]["folder"]["out"] + 1


def test_the_receipt_is_verified(home: Home, first: Done) -> None:
    same = home.call("verify", first.summary["receipt"])
    assert (same.code, same.out) == (0, "the result is the same\n")


def test_two_runs_on_two_machines_give_the_same_bytes(home: Home, first: Done) -> None:
    before = {name: held(home.out(name)) for name in ("imagefolder", "kohya")}
    shutil.rmtree(home.root / "first")
    other = home.run(home="other-home").summary
    assert (other["digest"], other["decodes"]) == (first.summary["digest"], first.summary["decodes"])
    assert {name: held(home.out(name)) for name in before} == before
    assert other["decodes"] > 0


def held(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with its bytes."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
