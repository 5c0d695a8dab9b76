"""The thumbnail store."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import TempPathFactory

from nodegraph.cache.keys import MeasureKey
from nodegraph.cache.thumbnails import ThumbnailStore


@given(st.dictionaries(st.text("0123456789abcdef", min_size=1), st.binary(max_size=3000), max_size=6))
@settings(max_examples=8, deadline=None)
def test_thumbnails_come_back_byte_for_byte(tmp_path_factory: TempPathFactory, pictures: dict[str, bytes]) -> None:
    folder = tmp_path_factory.mktemp("thumbnails")
    with ThumbnailStore.open(folder) as store:
        for content, data in pictures.items():
            store.put(content, data)
        assert {content: store.get(content) for content in pictures} == pictures
    with ThumbnailStore.open(folder) as store:
        assert store.load([*pictures, "none"]) == pictures
        assert store.missing([*pictures, "none"]) == {"none"}
        assert store.get("none") is None


def test_they_are_kept_apart_from_the_numbers(tmp_path: Path) -> None:
    with ThumbnailStore.open(tmp_path) as store:
        store.put("c1", b"webp")
    assert [path.name for path in tmp_path.iterdir()] == ["thumbnails.sqlite"]


def test_thumbnails_made_in_another_way_are_others(tmp_path: Path) -> None:
    with ThumbnailStore.open(tmp_path) as store:
        store.put("c1", b"webp")
    with ThumbnailStore.open(tmp_path, key=MeasureKey("thumbnail", 2)) as store:
        assert store.missing(["c1"]) == {"c1"}


def test_a_damaged_file_is_set_aside_with_a_notice(tmp_path: Path) -> None:
    (tmp_path / "thumbnails.sqlite").write_bytes(b"not a database" * 100)
    with ThumbnailStore.open(tmp_path) as store:
        store.put("c1", b"webp")
        assert store.get("c1") == b"webp"
        assert len(store.notices) == 1
