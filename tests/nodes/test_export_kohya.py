"""The kohya export is what sd-scripts reads: names, captions, and a dataset_config.toml that its schema takes."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from nodegraph.problems import ProblemError
from nodes.export import kohya
from tests.nodes.exporting import coded, exported, images_of, photos, pictures_in, put

SUBSET_KEYS: dict[str, type] = {
    "image_dir": str, "num_repeats": int, "class_tokens": str, "caption_extension": str, "shuffle_caption": bool,
    "keep_tokens": int, "flip_aug": bool, "is_reg": bool,
}  # fmt: skip
DATASET_KEYS: dict[str, type] = {
    "batch_size": int, "resolution": int, "enable_bucket": bool, "min_bucket_reso": int, "max_bucket_reso": int,
    "bucket_reso_steps": int, "bucket_no_upscale": bool, "validation_split": float, "validation_seed": int,
    "subsets": list,
}  # fmt: skip
GENERAL_KEYS = {
    key: kind for key, kind in {**SUBSET_KEYS, **DATASET_KEYS}.items() if key not in ("image_dir", "subsets")
}


def config_in(folder: Path) -> dict[str, Any]:
    """The dataset_config.toml, held against the schema of sd-scripts: known keys only, and exact types."""

    def check(table: dict[str, Any], keys: dict[str, type]) -> None:
        wrong = {key: value for key, value in table.items() if type(value) is not keys.get(key)}
        assert not wrong, wrong

    config = tomllib.loads((folder / "dataset_config.toml").read_text("utf-8"))
    assert set(config) == {"general", "datasets"}
    check(config["general"], GENERAL_KEYS)
    for dataset in config["datasets"]:
        check(dataset, DATASET_KEYS)
        assert dataset["min_bucket_reso"] <= dataset["resolution"] <= dataset["max_bucket_reso"]
        for subset in dataset["subsets"]:
            check(subset, SUBSET_KEYS)
            assert subset["caption_extension"] == ".txt"
            assert "\\" not in subset["image_dir"]
    return config


def test_every_picture_has_one_line_of_caption_beside_it(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in")
    rows[0]["caption"] = "first\r\nsecond\u2028third\x00 é "
    exported(kohya, images_of(rows), tmp_path / "out", class_tokens="sks chair")
    folder = tmp_path / "out" / "10_sks chair"
    assert len(pictures_in(folder)) == 4
    texts = {path.stem: path.with_suffix(".txt").read_bytes() for path in pictures_in(folder)}
    assert texts[next(stem for stem in texts if stem.startswith("photo-0"))] == "first second third é".encode()
    assert all(text and b"\n" not in text for text in texts.values())


def test_the_configuration_names_the_folder_and_the_trap_settings(tmp_path: Path) -> None:
    exported(kohya, images_of(photos(tmp_path / "in")), tmp_path / "out", class_tokens="sks chair", repeats=3)
    (dataset,) = config_in(tmp_path / "out")["datasets"]
    (subset,) = dataset["subsets"]
    assert subset["image_dir"] == (tmp_path / "out" / "3_sks chair").as_posix()
    assert (subset["num_repeats"], subset["class_tokens"]) == (3, "sks chair")
    assert dataset["max_bucket_reso"] == 2048


@pytest.mark.parametrize("resolution", [256, 512, 768, 1024, 2048])
def test_buckets_are_multiples_of_the_step_around_the_resolution(tmp_path: Path, resolution: int) -> None:
    exported(kohya, images_of(photos(tmp_path / "in", 1)), tmp_path / "out", resolution=resolution)
    (dataset,) = config_in(tmp_path / "out")["datasets"]
    assert [dataset[key] % 64 for key in ("min_bucket_reso", "max_bucket_reso", "resolution")] == [0, 0, 0]


def test_validation_pictures_lie_where_training_does_not_look(tmp_path: Path) -> None:
    split = ["train", "validation", "train", None]
    exported(kohya, images_of(photos(tmp_path / "in"), split=split), tmp_path / "out", class_tokens="cat")
    numbered = [path.name for path in (tmp_path / "out").iterdir() if path.name.partition("_")[0].isdigit()]
    assert numbered == ["10_cat"]
    assert len(pictures_in(tmp_path / "out" / "10_cat")) == 3
    train, validation = config_in(tmp_path / "out")["datasets"]
    assert "validation_split" not in train
    assert validation["validation_split"] == 1.0
    assert validation["subsets"][0]["image_dir"] == (tmp_path / "out" / "validation" / "1_cat").as_posix()
    assert len(pictures_in(tmp_path / "out" / "validation" / "1_cat")) == 1


def test_another_split_is_written_but_not_trained_on(tmp_path: Path) -> None:
    notices: list[str] = []
    from nodegraph.context import Context

    context = Context(node="out", notice=notices.append)
    split = ["train", "2_fold", "train", "train"]
    exported(kohya, images_of(photos(tmp_path / "in"), split=split), tmp_path / "out", context)
    assert len(config_in(tmp_path / "out")["datasets"]) == 1
    assert len(pictures_in(tmp_path / "out" / "split-2-fold")) == 1
    assert any("2_fold" in notice for notice in notices)


def test_the_trainers_own_path_can_be_given(tmp_path: Path) -> None:
    exported(kohya, images_of(photos(tmp_path / "in", 1)), tmp_path / "out", trainer_folder="D:\\sets\\cat\\")
    assert config_in(tmp_path / "out")["datasets"][0]["subsets"][0]["image_dir"] == "D:/sets/cat/10_images"


def test_a_row_without_caption_is_left_out_and_told(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in")
    rows[1]["caption"] = " \n "
    written = exported(kohya, images_of(rows), tmp_path / "out", class_tokens="cat")
    assert written.failed == {"photo 1.jpg": "it has no caption"}
    assert len(list((tmp_path / "out").rglob("*.txt"))) == 3


def test_class_tokens_can_stand_for_an_empty_caption(tmp_path: Path) -> None:
    rows = [{**row, "caption": None} for row in photos(tmp_path / "in", 2)]
    params = {"class_tokens": "sks cat", "on_empty_caption": "write class tokens"}
    exported(kohya, images_of(rows), tmp_path / "out", **params)
    assert {path.read_text() for path in (tmp_path / "out").rglob("*.txt")} == {"sks cat"}


def test_a_set_without_captions_takes_the_class_tokens(tmp_path: Path) -> None:
    rows = [{key: value for key, value in row.items() if key != "caption"} for row in photos(tmp_path / "in", 2)]
    exported(kohya, images_of(rows), tmp_path / "out", class_tokens="sks cat")
    assert {path.read_text() for path in (tmp_path / "out").rglob("*.txt")} == {"sks cat"}


@pytest.mark.parametrize(("columns", "code"), [({"caption"}, "empty-captions"), (set(), "no-captions")])
def test_missing_captions_can_stop_the_export(tmp_path: Path, columns: set[str], code: str) -> None:
    rows = photos(tmp_path / "in", 2)
    rows = [{**{k: v for k, v in row.items() if k != "caption"}, **dict.fromkeys(columns, "")} for row in rows]
    with pytest.raises(ProblemError) as caught:
        exported(kohya, images_of(rows), tmp_path / "out", on_empty_caption="problem")
    assert caught.value.problems[0].code == code
    assert not (tmp_path / "out").exists()


def test_class_tokens_are_asked_for_while_wiring() -> None:
    params = {name: p.default for name, p in kohya.parameters.items() if not p.required}
    assert not kohya.check(params)
    assert [p.param for p in kohya.check({**params, "on_empty_caption": "write class tokens"})] == ["class_tokens"]
    assert [p.param for p in kohya.check({**params, "resolution": 1000})] == ["resolution"]


HOSTILE = [
    "a/IMG.JPG", "b/img.jpg", "b/img.jpeg", "con.jpg", "aux", ".hidden.jpg", "-rf.jpg", "two\nlines.jpg", "猫.jpg",
    "ü.jpg", "x" * 200 + ".jpg",
    "a.b.c.jpg", "under_score_s_s_s.jpg", "quote'\".jpg", "trailing .jpg", "%s{}.jpg", "=cmd.jpg",
]  # fmt: skip


def test_hostile_names_become_plain_ones(tmp_path: Path) -> None:
    rows = put(tmp_path / "in", {name: coded(n) for n, name in enumerate(HOSTILE)})
    written = exported(kohya, images_of(rows), tmp_path / "out")
    stems = [path.stem for path in pictures_in(tmp_path / "out")]
    assert not written.failed
    assert len({stem.lower() for stem in stems}) == len(HOSTILE)
    assert all(set(stem) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") for stem in stems)
    assert {row["rid"] for row in json.loads((tmp_path / "out/manifest.json").read_text())["pictures"]} == set(HOSTILE)


def test_names_that_are_no_valid_text_are_read(tmp_path: Path) -> None:
    from nodegraph.data.paths import path_text

    (row,) = photos(tmp_path / "in", 1)
    odd = tmp_path / "in" / b"na\xffme.jpg".decode("utf-8", "surrogateescape")
    (tmp_path / "in" / "photo 0.jpg").rename(odd)
    written = exported(
        kohya, images_of([{**row, "path": path_text(odd), "rid": path_text(odd.name)}]), tmp_path / "out"
    )
    assert not written.failed
    assert len(pictures_in(tmp_path / "out")) == 1


def turned() -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = 6
    return tags


@pytest.mark.parametrize(
    ("data", "format", "suffix", "converted"),
    [
        (coded(1, "JPEG"), "keep", ".jpg", False),
        (coded(1, "PNG"), "keep", ".png", False),
        (coded(1, "WEBP"), "keep", ".webp", False),
        (coded(1, "JPEG", mode="L"), "keep", ".jpg", False),
        (coded(1, "JPEG", exif=turned()), "keep", ".jpg", True),
        (coded(1, "JPEG", mode="CMYK"), "keep", ".jpg", True),
        (coded(1, "PNG", mode="RGBA"), "keep", ".png", True),
        (coded(1, "PNG", mode="P"), "keep", ".png", True),
        (coded(1, "BMP"), "keep", ".png", True),
        (coded(1, "GIF"), "keep", ".png", True),
        (coded(1, "AVIF"), "keep", ".jpg", True),
        (coded(1, "PNG"), "jpeg", ".jpg", True),
        (coded(1, "JPEG"), "png", ".png", True),
        (coded(1, "JPEG"), "jpeg", ".jpg", False),
    ],
)
def test_a_picture_is_converted_only_where_a_trainer_needs_it(
    tmp_path: Path, data: bytes, format: str, suffix: str, converted: bool
) -> None:
    rows = put(tmp_path / "in", {"misnamed.xyz": data})
    exported(kohya, images_of(rows), tmp_path / "out", image_format=format)
    (picture,) = pictures_in(tmp_path / "out")
    (row,) = json.loads((tmp_path / "out/manifest.json").read_text())["pictures"]
    assert (picture.suffix, row["converted"]) == (suffix, converted)
    with Image.open(picture) as image:
        assert image.mode in ("RGB", "L")
        assert image.size == (row["width"], row["height"])
        assert not image.getexif()


def test_a_turned_photo_is_written_upright(tmp_path: Path) -> None:
    rows = put(tmp_path / "in", {"turned.jpg": coded(1, "JPEG", size=(40, 30), exif=turned())})
    exported(kohya, images_of(rows), tmp_path / "out")
    with Image.open(pictures_in(tmp_path / "out")[0]) as image:
        assert image.size == (30, 40)


def test_metadata_stays_only_when_asked_to(tmp_path: Path) -> None:
    tags = Image.Exif()
    tags[0x010E] = "at home"
    rows = put(tmp_path / "in", {"a.jpg": coded(1, "JPEG", exif=tags)})
    exported(kohya, images_of(rows), tmp_path / "bare")
    exported(kohya, images_of(rows), tmp_path / "whole", strip_metadata=False)
    assert b"at home" not in pictures_in(tmp_path / "bare")[0].read_bytes()
    assert pictures_in(tmp_path / "whole")[0].read_bytes() == (tmp_path / "in" / "a.jpg").read_bytes()


def test_licences_and_authors_are_written_down(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in", 2)
    more = {"license": ["CC0", "CC-BY | 4.0"], "author": ["=1+1", "Zoë, the 2nd"], "source": ["u", None]}
    exported(kohya, images_of(rows, **more), tmp_path / "out")
    assert '"Zoë, the 2nd"' in (tmp_path / "out" / "licenses.csv").read_text("utf-8")
    assert "CC-BY \\| 4.0" in (tmp_path / "out" / "README.md").read_text("utf-8")
