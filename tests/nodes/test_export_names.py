"""Exported names are safe everywhere, unique, and stay with their picture."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.export.names import folder_name, one_line, plain_name, stems_of

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300)


@given(st.sets(TEXTS, max_size=30))
def test_stems_are_plain_and_unique_whatever_the_case(rids: set[str]) -> None:
    stems = stems_of(rids)
    assert set(stems) == rids
    assert len({stem.lower() for stem in stems.values()}) == len(rids)
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,120}", stem) for stem in stems.values())


@given(st.sets(TEXTS, min_size=2, max_size=30))
def test_a_picture_keeps_its_name_when_another_leaves(rids: set[str]) -> None:
    kept = sorted(rids)[1:]
    assert stems_of(kept).items() <= stems_of(rids).items()


@pytest.mark.parametrize(
    ("rid", "name"),
    [
        ("cats/IMG_0001.JPG", "IMG-0001"),
        ("über/Süße Kätzchen.jpeg", "Sue-Katzchen"),
        ("猫.png", "image"),
        (".hidden", "hidden"),
        ("-rf.jpg", "rf"),
        ("a.b.c.tar.gz", "a-b-c-tar"),
        ("two\nlines.png", "two-lines"),
        ("x" * 300 + ".png", "x" * 40),
    ],
)
def test_a_name_keeps_what_is_plain_in_it(rid: str, name: str) -> None:
    assert plain_name(rid) == name


@given(TEXTS)
def test_a_folder_name_is_one_part_of_a_path_on_any_system(text: str) -> None:
    name = folder_name(text, "other")
    assert name
    assert not re.search(r'[<>:"/\\|?*\x00-\x1f]', name)
    assert name == name.strip(" .")
    assert len(name.encode()) <= 60


@pytest.mark.parametrize("text", ["", "..", "CON", "nul.txt", "/", " . ", "com1"])
def test_a_name_that_no_folder_can_have_becomes_another(text: str) -> None:
    assert folder_name(text, "other") == "other"


@given(TEXTS)
def test_a_caption_is_one_line_without_control_characters(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
    assert "\x00" not in line
