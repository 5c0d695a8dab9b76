"""The hub source, on data sets in local folders, which the `datasets` library reads in the same way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from nodegraph import Context, Found, ProblemError
from nodes.sources import hub
from nodes.sources.hub_rows import HubSet, Rows
from tests.nodes.exporting import coded

datasets = pytest.importorskip("datasets", reason="the extra datasets is not installed")
CONTEXT = Context(node="in")
BYTES = pl.Struct({"bytes": pl.Binary, "path": pl.String})


@pytest.fixture(autouse=True)
def quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setattr(datasets.config, "HF_MODULES_CACHE", tmp_path / "modules")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def made(top: Path, count: int = 5) -> Path:
    """A data set as the library itself writes it, with labels that have names."""
    features = datasets.Features(
        {
            "image": datasets.Image(),
            "text": datasets.Value("string"),
            "label": datasets.ClassLabel(names=["cat", "dog"]),
        }
    )
    cells = {
        "image": [{"bytes": coded(n), "path": None} for n in range(count)],
        "text": [f"picture {n}" for n in range(count)],
        "label": [n % 2 for n in range(count)],
    }
    (top / "set").mkdir(parents=True)
    datasets.Dataset.from_dict(cells, features=features).to_parquet(str(top / "set/train-00000-of-00001.parquet"))
    return top / "set"


def plain(top: Path, pictures: list[Any], **columns: Any) -> Path:
    """A data set written by something else, without the library's own words on its columns."""
    (top / "set").mkdir(parents=True)
    image = pl.Series(pictures, dtype=BYTES)
    pl.DataFrame({"picture": image, **columns}).write_parquet(top / "set/train.parquet")
    return top / "set"


def found(repo: Path | str, top: Path, context: Context = CONTEXT, **params: Any) -> Found:
    return hub.function(repo=str(repo), folder=str(top / "out"), context=context, **params)


def values(result: Found, *columns: str) -> list[Any]:
    rows = result.table.select(columns).rows()
    return [row[0] for row in rows] if len(columns) == 1 else rows


def test_rows_come_with_captions_and_the_names_of_their_labels(tmp_path: Path) -> None:
    result = found(made(tmp_path), tmp_path, max_rows=3)
    assert values(result, "rid", "caption", "label", "split", "hf_row") == [
        ("train/0000000.jpg", "picture 0", "cat", "train", 0),
        ("train/0000001.jpg", "picture 1", "dog", "train", 1),
        ("train/0000002.jpg", "picture 2", "cat", "train", 2),
    ]
    assert [Path(path).read_bytes() for path in values(result, "path")] == [coded(n) for n in range(3)]
    assert result.table.columns == ["rid", "path", "recipe", *hub.gives({})]


def test_columns_without_the_librarys_own_words_are_found_by_their_form(tmp_path: Path) -> None:
    pictures = [{"bytes": coded(0), "path": "a"}, {"bytes": coded(1), "path": None}]
    root = plain(tmp_path, pictures, words=["one", None], size=[1.5, None], tags=[["x", "y"], []])
    result = found(root, tmp_path, caption_column="words", text_columns=["tags"], number_columns=["size"])
    assert values(result, "caption", "tags", "size") == [("one", "x", 1.5), (None, None, None)]


def test_an_image_folder_is_streamed_too(tmp_path: Path) -> None:
    folder = tmp_path / "set/train"
    folder.mkdir(parents=True)
    (folder / "a.jpg").write_bytes(coded(0))
    (folder / "metadata.jsonl").write_text(json.dumps({"file_name": "a.jpg", "text": "a cat"}) + "\n")
    result = found(tmp_path / "set", tmp_path)
    assert values(result, "caption") == ["a cat"]
    assert Path(values(result, "path")[0]).read_bytes() == coded(0)


def test_a_second_run_needs_no_data_set_and_more_rows_go_on_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = made(tmp_path)
    first = found(root, tmp_path, max_rows=3)
    starts: list[int] = []
    from_row = Rows.from_row
    monkeypatch.setattr(Rows, "from_row", lambda self, start: (starts.append(start), from_row(self, start))[1])
    assert found(root, tmp_path, max_rows=3).table.equals(first.table)
    assert starts == []
    assert values(found(root, tmp_path, max_rows=100), "caption") == [f"picture {n}" for n in range(5)]
    assert starts == [3]
    assert found(root, tmp_path, max_rows=100).table.height == 5
    assert starts == [3]  # that there are five rows is remembered


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path) -> None:
    root = made(tmp_path)
    answers = iter([False, False, True])
    stopping = Context(node="in", cancelled=lambda: next(answers))
    assert found(root, tmp_path, stopping).table.height == 2
    assert found(root, tmp_path).table.height == 5


