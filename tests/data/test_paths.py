"""Paths as valid text and back."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from nodegraph.data.paths import path_of, path_text

NAMES = st.binary(min_size=1, max_size=40).filter(lambda name: b"\0" not in name and b"/" not in name).map(os.fsdecode)


@given(NAMES)
@example(os.fsdecode(b"bad_\xff\xfe.jpg"))
@example("\\xff.jpg")
@example("\\x5c\\x5cxff")
@example("\\udcff")
@example(os.fsdecode(b"\\x5c\xff"))
@example("new\nline.jpg")
def test_any_name_becomes_valid_text_and_comes_back(name: str) -> None:
    text = path_text(name)
    text.encode("utf-8")
    assert os.fspath(path_of(text)) == os.fspath(path_of(path_text(name)))
    assert os.fspath(path_of("/folder/" + text)) == os.fspath(Path("/folder/" + name))


@given(NAMES, NAMES)
def test_different_names_have_different_texts(first: str, second: str) -> None:
    assert (path_text(first) == path_text(second)) == (first == second)


def test_an_ordinary_name_is_its_own_text() -> None:
    assert path_text("/a/b c/names/back\\slash \U0001f431.jpg") == "/a/b c/names/back\\slash \U0001f431.jpg"


def test_an_undecodable_byte_is_readable_in_the_text() -> None:
    assert path_text(os.fsdecode(b"bad_\xff.jpg")) == r"bad_\xff.jpg"
