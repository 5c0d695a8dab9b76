"""The image folder is what the Hugging Face datasets library reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from nodegraph.context import Context, NodeCount
from nodegraph.problems import ProblemError
from nodes.export import imagefolder
from nodes.export.imagefolder import split_name
from tests.nodes.exporting import careless_library, exported, images_of, photos, pictures_in


def metadata_in(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "metadata.jsonl").read_text("utf-8").splitlines()]


def test_each_split_has_a_line_for_each_of_its_pictures(tmp_path: Path) -> None:
    split = ["train", "val", None, "train"]
    exported(imagefolder, images_of(photos(tmp_path / "in"), split=split), tmp_path / "out")
    for name, count in (("train", 3), ("validation", 1)):
        lines = metadata_in(tmp_path / "out" / name)
        assert [line["file_name"] for line in lines] == [p.name for p in pictures_in(tmp_path / "out" / name)]
        assert len(lines) == count


def test_all_lines_have_the_same_keys_and_types(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in")
    rows[2]["caption"] = None
    images = images_of(rows, split=["train", "train", "train", "test"], license=["CC0", None, None, None])
    exported(imagefolder, images, tmp_path / "out", on_empty_caption="write empty text")
    lines = [*metadata_in(tmp_path / "out" / "train"), *metadata_in(tmp_path / "out" / "test")]
    assert {tuple((key, type(value)) for key, value in line.items()) for line in lines} == {
        (("file_name", str), ("text", str), ("width", int), ("height", int), ("license", str))
    }


def test_captions_keep_their_lines(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in", 1)
    rows[0]["caption"] = 'one\ntwo \u2028 "three" 猫 '
    exported(imagefolder, images_of(rows), tmp_path / "out")
    text = (tmp_path / "out" / "train" / "metadata.jsonl").read_text("utf-8")
    assert json.loads(text.removesuffix("\n"))["text"] == 'one\ntwo \u2028 "three" 猫'


def test_the_card_names_the_splits_and_the_licence(tmp_path: Path) -> None:
    count = NodeCount("f", "filter/threshold", "Sharp | enough", 10, 4, 6, 0)
    context = Context(node="out", title='Chairs: "old" ones', upstream=[count])
    images = images_of(photos(tmp_path / "in"), split=["train", "a b", "train", "train"], license=["CC-BY-4.0"] * 4)
    exported(imagefolder, images, tmp_path / "out", context)
    text = (tmp_path / "out" / "README.md").read_text("utf-8")
    header = text.removeprefix("---\n").partition("---\n")[0]
    assert 'pretty_name: "Chairs: \\"old\\" ones"\nlicense: cc-by-4.0\n' in header
    assert '  - split: train\n    path: "train/**"\n  - split: a_b\n    path: "a_b/**"\n' in header
    assert "| Sharp \\| enough | 10 | 4 | 6 |" in text


@pytest.mark.parametrize(
    ("split", "name"),
    [
        ("train", "train"),
        ("val", "validation"),
        ("Training", "train"),
        ("a/b c", "a_b_c"),
        ("Validation", "validation"),
        ("..", "other"),
        ("aux", "other"),
        ("(con)", "other"),
        ("猫", "other"),
    ],
)
def test_split_names_are_words(split: str, name: str) -> None:
    assert split_name(split) == name


def test_empty_captions_can_stop_the_export(tmp_path: Path) -> None:
    rows = photos(tmp_path / "in", 2)
    rows[0]["caption"] = ""
    with pytest.raises(ProblemError, match="1 of 2 rows have no caption"):
        exported(imagefolder, images_of(rows), tmp_path / "out", on_empty_caption="problem")


def test_a_set_without_captions_is_written_without_texts(tmp_path: Path) -> None:
    rows = [{key: value for key, value in row.items() if key != "caption"} for row in photos(tmp_path / "in", 2)]
    exported(imagefolder, images_of(rows), tmp_path / "out")
    assert all("text" not in line for line in metadata_in(tmp_path / "out" / "train"))


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_further_columns_are_written_with_the_same_types_in_every_split(tmp_path: Path, form: str) -> None:
    images = images_of(
        photos(tmp_path / "in"),
        split=["train", "train", "test", "test"],
        score=[0.5, float("nan"), None, None],
        tags=[["a", "b"], [], None, ["c"]],
        nothing=[None] * 4,
    )
    exported(
        imagefolder,
        images,
        tmp_path / "out",
        metadata=form,
        columns=["score", "tags", "nothing", "path", "image", "rid"],
    )
    assert not list((tmp_path / "out").rglob("metadata.*"))[2:]
    read = {"jsonl": pl.read_ndjson, "csv": pl.read_csv, "parquet": pl.read_parquet}[form]
    train, test = (read(tmp_path / "out" / split / f"metadata.{form}") for split in ("train", "test"))
    assert train.columns == test.columns == ["file_name", "text", "width", "height", "score", "tags", "nothing"]
    assert train["score"][0] == 0.5
    assert form != "parquet" or train.schema == test.schema


@pytest.mark.peer
@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_the_datasets_library_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    datasets = pytest.importorskip("datasets", reason="the datasets library is not installed")
    rows = photos(tmp_path / "in")
    rows[0]["caption"] = 'one\ntwo, "three" 猫'
    images = images_of(
        rows,
        split=["train", "validation", "train", "train"],
        author=["a", "b", None, None],
        score=[1.5, 2.0, None, 0.25],
    )
    exported(imagefolder, images, tmp_path / "out", metadata=form, columns=["score"])
    with careless_library():
        loaded = datasets.load_dataset("imagefolder", data_dir=str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"))
    assert {name: len(split) for name, split in loaded.items()} == {"train": 3, "validation": 1}
    assert loaded["train"].features == loaded["validation"].features
    assert sorted(loaded["train"]["text"]) == ["a picture, 2", "a picture, 3", 'one\ntwo, "three" 猫']
    assert sorted(loaded["train"]["score"], key=str) == [0.25, 1.5, None]
    assert loaded["validation"][0]["image"].size == (40, 30)