def test_rows_that_hold_no_picture_are_skipped(tmp_path: Path) -> None:
    large = coded(1) + b"\0" * 1_100_000
    root = plain(tmp_path, [{"bytes": data, "path": None} for data in (coded(0), b"<html>", None, large, coded(2))])
    result = found(root, tmp_path, max_mb=1)
    assert values(result, "hf_row") == [0, 4]
    assert [(skip.rid, skip.rule) for skip in result.skipped] == [
        ("train/0000001", "not-a-picture"), ("train/0000002", "no-picture"), ("train/0000003", "too-large"),
    ]  # fmt: skip
    assert values(found(root, tmp_path, max_mb=2), "hf_row") == [0, 3, 4]


def test_a_path_in_a_cell_never_reads_a_file_of_this_machine(tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(coded(9))
    inside = tmp_path / "set" / ".inside.jpg"  # the library itself passes over hidden files
    paths = [str(tmp_path / "secret.jpg"), f"file://{tmp_path}/secret.jpg", "http://127.0.0.1:9/a.jpg", str(inside)]
    root = plain(tmp_path, [{"bytes": None, "path": path} for path in paths])
    inside.write_bytes(coded(9))
    result = found(root, tmp_path)
    assert result.table.height == 0
    assert [skip.rule for skip in result.skipped] == ["no-picture"] * 4


@pytest.mark.parametrize(
    "files",
    [
        {"set.py": "raise SystemExit('it was run')"},
        {"data.pkl": "cos\nsystem\n(S'touch ran'\ntR."},
        {"train.parquet": "PAR1 torn"},
        {},
    ],
)
def test_a_data_set_that_cannot_be_read_safely_is_a_problem_or_gives_nothing(
    tmp_path: Path, files: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "set").mkdir()
    for name, text in files.items():
        (tmp_path / "set" / name).write_text(text)
    try:
        result = found(tmp_path / "set", tmp_path)
    except ProblemError as error:
        assert error.problems[0].code == "unusable-dataset"
        assert error.problems[0].param == "repo"
    else:
        assert result.table.height == 0
        assert "could not be read any further" in result.notices[0]
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("params", [{"split": "nowhere"}, {"config": "nowhere"}])
def test_a_split_or_configuration_that_is_not_there_is_a_problem(tmp_path: Path, params: dict[str, str]) -> None:
    with pytest.raises(ProblemError) as caught:
        found(made(tmp_path), tmp_path, **params)
    assert caught.value.problems[0].code == "unusable-dataset"


def test_other_forms_than_the_plain_ones_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = made(tmp_path)
    monkeypatch.setattr("nodes.sources.hub_rows.FORMS", frozenset(("csv",)))
    with pytest.raises(ProblemError, match="of the form parquet"):
        Rows(HubSet(str(root)))


@pytest.mark.parametrize("repo", ["", "../x", "/etc", "a", "a/b/c", "a/..", "csv", "a b/c", "a/b\n"])
def test_only_names_of_the_hub_are_taken(repo: str) -> None:
    (only,) = hub.check({"repo": repo, "text_columns": [], "number_columns": []})
    assert (only.code, only.param) == ("bad-repo", "repo")


def test_without_the_extra_the_problem_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nodes.extras.find_spec", lambda _name: None)
    (only,) = hub.check({"repo": "owner/name", "text_columns": [], "number_columns": []})
    assert (only.code, only.value) == ("missing-extra", "datasets")


def test_a_rehearsal_asks_nothing_and_lists_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rehearsal = Context(node="in", rehearsal=True)
    root = made(tmp_path)
    whole = found(root, tmp_path, max_rows=3)
    monkeypatch.setattr(import_module("nodes.sources.hub"), "Rows", None)  # asking for rows would fail
    assert found(root, tmp_path, rehearsal, max_rows=5).table.equals(whole.table)
    nothing = found("other/set", tmp_path / "new", rehearsal, max_rows=5)
    assert nothing.table.height == 0
    assert [skip.rule for skip in nothing.skipped] == ["not-here-yet"] * 5
    assert not (tmp_path / "new").exists()
