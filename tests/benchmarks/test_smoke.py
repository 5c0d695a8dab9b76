"""The benchmarks still run: each is tried on next to nothing, and what it prints is not looked at for speed."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.benchmarks import engine
from tests.benchmarks.one_pass import Setup, our_cost
from tests.benchmarks.pictures import enlarge, linked, pictures_of, spread


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Three small pictures, one in a folder of its own."""
    folder = tmp_path / "photos"
    (folder / "deeper").mkdir(parents=True)
    for number, name in enumerate(("a.jpg", "b.png", "deeper/c.jpg")):
        Image.new("RGB", (64, 48), (number * 80, 90, 120)).save(folder / name)
    return folder


def test_a_remembered_graph_is_replayed_without_measuring(capsys: pytest.CaptureFixture[str]) -> None:
    assert engine.main(["--rows", "40"]) == 0
    assert "threshold moved" in capsys.readouterr().out


def test_one_pass_runs_on_three_pictures(photos: Path) -> None:
    cost = our_cost(photos, Setup(peers=Path("unused"), threads=1, repeats=1))
    assert cost.cpu > 0
    assert cost.wall > 0


def test_a_sample_is_spread_over_the_whole(photos: Path, tmp_path: Path) -> None:
    paths = pictures_of(photos)
    assert [path.name for path in spread(paths, 2)] == ["a.jpg", "b.png"]
    assert len(pictures_of(linked(paths, photos, tmp_path / "copy"))) == 3


def test_enlarged_pictures_have_the_size_asked_for(photos: Path, tmp_path: Path) -> None:
    for path in pictures_of(enlarge(pictures_of(photos), tmp_path / "large", 0.75)):
        with Image.open(path) as picture:
            assert picture.size == (1000, 750)
