"""The kohya source: which folders count, what the trainer takes for a caption, and what it passes over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph import Found, ProblemError
from nodes.sources import kohya, reference
from nodes.sources.kohya import caption_files, parsed_name
from tests.nodes.exporting import coded, exported, images_of, photos


def put(root: Path, **files: bytes | str) -> None:
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)


def found(root: Path, **params: Any) -> Found:
    return kohya.function(folder=str(root), **params)


def row(root: Path, **params: Any) -> dict[str, Any]:
    return found(root, **params).table.row(0, named=True)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("10_sks chair", (10, "sks chair")),
        ("1_a_b", (1, "a_b")),
        ("7", (7, "")),
        ("3_", (3, "")),
    ],
)
def test_a_folder_name_is_repeats_and_class(name: str, expected: tuple[int, str]) -> None:
    assert parsed_name(name) == expected


@pytest.mark.parametrize("name", ["cats", "0_cat", "-2_cat", "1.5_cat", "_cat", "", "9" * 30 + "_x", "9" * 5000])
def test_other_names_say_why_they_do_not_count(name: str) -> None:
    assert isinstance(parsed_name(name), str)


@given(st.text())
def test_any_name_is_taken_or_refused(name: str) -> None:
    parsed = parsed_name(name)
    assert isinstance(parsed, str) or parsed[0] >= 1


def test_folders_that_do_not_count_are_skipped_with_a_reason(tmp_path: Path) -> None:
    put(tmp_path, **{"10_cat/a.jpg": coded(), "cats/b.jpg": coded(1), "c.jpg": coded(2), "10_cat/deeper/d.jpg": b"x"})
    result = found(tmp_path)
    assert result.table["rid"].to_list() == ["10_cat/a.jpg"]
    assert {skip.rid: skip.rule for skip in result.skipped} == {"cats/": "folder-name", "c.jpg": "beside-folders"}
    assert "1 subfolders" in " ".join(result.notices)


def test_repeats_and_class_stand_in_their_columns(tmp_path: Path) -> None:
    put(tmp_path, **{"10_sks cat/a.jpg": coded(), "2_dog/b.jpg": coded(1)})
    rows = found(tmp_path).table.select("rid", "repeats", "class_token", "is_reg").rows()
    assert rows == [("2_dog/b.jpg", 2, "dog", False), ("10_sks cat/a.jpg", 10, "sks cat", False)]


def test_the_caption_is_the_first_line_of_the_file_with_that_extension(tmp_path: Path) -> None:
    put(tmp_path, **{"1_cat/a.jpg": coded(), "1_cat/a.txt": "one \r\ntwo\n", "1_cat/a.caption": "other"})
    assert (row(tmp_path)["caption"], row(tmp_path)["caption_source"]) == ("one", ".txt")
    assert row(tmp_path, caption_extension=".caption")["caption"] == "other"


def test_without_a_caption_file_the_class_is_the_caption(tmp_path: Path) -> None:
    put(tmp_path, **{"1_sks cat/a.jpg": coded(), "1_sks cat/a.caption": "not asked for", "2/b.jpg": coded(1)})
    rows = found(tmp_path).table.select("caption", "caption_source").rows()
    assert rows == [("sks cat", "folder"), (None, None)]


@pytest.mark.parametrize("data", ["", "\nsecond line", "   \n", b"\0\1\2"])
def test_a_caption_that_the_trainer_cannot_use_is_none_and_is_told(tmp_path: Path, data: bytes | str) -> None:
    put(tmp_path, **{"1_cat/a.jpg": coded(), "1_cat/a.txt": data})
    assert row(tmp_path)["caption"] is None
    assert "1_cat/a.jpg" in found(tmp_path).notices[0]


def test_face_crops_share_the_caption_of_their_picture(tmp_path: Path) -> None:
    assert caption_files("me_1_2_3_4", ".txt") == ["me_1_2_3_4.txt", "me.txt"]
    assert caption_files("a_b_c_d", ".txt") == ["a_b_c_d.txt"]
    put(tmp_path, **{"1_cat/me_10_20_30_40.jpg": coded(), "1_cat/me.txt": "me"})
    assert row(tmp_path)["caption"] == "me"


def test_regularisation_pictures_come_from_a_folder_of_that_name_or_the_one_that_is_named(tmp_path: Path) -> None:
    put(tmp_path, **{"set/img/5_sks cat/a.jpg": coded(), "set/reg/1_cat/b.jpg": coded(1), "more/1_dog/c.jpg": coded(2)})
    rows = found(tmp_path / "set").table.select("rid", "is_reg").rows()
    assert rows == [("img/5_sks cat/a.jpg", False), ("reg/1_cat/b.jpg", True)]
    other = found(tmp_path / "set", regularisation=str(tmp_path / "more"))
    assert other.table.select("rid", "is_reg").rows() == [
        ("img/5_sks cat/a.jpg", False),
        ("regularisation/1_dog/c.jpg", True),
    ]
    assert [skip.rid for skip in other.skipped] == ["reg/"]


def test_names_that_only_other_programs_read_are_told(tmp_path: Path) -> None:
    put(tmp_path, **{"1_cat/a.Jpg": coded(), "1_cat/b.JPG": coded(1), "1_cat/c.gif": coded(2, "GIF")})
    notices = " ".join(found(tmp_path).notices)
    assert "1_cat/a.Jpg" in notices
    assert "1_cat/c.gif" in notices
    assert "b.JPG" not in notices


def test_hostile_names_become_rows(tmp_path: Path) -> None:
    put(tmp_path, **{'3_<script> "x"\n/a\u2028\'b.jpg': coded()})
    folder = tmp_path / "4_\udcff"
    folder.mkdir()
    (folder / "\udcfe.jpg").write_bytes(coded(1))
    table = found(tmp_path).table
    assert table["class_token"].to_list() == ['<script> "x"', "\\xff"]
    assert table["rid"].to_list()[1] == "4_\\xff/\\xfe.jpg"


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    put(tmp_path, **{"outside/a.jpg": coded(), "set/1_cat/b.jpg": coded(1)})
    (tmp_path / "set" / "2_link").symlink_to(tmp_path / "outside")
    result = found(tmp_path / "set")
    assert result.table["rid"].to_list() == ["1_cat/b.jpg"]
    assert [skip.rule for skip in result.skipped] == ["link-outside"]


def test_an_empty_folder_and_one_that_is_not_there(tmp_path: Path) -> None:
    assert found(tmp_path).table.height == 0
    with pytest.raises(ProblemError) as caught:
        found(tmp_path, regularisation=str(tmp_path / "nowhere"))
    assert caught.value.problems[0].param == "regularisation"


def test_what_our_export_writes_is_read_back(tmp_path: Path) -> None:
    from nodes.export import kohya as export

    images = images_of(photos(tmp_path / "in"))
    exported(export, images, tmp_path / "out", class_tokens="sks chair", repeats=7)
    table = found(tmp_path / "out").table
    assert table["caption"].sort().to_list() == [f"a picture, {n}" for n in range(4)]
    assert set(table.select("repeats", "class_token").rows()) == {(7, "sks chair")}


def test_a_reference_set_has_no_captions(tmp_path: Path) -> None:
    put(tmp_path, **{"a.jpg": coded(), "a.txt": "not read", "deep/b.jpg": coded(1)})
    table = reference.function(folder=str(tmp_path)).table
    assert table["rid"].to_list() == ["a.jpg", "deep/b.jpg"]
    assert table.columns == ["rid", "path", "recipe", *reference.gives({})]
    assert "caption" not in table.columns
