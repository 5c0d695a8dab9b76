"""A pack is a package of its own: installed, its nodes are there; broken, it takes nothing else with it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
PACK = ROOT / "tests" / "packs" / "colourful"
MODULE = PACK / "nodegraph_colourful.py"

GRAPH = {
    "format": "nodegraph",
    "version": 2,
    "title": "Only colourful pictures",
    "nodes": [
        {"id": "folder", "type": "source/folder", "rev": 1, "params": {"folder": "pictures"}},
        {"id": "colour", "type": "colourful/colourfulness", "rev": 1, "params": {}},
        {"id": "vivid", "type": "filter/threshold", "rev": 2, "params": {"column": "colourfulness", "low": 33.0}},
    ],
    "edges": [
        {"from": "folder.images", "to": "colour.images"},
        {"from": "colour.images", "to": "vivid.images"},
    ],
}


RAISES = 'raise RuntimeError("made for another version")'
CLASHING_MEASURE = """
from typing import Annotated
from nodegraph import ImageSet, Pixels, Take, Values, measure, score, scorer

@measure("sharpness", rev=1, takes=Pixels("L", 64))
def another(image) -> float:
    return 0.0

@scorer("shaky/sharpness", rev=1, gives={"shaky": score()})
def sharpness(images: ImageSet, *, values: Annotated[Values, Take(another)]) -> dict[str, object]:
    \"\"\"Another sharpness.\"\"\"
    return {"shaky": values.list()}

NODES, MODELS = (sharpness,), ()
"""
CLASHING_MODEL = """
from nodegraph import ModelEntry

NODES = ()
MODELS = (ModelEntry("demo-clip", "clip", "Mine", "MIT", 1, asset="models/demo-clip"),)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the example pack is installed into, without a network."""
    pytest.importorskip("hatchling", reason="hatchling builds the pack and is not installed")
    folder = tmp_path_factory.mktemp("site")
    options = ("--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check")
    command = [sys.executable, "-m", "pip", "install", *options, "--target", str(folder), str(PACK)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def shaky(folder: Path, module: str) -> Path:
    """The folder with a pack whose module is this text, as installers lay it out."""
    (folder / "shaky.py").write_text(module)
    info = folder / "shaky-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shaky\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[nodegraph.nodes]\nshaky = shaky\n[nodegraph.models]\nshaky = shaky:MODELS\n"
    )
    return folder


@pytest.fixture
def module() -> Any:
    """The example pack's module, loaded from its file."""
    found = spec_from_file_location("nodegraph_colourful", MODULE)
    assert found is not None and found.loader is not None
    loaded = module_from_spec(found)
    found.loader.exec_module(loaded)
    return loaded


def nodegraph(*arguments: str, site: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(site), "NODEGRAPH_CACHE": str(cache)}
    command = [sys.executable, "-m", "nodegraph.cli.main", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, cwd=cache.parent)


def test_an_installed_pack_is_listed_with_the_name_it_comes_from(installed: Path, tmp_path: Path) -> None:
    done = nodegraph("nodes", "colourful/colourfulness", site=installed, cache=tmp_path / "cache")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Colourfulness (colourful/colourfulness, scorer, rev 1, from nodegraph-colourful)")


def test_a_graph_with_a_node_of_a_pack_runs(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    Image.new("RGB", (64, 48), (128, 128, 128)).save(tmp_path / "pictures" / "grey.png")
    Image.effect_noise((64, 48), 80).convert("RGB").save(tmp_path / "pictures" / "grain.png")
    vivid = Image.new("RGB", (64, 48), (220, 30, 20))
    vivid.paste((20, 60, 230), (32, 0, 64, 48))
    vivid.save(tmp_path / "pictures" / "vivid.png")
    (tmp_path / "graph.json").write_text(json.dumps(GRAPH))
    done = nodegraph("run", str(tmp_path / "graph.json"), "--json", site=installed, cache=tmp_path / "cache")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout.splitlines()[-1])
    assert summary["nodes"]["vivid"] == {"in": 3, "out": 1, "dropped": 2, "errors": 0}


@pytest.mark.parametrize(
    ("module", "warning"),
    [
        (
            'raise RuntimeError("made for another version")',
            "could not be loaded: RuntimeError: made for another version",
        ),
        ("raise SystemExit(3)", "could not be loaded: SystemExit: 3"),
        ("NODES = (None,); MODELS = ()", "could not be loaded: TypeError: NODES holds None"),
        (CLASHING_MEASURE, "gives a measure sharpness, which nodegraph gives already"),
        (CLASHING_MODEL, "gives a model demo-clip, which nodegraph gives already"),
    ],
    ids=["raises", "leaves", "no nodes", "a measure of another", "a model of another"],
)
def test_a_broken_pack_is_a_warning_and_the_others_work(tmp_path: Path, module: str, warning: str) -> None:
    done = nodegraph("nodes", site=shaky(tmp_path, module), cache=tmp_path / "cache")
    assert done.returncode == 0
    assert done.stderr.startswith("warning: The pack shaky ")
    assert warning in done.stderr
    assert "source/folder" in done.stdout
    assert "shaky/" not in done.stdout


def test_the_example_node_with_its_measure_has_at_most_twenty_lines() -> None:
    lines = MODULE.read_text("utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("@"))
    assert len([line for line in lines[first:] if line.strip()]) <= 20


def test_the_guide_shows_the_very_code_of_the_example() -> None:
    guide = (ROOT / "docs" / "writing-a-node.md").read_text("utf-8")
    for name in ("nodegraph_colourful.py", "pyproject.toml"):
        assert (PACK / name).read_text("utf-8") in guide, f"docs/writing-a-node.md does not show {name} as it is"


def test_grey_has_no_colour_and_two_colours_have_what_the_formula_says(module: Any) -> None:
    grey = np.full((4, 4, 3), 90, np.uint8)
    halves = np.zeros((2, 2, 3), np.uint8)
    halves[:, 0, 0] = halves[:, 1, 2] = 255
    # red - green is 255 and 0, (red + green) / 2 - blue is 127.5 and -255
    spread, centre = np.hypot(127.5, 191.25), np.hypot(127.5, 63.75)
    assert module.colourfulness(grey) == 0.0
    assert module.colourfulness(halves) == pytest.approx(spread + 0.3 * centre)


def test_the_guides_example_of_a_test_without_the_engine_passes(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    guide = (ROOT / "docs" / "writing-a-node.md").read_text("utf-8")
    example = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)[-1]
    monkeypatch.setitem(sys.modules, "nodegraph_colourful", module)
    assert example.count("assert ") == 2
    exec(compile(example, "docs/writing-a-node.md", "exec"), {})
