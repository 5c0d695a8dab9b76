"""Every export: planned first, written whole or not at all, never over somebody's files, sources only read."""

from __future__ import annotations

import csv
import errno
import json
import os
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nodegraph.context import Context
from nodegraph.problems import ProblemError
from nodegraph.specs import NodeSpec
from nodes.export import NODES, delta, kohya, write
from nodes.export.stage import MARK, take_place, workshop_of
from tests.nodes.exporting import coded, exported, images_of, photos, pictures_in, put, tree

FOLDERS = [spec for spec in NODES if spec is not delta]  # a table has a log of its own in the place of a manifest
both = pytest.mark.parametrize("spec", FOLDERS, ids=lambda spec: spec.type)


def refused(spec: NodeSpec, images: Any, folder: Path, context: Context | None = None, **params: Any) -> str:
    with pytest.raises(ProblemError) as caught:
        exported(spec, images, folder, context, **params)
    return caught.value.problems[0].code


def left_behind(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".nodegraph-export")]


@both
def test_an_export_is_the_same_bytes_each_time(tmp_path: Path, spec: NodeSpec) -> None:
    images = images_of(photos(tmp_path / "in"))
    more = {"trainer_folder": "/there"} if "trainer_folder" in spec.parameters else {}
    exported(spec, images, tmp_path / "a" / "out", **more)
    exported(spec, images_of(images.table.reverse().to_dicts()), tmp_path / "b" / "out", **more)
    assert tree(tmp_path / "a" / "out") == tree(tmp_path / "b" / "out")


