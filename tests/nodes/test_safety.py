"""NSFW heads, held against what TensorFlow makes of LAION's own, classifiers, and the nodes that use them."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from nodegraph import Context, ModelFiles, ProblemError, Values
from nodegraph.parameters import with_defaults
from nodes.measures.classifier import prepare_scored
from nodes.measures.nsfw import (
    load_nsfw_classifier,
    load_nsfw_head,
    nsfw_classifier,
    nsfw_scores,
)
from nodes.measures.saved_model import MOST_BYTES, read_saved_model
from nodes.models import MODELS
from nodes.scores.safety import nsfw, nsfw_clip
from tests.nodes.saved_models import save_nsfw_head
from tests.nodes.tables import images
from tests.nodes.tiny_models import files_of, save_timm_classifier, save_vit_classifier

WEIGHTS = Path(__file__).parents[2] / ".." / "shared" / "data" / "weights" / "nsfw_clip"
HEADS = {"clip_autokeras_binary_nsfw": 768, "clip_autokeras_nsfw_b32": 512}


def head_files(folder: Path, name: str = "head.zip") -> ModelFiles:
    files = files_of(folder, "nsfw-head")
    return replace(files, entry=replace(files.entry, files=(name,)))


@pytest.mark.parametrize("name", HEADS)
def test_laions_heads_score_embeddings_as_tensorflow_does(name: str) -> None:
    if not WEIGHTS.is_dir():
        pytest.skip("the weights of ../shared are not here")
    head = load_nsfw_head(head_files(WEIGHTS, f"{name}.zip"))
    fixtures = np.load(WEIGHTS / f"{name}_fixtures.npz", allow_pickle=False)
    found = nsfw_scores(head, fixtures["embeddings"])
    assert head.width == HEADS[name]
    assert found == pytest.approx(fixtures["tensorflow_output"], abs=1e-4)
    assert found.min() < 0.01 < 0.9 < found.max()


@pytest.mark.parametrize("name", HEADS)
def test_the_numbers_read_from_laions_zip_are_those_that_tensorflow_reads(name: str) -> None:
    if not WEIGHTS.is_dir():
        pytest.skip("the weights of ../shared are not here")
    head = load_nsfw_head(head_files(WEIGHTS, f"{name}.zip"))
    known = np.load(WEIGHTS / f"{name}.npz", allow_pickle=False)
    assert np.array_equal(head.mean, known["mean"])
    assert np.array_equal(head.deviation, np.sqrt(known["variance"]))
    for number, (weight, bias) in enumerate(head.layers):
        assert np.array_equal(weight, known[f"kernel{number}"])
        assert np.array_equal(bias, known[f"bias{number}"])
    assert list(head.categories) == known["lookup_columns"].tolist()
    for place, numbers in head.categories.items():
        assert numbers == {text: at for at, text in enumerate(known[f"vocab_{place}"].tolist(), start=1)}


def small_head(path: Path, *, categories: dict[int, list[str]] | None = None) -> None:
    """Three numbers in; two hidden units, one for the first number and one for the second less the third."""
    hidden = (np.array([[1, 0], [0, 1], [0, -1]], np.float32), np.zeros(2, np.float32))
    last = (np.array([[1], [-2]], np.float32), np.array([0.5], np.float32))
    save_nsfw_head(path, [hidden, last], np.zeros(3, np.float32), np.full(3, 4, np.float32), categories or {})


def sigmoid(value: float) -> float:
    return 1 / (1 + np.exp(-value))


def test_a_head_normalises_cuts_off_what_is_negative_and_ends_in_a_sigmoid(tmp_path: Path) -> None:
    small_head(tmp_path / "head.zip")
    head = load_nsfw_head(head_files(tmp_path))
    rows = np.array([[2, 0, 0], [0, 4, 2], [0, 2, 4], [-6, 0, 0]], np.float32)
    # halved by the deviation of 2: hidden (1, 0), (0, 1), (0, 0), (0, 0)
    assert nsfw_scores(head, rows) == pytest.approx([sigmoid(v) for v in (1.5, -1.5, 0.5, 0.5)], abs=1e-6)


def test_a_number_that_stands_for_a_category_is_looked_up_and_an_unknown_one_is_nothing(tmp_path: Path) -> None:
    small_head(tmp_path / "head.zip", categories={0: ["0.500000", "0.250000"]})
    head = load_nsfw_head(head_files(tmp_path))
    rows = np.array([[0.5, 0, 0], [0.25, 0, 0], [0.75, 0, 0]], np.float32)
    assert nsfw_scores(head, rows) == pytest.approx([sigmoid(v) for v in (1.0, 1.5, 0.5)], abs=1e-6)
    assert rows[0, 0] == 0.5


def problem_of(files: ModelFiles, load: Any = load_nsfw_head, *more: Any) -> Any:
    with pytest.raises(ProblemError) as raised:
        load(files, *more)
    (problem,) = raised.value.problems
    assert problem.code == "broken-model"
    return problem


def test_a_folder_without_a_head_is_a_problem(tmp_path: Path) -> None:
    assert "no file" in problem_of(head_files(tmp_path)).message


def test_a_zip_of_something_else_is_a_problem_that_says_what_it_lacks(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "head.zip", "w") as archive:
        archive.writestr("notes.txt", "nothing")
    assert "variables.index" in problem_of(head_files(tmp_path)).message


def test_layers_that_do_not_fit_each_other_are_a_problem(tmp_path: Path) -> None:
    layer = (np.zeros((3, 2), np.float32), np.zeros(2, np.float32))
    save_nsfw_head(tmp_path / "head.zip", [layer], np.zeros(3), np.ones(3), {})
    assert "do not fit" in problem_of(head_files(tmp_path)).message


def test_a_member_that_unpacks_to_too_much_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "head.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("variables.index", bytes(MOST_BYTES + 1))
    with pytest.raises(ValueError, match="larger"):
        read_saved_model(path)


@given(at=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255), which=st.integers(0, 3))
def test_damage_anywhere_in_a_head_gives_a_problem_or_numbers_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, at: float, byte: int, which: int
) -> None:
    folder = tmp_path_factory.getbasetemp() / "damaged"
    folder.mkdir(exist_ok=True)
    path = folder / "head.zip"
    small_head(path, categories={0: ["0.500000"]})
    with zipfile.ZipFile(path) as archive:
        members = {name: bytearray(archive.read(name)) for name in archive.namelist()}
    data = list(members.values())[which]
    data[int(at * len(data))] = byte
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, bytes(content))
    try:
        head = load_nsfw_head(head_files(folder))
    except ProblemError as error:
        assert error.problems[0].code == "broken-model"
    else:
        assert head.width == 3


def clip_scores(folder: Path, vectors: list[Any], **given: Any) -> dict[str, list[float]]:
    params = with_defaults(nsfw_clip.parameters, given)
    context = Context("nsfw", models={"head": head_files(folder)})
    found = nsfw_clip.function(images(len(vectors)), embeddings=Values(vectors), context=context, **params)
    return {name: values.to_list() for name, values in found.items()}


def test_the_node_scores_rows_with_the_head_that_the_engine_hands_it(tmp_path: Path) -> None:
    small_head(tmp_path / "head.zip")
    found = clip_scores(tmp_path, [np.array([2, 0, 0], np.float16), np.array([0, 4, 2], np.float16)], column="unsafe")
    assert found == {"unsafe": [pytest.approx(sigmoid(1.5), abs=1e-4), pytest.approx(sigmoid(-1.5), abs=1e-4)]}


def test_an_empty_set_needs_no_head(tmp_path: Path) -> None:
    assert clip_scores(tmp_path, []) == {"nsfw": []}


def test_embeddings_of_another_width_than_the_heads_are_a_problem(tmp_path: Path) -> None:
    small_head(tmp_path / "head.zip")
    with pytest.raises(ProblemError) as raised:
        clip_scores(tmp_path, [np.zeros(4, np.float16)])
    assert [problem.code for problem in raised.value.problems] == ["no-matching-head"]


def test_the_defaults_fit_each_other() -> None:
    assert not nsfw_clip.check(with_defaults(nsfw_clip.parameters, {}))


def test_a_clip_that_the_head_was_not_trained_on_is_a_problem_while_wiring() -> None:
    (problem,) = nsfw_clip.check(with_defaults(nsfw_clip.parameters, {"model": "clip-vit-b-32-openai"}))
    assert (problem.code, problem.param) == ("no-matching-head", "model")
    assert "nsfw-clip-vit-b-32" in problem.fix
    assert "clip-vit-l-14-openai" in problem.fix


def test_the_shipped_heads_are_the_published_files_and_fit_their_clip_models() -> None:
    heads = [entry for entry in MODELS if entry.kind == "nsfw-head"]
    widths = {entry.id: entry.details["width"] for entry in MODELS if entry.kind == "clip"}
    assert len(heads) == 2
    assert all(widths[clip] == head.details["width"] for head in heads for clip in head.details["clip"])
    if not WEIGHTS.is_dir():
        pytest.skip("the weights of ../shared are not here")
    from nodegraph.models.inventory import sha256_of

    for head in heads:
        path = WEIGHTS / head.files[0]
        assert (head.sha256[head.files[0]], head.bytes) == (sha256_of(path), path.stat().st_size)


PICTURES = [Image.new("L", (60, 40), level).convert("RGB") for level in (0, 90, 255)]


@pytest.mark.parametrize("save", [save_vit_classifier, save_timm_classifier])
def test_a_classifiers_score_is_the_probability_of_its_unsafe_labels(save: Any, tmp_path: Path) -> None:
    import torch

    files = save(tmp_path, ["NSFW", "fine", "Porn"])
    handle = load_nsfw_classifier(files, "cpu")
    tensors = [prepare_scored(handle, picture, model="tiny") for picture in PICTURES]
    with torch.inference_mode():
        logits = handle.classifier.model(pixel_values=torch.stack(tensors)).logits
    powers = logits.exp()
    expected = ((powers[:, 0] + powers[:, 2]) / powers.sum(dim=1)).tolist()
    found = nsfw_classifier(handle, tensors, model="tiny")
    assert found == pytest.approx(expected, abs=1e-5)
    assert len(set(found)) == 3


def test_the_labels_that_count_are_those_that_the_catalogue_names(tmp_path: Path) -> None:
    files = save_vit_classifier(tmp_path, ["nsfw", "odd"])
    named = replace(files, entry=replace(files.entry, details={"labels": ["odd"]}))
    assert load_nsfw_classifier(named, "cpu").counted == (1,)


def test_a_score_does_not_depend_on_what_else_is_in_the_batch(tmp_path: Path) -> None:
    handle = load_nsfw_classifier(save_vit_classifier(tmp_path, ["nsfw", "normal"]), "cpu")
    tensors = [prepare_scored(handle, picture, model="tiny") for picture in PICTURES]
    alone = [nsfw_classifier(handle, [tensor], model="tiny")[0] for tensor in tensors]
    assert nsfw_classifier(handle, tensors, model="tiny") == pytest.approx(alone, abs=1e-6)


def test_a_classifier_of_something_else_is_a_problem(tmp_path: Path) -> None:
    problem = problem_of(save_vit_classifier(tmp_path, ["cat", "dog"]), load_nsfw_classifier, "cpu")
    assert "cat, dog" in problem.message


def test_a_folder_that_holds_no_classifier_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "no such thing"}))
    assert "cannot be loaded" in problem_of(files_of(tmp_path, "nsfw-classifier"), load_nsfw_classifier, "cpu").message


def test_the_nodes_column_holds_rounded_scores() -> None:
    params = with_defaults(nsfw.parameters, {})
    assert params["column"] == "nsfw"
    found = nsfw.function(images(2), found=Values([0.123456, 1.0]), **params)
    assert found["nsfw"].to_list() == [0.1235, 1.0]
    assert nsfw.function(images(0), found=Values([]), **params)["nsfw"].to_list() == []
