"""OneTrainer and ai-toolkit get what they read; columns of the set say how often and as what pictures are shown."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.context import Context
from nodegraph.problems import ProblemError
from nodegraph.specs import NodeSpec
from nodes.export import ai_toolkit, kohya, onetrainer
from nodes.export.ai_toolkit import whole
from nodes.export.items import items_of
from nodes.export.training import OWN_FOLDERS, split_folder, subsets_of
from tests.nodes.exporting import coded, exported, images_of, photos, pictures_in, put

both = pytest.mark.parametrize("spec", [onetrainer, ai_toolkit], ids=lambda spec: spec.type)


def captions_in(folder: Path) -> dict[str, bytes]:
    return {path.stem[:7]: path.read_bytes() for path in folder.glob("*.txt")}


def concepts_in(folder: Path) -> list[dict[str, Any]]:
    return json.loads((folder / "concepts.json").read_text("utf-8"))


def process_in(folder: Path) -> dict[str, Any]:
    return yaml.safe_load((folder / "config.yaml").read_text("utf-8"))["config"]["process"][0]


def subsets_in(folder: Path) -> list[dict[str, Any]]:
    config = tomllib.loads((folder / "dataset_config.toml").read_text("utf-8"))
    return [subset for dataset in config["datasets"] for subset in dataset["subsets"]]


def test_onetrainer_gets_captions_of_one_line(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in", 2)
    rows[0]["caption"] = "one\r\ntwo\u2028three é"
    exported(onetrainer, images_of(rows), tmp_path / "out")
    assert captions_in(tmp_path / "out" / "train")["photo-0"] == "one two three é".encode()


def test_ai_toolkit_gets_captions_whole(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in", 2)
    rows[0]["caption"] = "one [trigger]\r\n\r\ntwo\u2028 three é \x00"
    exported(ai_toolkit, images_of(rows), tmp_path / "out")
    assert captions_in(tmp_path / "out" / "train")["photo-0"] == "one [trigger]\n\ntwo\nthree é".encode()


@given(st.text())
def test_a_whole_caption_stays_as_it_is_the_second_time(text: str) -> None:
    assert whole(whole(text)) == whole(text)


def test_ai_toolkit_gets_no_webp(tmp_path: Path) -> None:
    rows = put(tmp_path / "in", {name: coded(1, name.upper()) for name in ("webp", "png", "jpeg")})
    exported(ai_toolkit, images_of(rows), tmp_path / "out")
    assert {path.name.partition("-")[0]: path.suffix for path in pictures_in(tmp_path / "out")} == {
        "webp": ".jpg", "png": ".png", "jpeg": ".jpg"
    }  # fmt: skip
    exported(ai_toolkit, images_of(rows), tmp_path / "all", image_format="png")
    assert {path.suffix for path in pictures_in(tmp_path / "all")} == {".png"}


def test_each_split_that_onetrainer_knows_is_a_concept(tmp_path: Path) -> None:
    split = ["train", "val", "test", None]
    images = images_of(photos(tmp_path / "in"), split=split)
    exported(onetrainer, images, tmp_path / "out", name="Cats", trainer_folder="D:\\sets\\cat\\")
    train, validation = concepts_in(tmp_path / "out")
    assert (train["name"], train["path"], train["type"]) == ("Cats", "D:/sets/cat/train", "STANDARD")
    assert (validation["path"], validation["type"]) == ("D:/sets/cat/validation", "VALIDATION")
    assert {path.parent.name: len(list(path.parent.glob("*.jpg"))) for path in pictures_in(tmp_path / "out")} == {
        "train": 2, "validation": 1, "test": 1
    }  # fmt: skip


def test_the_configuration_of_ai_toolkit_names_folder_model_and_trigger(tmp_path: Path) -> None:
    context = Context(node="o", title='Old: "chairs" #1')
    images = images_of(photos(tmp_path / "in"), split=["train", "validation", None, None])
    exported(ai_toolkit, images, tmp_path / "out", context, trigger_word="sks: {cat}", family="sdxl", model="some/xl")
    process = process_in(tmp_path / "out")
    (dataset,) = process["datasets"]
    assert dataset["folder_path"] == (tmp_path / "out" / "train").as_posix()
    assert (dataset["caption_ext"], dataset["resolution"]) == ("txt", [512, 768, 1024])
    assert process["trigger_word"] == "sks: {cat}"
    assert process["model"] == {"name_or_path": "some/xl", "is_xl": True}
    assert process["sample"]["prompts"][0] == "a picture, 0"


def test_captions_that_look_like_yaml_stay_text(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in", 4)
    texts = ["no", "{a: [b}", "!!python/object:os.system x", "- 猫: |"]
    exported(ai_toolkit, images_of([{**r, "caption": t} for r, t in zip(rows, texts, strict=True)]), tmp_path / "out")
    assert process_in(tmp_path / "out")["sample"]["prompts"] == texts


@both
def test_a_row_without_caption_is_left_out_or_written_without_text(tmp_path: Path, spec: NodeSpec) -> None:
    rows = photos(tmp_path / "in", 3)
    rows[1]["caption"] = " \ufeff "
    written = exported(spec, images_of(rows), tmp_path / "a")
    assert written.failed == {"photo 1.jpg": "it has no caption"}
    exported(spec, images_of(rows), tmp_path / "b", on_empty_caption="write empty text")
    assert len(pictures_in(tmp_path / "b")) == 3
    assert len(captions_in(tmp_path / "b" / "train")) == 2  # a file of no bytes stops some trainers
    with pytest.raises(ProblemError, match="1 of 3 rows have no caption"):
        exported(spec, images_of(rows), tmp_path / "c", on_empty_caption="problem")


def test_a_set_without_captions_needs_a_trigger_word(tmp_path: Path) -> None:
    rows = [{key: value for key, value in row.items() if key != "caption"} for row in photos(tmp_path / "in", 2)]
    with pytest.raises(ProblemError, match="no column caption"):
        exported(ai_toolkit, images_of(rows), tmp_path / "out")
    exported(ai_toolkit, images_of(rows), tmp_path / "out", trigger_word="sks cat")
    assert len(pictures_in(tmp_path / "out")) == 2
    assert process_in(tmp_path / "out")["train"]["disable_sampling"] is True


REPEATS = {"repeats": [1.0, 3.4, None, 0.2], "is_reg": [False, False, False, True]}


def test_kohya_puts_each_number_of_repeats_in_a_folder_of_its_own(tmp_path: Path) -> None:
    images = images_of(photos(tmp_path / "in"), **REPEATS, class_token=["sks cat", "sks cat", None, "cat"])
    exported(kohya, images, tmp_path / "out", class_tokens="dog", repeats=5)
    told = {
        Path(subset["image_dir"]).relative_to(tmp_path / "out").as_posix(): (
            subset["num_repeats"], subset["class_tokens"], subset.get("is_reg", False)
        )
        for subset in subsets_in(tmp_path / "out")
    }  # fmt: skip
    assert told == {
        "1_sks cat": (1, "sks cat", False),
        "3_sks cat": (3, "sks cat", False),
        "5_dog": (5, "dog", False),
        "regularisation/1_cat": (1, "cat", True),
    }
    assert all(len(pictures_in(tmp_path / "out" / place)) == 1 for place in told)


def test_regularisation_pictures_need_no_caption(tmp_path: Path) -> None:
    rows = [{**row, "caption": None if n else "a cat"} for n, row in enumerate(photos(tmp_path / "in", 2))]
    written = exported(kohya, images_of(rows, is_reg=[False, True]), tmp_path / "out", class_tokens="cat")
    assert not written.failed
    assert len(list((tmp_path / "out").rglob("*.txt"))) == 1


def test_class_tokens_that_make_one_folder_are_one_subset(tmp_path: Path) -> None:
    images = images_of(photos(tmp_path / "in", 3), class_token=["Cat?", "cat*", "cat-"])
    exported(kohya, images, tmp_path / "out")
    (subset,) = subsets_in(tmp_path / "out")
    assert len(pictures_in(Path(subset["image_dir"]))) == 3


def test_the_metadata_file_names_training_pictures_by_absolute_paths(tmp_path: Path) -> None:
    images = images_of(photos(tmp_path / "in"), split=["train", "validation", None, None], is_reg=[False] * 3 + [True])
    exported(kohya, images, tmp_path / "out", metadata_json=True)
    metadata = json.loads((tmp_path / "out" / "metadata.json").read_text("utf-8"))
    assert all(Path(path).is_file() for path in metadata)
    assert list(metadata.values()) == [
        {"caption": "a picture, 0", "image_size": [40, 30]},
        {"caption": "a picture, 2", "image_size": [40, 30]},
    ]


def test_onetrainer_and_ai_toolkit_repeat_by_folder(tmp_path: Path) -> None:
    images = images_of(photos(tmp_path / "in"), **REPEATS)
    exported(onetrainer, images, tmp_path / "one")
    assert {Path(c["path"]).name: (c["type"], c["balancing"]) for c in concepts_in(tmp_path / "one")} == {
        "train": ("STANDARD", 1.0),
        "train-x3": ("STANDARD", 3.0),
        "regularisation": ("PRIOR_PREDICTION", 1.0),
    }
    exported(ai_toolkit, images, tmp_path / "ai")
    found = {Path(d["folder_path"]).name: d["num_repeats"] for d in process_in(tmp_path / "ai")["datasets"]}
    assert found == {"train": 1, "train-x3": 3, "regularisation": 1}


@given(st.text(max_size=30))
def test_a_split_never_shares_a_folder_that_is_trained_on(split: str) -> None:
    name = split_folder(split)
    assert name
    assert not name[0].isdigit()
    assert name.casefold() not in OWN_FOLDERS
    assert not name.casefold().startswith("train")


def test_repeats_are_whole_numbers_of_one_or_more() -> None:
    rows = [{"rid": f"{n}", "cid": "", "path": "", "recipe": ""} for n in range(6)]
    images = images_of(rows, repeats=[0.0, -4.0, 2.6, float("nan"), float("inf"), 1e12])
    assert [subset.repeats for subset in subsets_of(images, 7, "").values()] == [1, 1, 3, 7, 7, 1000]


@pytest.mark.parametrize("split", ["Train", "training", " train ", "", None])
def test_a_split_for_training_is_trained_on_however_it_is_written(tmp_path: Path, split: str | None) -> None:
    images = images_of(photos(tmp_path / "in", 2), split=["Val", split])
    found = [(subset.split, subset.trained) for subset in subsets_of(images, 1, "").values()]
    assert found == [("validation", False), ("train", True)]
    exported(kohya, images, tmp_path / "out", metadata_json=True)
    assert len(json.loads((tmp_path / "out/metadata.json").read_bytes())) == 1


def test_repeats_that_a_table_gave_as_text_count(tmp_path: Path) -> None:
    images = images_of(photos(tmp_path / "in"), repeats=["3", "2.6", "often", None])
    assert [subset.repeats for subset in subsets_of(images, 7, "").values()] == [3, 3, 7, 7]


def test_a_caption_that_is_no_number_is_none(tmp_path: Path) -> None:
    images = images_of(photos(tmp_path / "in", 2), caption=[float("nan"), 2.5])
    assert [item.caption for item in items_of(images)] == ["", "2.5"]
