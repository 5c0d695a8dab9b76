"""The trainer lint tells what trainers pass over, misread or stop at, and has nothing to say of our own exports."""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from nodegraph.context import Context
from nodegraph.measures import Values
from nodegraph.problems import ProblemError
from nodegraph.results import Written
from nodes.export import ai_toolkit, kohya, onetrainer
from nodes.report.lint import lint
from nodes.report.lint.config import DATASET, FOLDER_ALONE, SUBSET, read_config
from nodes.report.lint.findings import Finding, counts, summed_up
from tests.nodes.exporting import coded, exported, images_of, put
from tests.nodes.pages import Page

PHOTO = coded(1, size=(1152, 896))
CLEAR = coded(1, "PNG", size=(1152, 896), mode="RGBA")
SCAN = coded(1, "TIFF", size=(1152, 896))


def linted(
    folder: Path | str = "", images: Any = None, sizes: Sequence[tuple[int, int]] = (), **params: Any
) -> tuple[Written, list[str]]:
    """What the node gives and the lines it says."""
    defaults = {name: p.default for name, p in lint.parameters.items() if not p.required}
    notices: list[str] = []
    header = Values([{"width": width, "height": height} for width, height in sizes])
    context = Context(node="lint", notice=notices.append)
    given = {**defaults, "folder": str(folder), **params}
    return lint.function(images or images_of([]), header=header, context=context, **given), notices


def rules(folder: Path, **params: Any) -> dict[str, str]:
    """The rules that the lint finds broken: level and rule to the rest of its line."""
    _written, notices = linted(folder, **params)
    return {" ".join(line.split()[:2]).rstrip(":"): line for line in notices}


def training_set(folder: Path, files: dict[str, bytes], count: int = 5) -> Path:
    """A folder in the form of sd-scripts with `count` good pictures and `files` besides."""
    good = {f"10_cat/good-{n}.{kind}": data for n in range(count) for kind, data in (("jpg", PHOTO), ("txt", b"a cat"))}
    put(folder, {**good, **files})
    return folder


def config(folder: Path, text: str) -> Path:
    training_set(folder, {"dataset_config.toml": text.encode()})
    return folder


def test_a_good_folder_is_nothing_to_speak_of(tmp_path: Path) -> None:
    written, notices = linted(training_set(tmp_path, {}))
    assert notices == []
    assert written.summary == f"5 pictures for sd-scripts in {tmp_path}: nothing to say"
    assert not written.paths


@pytest.mark.parametrize(
    ("files", "rule"),
    [
        ({"cats/a.jpg": PHOTO}, "warning: folder-ignored"),
        ({"0_cat/a.jpg": PHOTO}, "warning: folder-ignored"),
        ({"a.jpg": PHOTO}, "warning: folder-ignored"),
        ({"10_cat/deep/a.jpg": PHOTO}, "warning: folder-ignored"),
        ({"10_cat/a.Jpg": PHOTO, "10_cat/a.txt": b"x"}, "warning: suffix-case"),
        ({"10_cat/a.gif": PHOTO, "10_cat/a.txt": b"x"}, "warning: suffix-ignored"),
        ({"10_cat/a.jpg": PHOTO}, "warning: no-caption"),
        ({"10_cat/a.jpg": PHOTO, "10_cat/a.txt": b" \n"}, "warning: no-caption"),
        ({"10_cat/a.jpg": PHOTO, "10_cat/a.caption": b"x"}, "warning: caption-suffix"),
        ({"10_cat/a.jpg": PHOTO, "10_cat/a.txt": b""}, "error: caption-no-bytes"),
        ({"10_cat/a.jpg": PHOTO, "10_cat/a.txt": b"caf\xe9"}, "error: caption-not-utf8"),
        ({"10_cat/a.jpg": PHOTO, "10_cat/a.txt": b"one\ntwo"}, "warning: several-lines"),
        ({"10_cat/good-0.png": coded(2, "PNG", size=(1152, 896))}, "warning: stem-shared"),
        ({"10_cat/a.jpg": b"no picture", "10_cat/a.txt": b"x"}, "error: unreadable"),
        ({"10_cat/a.jpg": coded(1, size=(400, 300)), "10_cat/a.txt": b"x"}, "warning: enlarged"),
        ({"10_cat/a.jpg": coded(1, size=(6000, 700)), "10_cat/a.txt": b"x"}, "warning: cropped"),
        ({"10_cat/a.png": CLEAR, "10_cat/a.txt": b"x"}, "warning: transparent"),
    ],
)  # fmt: skip
def test_a_trap_of_sd_scripts_is_told(tmp_path: Path, files: dict[str, bytes], rule: str) -> None:
    assert list(rules(training_set(tmp_path, files))) == [rule]


