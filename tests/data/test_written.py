"""What is written into a picture file is read as text, whatever is in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from nodegraph.data.pixels import Unreadable
from nodegraph.data.recipe import Recipe
from nodegraph.data.written import MOST_LETTERS, written_in


def test_the_prompt_of_a_generated_picture_is_read(tmp_path: Path) -> None:
    texts = PngInfo()
    texts.add_text("parameters", "a fish, watercolour\nSteps: 20")
    texts.add_itxt("prompt", "x" * (MOST_LETTERS + 5))
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png", pnginfo=texts)
    found = written_in(tmp_path / "a.png", Recipe())
    assert found["parameters"] == "a fish, watercolour\nSteps: 20"
    assert len(found["prompt"]) == MOST_LETTERS


def test_exif_is_read_by_the_names_of_its_tags_and_not_where_it_was_taken(tmp_path: Path) -> None:
    tags = Image.Exif()
    tags[0x010F] = "Canon"
    tags.get_ifd(0x8769)[0x829D] = 2.8
    tags.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0by hand"
    tags.get_ifd(0x8825)[2] = (51.0, 30.0, 0.0)
    Image.new("RGB", (8, 8)).save(tmp_path / "a.jpg", exif=tags, comment=b"hello \xff")
    found = written_in(tmp_path / "a.jpg", Recipe())
    assert (found["Make"], found["FNumber"], found["UserComment"]) == ("Canon", "2.8", "by hand")
    assert found["comment"].startswith("hello")
    assert not any("GPS" in name for name in found)


def test_broken_exif_is_passed_over_or_refused(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "a.jpg", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert written_in(tmp_path / "a.jpg", Recipe()) == {}
    (tmp_path / "b.jpg").write_bytes(b"no picture")
    with pytest.raises(Unreadable):
        written_in(tmp_path / "b.jpg", Recipe())
