"""The folder source: which files become rows, what their sidecars say, what is skipped and why."""

from __future__ import annotations

import json
import os
import random
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph import Found, ProblemError
from nodegraph.data.paths import path_of
from nodes.sources import folder
from nodes.sources.folder_walk import natural_key
from tests.data.pictures import encoded, noise

JPEG = encoded(noise(16, 12), "JPEG")


def found(root: Path, **params: Any) -> Found:
    return folder.function(folder=str(root), **params)


def rids(root: Path, **params: Any) -> list[str]:
    return found(root, **params).table["rid"].to_list()


def skips(root: Path, **params: Any) -> dict[str, str]:
    return {skip.rid: skip.rule for skip in found(root, **params).skipped}


def caption(root: Path) -> tuple[str | None, str | None]:
    row = found(root).table.row(0, named=True)
    return row["caption"], row["caption_source"]


def put(root: Path, *names: str, data: bytes = JPEG) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)


def test_rows_come_in_natural_order(tmp_path: Path) -> None:
    put(tmp_path, "img10.jpg", "IMG2.jpg", "img1.jpg", "b/2.jpg", "b/10.jpg", "a/x.jpg")
    assert rids(tmp_path) == ["a/x.jpg", "b/2.jpg", "b/10.jpg", "img1.jpg", "IMG2.jpg", "img10.jpg"]


@given(st.lists(st.text(), unique=True, max_size=8))
def test_the_order_of_any_names_is_the_same_each_time(names: list[str]) -> None:
    shuffled = random.Random(0).sample(names, len(names))
    assert sorted(names, key=natural_key) == sorted(shuffled, key=natural_key)


def test_subfolders_are_left_alone_when_not_asked_for(tmp_path: Path) -> None:
    put(tmp_path, "a.jpg", "sub/b.jpg")
    assert rids(tmp_path, recursive=False) == ["a.jpg"]


def test_content_and_not_the_name_makes_a_picture(tmp_path: Path) -> None:
    put(tmp_path, "no_extension", "strange.txt", "data.bin")
    put(tmp_path, "note.txt", "doc.pdf", data=b"P5 is a nice car")
    assert rids(tmp_path) == ["data.bin", "no_extension", "strange.txt"]


def test_candidates_by_name_become_rows_even_if_they_cannot_be_decoded(tmp_path: Path) -> None:
    put(tmp_path, "a.svg", "b.psd", "c.jpg", data=b"whatever")
    assert rids(tmp_path) == ["a.svg", "b.psd", "c.jpg"]


def test_files_of_no_interest_are_counted_and_not_listed(tmp_path: Path) -> None:
    put(tmp_path, "a.jpg", "Thumbs.db", "._a.jpg", "__MACOSX/a.jpg", "@eaDir/a.jpg", "b.jpg.crdownload")
    put(tmp_path, "a-masklabel.png", "a.npz", ".hidden.jpg", ".dir/x.jpg")
    put(tmp_path, "c.zip", data=b"PK\x03\x04 and more")
    result = found(tmp_path)
    assert result.table["rid"].to_list() == ["a.jpg"]
    assert result.skipped == []
    (notice,) = result.notices
    for count in ("4 system", "2 hidden", "1 unfinished", "2 masks", "1 files that are no pictures"):
        assert count in notice


def test_hidden_files_come_when_asked_for_but_not_those_of_the_system(tmp_path: Path) -> None:
    put(tmp_path, ".hidden.jpg", ".dir/x.jpg", "._x.jpg", ".DS_Store")
    assert rids(tmp_path, include_hidden=True) == [".dir/x.jpg", ".hidden.jpg"]