@both
def test_the_manifest_tells_the_truth_of_each_file(tmp_path: Path, spec: NodeSpec) -> None:
    exported(spec, images_of(photos(tmp_path / "in")), tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    found = tree(tmp_path / "out")
    loose = [] if "packs" in manifest else manifest["pictures"]
    told = {row["file"]: row["sha256"] for row in loose} | manifest["texts"]
    captions = {row["caption_file"] for row in manifest["pictures"]} - {""}
    assert told.items() <= found.items()
    assert set(found) == set(told) | captions | {"manifest.json"}


@both
def test_licences_are_listed_for_each_file(tmp_path: Path, spec: NodeSpec) -> None:
    images = images_of(photos(tmp_path / "in"), license=["CC0", None, "CC-BY-4.0", "CC0"], author=["Zoë"] * 4)
    exported(spec, images, tmp_path / "out")
    with (tmp_path / "out" / "licenses.csv").open(encoding="utf-8", newline="") as file:
        listed = {row["rid"]: (row["license"], row["author"]) for row in csv.DictReader(file)}
    assert listed == {f"photo {n}.jpg": (name, "Zoë") for n, name in enumerate(["CC0", "", "CC-BY-4.0", "CC0"])}


@both
def test_an_unchanged_set_is_not_written_again(tmp_path: Path, spec: NodeSpec) -> None:
    images = images_of(photos(tmp_path / "in"))
    exported(spec, images, tmp_path / "out")
    before = {path: path.stat() for path in (tmp_path / "out").rglob("*")}
    written = exported(spec, images, tmp_path / "out")
    assert "nothing to change" in written.summary
    assert {path: path.stat() for path in (tmp_path / "out").rglob("*")} == before


@both
def test_the_plan_is_told_before_anything_is_written(tmp_path: Path, spec: NodeSpec) -> None:
    rows = photos(tmp_path / "in", 5)
    exported(spec, images_of(rows[:4]), tmp_path / "out")
    notices: list[str] = []
    context = Context(node="out", notice=notices.append)
    rows[1]["caption"] = "changed"
    exported(spec, images_of(rows[1:]), tmp_path / "out", context)
    assert "1 to add, 1 to change, 1 to remove, 2 unchanged" in notices[0]


@both
def test_sources_are_only_read(tmp_path: Path, spec: NodeSpec) -> None:
    images = images_of(photos(tmp_path / "in"))
    before = {path: (path.stat().st_mtime_ns, path.stat().st_nlink) for path in (tmp_path / "in").iterdir()}
    bytes_before = tree(tmp_path / "in")
    exported(spec, images, tmp_path / "out")
    assert {path: (path.stat().st_mtime_ns, path.stat().st_nlink) for path in (tmp_path / "in").iterdir()} == before
    assert tree(tmp_path / "in") == bytes_before
    assert all(picture.stat().st_nlink == 1 for picture in pictures_in(tmp_path / "out"))


def test_a_picture_under_another_name_is_told_as_renamed_and_not_made_again(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in", 4)
    exported(kohya, images_of(rows), tmp_path / "out")
    before = {path.stat().st_ino for path in pictures_in(tmp_path / "out")}
    notices: list[str] = []
    renamed = [{**rows[0], "rid": "other.jpg"}, {**rows[0], "rid": "copy.jpg"}, *rows[2:]]
    written = exported(kohya, images_of(renamed), tmp_path / "out", Context(node="o", notice=notices.append))
    assert "1 to add, 0 to change, 1 to rename, 1 to remove, 2 unchanged" in notices[0]
    assert "1 added, 0 changed, 1 renamed, 1 removed" in written.summary
    pictures = pictures_in(tmp_path / "out")
    assert len({path.stat().st_ino for path in pictures} & before) == 3
    assert all(path.stat().st_nlink == 1 for path in pictures)


def test_pictures_that_are_there_already_are_not_made_again(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in")
    exported(kohya, images_of(rows), tmp_path / "out", repeats=10)
    inodes = {path.name: path.stat().st_ino for path in pictures_in(tmp_path / "out")}
    exported(kohya, images_of(rows), tmp_path / "out", repeats=20)
    assert {path.name: path.stat().st_ino for path in pictures_in(tmp_path / "out" / "20_images")} == inodes
    assert not (tmp_path / "out" / "10_images").exists()


@pytest.mark.parametrize("place", ["in", "in/deep", "."])
def test_a_target_that_touches_a_source_is_refused(tmp_path: Path, place: str) -> None:
    images = images_of(photos(tmp_path / "in"))
    before = tree(tmp_path)
    context = Context(node="out", sources=[tmp_path / "in"])
    assert refused(kohya, images, tmp_path / place, context) == "target-in-source"
    assert tree(tmp_path) == before


def test_a_target_that_is_a_source_by_another_name_is_refused(tmp_path: Path) -> None:
    images = images_of(photos(tmp_path / "in"))
    (tmp_path / "alias").symlink_to(tmp_path / "in")
    assert (
        refused(kohya, images, tmp_path / "alias", Context(node="o", sources=[tmp_path / "in"])) == "target-in-source"
    )


def test_a_target_that_holds_a_picture_of_the_set_is_refused(tmp_path: Path) -> None:
    assert refused(kohya, images_of(photos(tmp_path / "in")), tmp_path / "in") == "target-in-source"


@pytest.mark.parametrize("name", ["notes.md", "manifest.json", "deep/down.txt", ".git/config"])
def test_a_persons_folder_is_never_replaced(tmp_path: Path, name: str) -> None:
    images = images_of(photos(tmp_path / "in"))
    mine = tmp_path / "out" / name
    mine.parent.mkdir(parents=True)
    mine.write_text('{"format": "my own"}')
    assert refused(kohya, images, tmp_path / "out") == "folder-not-ours"
    assert tree(tmp_path / "out").keys() == {name}


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".DS_Store").write_text("")
    exported(kohya, images_of(photos(tmp_path / "in")), tmp_path / "out")
    assert len(pictures_in(tmp_path / "out")) == 4


def test_two_kinds_of_export_do_not_share_a_folder(tmp_path: Path) -> None:
    images = images_of(photos(tmp_path / "in"))
    exported(NODES[0], images, tmp_path / "out")
    assert refused(NODES[1], images, tmp_path / "out") == "other-export"


@pytest.mark.parametrize("name", ["10_images/mine.jpg", "notes.txt", ".git/HEAD"])
def test_a_file_that_somebody_added_is_not_lost(tmp_path: Path, name: str) -> None:
    rows = photos(tmp_path / "in")
    exported(kohya, images_of(rows), tmp_path / "out")
    (tmp_path / "out" / name).parent.mkdir(exist_ok=True)
    (tmp_path / "out" / name).write_text("mine")
    assert refused(kohya, images_of(rows[:2]), tmp_path / "out", replace_edited=True) == "foreign-files"
    assert (tmp_path / "out" / name).read_text() == "mine"


def test_caches_of_a_trainer_are_no_obstacle(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in")
    exported(kohya, images_of(rows), tmp_path / "out")
    (tmp_path / "out" / "10_images" / "photo_1024x1024_sdxl.npz").write_bytes(b"latents")
    exported(kohya, images_of(rows[:2]), tmp_path / "out")
    assert not list((tmp_path / "out").rglob("*.npz"))


def test_an_edited_caption_is_replaced_only_when_asked_to(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in")
    exported(kohya, images_of(rows), tmp_path / "out")
    caption = min((tmp_path / "out").rglob("*.txt"))
    caption.write_text("by hand")
    assert refused(kohya, images_of(rows[:3]), tmp_path / "out") == "edited-files"
    assert caption.read_text() == "by hand"
    exported(kohya, images_of(rows[:3]), tmp_path / "out", replace_edited=True)
    assert caption.read_text() == "a picture, 0"


def test_an_edit_stays_while_nothing_else_changes(tmp_path: Path) -> None:
    images = images_of(photos(tmp_path / "in"))
    exported(kohya, images, tmp_path / "out")
    (tmp_path / "out" / "dataset_config.toml").write_text("# mine")
    assert "1 files edited by hand were left" in exported(kohya, images, tmp_path / "out").summary
    assert (tmp_path / "out" / "dataset_config.toml").read_text() == "# mine"


def test_a_deleted_picture_comes_back_only_when_asked_to(tmp_path: Path) -> None:
    images = images_of(photos(tmp_path / "in"))
    exported(kohya, images, tmp_path / "out")
    pictures_in(tmp_path / "out")[0].unlink()
    assert refused(kohya, images, tmp_path / "out") == "edited-files"
    exported(kohya, images, tmp_path / "out", replace_edited=True)
    assert len(pictures_in(tmp_path / "out")) == 4


def test_a_disk_without_space_is_told_before_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write.shutil, "disk_usage", lambda _path: SimpleNamespace(free=1000))
    assert refused(kohya, images_of(photos(tmp_path / "in")), tmp_path / "out") == "disk-full"
    assert not (tmp_path / "out").exists()
    assert not left_behind(tmp_path)


def test_a_disk_that_fills_up_leaves_the_old_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = photos(tmp_path / "in")
    exported(kohya, images_of(rows[:2]), tmp_path / "out")
    before = tree(tmp_path / "out")
    real = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if path.suffix == ".txt":
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    assert refused(kohya, images_of(rows), tmp_path / "out") == "disk-full"
    assert tree(tmp_path / "out") == before
    assert not left_behind(tmp_path)


def test_a_row_that_cannot_be_written_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    whole = coded(9, "JPEG", size=(200, 200), quality=95)
    bad = put(tmp_path / "in", {"cut.jpg": whole[: len(whole) // 2], "text.jpg": b"no picture", "empty.jpg": b""})
    rows = [*photos(tmp_path / "in"), *bad]
    rows[0]["cid"] = "0" * 32
    gone = tmp_path / "in" / "photo 1.jpg"
    gone.unlink()
    written = exported(kohya, images_of(rows), tmp_path / "out")
    assert written.failed.keys() == {"photo 0.jpg", "photo 1.jpg", "cut.jpg", "text.jpg", "empty.jpg"}
    assert all(written.failed.values())
    assert "changed since" in written.failed["photo 0.jpg"]
    assert len(pictures_in(tmp_path / "out")) == 2


def test_a_truncated_photo_is_repaired_where_its_recipe_accepts_it(tmp_path: Path) -> None:
    whole = coded(9, "JPEG", size=(200, 200), quality=95)
    rows = put(tmp_path / "in", {"cut.jpg": whole[: len(whole) * 2 // 3]})
    rows[0]["recipe"] = "accept_truncated=1"
    written = exported(kohya, images_of(rows), tmp_path / "out")
    assert not written.failed
    assert pictures_in(tmp_path / "out")[0].read_bytes().endswith(b"\xff\xd9")


@pytest.mark.parametrize("rows", [0, 2], ids=["no rows", "all rows broken"])
def test_an_empty_set_never_replaces_an_export(tmp_path: Path, rows: int) -> None:
    exported(kohya, images_of(photos(tmp_path / "in")), tmp_path / "out")
    before = tree(tmp_path / "out")
    broken = put(tmp_path / "in", {f"broken {n}.jpg": b"x" * n for n in range(rows)})
    written = exported(kohya, images_of(broken), tmp_path / "out")
    assert written.failed.keys() == {row["rid"] for row in broken}
    assert not written.paths
    assert tree(tmp_path / "out") == before


@both
def test_an_empty_set_makes_no_folder(tmp_path: Path, spec: NodeSpec) -> None:
    written = exported(spec, images_of([]), tmp_path / "out")
    assert not written.paths
    assert not (tmp_path / "out").exists()


def test_a_cancelled_export_changes_nothing(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in")
    exported(kohya, images_of(rows[:2]), tmp_path / "out")
    before = tree(tmp_path / "out")
    written = exported(kohya, images_of(rows), tmp_path / "out", Context(node="out", cancelled=lambda: True))
    assert "cancelled" in written.summary
    assert tree(tmp_path / "out") == before
    assert not left_behind(tmp_path)


def test_a_folder_of_somebody_elses_is_not_cleared_away(tmp_path: Path) -> None:
    workshop = workshop_of(tmp_path / "out")
    workshop.mkdir()
    (workshop / "mine.txt").write_text("mine")
    assert refused(kohya, images_of(photos(tmp_path / "in")), tmp_path / "out") == "folder-in-the-way"
    assert (workshop / "mine.txt").read_text() == "mine"


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux alone")
@both
def test_a_folder_whose_name_is_no_text_works_or_is_a_problem(tmp_path: Path, spec: NodeSpec) -> None:
    images, folder = images_of(photos(tmp_path / "in")), tmp_path / os.fsdecode(b"out\xff\xfe")
    if "trainer_folder" in spec.parameters:  # its configuration has to name the folder, and is UTF-8
        assert refused(spec, images, folder) == "folder-no-text"
        assert not folder.exists()
        exported(spec, images, folder, trainer_folder="/there")
    else:
        exported(spec, images, folder)
    assert (folder / "manifest.json").is_file()
    assert not left_behind(tmp_path)


def test_two_runs_do_not_write_one_folder_at_once(tmp_path: Path) -> None:
    from filelock import FileLock

    workshop_of(tmp_path / "out").mkdir()
    with FileLock(workshop_of(tmp_path / "out") / MARK):
        assert refused(kohya, images_of(photos(tmp_path / "in")), tmp_path / "out") == "export-running"


def test_without_an_exchange_the_old_folder_is_moved_aside(tmp_path: Path) -> None:
    for name in ("target", "workshop/new"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "file").write_text(name)
    take_place(tmp_path / "workshop" / "new", tmp_path / "target", exchange=lambda _one, _other: False)
    assert (tmp_path / "target" / "file").read_text() == "workshop/new"
    assert (tmp_path / "workshop" / "old" / "file").read_text() == "target"


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    assert refused(kohya, images_of(photos(tmp_path / "in")), tmp_path / "out") == "not-a-folder"


def test_an_export_can_be_moved_and_is_still_known(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in")
    exported(NODES[1], images_of(rows), tmp_path / "out")
    shutil.move(tmp_path / "out", tmp_path / "moved")
    assert "nothing to change" in exported(NODES[1], images_of(rows), tmp_path / "moved").summary


@pytest.mark.parametrize(
    "damage", [{"caption": 5}, {"sha256": None}, {"bytes": "7"}, {"file": ["a"]}, {"rid": "\ud800"}]
)
def test_a_manifest_with_values_of_other_types_is_none(tmp_path: Path, damage: dict[str, Any]) -> None:
    images = images_of(photos(tmp_path / "in"))
    exported(kohya, images, tmp_path / "out")
    path = tmp_path / "out/manifest.json"
    whole = json.loads(path.read_text("utf-8"))
    whole["pictures"][0] |= damage
    path.write_text(json.dumps(whole), "utf-8")
    assert refused(kohya, images, tmp_path / "out") == "folder-not-ours"


def test_a_line_end_in_a_cell_does_not_end_the_row_of_the_licences(tmp_path: Path) -> None:
    exported(kohya, images_of(photos(tmp_path / "in"), author=["a\rb", "c\nd", '"', "e,f"]), tmp_path / "out")
    with (tmp_path / "out/licenses.csv").open(encoding="utf-8", newline="") as file:
        assert sorted(row["author"] for row in csv.DictReader(file)) == sorted(["a\rb", "c\nd", '"', "e,f"])


def test_no_cell_of_the_licences_is_a_formula(tmp_path: Path) -> None:
    authors = ["=HYPERLINK(1)", "+1", "-2", "@SUM(1)"]
    exported(kohya, images_of(photos(tmp_path / "in"), author=authors), tmp_path / "out")
    with (tmp_path / "out/licenses.csv").open(encoding="utf-8", newline="") as file:
        assert sorted(row["author"] for row in csv.DictReader(file)) == sorted(f"'{name}" for name in authors)
