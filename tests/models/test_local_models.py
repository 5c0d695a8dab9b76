"""Models that are on this machine already: embedded ones and those put there by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.models import download
from nodegraph.models.catalogue import ModelEntry
from nodegraph.models.download import files_of
from nodegraph.models.inventory import files_in, missing, wanted
from nodegraph.models.places import Places, places_of
from nodegraph.models.records import Records
from nodegraph.problems import ProblemError
from nodes.models import MODELS

ENTRY = ModelEntry(
    id="mine",
    kind="clip",
    title="Mine",
    licence="MIT",
    bytes=10,
    repo="some/mine",
    files=("config.json", "*.safetensors", "*.safetensors.index.json"),
)


@pytest.fixture
def here(tmp_path: Path) -> Places:
    return Places(tmp_path / "models", tmp_path / "hub", "http://127.0.0.1:9")


def put(folder: Path, **contents: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in contents.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return folder


def found(here: Places, entry: ModelEntry = ENTRY) -> download.ModelFiles:
    return files_of(entry, allow_download=False, places=here)


def test_files_put_there_by_hand_are_used(here: Places) -> None:
    folder = put(here.models / "mine", config__json="{}", model__safetensors="w")
    assert found(here).folder == folder


def test_the_revision_of_local_files_follows_their_contents(here: Places) -> None:
    folder = put(here.models / "mine", config__json="{}", model__safetensors="w")
    first = found(here).revision
    put(folder, notes__md="not a part of the model")
    assert found(here).revision == first
    put(folder, model__safetensors="other weights")
    changed = found(here).revision
    assert changed != first
    put(folder, model__safetensors="w")
    assert found(here).revision == first


def test_a_folder_that_lacks_files_is_a_problem_that_names_them(here: Places) -> None:
    put(here.models / "mine", model__safetensors="w")
    with pytest.raises(ProblemError, match=r"lacks config\.json"):
        found(here)


def test_a_missing_shard_is_noticed(here: Places) -> None:
    index = json.dumps({"weight_map": {"a": "part-1.safetensors", "b": "part-2.safetensors"}})
    folder = put(here.models / "mine", config__json="{}", model__safetensors__index__json=index)
    put(folder, **{"part-1__safetensors": "w"})
    assert missing(ENTRY, folder) == ["part-2.safetensors"]


def test_files_by_hand_are_held_against_the_catalogues_hash(here: Places) -> None:
    put(here.models / "mine", config__json="{}", model__safetensors="w")
    with pytest.raises(ProblemError) as failure:
        found(here, replace(ENTRY, sha256={"model.safetensors": "0" * 64}))
    assert failure.value.problems[0].code == "model-wrong-hash"
    assert (here.models / "mine" / "model.safetensors").exists()


def test_an_embedded_model_that_is_not_installed_is_a_problem() -> None:
    with pytest.raises(ProblemError, match="missing from the installation"):
        files_of(replace(ENTRY, repo="", asset="models/nobody-made-this"), allow_download=True)


@pytest.mark.parametrize("entry", [entry for entry in MODELS if entry.embedded], ids=lambda entry: entry.id)
def test_the_embedded_models_are_complete_and_have_a_revision(entry: ModelEntry) -> None:
    files = files_of(entry, allow_download=False)
    assert len(files.revision) == 12
    assert "model.safetensors" in " ".join(files_in(entry, files.folder))


def test_a_hash_is_not_computed_again_while_the_file_stays_the_same(
    here: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(here.models / "mine", model__safetensors="w") / "model.safetensors"
    records = Records(here.models / ".records")
    first = records.hash_of(ENTRY, path)
    monkeypatch.setattr("nodegraph.models.records.sha256_of", lambda _path: "computed again")
    assert records.hash_of(ENTRY, path) == first
    path.write_text("other", encoding="utf-8")
    assert records.hash_of(ENTRY, path) == "computed again"


def test_a_damaged_record_is_as_good_as_none(here: Places) -> None:
    records = Records(here.models / ".records")
    records.remember_commit(ENTRY, "a" * 40)
    assert records.commit_of(ENTRY) == "a" * 40
    (records.folder / "mine.json").write_text("{ not json", encoding="utf-8")
    assert records.commit_of(ENTRY) == ""


def test_a_record_of_another_repository_is_not_used(here: Places) -> None:
    records = Records(here.models / ".records")
    records.remember_commit(ENTRY, "a" * 40)
    assert records.commit_of(replace(ENTRY, repo="some/other")) == ""


def test_the_models_folder_is_the_one_the_environment_names(tmp_path: Path) -> None:
    assert places_of({"NODEGRAPH_MODELS": str(tmp_path)}).models == tmp_path


names = st.lists(
    st.text("ab./\\-", max_size=6).map(lambda stem: stem or "a"), min_size=1, max_size=2
).map("/".join)  # fmt: skip


@given(names, st.sampled_from([".safetensors", ".json", ".bin", ".py", ".pth", ".pt", ".pkl", ".ckpt", ""]))
def test_no_name_leads_out_of_the_folder_or_to_code_whatever_the_patterns(stem: str, suffix: str) -> None:
    greedy = replace(ENTRY, files=("*",))
    for name in wanted(greedy, [stem + suffix]):
        assert Path(name).suffix in {".safetensors", ".json"}
        assert ".." not in Path(name).parts
        assert not Path(name).is_absolute()