def test_links_are_skipped_each_with_its_rule(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    put(root, "a.jpg", "sub/b.jpg")
    put(outside, "c.jpg")
    links = {
        "same.jpg": "a.jpg", "gone.jpg": "nowhere", "self.jpg": "self.jpg", "sub/up": "..", "out": str(outside),
        "out.jpg": str(outside / "c.jpg"),
    }  # fmt: skip
    for name, target in links.items():
        (root / name).symlink_to(target)
    assert rids(root) == ["a.jpg", "sub/b.jpg"]
    assert skips(root) == {
        "same.jpg": "link", "gone.jpg": "dangling-link", "self.jpg": "link-loop", "sub/up": "link",
        "out": "link-outside", "out.jpg": "link-outside",
    }  # fmt: skip


def test_a_folder_given_as_a_link_is_read(tmp_path: Path) -> None:
    put(tmp_path / "root", "a.jpg")
    (tmp_path / "link").symlink_to("root")
    (tmp_path / "root" / "b.jpg").symlink_to("a.jpg")
    assert rids(tmp_path / "link") == ["a.jpg"]
    assert skips(tmp_path / "link") == {"b.jpg": "link"}


def test_pipes_and_sockets_are_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path may only be short
    os.mkfifo("pipe.jpg")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        assert skips(tmp_path) == {"pipe.jpg": "not-a-file", "socket": "not-a-file"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_skipped(tmp_path: Path) -> None:
    put(tmp_path, "secret.jpg", "locked/a.jpg", "open.jpg")
    (tmp_path / "secret.jpg").chmod(0)
    (tmp_path / "locked").chmod(0)
    try:
        assert rids(tmp_path) == ["open.jpg"]
        assert skips(tmp_path) == {"locked/": "no-permission", "secret.jpg": "no-permission"}
    finally:
        (tmp_path / "locked").chmod(0o700)


def test_what_the_system_forbids_to_read_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "secret.jpg", "locked/a.jpg", "open.jpg")
    access, scandir = os.access, os.scandir

    def refuse(path: Path) -> Any:
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "secret.jpg" and access(path, mode))
    monkeypatch.setattr(os, "scandir", refuse)
    result = found(tmp_path)
    assert result.table["rid"].to_list() == ["open.jpg"]
    assert {skip.rid: skip.rule for skip in result.skipped} == {
        "locked/": "no-permission",
        "secret.jpg": "no-permission",
    }


@pytest.mark.parametrize("name", [b"bad_\xff\xfe.jpg", b"new\nline.jpg", b"back\\xff.jpg", "\U0001f431 é.jpg".encode()])
def test_any_name_survives_and_its_file_still_opens(tmp_path: Path, name: bytes) -> None:
    (tmp_path / os.fsdecode(name)).write_bytes(JPEG)
    row = found(tmp_path).table.row(0, named=True)
    assert path_of(row["path"]).read_bytes() == JPEG
    assert os.fsencode(path_of(row["rid"])) == name


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("ein Käfer, 猫".encode(), "ein Käfer, 猫"),
        ("\ufeffwith a mark".encode(), "with a mark"),
        ("wide é".encode("utf-16"), "wide é"),
        ("un château".encode("latin-1"), "un château"),
        (b"it\x92s", "it’s"),
        (b"one\r\ntwo\rthree\n", "one\ntwo\nthree"),
        (b"", None),
        (b" \r\n\t ", None),
    ],
)
def test_captions_are_read_whatever_their_encoding(tmp_path: Path, data: bytes, expected: str | None) -> None:
    put(tmp_path, "a.jpg")
    put(tmp_path, "a.txt", data=data)
    assert caption(tmp_path) == (expected, ".txt" if expected else None)


@pytest.mark.parametrize("data", [bytes(range(256)) * 3, b"abc\0def", b"x" * 1_000_001])
def test_what_is_no_caption_is_told_and_left_out(tmp_path: Path, data: bytes) -> None:
    put(tmp_path, "a.jpg")
    put(tmp_path, "a.txt", data=data)
    assert caption(tmp_path) == (None, None)
    assert "a.txt" in found(tmp_path).notices[0]


def test_txt_comes_before_caption_and_that_before_json(tmp_path: Path) -> None:
    put(tmp_path, "a.jpg")
    put(tmp_path, "a.json", data=b'{"caption": "json"}')
    assert caption(tmp_path) == ("json", ".json")
    put(tmp_path, "a.caption", data=b"caption")
    assert caption(tmp_path) == ("caption", ".caption")
    put(tmp_path, "a.txt", data=b"txt")
    assert caption(tmp_path) == ("txt", ".txt")
    put(tmp_path, "a.jpg.txt", data=b"only this picture's")
    assert caption(tmp_path) == ("only this picture's", ".txt")