def test_upper_case_suffixes_are_read(tmp_path: Path) -> None:
    assert rules(training_set(tmp_path, {"10_cat/A.JPG": PHOTO, "10_cat/A.txt": b"x"})) == {}


def test_a_photo_on_its_side_is_told_where_the_trainer_does_not_turn_it(tmp_path: Path) -> None:
    tags = Image.Exif()
    tags[0x0112] = 6
    turned = coded(1, size=(1152, 896), exif=tags)
    training_set(tmp_path, {"10_cat/a.jpg": turned, "10_cat/a.txt": b"x"})
    assert list(rules(tmp_path)) == ["warning: not-turned"]
    assert rules(tmp_path / "10_cat", trainer="onetrainer") == {}


def test_a_caption_can_be_borrowed_for_underscores(tmp_path: Path) -> None:
    files = {"10_cat/face_1_2_3_4.jpg": PHOTO, "10_cat/face.txt": b"another's"}
    assert list(rules(training_set(tmp_path, files))) == ["warning: caption-borrowed"]


def test_onetrainer_draws_a_line_and_looks_into_one_folder(tmp_path: Path) -> None:
    files = {
        "a.tif": coded(1, "TIFF", size=(1152, 896)),
        "a.txt": b"one\ntwo",
        "deep/b.jpg": PHOTO,
        "a-masklabel.png": PHOTO,
    }
    found = rules(training_set(tmp_path, files, 0), trainer="onetrainer")
    assert list(found) == ["warning: folder-ignored", "warning: several-lines", "hint: few-pictures"]
    assert "at random" in found["warning: several-lines"]


def test_ai_toolkit_reads_captions_whole_and_looks_everywhere(tmp_path: Path) -> None:
    files = {"deep/a.webp": coded(1, "WEBP", size=(1152, 896)), "deep/a.txt": b"one\ntwo", "_controls/x.jpg": PHOTO}
    found = rules(training_set(tmp_path, files), trainer="ai-toolkit")
    assert list(found) == ["hint: webp"]


def test_nothing_to_train_on_is_an_error(tmp_path: Path) -> None:
    assert list(rules(tmp_path)) == ["error: no-pictures"]
    assert list(rules(tmp_path / "gone")) == ["error: no-pictures"]


@pytest.mark.parametrize("spec", [kohya, onetrainer, ai_toolkit], ids=lambda spec: spec.type)
def test_our_own_exports_are_fine(tmp_path: Path, spec: Any) -> None:
    rows = put(tmp_path / "in", {f"photo_{n}_a_b_c_d.jpg": coded(n, size=(1152, 896)) for n in range(6)})
    rows[0]["caption"] = "one\ntwo"
    exported(spec, images_of(rows, repeats=[1, 2, 1, 1, 1, 1]), tmp_path / "out")
    trainer = {kohya: "sd-scripts", onetrainer: "onetrainer", ai_toolkit: "ai-toolkit"}[spec]
    folder = tmp_path / "out" / "train" if spec is ai_toolkit else tmp_path / "out"
    assert {rule for rule in rules(folder, trainer=trainer) if not rule.startswith("hint")} == set()


# dataset_config.toml

GOOD = """
[general]
caption_extension = ".txt"
enable_bucket = true
[[datasets]]
resolution = 1024
max_bucket_reso = 2048
validation_split = 0.1
  [[datasets.subsets]]
  image_dir = '10_cat'
  num_repeats = 4
"""


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("", "", ""),
        ("num_repeats = 4", 'num_repeats = "4"', "error: config-wrong-type"),
        ("validation_split = 0.1", "validation_split = 1", "error: config-wrong-type"),
        ("num_repeats = 4", "num_repeat = 4", "error: config-unknown-key"),
        ("num_repeats = 4", "validation_split = 0.1", "error: config-unknown-key"),
        ("image_dir = '10_cat'", 'image_dir = "C:\\cat"', "error: config-unreadable"),
        ("image_dir = '10_cat'", "image_dir = 'gone'", "error: config-no-such-folder"),
        ("image_dir = '10_cat'", "", "error: config-no-folder"),
        ('caption_extension = ".txt"', "", "warning: config-caption-extension"),
        ("max_bucket_reso = 2048", "", "warning: config-poor-buckets"),
        ("resolution = 1024", "", "warning: config-no-resolution"),
        ("enable_bucket = true", "", "warning: config-no-buckets"),
        ("num_repeats = 4", "num_repeats = 0", "warning: config-no-repeats"),
        ("num_repeats = 4", "[[datasets.subsets]]\nmetadata_file = 'x'", "error: config-mixed-kinds"),
    ],
)
def test_a_trap_of_the_configuration_is_told(tmp_path: Path, old: str, new: str, rule: str) -> None:
    found = rules(config(tmp_path, GOOD.replace(old, new) if old else GOOD))
    assert (rule in found) if rule else (found == {})


