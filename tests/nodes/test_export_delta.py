"""A Delta table gets a version with each change and none without; what was there before can still be read."""

from __future__ import annotations

import datetime
import hashlib
import io
import os
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from PIL import Image

from nodegraph.context import Context
from nodegraph.data.paths import path_of
from nodegraph.problems import ProblemError
from nodegraph.results import Written
from nodes import extras
from nodes.export import delta
from tests.nodes.exporting import coded, exported, images_of, photos, put, tree

deltalake = pytest.importorskip("deltalake", reason="deltalake is not installed")


def read(folder: Path, version: int | None = None) -> pl.DataFrame:
    table = deltalake.DeltaTable(str(folder), version=version)
    rows = deltalake.QueryBuilder().register("pictures", table).execute("SELECT * FROM pictures").read_all()
    return pl.DataFrame(rows).sort("rid")


def version_in(folder: Path) -> int:
    return deltalake.DeltaTable(str(folder)).version()


def refused(images: Any, folder: Path, context: Context | None = None, **params: Any) -> str:
    with pytest.raises(ProblemError) as caught:
        exported(delta, images, folder, context, **params)
    return caught.value.problems[0].code


def test_all_rows_and_columns_are_there(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in", 3)
    rows[0]["caption"] = "one\n<b>'two'</b> 猫"
    images = images_of(rows, score=[0.5, None, float("inf")], tags=[["a"], [], None], nothing=[None] * 3)
    written = exported(delta, images, tmp_path / "out")
    table = read(tmp_path / "out")
    assert table.columns == images.columns
    assert table["caption"].to_list() == [row["caption"] for row in rows]
    assert table["path"].to_list() == [row["path"] for row in rows]
    assert table["score"].to_list() == [0.5, None, float("inf")]
    assert table["tags"].to_list() == [["a"], [], None]
    assert "3 rows" in written.summary
    assert "version 0: 3 added, 0 changed, 0 removed" in written.summary


def test_types_that_a_table_has_not_become_those_it_has(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in", 1)
    images = images_of(
        rows,
        small=pl.Series([7], dtype=pl.UInt16),
        kind=pl.Series(["x"], dtype=pl.Categorical),
        day=[datetime.date(2020, 1, 2)],
        at=pl.Series([datetime.datetime(2020, 1, 2, 3, tzinfo=datetime.UTC)], dtype=pl.Datetime("ns", "UTC")),
        local=pl.Series([datetime.datetime(2020, 1, 2, 3)], dtype=pl.Datetime("ms")),
        long=[datetime.timedelta(seconds=3)],
        clock=[datetime.time(1, 2, 3)],
        pair=[{"a": 1, "b": None}],
        Capital=[1],
    )
    exported(delta, images, tmp_path / "out")
    (row,) = read(tmp_path / "out").to_dicts()
    assert (row["small"], row["kind"], row["day"]) == (7, "x", datetime.date(2020, 1, 2))
    assert row["at"] == datetime.datetime(2020, 1, 2, 3, tzinfo=datetime.UTC)
    assert row["local"] == datetime.datetime(2020, 1, 2, 3)
    assert "nothing to change" in exported(delta, images, tmp_path / "out").summary


def test_the_same_rows_make_no_new_version(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in")
    exported(delta, images_of(rows), tmp_path / "out")
    before = tree(tmp_path / "out")
    assert "nothing to change" in exported(delta, images_of(rows[::-1]), tmp_path / "out").summary
    assert tree(tmp_path / "out") == before


def test_every_earlier_version_can_be_read(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in")
    notices: list[str] = []
    exported(delta, images_of(rows), tmp_path / "out")
    changed = [{**rows[0], "caption": "better"}, *rows[1:3]]
    exported(delta, images_of(changed, score=[1, 2, 3]), tmp_path / "out", Context(node="o", notice=notices.append))
    assert "0 added, 1 changed, 1 removed, new columns score" in notices[0]
    assert version_in(tmp_path / "out") == 1
    assert read(tmp_path / "out")["score"].to_list() == [1, 2, 3]
    first = read(tmp_path / "out", 0)
    assert "score" not in first.columns
    assert first["caption"].to_list() == [row["caption"] for row in rows]
    exported(delta, images_of(rows), tmp_path / "out")  # and back
    assert read(tmp_path / "out").equals(first)
    assert version_in(tmp_path / "out") == 2


def test_appending_adds_new_rows_alone_and_lets_columns_grow(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in")
    exported(delta, images_of(rows[:2]), tmp_path / "out", rows="append")
    written = exported(delta, images_of(rows[1:], score=[1, 2, 3]), tmp_path / "out", rows="append")
    assert "4 rows" in written.summary
    assert "2 added, 0 changed, 0 removed" in written.summary
    assert read(tmp_path / "out")["score"].to_list() == [None, None, 2, 3]
    assert "nothing to change" in exported(delta, images_of(rows), tmp_path / "out", rows="append").summary
    assert refused(images_of(photos(tmp_path / "in", 5), score=["a"] * 5), tmp_path / "out", rows="append") == (
        "column-type"
    )
    assert version_in(tmp_path / "out") == 1


def test_other_columns_can_be_refused(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in")
    exported(delta, images_of(rows, score=[1, 2, 3, 4]), tmp_path / "out")
    assert refused(images_of(rows), tmp_path / "out", new_columns="refuse") == "other-columns"
    assert refused(images_of(rows, score=["a"] * 4), tmp_path / "out", new_columns="refuse") == "other-columns"
    exported(delta, images_of(rows, score=[1, 2, 3, 5]), tmp_path / "out", new_columns="refuse")
    assert version_in(tmp_path / "out") == 1


def test_pictures_can_be_in_the_table(tmp_path: Path) -> None:
    rows = put(tmp_path / "in", {"a.jpg": coded(1), "b.bmp": coded(2, "BMP"), "cut.jpg": b"no picture"})
    written = exported(delta, images_of(rows), tmp_path / "out", pictures=True)
    assert written.failed.keys() == {"cut.jpg"}
    table = read(tmp_path / "out")
    assert table["rid"].to_list() == ["a.jpg", "b.bmp"]
    for row in table.iter_rows(named=True):
        assert hashlib.sha256(row["image"]).hexdigest() == row["image_sha256"]
        with Image.open(io.BytesIO(row["image"])) as picture:
            assert (picture.size, picture.format) == ((40, 30), "JPEG" if row["rid"] == "a.jpg" else "PNG")
    again = exported(delta, images_of(rows), tmp_path / "out", pictures=True)
    assert "nothing to change" in again.summary
    assert version_in(tmp_path / "out") == 0


def test_pictures_that_take_too_much_are_refused(tmp_path: Path) -> None:
    noise = Image.effect_noise((1200, 1200), 100)
    file = io.BytesIO()
    noise.save(file, "PNG")
    rows = put(tmp_path / "in", {"noise.png": file.getvalue()})
    assert refused(images_of(rows), tmp_path / "out", pictures=True, max_megabytes=1) == "too-many-bytes"
    assert not (tmp_path / "out").exists()


def test_paths_can_be_relative_to_the_table(tmp_path: Path) -> None:
    rows = put(tmp_path / "in", {"a b/猫.jpg": coded(1)})
    exported(delta, images_of(rows), tmp_path / "tables" / "out", paths="relative")
    (path,) = read(tmp_path / "tables" / "out")["path"]
    assert path == "../../in/a b/猫.jpg"
    assert (tmp_path / "tables" / "out" / path_of(path)).is_file()


def test_what_is_no_table_of_ours_is_left_alone(tmp_path: Path) -> None:
    images = images_of(photos(tmp_path / "in"))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    assert refused(images, tmp_path / "mine") == "folder-not-ours"
    deltalake.write_deltalake(str(tmp_path / "theirs"), pl.DataFrame({"rid": ["x"]}))
    assert refused(images, tmp_path / "theirs") == "folder-not-ours"
    assert version_in(tmp_path / "theirs") == 0
    assert refused(images, tmp_path / "in") == "target-in-source"
    assert refused(images, tmp_path / "in" / "t", Context(node="o", sources=[tmp_path / "in"])) == "target-in-source"


def test_what_another_program_wrote_is_replaced_only_when_asked_to(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in")
    exported(delta, images_of(rows), tmp_path / "out")
    table = deltalake.DeltaTable(str(tmp_path / "out"))
    table.delete("rid = 'photo 0.jpg'")
    assert refused(images_of(rows), tmp_path / "out") == "edited-files"
    exported(delta, images_of(rows), tmp_path / "out", replace_edited=True)
    assert read(tmp_path / "out").height == 4
    assert read(tmp_path / "out", 1).height == 3


def test_cleaning_a_table_up_is_no_change(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in")
    exported(delta, images_of(rows[:2]), tmp_path / "out", rows="append")
    exported(delta, images_of(rows), tmp_path / "out", rows="append")
    deltalake.DeltaTable(str(tmp_path / "out")).optimize.compact()
    assert "nothing to change" in exported(delta, images_of(rows), tmp_path / "out", rows="append").summary
    exported(delta, images_of(rows[:3]), tmp_path / "out")
    assert read(tmp_path / "out").height == 3


def test_files_of_a_killed_run_are_no_part_of_the_table(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in")
    exported(delta, images_of(rows), tmp_path / "out")
    (left,) = (tmp_path / "out").glob("*.parquet")
    (tmp_path / "out" / "part-00000-dead-c000.snappy.parquet").write_bytes(left.read_bytes())
    assert "4 rows" in exported(delta, images_of(rows), tmp_path / "out").summary
    exported(delta, images_of(rows[:3]), tmp_path / "out")
    assert read(tmp_path / "out").height == 3


def test_a_refusal_of_the_library_leaves_no_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_more: object) -> None:
        raise Exception("no such thing")

    monkeypatch.setattr(deltalake, "write_deltalake", refuse)
    assert refused(images_of(photos(tmp_path / "in")), tmp_path / "out") == "cannot-write"
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


@pytest.mark.parametrize("name", ["a b", "{ü} 猫", "x=1 & y", "'$`"])
def test_a_folder_can_have_any_name_that_is_text(tmp_path: Path, name: str) -> None:
    images = images_of(photos(tmp_path / "in"))
    exported(delta, images, tmp_path / name)
    assert "nothing to change" in exported(delta, images, tmp_path / name).summary
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["in", name])


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux alone")
@pytest.mark.parametrize("name", [os.fsdecode(b"out\xff"), "50%20off", "a#?b", "[x]", "two\nlines", "back\\slash"])
def test_a_folder_whose_name_the_library_does_not_take_is_a_problem(tmp_path: Path, name: str) -> None:
    assert refused(images_of(photos(tmp_path / "in")), tmp_path / name) == "folder-name"
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_polars_reads_it_with_the_versions(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in")
    exported(delta, images_of(rows[:3]), tmp_path / "out")
    exported(delta, images_of(rows), tmp_path / "out")
    assert [pl.read_delta(str(tmp_path / "out"), version=version).height for version in (0, 1)] == [3, 4]


def test_an_empty_set_and_a_cancelled_run_make_no_version(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in")
    results: list[Written] = [exported(delta, images_of([]), tmp_path / "out")]
    results.append(exported(delta, images_of(rows), tmp_path / "out", Context(node="o", cancelled=lambda: True)))
    assert not (tmp_path / "out").exists()
    assert not any(written.paths for written in results)


def test_a_library_that_is_missing_is_told_while_wiring(monkeypatch: pytest.MonkeyPatch) -> None:
    params = {name: p.default for name, p in delta.parameters.items() if not p.required}
    assert not delta.check(params)
    monkeypatch.setattr(extras, "find_spec", lambda _name: None)
    (problem,) = delta.check(params)
    assert "nodegraph[delta]" in problem.fix
