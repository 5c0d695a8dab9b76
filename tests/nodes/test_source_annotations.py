"""The Label Studio and CVAT sources: which picture an annotation is about, what counts, and what is refused."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from hashlib import blake2b, sha256
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph import Found, ProblemError
from nodes.export.cvat import cvat as cvat_export
from nodes.export.label_studio import label_studio as studio_export
from nodes.sources import cvat, label_studio
from nodes.sources.matching import name_in
from tests.nodes.exporting import coded, exported, images_of, photos

PICTURES = {"a.jpg": coded(0), "sub/b.jpg": coded(1), "other/b.jpg": coded(2)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in PICTURES.items():
        path = tmp_path / "pictures" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path / "pictures"


def result(**values: Any) -> list[dict[str, Any]]:
    keys = {"choices": "choices", "rating": "rating", "textarea": "text"}
    return [
        {"id": name, "type": kind, "from_name": name, "to_name": "image", "value": {keys[kind]: value}}
        for name, (kind, value) in values.items()
    ]


def task(image: str, *annotations: Mapping[str, Any], **data: Any) -> dict[str, Any]:
    return {"id": 7, "data": {"image": image, **data}, "annotations": list(annotations), "predictions": []}


def annotation(decision: str, **more: Any) -> dict[str, Any]:
    return {"result": result(decision=("choices", [decision])), "completed_by": 1, **more}


def studio(folder: Path, tasks: Any, **params: Any) -> Found:
    path = folder.parent / "export.json"
    path.write_text(tasks if isinstance(tasks, str) else json.dumps(tasks), "utf-8", "surrogatepass")
    return label_studio.function(annotations=str(path), folder=str(folder), **params)


def values(found: Found, *columns: str) -> list[Any]:
    rows = found.table.select(columns).rows()
    return [row[0] for row in rows] if len(columns) == 1 else rows


def skips(found: Found) -> dict[str, str]:
    return {skip.rid: skip.rule for skip in found.skipped}


def test_an_export_gives_decision_ratings_caption_rater_and_time(folder: Path) -> None:
    said = result(
        decision=("choices", ["Acceptable"]), relevance=("rating", 4), quality=("rating", 5),
        caption=("textarea", ["a cat"]),
    )  # fmt: skip
    tasks = [
        task("/data/local-files/?d=set/a.jpg", {"result": said, "completed_by": {"email": "e@x"}, "lead_time": 2.5})
    ]
    found = studio(folder, tasks)
    columns = ("rid", "decision", "relevance", "quality", "caption", "rater", "seconds", "annotations")
    assert values(found, *columns) == [("a.jpg", "Acceptable", 4.0, 5.0, "a cat", "e@x", 2.5, 1)]
    assert skips(found) == {"sub/b.jpg": "not-annotated", "other/b.jpg": "not-annotated"}
    assert found.table.columns == ["rid", "path", "recipe", *label_studio.gives({})]


@pytest.mark.parametrize(
    "said",
    [
        {"decision": "Unsafe", "quality": 2},
        {"decision": ["Unsafe"], "quality": [{"rating": 2}]},
        {"decision": {"choices": ["Unsafe", "Biased"]}, "quality": {"rating": 2}},
    ],
)
def test_json_min_gives_the_same(folder: Path, said: dict[str, Any]) -> None:
    found = studio(folder, [{"image": "a.jpg", "id": 1, "annotator": 3, "lead_time": 9, **said}])
    assert values(found, "rid", "decision", "quality", "rater", "seconds") == [("a.jpg", "Unsafe", 2.0, "3", 9.0)]


def test_the_ground_truth_counts_and_else_the_newest_that_was_not_cancelled(folder: Path) -> None:
    old, new = {"updated_at": "2025-01-01T00:00:00Z"}, {"updated_at": "2025-06-01T00:00:00Z"}
    cancelled = annotation("cancelled", updated_at="2026-01-01T00:00:00Z", was_cancelled=True)
    tasks = [
        task("a.jpg", annotation("new", **new), annotation("old", **old), cancelled),
        task("sub/b.jpg", annotation("new", **new), annotation("truth", **old, ground_truth=True)),
    ]
    assert values(studio(folder, tasks), "rid", "decision", "annotations") == [
        ("a.jpg", "new", 2),
        ("sub/b.jpg", "truth", 2),
    ]


def test_one_rater_can_be_asked_for(folder: Path) -> None:
    tasks = [task("a.jpg", annotation("one"), {**annotation("two"), "completed_by": 2})]
    assert values(studio(folder, tasks, rater="1"), "decision") == ["one"]
    assert studio(folder, tasks, rater="3").table.height == 0


def test_a_single_choice_of_another_name_is_the_decision(folder: Path) -> None:
    said = {"result": result(verdict=("choices", ["Good"]), words=("textarea", ["hi"])), "completed_by": 1}
    assert values(studio(folder, [task("a.jpg", said)]), "decision", "caption") == [("Good", "hi")]


@pytest.mark.parametrize(
    "digest", [sha256(coded(1)).hexdigest(), blake2b(coded(1), digest_size=16).hexdigest().upper()]
)
def test_the_hash_finds_a_picture_that_was_renamed(folder: Path, digest: str) -> None:
    assert values(studio(folder, [task("gone.jpg", annotation("x"), sha=digest)]), "rid") == ["sub/b.jpg"]


def test_the_hash_decides_between_equal_names(folder: Path) -> None:
    found = studio(folder, [task("b.jpg", annotation("x"), sha=sha256(coded(2)).hexdigest())])
    assert values(found, "rid") == ["other/b.jpg"]


@pytest.mark.parametrize(
    ("image", "rid"),
    [
        ("/data/upload/3/0a1b2c3d-a.jpg", "a.jpg"),
        ("https://host/x/sub/b.jpg?token=1#y", "sub/b.jpg"),
        ("C:\\set\\other\\b.jpg", "other/b.jpg"),
        ("/data/local-files/?d=deep/sub%2Fb.jpg", "sub/b.jpg"),
    ],
)
def test_the_name_finds_a_picture_however_it_is_written(folder: Path, image: str, rid: str) -> None:
    assert values(studio(folder, [task(image, annotation("x"))]), "rid") == [rid]


def test_an_unknown_or_ambiguous_name_is_skipped_with_a_reason(folder: Path) -> None:
    found = studio(folder, [task("b.jpg", annotation("x")), task("../../etc/passwd", annotation("x")), {"id": 1}])
    reasons = {skip.rid: skip.reason for skip in found.skipped if skip.rule == "no-picture"}
    assert reasons == {
        "b.jpg": "task 7: 2 pictures have that name",
        "../../etc/passwd": "task 7: there is no picture of that name in the folder",
        "task 1": "task 1: there is no picture of that name in the folder",
    }


def test_all_pictures_can_be_asked_for(folder: Path) -> None:
    found = studio(folder, [task("a.jpg", annotation("x"))], all_pictures=True)
    assert values(found, "decision", "annotations") == [("x", 1), (None, 0), (None, 0)]


@pytest.mark.parametrize("text", ["", "{torn", "3", "[1]", "[" * 99_999, '"text"'])
def test_a_file_that_is_no_export_is_a_problem(folder: Path, text: str) -> None:
    with pytest.raises(ProblemError) as caught:
        studio(folder, text)
    assert (caught.value.problems[0].code, caught.value.problems[0].param) == ("unusable-annotations", "annotations")


KEYS = ["result", "value", "type", "choices", "rating", "from_name", "decision", "image", "text"]
json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["result", "value", "type", "choices", "rating", "from_name", "decision", "image", "text"]),
            inner,
        )
    ),
)


@given(data=json_values, annotations=json_values, said=json_values)
def test_any_json_gives_rows_or_reasons(
    tmp_path_factory: pytest.TempPathFactory, data: Any, annotations: Any, said: Any
) -> None:
    top = tmp_path_factory.mktemp("any")
    (top / "in").mkdir()
    (top / "in/a.jpg").write_bytes(PICTURES["a.jpg"])
    full = {"data": {"image": "a.jpg"}, "annotations": [{"result": said, "lead_time": data, "completed_by": data}]}
    found = studio(top / "in", [{"data": data, "annotations": annotations}, full])
    assert found.table.height == 1


def cvat_xml(*images: str) -> str:
    meta = "<meta><task><assignee><username>ada</username></assignee></task></meta>"
    return f"<annotations><version>1.1</version>{meta}{''.join(images)}</annotations>"


def of_cvat(folder: Path, text: str | bytes, suffix: str = ".xml", **params: Any) -> Found:
    path = folder.parent / f"annotations{suffix}"
    data = text.encode() if isinstance(text, str) else text
    if suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("annotations.xml", data)
    else:
        path.write_bytes(data)
    return cvat.function(annotations=str(path), folder=str(folder), **params)


IMAGE = """<image id="0" name="sub/b.jpg" width="4" height="3">
<box label="cat" xtl="1" ytl="1" xbr="2" ybr="2"><attribute name="quality">1</attribute></box>
<polygon label="dog" points="1,1;2,2"/>
<tag label="Acceptable" source="manual"><attribute name="Quality">4</attribute>
<attribute name="caption">a &lt;b&gt; &amp; c</attribute></tag><tag label="Nice"/></image>"""


@pytest.mark.parametrize("suffix", [".xml", ".zip"])
def test_cvat_gives_tags_attributes_and_the_number_of_shapes(folder: Path, suffix: str) -> None:
    found = of_cvat(folder, cvat_xml(IMAGE, '<image id="1" name="a.jpg"/>'), suffix)
    columns = ("rid", "decision", "quality", "relevance", "caption", "rater", "tags", "shapes")
    expected = ("sub/b.jpg", "Acceptable", 4.0, None, "a <b> & c", "ada", "Acceptable, Nice", 2)
    assert values(found, *columns) == [expected]
    assert skips(found) == {"a.jpg": "not-annotated", "other/b.jpg": "not-annotated"}
    assert found.table.columns == ["rid", "path", "recipe", *cvat.gives({})]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE annotations SYSTEM "file:///etc/passwd">',
    ],
)
def test_a_doctype_is_refused_in_any_encoding(folder: Path, doctype: str, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>{doctype}{cvat_xml(IMAGE)}'
    with pytest.raises(ProblemError, match="DOCTYPE"):
        of_cvat(folder, text.encode(encoding))


@pytest.mark.parametrize("suffix", [".xml", ".zip"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "<annotations>",
        "<other/>",
        "<annotations>" + "<a>" * 99,
        "\0\0",
        "<annotations>&x;",
        *(f'<?xml version="1.0" encoding="{name}"?><annotations/>' for name in ("nonsense", "big5", "rot13")),
    ],
)
def test_a_file_that_is_not_of_cvat_is_a_problem(folder: Path, text: str, suffix: str) -> None:
    with pytest.raises(ProblemError) as caught:
        of_cvat(folder, text, suffix)
    assert (caught.value.problems[0].code, caught.value.problems[0].param) == ("unusable-annotations", "annotations")


def test_a_torn_or_foreign_archive_is_a_problem(folder: Path) -> None:
    path = folder.parent / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("other.txt", "x")
    with pytest.raises(ProblemError, match=r"no annotations\.xml"):
        cvat.function(annotations=str(path), folder=str(folder))
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(ProblemError, match="damaged"):
        cvat.function(annotations=str(path), folder=str(folder))


def test_an_archive_of_a_future_version_or_with_damaged_lzma_is_a_problem(folder: Path) -> None:
    path = folder.parent / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("annotations.xml", cvat_xml(IMAGE) * 100)
    sound = path.read_bytes()
    path.write_bytes(sound[:60] + b"\xff" * 20 + sound[80:])
    with pytest.raises(ProblemError, match="damaged"):
        cvat.function(annotations=str(path), folder=str(folder))
    at = sound.index(b"PK\1\2") + 6  # the version that is needed to unpack it
    path.write_bytes(sound[:at] + b"\x63" + sound[at + 1 :])
    with pytest.raises(ProblemError, match="damaged"):
        cvat.function(annotations=str(path), folder=str(folder))


def test_an_archive_that_unpacks_to_too_much_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("nodes.sources.cvat"), "LARGEST", 3_000_000)
    with pytest.raises(ProblemError, match="larger than"):
        of_cvat(folder, cvat_xml(" " * 10_000_000), ".zip")


@given(st.text())
def test_any_address_names_something_or_nothing(address: str) -> None:
    name_in(address).encode()


def test_what_our_cvat_export_writes_is_read_back(tmp_path: Path) -> None:
    images = images_of(photos(tmp_path / "in"), verdict=["Good", "Bad", "Good", "Bad"], quality=[1.0, 2.0, 3.0, 4.0])
    exported(cvat_export, images, tmp_path / "out", label="verdict", attributes=["quality"])
    (archive,) = (tmp_path / "out").rglob("*.zip")
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(tmp_path / "pictures")
    back = cvat.function(annotations=str(archive), folder=str(tmp_path / "pictures"))
    assert sorted(values(back, "decision", "quality", "caption"), key=str) == [
        ("Bad", 2.0, "a picture, 1"),
        ("Bad", 4.0, "a picture, 3"),
        ("Good", 1.0, "a picture, 0"),
        ("Good", 3.0, "a picture, 2"),
    ]
    assert back.skipped == []


def test_tasks_of_our_label_studio_export_find_their_pictures_wherever_they_are(tmp_path: Path) -> None:
    exported(studio_export, images_of(photos(tmp_path / "in")), tmp_path / "out")
    (path,) = (tmp_path / "out").rglob("*tasks*.json")
    tasks = json.loads(path.read_text("utf-8"))
    tasks = [{**one, "annotations": [annotation(one["data"]["caption"])]} for one in tasks]
    moved = tmp_path / "moved"
    moved.mkdir()
    for number, picture in enumerate(sorted((tmp_path / "out").rglob("*.jpg"))):
        picture.rename(moved / f"renamed {number}.jpg")
    back = studio(moved, tasks)
    assert sorted(values(back, "decision")) == [f"a picture, {n}" for n in range(4)]