def test_a_configuration_says_how_its_folder_is_read(tmp_path: Path) -> None:
    text = GOOD.replace("1024", "512").replace(".txt", ".caption")
    found = rules(config(tmp_path, text + "[[datasets.subsets]]\nimage_dir = '/'\n"))
    assert "warning: caption-suffix" in found
    assert "hint: config-other-folder" in found


VALUES = st.one_of(
    st.booleans(),
    st.integers(-9, 9),
    st.floats(-9, 9),
    st.text("ab", max_size=3),
    st.lists(st.integers(0, 9), max_size=3),
    st.lists(st.floats(0, 1), max_size=3),
    st.dictionaries(st.sampled_from("ab"), st.integers(0, 3), max_size=1),
)


@given(
    st.dictionaries(st.sampled_from([*DATASET, "nonsense"]), VALUES, max_size=3),
    st.dictionaries(st.sampled_from([*SUBSET, *FOLDER_ALONE, "nonsense"]), VALUES, max_size=3),
)
def test_the_schema_says_what_voluptuous_says(dataset: dict[str, Any], subset: dict[str, Any]) -> None:
    """The schema as sd-scripts writes it down for voluptuous (library/config_util.py), for a part of its keys."""
    voluptuous = pytest.importorskip("voluptuous", reason="voluptuous is not installed")
    flags = ("color_aug", "flip_aug", "random_crop", "shuffle_caption", "enable_wildcard", "is_reg")
    numbers = ("num_repeats", "keep_tokens", "token_warmup_min", "caption_dropout_every_n_epochs")
    shares = ("token_warmup_step", "caption_dropout_rate", "caption_tag_dropout_rate")
    texts = ("keep_tokens_separator", "secondary_separator", "caption_prefix", "caption_suffix")
    pair = voluptuous.ExactSequence([float, float])
    subsets = {
        **dict.fromkeys(flags, bool), **dict.fromkeys(numbers, int), **dict.fromkeys(texts, str),
        **dict.fromkeys(shares, voluptuous.Any(float, int)), "face_crop_aug_range": pair, "image_dir": str,
    }  # fmt: skip
    datasets = {
        **dict.fromkeys(("batch_size", "bucket_reso_steps", "max_bucket_reso", "min_bucket_reso"), int),
        **dict.fromkeys(("bucket_no_upscale", "enable_bucket"), bool),
        "network_multiplier": float,
        "resolution": voluptuous.Any(int, voluptuous.ExactSequence([int, int])),
    }
    dataset = {key: value for key, value in dataset.items() if key in (*datasets, "nonsense")}
    subset = {key: value for key, value in subset.items() if key in (*subsets, "nonsense")}
    text = tomli_w.dumps({"datasets": [{**dataset, "subsets": [subset]}]})
    whole = tomllib.loads(text)
    try:
        voluptuous.Schema({"datasets": [{**datasets, "subsets": [subsets]}]})(whole)
        fine = True
    except voluptuous.MultipleInvalid:
        fine = False
    _subsets, findings = read_config(text.encode())
    assert fine == (not {one.rule for one in findings} & {"config-wrong-type", "config-unknown-key"})


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_told(data: bytes) -> None:
    subsets, findings = read_config(data)
    assert subsets or findings


# concepts.json