def test_a_blank_sidecar_leaves_the_word_to_the_next(tmp_path: Path) -> None:
    put(tmp_path, "a.jpg")
    put(tmp_path, "a.txt", data=b" ")
    put(tmp_path, "a.caption", data=b"caption")
    assert caption(tmp_path) == ("caption", ".caption")


def test_pictures_of_one_stem_share_a_sidecar(tmp_path: Path) -> None:
    put(tmp_path, "a.jpg", "a.png")
    put(tmp_path, "a.TXT", data=b"both")
    assert found(tmp_path).table["caption"].to_list() == ["both", "both"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"caption": "c", "text": "t", "tags": ["x"]}, "c"),
        ({"caption": " ", "text": "t"}, "t"),
        ({"tags": ["cat", "red hat", 3, ""]}, "cat, red hat"),
        ({"tags": "cat, dog"}, "cat, dog"),
        ({"title": "other"}, None),
        ({"caption": ["no", "text"]}, None),
        ({"caption": "half \ud83d pair"}, "half ? pair"),
    ],
)
def test_json_sidecars_give_captions(tmp_path: Path, said: dict[str, object], expected: str | None) -> None:
    put(tmp_path, "a.jpg")
    put(tmp_path, "a.json", data=json.dumps(said).encode())
    assert caption(tmp_path)[0] == expected


def test_json_sidecars_give_licence_and_author_beside_another_caption(tmp_path: Path) -> None:
    put(tmp_path, "a.jpg")
    put(tmp_path, "a.txt", data=b"a caption")
    put(tmp_path, "a.json", data=b'{"license": "CC0", "author": "Ada", "caption": "not this"}')
    row = found(tmp_path).table.row(0, named=True)
    assert (row["caption"], row["license"], row["author"]) == ("a caption", "CC0", "Ada")


@pytest.mark.parametrize("data", [b"{broken", b"[1, 2]", b"[" * 200_000])
def test_broken_json_is_told_and_left_out(tmp_path: Path, data: bytes) -> None:
    put(tmp_path, "a.jpg")
    put(tmp_path, "a.json", data=data)
    assert caption(tmp_path) == (None, None)
    assert "a.json" in found(tmp_path).notices[0]


def test_columns_are_those_that_are_promised(tmp_path: Path) -> None:
    put(tmp_path / "cats", "a.jpg")
    for captions in (True, False):
        table = found(tmp_path / "cats", captions=captions).table
        promised = folder.gives({"captions": captions})
        assert table.columns == ["rid", "path", "recipe", *promised]
    row = table.row(0, named=True)
    assert (row["source"], row["file_name"], row["bytes"], row["recipe"]) == ("cats", "a.jpg", len(JPEG), "")


def test_the_recipe_tells_what_differs_from_the_default(tmp_path: Path) -> None:
    put(tmp_path, "a.jpg")
    table = found(tmp_path, alpha_colour="#FF0000", accept_truncated=True).table
    assert table["recipe"].to_list() == ["alpha_colour=%23ff0000&accept_truncated=1"]


def test_an_empty_folder_gives_no_rows_and_says_so(tmp_path: Path) -> None:
    result = found(tmp_path)
    assert result.table.height == 0
    assert result.notices == [f"There are no pictures in {tmp_path}."]


@pytest.mark.parametrize(("name", "code"), [("nowhere", "no-such-folder"), ("file.jpg", "not-a-folder")])
def test_a_folder_that_is_none_is_a_problem(tmp_path: Path, name: str, code: str) -> None:
    put(tmp_path, "file.jpg")
    with pytest.raises(ProblemError) as caught:
        found(tmp_path / name)
    only = caught.value.problems[0]
    assert (only.code, only.param, only.value) == (code, "folder", str(tmp_path / name))
    assert only.fix


def test_a_folder_named_like_a_picture_is_a_folder(tmp_path: Path) -> None:
    put(tmp_path, "x.jpg/inside.jpg")
    assert rids(tmp_path) == ["x.jpg/inside.jpg"]
    assert rids(tmp_path / "x.jpg") == ["inside.jpg"]
