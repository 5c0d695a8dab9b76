"""Exports for tools in which people annotate: Label Studio, COCO captions and CVAT, each as its readers take it."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from nodegraph.problems import ProblemError
from nodegraph.specs import NodeSpec
from nodes.export import ai_toolkit, coco, cvat, label_studio, onetrainer, webdataset
from nodes.export.label_studio import stars_of, task_files
from tests.nodes.exporting import coded, exported, images_of, photos, pictures_in, put

HOSTILE = "\"quotes\" & <script>alert('1')</script>\nsecond line 猫 \x01"


def tasks_in(folder: Path) -> list[dict[str, Any]]:
    return [task for path in sorted(folder.glob("tasks-*.json")) for task in json.loads(path.read_text("utf-8"))]


def results_in(task: dict[str, Any]) -> dict[str, Any]:
    return {result["from_name"]: result["value"] for one in task["predictions"] for result in one["result"]}


# Label Studio


def test_a_task_names_its_picture_below_the_document_root(tmp_path: Path) -> None:
    rows = put(tmp_path / "in", {"猫 & co.jpg": coded(1)})
    exported(label_studio, images_of(rows), tmp_path / "a b" / "ü", document_root=str(tmp_path))
    (task,) = tasks_in(tmp_path / "a b" / "ü")
    address, _mark, place = task["data"]["image"].partition("?d=")
    assert (address, place.isascii(), " " in place) == ("/data/local-files/", True, False)
    assert (tmp_path / unquote(place)).read_bytes() == (tmp_path / "in" / "猫 & co.jpg").read_bytes()
    exported(label_studio, images_of(rows), tmp_path / "out")
    assert tasks_in(tmp_path / "out")[0]["data"]["image"].startswith("/data/local-files/?d=out/images/")
    exported(label_studio, images_of(rows), tmp_path / "root", document_root=str(tmp_path / "root"))
    assert tasks_in(tmp_path / "root")[0]["data"]["image"].startswith("/data/local-files/?d=images/")


def test_a_folder_outside_the_document_root_is_refused(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    with pytest.raises(ProblemError) as caught:
        exported(label_studio, images_of(photos(tmp_path / "in")), tmp_path / "out", document_root=f"{tmp_path}/root")
    assert caught.value.problems[0].code == "outside-root"


def test_columns_become_predictions(tmp_path: Path) -> None:
    images = images_of(
        photos(tmp_path / "in", 3),
        verdict=["Unsafe", None, "Odd <one>"],
        sharpness=[100.0, None, float("nan")],
        sure=[0.25, None, 1.0],
    )
    columns = {"decision": "verdict", "quality": "sharpness", "confidence": "sure", "worst": 0.0, "best": 200.0}
    exported(label_studio, images, tmp_path / "out", columns=["sharpness"], **columns)
    first, second, third = tasks_in(tmp_path / "out")
    assert results_in(first) == {
        "decision": {"choices": ["Unsafe"]},
        "quality": {"rating": 3},
        "caption": {"text": ["a picture, 0"]},
    }
    assert first["predictions"][0]["score"] == 0.25
    assert results_in(second) == {"caption": {"text": ["a picture, 1"]}}
    assert "score" not in second["predictions"][0]
    assert (first["data"]["sharpness"], third["data"]["sharpness"]) == (100.0, None)
    view = ElementTree.parse(tmp_path / "out" / "labeling.xml").getroot()
    offered = [choice.get("value") for choice in view.iter("Choice")]
    assert offered == ["Acceptable", "Poor Quality", "Biased", "Unsafe", "Odd <one>"]


def test_a_picture_without_words_or_scores_has_no_prediction(tmp_path: Path) -> None:
    rows = [{**row, "caption": None} for row in photos(tmp_path / "in", 1)]
    exported(label_studio, images_of(rows), tmp_path / "out")
    assert tasks_in(tmp_path / "out")[0]["predictions"] == []


def test_a_column_of_many_values_is_no_decision(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in", 1) * 200
    rows = [{**row, "rid": f"{n}.jpg"} for n, row in enumerate(rows)]
    images = images_of(rows, verdict=[f"{n}" for n in range(200)])
    with pytest.raises(ProblemError) as caught:
        exported(label_studio, images, tmp_path / "out", decision="verdict")
    assert caught.value.problems[0].code == "too-many-choices"


@given(st.floats(), st.floats(0, 10), st.floats(20, 30))
def test_stars_are_whole_from_one_to_five(value: float, worst: float, best: float) -> None:
    stars = stars_of(value, worst, best)
    assert stars is None or stars in (1, 2, 3, 4, 5)
    assert (stars_of(worst, worst, best), stars_of(best, worst, best)) == (1, 5)
    assert (stars_of(worst, best, worst), stars_of(best, best, worst)) == (5, 1)


@given(st.lists(st.text(max_size=30), max_size=12), st.integers(1, 4), st.integers(20, 120))
def test_task_files_are_bounded_and_hold_every_task(texts: list[str], most: int, most_bytes: int) -> None:
    files = list(task_files(({"caption": text} for text in texts), most, most_bytes))
    read = [json.loads(content) for _name, content in files]
    assert [task["caption"] for part in read for task in part] == texts
    for part, (_name, content) in zip(read, files, strict=True):
        assert 1 <= len(part) <= most
        assert len(part) == 1 or len(content.encode()) <= most_bytes


@pytest.mark.peer
def test_the_converter_of_label_studio_reads_tasks_and_interface(tmp_path: Path) -> None:
    converter = pytest.importorskip("label_studio_sdk.converter", reason="label-studio-sdk is not installed")
    rows = [{**row, "caption": HOSTILE} for row in photos(tmp_path / "in", 2)]
    images = images_of(rows, verdict=["Unsafe", "Biased"], sharp=[0.0, 1.0])
    exported(label_studio, images, tmp_path / "out", decision="verdict", quality="sharp")
    answers = [
        {
            "id": number,
            "data": task["data"],
            "annotations": [{"id": number, "result": task["predictions"][0]["result"]}],
        }
        for number, task in enumerate(tasks_in(tmp_path / "out"))
    ]
    (tmp_path / "answers.json").write_text(json.dumps(answers))
    reader = converter.Converter(str(tmp_path / "out" / "labeling.xml"), str(tmp_path), download_resources=False)
    reader.convert_to_json_min(str(tmp_path / "answers.json"), str(tmp_path / "read"), is_dir=False)
    read = json.loads(next((tmp_path / "read").glob("*.json")).read_text("utf-8"))
    assert [(one["decision"], one["quality"][0]["rating"]) for one in read] == [("Unsafe", 1), ("Biased", 5)]


# COCO


def test_each_split_has_its_captions_file(tmp_path: Path) -> None:
    images = images_of(
        photos(tmp_path / "in"), split=["train", "val", None, "train"], license=["CC0", None, "CC-BY-4.0", "CC0"]
    )
    exported(coco, images, tmp_path / "out")
    train, validation = (
        json.loads((tmp_path / "out" / "annotations" / f"captions_{split}.json").read_text("utf-8"))
        for split in ("train", "validation")
    )
    assert [picture["id"] for picture in train["images"]] == [1, 2, 3]
    assert [picture["id"] for picture in validation["images"]] == [4]
    names = {entry["id"]: entry["name"] for entry in train["licenses"]}
    assert [names[picture["license"]] for picture in train["images"]] == ["CC0", "CC-BY-4.0", "CC0"]
    assert all((tmp_path / "out" / "train" / picture["file_name"]).is_file() for picture in train["images"])


def test_a_picture_without_caption_has_no_annotation(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in", 2)
    rows[0]["caption"] = ""
    exported(coco, images_of(rows), tmp_path / "out", on_empty_caption="write empty text")
    whole = json.loads((tmp_path / "out" / "annotations" / "captions_train.json").read_text("utf-8"))
    assert (len(whole["images"]), [entry["image_id"] for entry in whole["annotations"]]) == (2, [2])


@pytest.mark.peer
def test_pycocotools_reads_it(tmp_path: Path) -> None:
    reader = pytest.importorskip("pycocotools.coco", reason="pycocotools is not installed")
    rows = photos(tmp_path / "in", 3)
    rows[1]["caption"] = HOSTILE
    exported(coco, images_of(rows), tmp_path / "out")
    with contextlib.redirect_stdout(io.StringIO()):
        read = reader.COCO(str(tmp_path / "out" / "annotations" / "captions_train.json"))
    assert len(read.getImgIds()) == 3
    for picture in read.loadImgs(read.getImgIds()):
        with Image.open(tmp_path / "out" / "train" / picture["file_name"]) as opened:
            assert opened.size == (picture["width"], picture["height"])
    captions = [entry["caption"] for entry in read.loadAnns(read.getAnnIds())]
    assert captions == ["a picture, 0", HOSTILE.strip(), "a picture, 2"]


# CVAT


def test_an_archive_has_pictures_tags_and_attributes(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in", 3)
    rows[0]["caption"] = HOSTILE
    images = images_of(rows, split=["train", "val", None], verdict=["Good <1>", "x", None], score=[0.5, 1.0, None])
    exported(cvat, images, tmp_path / "out", label="verdict", attributes=["score", "rid", "path"])
    with zipfile.ZipFile(tmp_path / "out" / "train.zip") as archive:
        names = archive.namelist()
        root = ElementTree.fromstring(archive.read("annotations.xml"))
        pictures = {name: archive.read(name) for name in names[1:]}
    assert names[0] == "annotations.xml"
    told = [
        (tag.get("label"), {entry.get("name"): entry.text or "" for entry in tag})
        for image in root.iter("image")
        for tag in image
    ]
    assert told == [
        ("Good <1>", {"caption": HOSTILE.replace("\x01", "").strip() + " ", "score": "0.5", "rid": "photo 0.jpg"}),
        ("picture", {"caption": "a picture, 2", "score": "", "rid": "photo 2.jpg"}),
    ]
    assert [f"images/{image.get('name')}" for image in root.iter("image")] == list(pictures)
    for image, data in zip(root.iter("image"), pictures.values(), strict=True):
        with Image.open(io.BytesIO(data)) as opened:
            assert opened.size == (int(image.get("width", "")), int(image.get("height", "")))
    known = {
        label.findtext("name"): [a.findtext("name") for a in label.iter("attribute")] for label in root.iter("label")
    }
    assert known == {"Good <1>": ["caption", "score", "rid"], "picture": ["caption", "score", "rid"]}


@pytest.mark.peer
def test_datumaro_reads_it(tmp_path: Path) -> None:
    reader = pytest.importorskip("datumaro", reason="datumaro is not installed")
    images = images_of(photos(tmp_path / "in", 2), verdict=["Good", "Bad"], score=[0.5, 1.0])
    exported(cvat, images, tmp_path / "out", label="verdict", attributes=["score"])
    with zipfile.ZipFile(tmp_path / "out" / "train.zip") as archive:
        archive.extractall(tmp_path / "read")
    read = reader.Dataset.import_from(str(tmp_path / "read"), "cvat")
    labels = read.categories()[reader.AnnotationType.label]
    told = {
        (labels[tag.label].name, tag.attributes["caption"], str(tag.attributes["score"]))
        for item in read
        for tag in item.annotations
    }
    assert told == {("Good", "a picture, 0", "0.5"), ("Bad", "a picture, 1", "1.0")}


def test_the_archives_members_tell_neither_who_nor_when(tmp_path: Path) -> None:
    exported(cvat, images_of(photos(tmp_path / "in", 1)), tmp_path / "out")
    with zipfile.ZipFile(tmp_path / "out" / "train.zip") as archive:
        assert {(entry.date_time, entry.external_attr >> 16, entry.create_system) for entry in archive.infolist()} == {
            ((1980, 1, 1, 0, 0, 0), 0o100444, 3)
        }
        assert archive.testzip() is None


@pytest.mark.parametrize("spec", [label_studio, coco, cvat, webdataset, onetrainer, ai_toolkit], ids=lambda s: s.type)
def test_hostile_words_and_names_are_no_trouble(tmp_path: Path, spec: NodeSpec) -> None:
    names = ["a\nb.jpg", '"<x>&.jpg', "猫" * 60 + ".jpg", "-rf.jpg", "..jpg"]
    rows = put(tmp_path / "in", {name: coded(n) for n, name in enumerate(names)})
    rows = [{**row, "caption": HOSTILE} for row in rows]
    written = exported(
        spec, images_of(rows, license=[HOSTILE] * 5, split=["../up", "a/b", "C:", "con", None]), tmp_path / "out"
    )
    assert not written.failed
    below = [path.resolve() for path in (tmp_path / "out").rglob("*")]
    assert all(path.is_relative_to((tmp_path / "out").resolve()) for path in below)
    assert len(pictures_in(tmp_path / "out")) == (0 if spec in (cvat, webdataset) else 5)
