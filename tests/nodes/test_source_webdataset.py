"""The WebDataset source: samples, what is unpacked, and what a hostile or torn archive can do (nothing)."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from nodegraph import Context, Found, ProblemError
from nodes.export.webdataset import webdataset as export
from nodes.sources import webdataset
from nodes.sources.tar_samples import Shard, TornError, parted
from tests.nodes.exporting import coded, exported, images_of, photos, tree

CONTEXT = Context(node="in")


def tar(path: Path, files: Mapping[str, bytes], *more: tarfile.TarInfo) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for info in more:
            archive.addfile(info)
    return path


def found(top: Path, **params: Any) -> Found:
    params = {"shards": str(top / "in"), "folder": str(top / "out"), "context": CONTEXT, **params}
    return webdataset.function(**params)


def values(result: Found, *columns: str) -> list[Any]:
    rows = result.table.select(columns).rows()
    return [row[0] for row in rows] if len(columns) == 1 else rows


def skips(result: Found) -> dict[str, str]:
    return {skip.rid: skip.rule for skip in result.skipped}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a/b.left.JPG", ("a/b", "left.jpg")),
        ("a.b/c.jpg", ("a.b/c", "jpg")),
        ("000.txt", ("000", "txt")),
        (".hidden", ("", "hidden")),
        ("none", ("none", "")),
    ],
)
def test_the_key_ends_at_the_first_dot_of_the_file_name(name: str, expected: tuple[str, str]) -> None:
    assert parted(name) == expected


def test_a_sample_is_a_picture_with_its_texts(tmp_path: Path) -> None:
    said = {"caption": "from json", "url": "https://x/y.jpg", "license": "CC0", "score": 0.5, "lang": "de"}
    files = {
        "0001.jpg": coded(0), "0001.txt": "von Hand é".encode(), "0001.json": json.dumps(said).encode(),
        "0002.json": json.dumps(said).encode(), "0002.png": coded(1, "PNG"),
    }  # fmt: skip
    tar(tmp_path / "in/train-0.tar", files)
    result = found(tmp_path, text_columns=["lang"], number_columns=["score"])
    columns = ("rid", "caption", "url", "license", "score", "lang", "split", "wds_key")
    rest = ("https://x/y.jpg", "CC0", 0.5, "de", "train")
    assert values(result, *columns) == [
        ("train-0.tar/0001.jpg", "von Hand é", *rest, "0001"),
        ("train-0.tar/0002.png", "from json", *rest, "0002"),
    ]
    assert [Path(path).read_bytes() for path in values(result, "path")] == [coded(0), coded(1, "PNG")]


def test_columns_are_those_that_are_promised(tmp_path: Path) -> None:
    tar(tmp_path / "in/a.tar", {"1.jpg": coded()})
    assert found(tmp_path).table.columns == ["rid", "path", "recipe", *webdataset.gives({})]


def test_only_the_tar_files_that_are_asked_for_are_read(tmp_path: Path) -> None:
    for name in ("train-2.tar", "train-10.tar", "test-1.tar", "sub/train-3.tar"):
        tar(tmp_path / "in" / name, {"1.jpg": coded()})
    result = found(tmp_path, pattern="train-*.tar")
    assert values(result, "shard") == ["sub/train-3.tar", "train-2.tar", "train-10.tar"]


def test_no_name_in_an_archive_leads_out_of_the_folder(tmp_path: Path) -> None:
    names = [
        "../../up.jpg",
        "/tmp/absolute.jpg",
        "a/../../b.jpg",
        'fine/<b>"x"\n.jpg',
        "\udcff.jpg",
        "x" * 300 + ".jpg",
    ]
    tar(tmp_path / "in/a.tar", {name: coded(number) for number, name in enumerate(names)})
    result = found(tmp_path)
    assert set(skips(result).values()) == {"bad-name"}
    assert values(result, "rid") == ['a.tar/fine/<b>"x"\n.jpg', "a.tar/\\xff.jpg", f"a.tar/{'x' * 300}.jpg"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]
    assert all(Path(path).resolve().is_relative_to(tmp_path / "out") for path in values(result, "path"))


def test_links_and_devices_are_skipped(tmp_path: Path) -> None:
    members: list[tarfile.TarInfo] = []
    for number, kind in enumerate((tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE)):
        info = tarfile.TarInfo(f"{number}.jpg")
        info.type, info.linkname = kind, "/etc/passwd"
        members.append(info)
    tar(tmp_path / "in/a.tar", {"ok.jpg": coded()}, *members)
    result = found(tmp_path)
    assert values(result, "rid") == ["a.tar/ok.jpg"]
    assert list(skips(result).values()) == ["not-a-file"] * 4


def test_samples_that_are_no_pictures_are_skipped_with_a_reason(tmp_path: Path) -> None:
    files = {"1.txt": b"alone", "2.jpg": b"<html>", "3.jpg": coded() + b"\0" * 1_100_000, "4.jpg": coded(1)}
    tar(tmp_path / "in/a.tar", files)
    result = found(tmp_path, max_mb=1)
    assert skips(result) == {"a.tar/1": "no-picture", "a.tar/2.jpg": "not-a-picture", "a.tar/3.jpg": "too-large"}
    assert result.table.height == 1


@pytest.mark.parametrize("text", [b"{torn", b"[1]", b"\0\0\0"])
def test_texts_that_cannot_be_read_are_told(tmp_path: Path, text: bytes) -> None:
    tar(tmp_path / "in/a.tar", {"1.jpg": coded(), "1.json": text})
    result = found(tmp_path)
    assert values(result, "caption") == [None]
    assert "a.tar/1.jpg (json)" in result.notices[0]


def test_a_torn_archive_gives_what_is_whole(tmp_path: Path) -> None:
    path = tar(tmp_path / "in/a.tar", {f"{n}.jpg": coded(n, size=(300, 300)) for n in range(6)})
    data = path.read_bytes()
    lengths = set()
    for cut in range(0, len(data), len(data) // 23):
        path.write_bytes(data[:cut])
        result = found(tmp_path)
        lengths.add(result.table.height)
        assert {Path(p).read_bytes() for p in values(result, "path")} <= {coded(n, size=(300, 300)) for n in range(6)}
    assert {0, 1, 3, 5} <= lengths


@pytest.mark.parametrize("data", [b"", b"no tar", b"\xff" * 5000])
def test_what_is_no_archive_is_skipped(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.tar").write_bytes(data)
    result = found(tmp_path)
    assert result.table.height == 0
    assert skips(result) == {"a.tar": "torn"}


def test_a_header_that_asks_for_gigabytes_is_refused_before_they_are_read() -> None:
    asked: list[int] = []

    class Recorded(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            asked.append(-1 if size is None else size)
            return super().read(size)

    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 5_000_000_000
    with pytest.raises(TornError):
        list(Shard(Recorded(info.tobuf(tarfile.GNU_FORMAT) + b"1 a=b\n" * 500)).samples())
    assert asked
    assert min(asked) >= 0
    assert max(asked) <= 16 << 20


def test_what_was_unpacked_is_not_unpacked_again_until_the_archive_changes(tmp_path: Path) -> None:
    tar(tmp_path / "in/a.tar", {"1.jpg": coded(0), "2.jpg": coded(1)})
    paths = [Path(path) for path in values(found(tmp_path), "path")]
    before = [path.stat().st_mtime_ns for path in paths]
    paths[0].write_bytes(paths[0].read_bytes()[:20])
    found(tmp_path)
    assert paths[0].read_bytes() == coded(0)
    assert paths[1].stat().st_mtime_ns == before[1]
    tar(tmp_path / "in/a.tar", {"1.jpg": coded(3), "2.jpg": coded(1), "3.jpg": coded(2)})
    assert [Path(path).read_bytes() for path in values(found(tmp_path), "path")] == [coded(3), coded(1), coded(2)]


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path) -> None:
    tar(tmp_path / "in/a.tar", {f"{n}.jpg": coded(n) for n in range(5)})
    answers = iter([False, False, True])
    stopping = Context(node="in", cancelled=lambda: next(answers))
    assert found(tmp_path, context=stopping).table.height == 2
    before = tree(tmp_path / "out")
    assert found(tmp_path).table.height == 5
    after = tree(tmp_path / "out")
    assert {name for name in before if name.endswith(".jpg")} <= set(after)


def test_a_folder_without_tar_files_says_so(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    assert any("*.tar" in notice for notice in found(tmp_path).notices)
    with pytest.raises(ProblemError):
        found(tmp_path, shards=str(tmp_path / "nowhere"))


def test_what_the_webdataset_library_writes_is_read(tmp_path: Path) -> None:
    webdataset_library = pytest.importorskip("webdataset", reason="the webdataset library is not installed")
    (tmp_path / "in").mkdir()
    with webdataset_library.TarWriter(str(tmp_path / "in/shard-000000.tar")) as writer:
        for number in range(3):
            said = {"caption": "not this", "license": "CC0"}
            sample = {"__key__": f"{number:09d}", "jpg": coded(number), "txt": f"picture {number}", "json": said}
            writer.write(sample)
    result = found(tmp_path)
    assert values(result, "wds_key", "caption", "license") == [
        (f"{number:09d}", f"picture {number}", "CC0") for number in range(3)
    ]
    assert [Path(path).read_bytes() for path in values(result, "path")] == [coded(number) for number in range(3)]


def test_a_rehearsal_unpacks_nothing_and_lists_what_is_there(tmp_path: Path) -> None:
    rehearsal = Context(node="in", rehearsal=True)
    tar(tmp_path / "in/a.tar", {"1.jpg": coded(0), "2.jpg": coded(1)})
    assert set(skips(found(tmp_path, context=rehearsal)).values()) == {"not-here-yet"}
    assert not (tmp_path / "out").exists()
    whole = found(tmp_path)
    assert found(tmp_path, context=rehearsal).table.equals(whole.table)


def test_what_our_export_writes_is_read_back(tmp_path: Path) -> None:
    split = ["train", "validation", "odd", "train"]
    images = images_of(photos(tmp_path / "pictures"), split=split, license=["CC0"] * 4, sharpness=[0.5, 1.0, 2.0, None])
    exported(export, images, tmp_path / "in")
    result = found(tmp_path, number_columns=["sharpness"])
    assert sorted(values(result, "caption", "split", "license", "sharpness"), key=str) == [
        ("a picture, 0", "train", "CC0", 0.5),
        ("a picture, 1", "validation", "CC0", 1.0),
        ("a picture, 2", "odd", "CC0", 2.0),
        ("a picture, 3", "train", "CC0", None),
    ]
    assert result.skipped == []


def test_two_sets_with_archives_of_one_name_can_be_unpacked_to_one_folder(tmp_path: Path) -> None:
    tar(tmp_path / "one/0.tar", {"1.jpg": coded(0)})
    tar(tmp_path / "two/0.tar", {"1.jpg": coded(1)})
    results = [found(tmp_path, shards=str(tmp_path / name)) for name in ("one", "two", "one")]
    assert [Path(values(result, "path")[0]).read_bytes() for result in results] == [coded(0), coded(1), coded(0)]
    assert values(results[0], "path") == values(results[2], "path") != values(results[1], "path")
