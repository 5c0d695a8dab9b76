"""The image folder source: metadata, splits, labels, and pictures unpacked from Parquet files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from nodegraph import Context, Found, ProblemError
from nodes.export import imagefolder as export
from nodes.sources import imagefolder
from nodes.sources.splits import split_of
from tests.nodes.exporting import coded, exported, images_of, photos, tree

CONTEXT = Context(node="in")


def put(root: Path, files: Mapping[str, bytes | str]) -> Path:
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    return root


def lines(*rows: Mapping[str, Any]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def found(root: Path, context: Context = CONTEXT, **params: Any) -> Found:
    return imagefolder.function(folder=str(root), context=context, **params)


def values(result: Found, *columns: str) -> list[Any]:
    rows = result.table.select(columns).rows()
    return [row[0] for row in rows] if len(columns) == 1 else rows


def skips(result: Found) -> dict[str, str]:
    return {skip.rid: skip.rule for skip in result.skipped}


def parquet(path: Path, pictures: Sequence[bytes | None], **columns: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = pl.Struct({"bytes": pl.Binary, "path": pl.String})
    image = [{"bytes": data, "path": f"p/{number}.jpg"} for number, data in enumerate(pictures)]
    pl.DataFrame({"image": pl.Series(image, dtype=kind), **columns}).write_parquet(path)


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_metadata_gives_caption_and_further_columns(tmp_path: Path, kind: str) -> None:
    put(tmp_path, {"a.jpg": coded(), "sub/b.jpg": coded(1)})
    table = pl.DataFrame(
        {"file_name": ["a.jpg", "sub/b.jpg"], "text": ["one", ""], "my score": [0.5, None], "note": ["007", "é"]}
    )
    write = {"csv": table.write_csv, "jsonl": table.write_ndjson, "parquet": table.write_parquet}[kind]
    write(tmp_path / f"metadata.{kind}")
    result = found(tmp_path, text_columns=["note"], number_columns=["my score"])
    assert values(result, "rid", "caption", "my_score", "note") == [
        ("a.jpg", "one", 0.5, "007"),
        ("sub/b.jpg", None, None, "é"),
    ]


def test_columns_are_those_that_are_promised(tmp_path: Path) -> None:
    put(tmp_path, {"a.jpg": coded()})
    params: dict[str, Any] = {"text_columns": ["note"], "number_columns": ["my score"]}
    assert found(tmp_path, **params).table.columns == ["rid", "path", "recipe", *imagefolder.gives(params)]


def test_without_metadata_folders_are_labels_and_splits(tmp_path: Path) -> None:
    put(tmp_path, {"train/cat/a.jpg": coded(), "test/dog/b.jpg": coded(1), "Val/c.jpg": coded(2), "d.jpg": coded(3)})
    assert set(values(found(tmp_path), "rid", "split", "label")) == {
        ("train/cat/a.jpg", "train", "cat"),
        ("test/dog/b.jpg", "test", "dog"),
        ("Val/c.jpg", "validation", None),
        ("d.jpg", None, None),
    }


def test_each_split_can_have_metadata_of_its_own_whatever_its_name(tmp_path: Path) -> None:
    for split in ("train", "held_out"):
        metadata = lines({"file_name": "a.jpg", "text": split, "label": 3})
        put(tmp_path, {f"{split}/a.jpg": coded(), f"{split}/metadata.jsonl": metadata})
    assert values(found(tmp_path), "split", "caption", "label") == [
        ("held_out", "held_out", "3"),
        ("train", "train", "3"),
    ]


def test_pictures_and_rows_without_each_other_are_skipped(tmp_path: Path) -> None:
    metadata = lines({"file_name": "a.jpg", "text": "x"}, {"file_name": "gone.jpg"})
    put(tmp_path, {"a.jpg": coded(), "b.jpg": coded(1), "metadata.jsonl": metadata})
    result = found(tmp_path)
    assert values(result, "rid") == ["a.jpg"]
    assert skips(result) == {"b.jpg": "not-in-metadata", "gone.jpg": "missing"}


@pytest.mark.parametrize("name", ["../a.jpg", "/etc/a.jpg", "x/../../a.jpg", "https://x/a.jpg", "a\0.jpg", "", None, 3])
def test_a_file_name_that_leads_out_is_refused(tmp_path: Path, name: Any) -> None:
    put(tmp_path / "set", {"b.jpg": coded(), "metadata.jsonl": lines({"file_name": "b.jpg"}, {"file_name": name})})
    put(tmp_path, {"a.jpg": coded(1)})
    result = found(tmp_path / "set")
    assert values(result, "rid") == ["b.jpg"]
    assert skips(result) == {"metadata.jsonl row 2": "bad-file-name"}


def test_torn_lines_lose_only_themselves(tmp_path: Path) -> None:
    metadata = lines({"file_name": "a.jpg", "text": "half \ud83d"}) + '{"file_name": "b.jpg", "te\n[1]\n' + "[" * 9999
    put(tmp_path, {"a.jpg": coded(), "metadata.jsonl": metadata})
    result = found(tmp_path)
    assert values(result, "caption") == ["half ?"]
    assert len(result.skipped) == 3


@pytest.mark.parametrize("name", ["metadata.parquet", "metadata.csv", "train-0.parquet"])
@pytest.mark.parametrize("data", [b"PAR1 torn", b"", b"\0" * 100])
def test_a_damaged_table_is_told_and_nothing_is_lost_silently(tmp_path: Path, name: str, data: bytes) -> None:
    put(tmp_path, {"a.jpg": coded(), name: data})
    result = found(tmp_path)
    assert result.table.height + len(result.skipped) == 1


@pytest.mark.parametrize("names", [["caption"], ["note", "note"], ["a b", "a_b"], [""], ["path"]])
def test_columns_that_are_there_already_are_a_problem(names: list[str]) -> None:
    (*_, only) = imagefolder.check({"text_columns": names, "number_columns": []})
    assert (only.code, only.param) == ("column-taken", "text_columns")


def test_parquet_files_are_unpacked_with_their_cells(tmp_path: Path) -> None:
    parquet(tmp_path / "in/data/train-00000-of-1.parquet", [coded(0), coded(1)], text=["one", None], size=[1, 2])
    parquet(tmp_path / "in/data/test-00000-of-1.parquet", [coded(2, "PNG")], text=["three"], size=[3])
    result = found(tmp_path / "in", unpack_to=str(tmp_path / "out"), number_columns=["size"])
    assert values(result, "rid", "split", "caption", "size") == [
        ("data/test-00000-of-1.parquet/000000-0.jpg", "test", "three", 3.0),
        ("data/train-00000-of-1.parquet/000000-0.jpg", "train", "one", 1.0),
        ("data/train-00000-of-1.parquet/000001-1.jpg", "train", None, 2.0),
    ]
    paths = [Path(path) for path in values(result, "path")]
    assert [path.read_bytes() for path in paths] == [coded(2, "PNG"), coded(0), coded(1)]
    assert [path.suffix for path in paths] == [".png", ".jpg", ".jpg"]


def test_what_was_unpacked_is_not_unpacked_again(tmp_path: Path) -> None:
    parquet(tmp_path / "in/a.parquet", [coded(n) for n in range(3)])
    first = found(tmp_path / "in", unpack_to=str(tmp_path / "out"))
    paths = [Path(path) for path in values(first, "path")]
    before = [path.stat().st_mtime_ns for path in paths]
    paths[1].unlink()
    second = found(tmp_path / "in", unpack_to=str(tmp_path / "out"))
    after = [path.stat().st_mtime_ns for path in paths]
    assert second.table.equals(first.table)
    assert (after[0], after[2]) == (before[0], before[2])


def test_rows_that_hold_no_picture_are_skipped(tmp_path: Path) -> None:
    parquet(tmp_path / "in/a.parquet", [coded(0), None, b"<html>", b"", coded(1) + b"\0" * 2_000_000])
    result = found(tmp_path / "in", unpack_to=str(tmp_path / "out"), max_mb=1)
    assert [skip.rule for skip in result.skipped] == ["no-bytes", "not-a-picture", "no-bytes", "too-large"]
    assert result.table.height == 1


def test_a_bare_column_of_bytes_will_do(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    pl.DataFrame({"picture": [coded(0)]}).write_parquet(tmp_path / "in/a.parquet")
    assert values(found(tmp_path / "in", unpack_to=str(tmp_path / "out")), "rid") == ["a.parquet/000000"]


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path) -> None:
    parquet(tmp_path / "in/a.parquet", [coded(n) for n in range(70)])
    answers = iter([False] * 32 + [True])
    stopping = replace(CONTEXT, cancelled=lambda: next(answers))
    assert found(tmp_path / "in", stopping, unpack_to=str(tmp_path / "out")).table.height == 32
    before = tree(tmp_path / "out")
    assert found(tmp_path / "in", unpack_to=str(tmp_path / "out")).table.height == 70
    assert {name: tree(tmp_path / "out")[name] for name in before if name.endswith(".jpg")} == {
        name: digest for name, digest in before.items() if name.endswith(".jpg")
    }


@pytest.mark.parametrize(("folder", "code"), [("", "nowhere-to-unpack"), ("in/out", "folder-inside")])
def test_pictures_in_parquet_need_a_folder_elsewhere(tmp_path: Path, folder: str, code: str) -> None:
    parquet(tmp_path / "in/a.parquet", [coded(0)])
    with pytest.raises(ProblemError) as caught:
        found(tmp_path / "in", unpack_to=folder and str(tmp_path / folder))
    assert (caught.value.problems[0].code, caught.value.problems[0].param) == (code, "unpack_to")


def test_what_our_export_writes_is_read_back(tmp_path: Path) -> None:
    split = ["train", "val", "odd name", "train"]
    images = images_of(photos(tmp_path / "in"), split=split, license=["CC0"] * 4, author=["Ada", "Bo", None, None])
    exported(export, images, tmp_path / "out")
    result = found(tmp_path / "out")
    assert sorted(values(result, "caption", "split", "license", "author")) == [
        ("a picture, 0", "train", "CC0", "Ada"),
        ("a picture, 1", "validation", "CC0", "Bo"),
        ("a picture, 2", "odd_name", "CC0", None),
        ("a picture, 3", "train", "CC0", None),
    ]
    assert result.skipped == []


@pytest.mark.peer
def test_parquet_of_the_datasets_library_is_read_with_the_names_of_its_labels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    datasets = pytest.importorskip("datasets", reason="the datasets library is not installed")
    features = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=["cat", "dog"])})
    pictures = [{"bytes": coded(n), "path": f"{n}.jpg"} for n in range(3)]
    made = datasets.Dataset.from_dict({"image": pictures, "label": [1, 0, 1]}, features=features)
    (tmp_path / "in").mkdir()
    made.to_parquet(str(tmp_path / "in/train-0.parquet"))
    result = found(tmp_path / "in", unpack_to=str(tmp_path / "out"))
    assert values(result, "label", "split") == [("dog", "train"), ("cat", "train"), ("dog", "train")]
    assert [Path(path).read_bytes() for path in values(result, "path")] == [coded(n) for n in range(3)]


@pytest.mark.parametrize(
    ("rid", "split"),
    [
        ("a/train/b.jpg", "train"),
        ("data/validation-00000-of-1.parquet", "validation"),
        ("dev/x.jpg", "validation"),
        ("training day.jpg", None),
        ("trained/x.jpg", None),
        ("evaluation.tar", "test"),
    ],
)
def test_splits_are_known_by_their_names(rid: str, split: str | None) -> None:
    assert split_of(rid) == split


def test_a_rehearsal_unpacks_nothing_and_lists_what_is_there(tmp_path: Path) -> None:
    rehearsal = replace(CONTEXT, rehearsal=True)
    parquet(tmp_path / "in/a.parquet", [coded(n) for n in range(3)])
    result = found(tmp_path / "in", rehearsal, unpack_to=str(tmp_path / "out"))
    assert {skip.rule for skip in result.skipped} == {"not-here-yet"}
    assert not (tmp_path / "out").exists()
    whole = found(tmp_path / "in", unpack_to=str(tmp_path / "out"))
    assert found(tmp_path / "in", rehearsal, unpack_to=str(tmp_path / "out")).table.equals(whole.table)


def test_two_sets_with_files_of_one_name_can_be_unpacked_to_one_folder(tmp_path: Path) -> None:
    for number, name in enumerate(("one", "two")):
        parquet(tmp_path / name / "train.parquet", [coded(number)])
    results = [found(tmp_path / name, unpack_to=str(tmp_path / "out")) for name in ("one", "two", "one")]
    assert [Path(values(result, "path")[0]).read_bytes() for result in results] == [coded(0), coded(1), coded(0)]
