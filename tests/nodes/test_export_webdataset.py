"""WebDataset shards: whole samples in order, bounded, the same bytes each time, and the real reader reads them."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.problems import ProblemError
from nodes.export import webdataset
from nodes.export.packs import member
from nodes.export.webdataset import shards_of
from tests.nodes.exporting import careless_library, coded, exported, images_of, photos, put, tree


def members_in(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        return {header.name: archive.extractfile(header).read() for header in archive}  # type: ignore[union-attr]


def test_a_sample_is_a_picture_a_json_and_a_caption_side_by_side(tmp_path: Path) -> None:
    rows = put(tmp_path / "in", {"b.c.jpg": coded(1), "a.png": coded(2, "PNG")})
    rows[0]["caption"] = "one\ntwo 猫 "
    images = images_of(rows, score=[0.5, float("nan")], tags=[["x"], None], license=["CC0", None])
    exported(webdataset, images, tmp_path / "out", mix=False)
    members = members_in(tmp_path / "out" / "train" / "00000.tar")
    fields = [name.partition(".")[2] for name in members]
    assert fields == ["json", "png", "txt", "jpg", "json", "txt"]
    assert len({name.partition(".")[0] for name in list(members)[:3]}) == 1
    first, second = (json.loads(data) for name, data in members.items() if name.endswith(".json"))
    assert (first["score"], second["score"], second["tags"], second["license"]) == (None, 0.5, ["x"], "CC0")
    assert second["caption"] == "one\ntwo 猫"
    assert "path" not in first
    assert list(members.values())[3] == (tmp_path / "in" / "b.c.jpg").read_bytes()
    assert list(members.values())[5].decode() == "one\ntwo 猫"


def test_headers_tell_neither_who_nor_when(tmp_path: Path) -> None:
    exported(webdataset, images_of(photos(tmp_path / "in")), tmp_path / "out")
    with tarfile.open(tmp_path / "out" / "train" / "00000.tar") as archive:
        told = {(h.mode, h.mtime, h.uid, h.gid, h.uname, h.gname, h.type) for h in archive}
    assert told == {(0o444, 0, 0, 0, "", "", tarfile.REGTYPE)}
    assert (tmp_path / "out" / "train" / "00000.tar").read_bytes()[257:265] == b"ustar\x0000"


def test_a_shard_is_full_at_so_many_pictures(tmp_path: Path) -> None:
    images = images_of(photos(tmp_path / "in", 5), split=["train", "val", None, "train", "train"])
    exported(webdataset, images, tmp_path / "out", max_pictures=2, splits="prefixes")
    shards = sorted((tmp_path / "out").glob("*.tar"))
    assert [path.name for path in shards] == ["train-00000.tar", "train-00001.tar", "validation-00000.tar"]
    assert [len(members_in(path)) // 3 for path in shards] == [2, 2, 1]


@given(st.lists(st.integers(1, 90), max_size=12), st.integers(1, 4), st.integers(10_250, 10_400))
def test_no_shard_of_several_samples_is_too_large(sizes: list[int], most: int, most_bytes: int) -> None:
    samples = [([member(f"{n}", b"")], size) for n, size in enumerate(sizes)]
    shards = list(shards_of(iter(samples), most, most_bytes))
    assert [entry.name for shard in shards for entry in shard] == [f"{n}" for n in range(len(sizes))]
    for shard in shards:
        assert 1 <= len(shard) <= most
        assert len(shard) == 1 or 10_240 + sum(sizes[int(entry.name)] for entry in shard) <= most_bytes


def test_a_shard_takes_no_more_bytes_than_given(tmp_path: Path) -> None:
    rows = put(tmp_path / "in", {f"{n}.bmp": coded(n, "BMP", size=(500, 500)) for n in range(3)})
    for row in rows:
        row["caption"] = "x" * 600_000
    exported(webdataset, images_of(rows), tmp_path / "out", max_megabytes=1)
    shards = sorted((tmp_path / "out" / "train").glob("*.tar"))
    assert len(shards) == 3  # one picture is more than that by itself: its caption is there twice
    exported(webdataset, images_of(rows), tmp_path / "two", max_megabytes=3)
    sizes = [path.stat().st_size for path in sorted((tmp_path / "two" / "train").glob("*.tar"))]
    assert len(sizes) == 2
    assert max(sizes) <= 3_000_000


def test_a_changed_column_changes_the_shards_and_nothing_else_does(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in")
    exported(webdataset, images_of(rows, score=[1, 2, 3, 4]), tmp_path / "out")
    before = tree(tmp_path / "out")
    again = exported(webdataset, images_of(rows[::-1], score=[4, 3, 2, 1]), tmp_path / "out")
    assert "nothing to change" in again.summary
    exported(webdataset, images_of(rows, score=[1, 2, 3, 5]), tmp_path / "out")
    changed = {name for name, digest in tree(tmp_path / "out").items() if before.get(name) != digest}
    assert changed == {"train/00000.tar", "manifest.json"}


def test_an_edited_shard_is_replaced_only_when_asked_to(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in")
    exported(webdataset, images_of(rows), tmp_path / "out")
    before = tree(tmp_path / "out")
    shard = tmp_path / "out" / "train" / "00000.tar"
    shard.write_bytes(shard.read_bytes() + b"mine")
    with pytest.raises(ProblemError) as caught:
        exported(webdataset, images_of(rows[:2]), tmp_path / "out")
    assert caught.value.problems[0].code == "edited-files"
    exported(webdataset, images_of(rows), tmp_path / "out", replace_edited=True)
    assert tree(tmp_path / "out") == before


def test_pictures_lie_in_the_shards_alone(tmp_path: Path) -> None:
    images = images_of(photos(tmp_path / "in"), split=["train", "val", "test", "train"])
    exported(webdataset, images, tmp_path / "out", splits="prefixes")
    names = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*"))
    assert names == [
        "README.md", "licenses.csv", "manifest.json", "test-00000.tar", "train-00000.tar", "validation-00000.tar"
    ]  # fmt: skip


@pytest.mark.parametrize("has_column", [True, False])
def test_pictures_without_captions_can_be_written(tmp_path: Path, has_column: bool) -> None:
    rows: list[dict[str, Any]] = [{**row, "caption": None} for row in photos(tmp_path / "in", 2)]
    rows = rows if has_column else [{k: v for k, v in row.items() if k != "caption"} for row in rows]
    exported(webdataset, images_of(rows), tmp_path / "out", on_empty_caption="write empty text")
    members = members_in(tmp_path / "out" / "train" / "00000.tar")
    assert [data for name, data in members.items() if name.endswith(".txt")] == [b"", b""] * has_column


@pytest.mark.peer
def test_the_webdataset_library_reads_it(tmp_path: Path) -> None:
    reader = pytest.importorskip("webdataset", reason="the webdataset library is not installed")
    rows = photos(tmp_path / "in", 5)
    rows[0]["rid"] = "a.b/c.d.jpg"
    exported(webdataset, images_of(rows), tmp_path / "out", max_pictures=2)
    shards = [str(path) for path in sorted((tmp_path / "out" / "train").glob("*.tar"))]
    with careless_library():
        samples = list(reader.WebDataset(shards, shardshuffle=False).decode("pil").to_tuple("jpg", "json", "txt"))
    assert sorted(text for _picture, _told, text in samples) == sorted(row["caption"] for row in rows)
    assert all(picture.size == (told["width"], told["height"]) for picture, told, _text in samples)