def concepts(folder: Path, text: str) -> dict[str, str]:
    return rules(
        training_set(folder, {"concepts.json": text.encode(), "10_cat/deep/a.jpg": PHOTO}), trainer="onetrainer"
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('[{"path": "10_cat", "include_subdirectories": true}]', ["warning: no-caption"]),
        ('[{"path": "10_cat"}]', ["warning: folder-ignored"]),
        ('[{"path": "10_cat", "enabled": false}]', ["error: no-pictures", "hint: concept-off"]),
        ('[{"path": "10_cat", "type": "VALIDATION"}]', ["error: no-pictures"]),
        ('[{"path": "gone"}, {"path": 7}, 3]', ["error: concept-no-folder", "error: no-pictures"]),
        ('[{"path": "/"}]', ["error: no-pictures", "hint: concept-elsewhere"]),
        ('{"path": "10_cat"}', ["error: concepts-unreadable", "error: no-pictures"]),
        ("[" * 100_000, ["error: concepts-unreadable", "error: no-pictures"]),
    ],
    ids=["deep", "flat", "off", "validation", "gone", "elsewhere", "no list", "nested"],
)
def test_concepts_say_what_onetrainer_reads(tmp_path: Path, text: str, found: list[str]) -> None:
    assert list(concepts(tmp_path, text)) == found


# rows, the page


def test_rows_are_looked_at_as_an_export_would_write_them(tmp_path: Path) -> None:
    rows = [{"rid": f"{n}.jpg", "cid": "", "path": "", "recipe": "", "caption": "one\ntwo"} for n in range(6)]
    rows[0]["caption"] = None
    sizes = [(1152, 896), (300, 200), (9000, 700), (1152, 896), (1152, 896), (1, 1)]
    images = images_of(rows, split=["train", "train", None, "train", "train", "test"], repeats=[2] * 6)
    written, notices = linted(images=images, sizes=sizes, batch=3)
    told = [line.split(":")[1].split()[0] for line in notices]
    assert told == ["cropped", "enlarged", "no-caption", "small-bucket"]
    assert written.summary == "5 pictures for sd-scripts: 3 warnings, 2 hints"


def test_a_picture_that_stops_the_trainer_is_an_error(tmp_path: Path) -> None:
    text = GOOD.replace("max_bucket_reso = 2048", "bucket_no_upscale = true")
    put(config(tmp_path, text), {"10_cat/thin.png": coded(1, "PNG", size=(63, 900)), "10_cat/thin.txt": b"x"})
    assert list(rules(tmp_path)) == ["error: too-narrow"]


def test_the_page_lists_everything_and_escapes_it(tmp_path: Path) -> None:
    hostile = "10_cat/<script>alert(1)<!-- & '\".jpg"
    training_set(tmp_path / "set", {hostile: PHOTO, "10_cat/a\nb.gif": PHOTO})
    page = tmp_path / "lint.html"
    written, _notices = linted(tmp_path / "set", file=str(page))
    assert written.paths == [page]
    text = page.read_text("utf-8")
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "script" not in Page(text).tags
    again, _notices = linted(tmp_path / "set", file=str(page))
    assert "nothing to change" in again.summary
    mine = tmp_path / "mine.html"
    mine.write_text("mine")
    with pytest.raises(ProblemError):
        linted(tmp_path / "set", file=str(mine))
    assert mine.read_text() == "mine"


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux alone")
def test_names_that_are_no_text_are_told(tmp_path: Path) -> None:
    folder = Path(os.fsdecode(bytes(tmp_path) + b"/s\xfft"))
    training_set(folder, {os.fsdecode(b"10_cat/na\xffme.Jpg"): PHOTO, os.fsdecode(b"c\xfe/x.jpg"): PHOTO})
    written, notices = linted(folder, file=str(tmp_path / "lint.html"))
    assert "\\xff" in written.summary
    assert any("suffix-case" in line and "na\\\\xffme.Jpg" in line for line in notices)
    assert "na\\xffme.Jpg" in (tmp_path / "lint.html").read_text("utf-8")


def test_findings_are_summed_up_worst_first() -> None:
    findings = [
        Finding("hint", "b", "", "Small."),
        *(Finding("error", "a", f"{n}.jpg", "Bad.", "Mend.") for n in range(5)),
    ]
    assert summed_up(findings) == [
        "error: a 5 times ('0.jpg', '1.jpg', '2.jpg', ...): Bad. Mend.",
        "hint: b: Small.",
    ]
    assert counts(findings) == "5 errors, 1 hint"


def test_repeats_that_are_no_number_count_once_and_other_splits_not_at_all() -> None:
    rows = [{"rid": f"{n}.jpg", "cid": "", "path": "", "recipe": "", "caption": "one"} for n in range(6)]
    images = images_of(rows, split=["Train", "training", None, "val", "dev", "test"], repeats=[float("nan")] * 6)
    assert linted(images=images, sizes=[(1024, 1024)] * 6)[0].summary.startswith("3 pictures")
