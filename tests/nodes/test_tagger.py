"""The tagger: what goes into the model, what is remembered of it, and which tags are written."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image

from nodegraph import ModelEntry, ModelFiles, ProblemError, Values, installed_registry
from nodegraph.graph.model import End, Node, graph_of
from nodegraph.run.executor import run
from nodegraph.run.options import RunOptions
from nodegraph.run.prepare import prepare_graph
from nodes.captions.tagger import shown, tagger, tags_in
from nodes.measures.tagger import Tagger, load_tagger, picture_tags, prepare_tagger
from nodes.models import MODELS
from tests.nodes.tables import images
from tests.nodes.tiny_taggers import SIDE, TAGS, save_tagger

RED, WHITE = (255, 0, 0), (255, 255, 255)
BLUE_IS, GREEN_IS, RED_IS = np.eye(3)
WEIGHTS = np.zeros((3, len(TAGS)))
WEIGHTS[:, 4], WEIGHTS[:, 5], WEIGHTS[:, 8] = 8 * BLUE_IS, 8 * RED_IS, 8 * GREEN_IS
OFFSETS = [1.0, 0.0, -5.0, -9.0, -4.0, -4.0, 0.5, 2.0, -4.0, 3.0, 5.0]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    return save_tagger(tmp_path_factory.mktemp("tagger"), WEIGHTS.tolist(), OFFSETS)


@pytest.fixture(scope="module")
def tiny(files: ModelFiles) -> Tagger:
    return load_tagger(files, "cpu")


def picture(colour: tuple[int, int, int], width: int = 40, height: int = 40) -> Any:
    return np.full((height, width, 3), colour, np.uint8)


def told(handle: Tagger, *pictures: Any) -> list[dict[str, Any]]:
    return list(picture_tags(handle, [prepare_tagger(handle, item, model="") for item in pictures], model=""))


def test_a_picture_goes_in_as_a_white_padded_square_in_bgr_from_0_to_255(tiny: Tagger) -> None:
    tensor = prepare_tagger(tiny, picture(RED, width=SIDE, height=SIDE // 2), model="")
    assert (tensor.shape, tensor.dtype) == ((1, SIDE, SIDE, 3), np.float32)
    assert tensor[0, SIDE // 2, SIDE // 2].tolist() == [0, 0, 255]
    assert tensor[0, 0, 0].tolist() == tensor[0, -1, -1].tolist() == [255, 255, 255]
    assert (tensor[0, :, :, 0] == 0).sum(axis=0).tolist() == [SIDE // 2] * SIDE


def test_probabilities_are_those_of_the_formula_and_the_unlikely_are_left_out(tiny: Tagger) -> None:
    (found,) = told(tiny, picture(RED))

    def p(value: float) -> float:
        return round(1 / (1 + math.exp(-value)), 4)

    assert found == {
        "general": {"red_hair": p(4), "(o)_(o)": p(2), "^_^": p(0.5)},
        "character": {"someone_(of_something)": p(3)},
        "rating": {"general": p(1), "sensitive": p(0), "questionable": p(-5), "explicit": p(-9)},
    }


def test_the_colours_are_not_mixed_up(tiny: Tagger) -> None:
    blue, green = told(tiny, picture((0, 0, 255)), picture((0, 255, 0)))
    assert "blue_sky" in blue["general"] and "red_hair" not in blue["general"]
    assert "green" in green["general"]


def test_no_picture_changes_the_answer_to_another(tiny: Tagger) -> None:
    pictures = [picture((value, 90, 255 - value), width=20 + value % 30) for value in range(0, 250, 25)]
    assert told(tiny, *pictures) == [told(tiny, item)[0] for item in pictures]


RECORD = {
    "general": {"red_hair": 0.9, "(o)_(o)": 0.8, "a_b_long": 0.35, "blue_sky": 0.34},
    "character": {"someone_(of_something)": 0.86, "other": 0.5},
    "rating": {"general": 0.3, "sensitive": 0.6},
}


def test_the_sure_tags_are_written_the_surest_first() -> None:
    assert tags_in(RECORD, 0.35, 0.85) == "red hair, someone (of something), (o)_(o), a b long"
    assert tags_in(RECORD, 0.34, 0.4, underscores=True) == (
        "red_hair, someone_(of_something), (o)_(o), other, a_b_long, blue_sky"
    )
    assert tags_in(RECORD, 0.95, 0.95) == ""


def test_excluded_tags_are_found_however_they_are_written() -> None:
    rows = images(1)
    found = tagger.function(rows, found=Values([RECORD]), exclude=["Red hair", "(o)_(o)", "a_b_LONG"])
    assert found["caption"].to_list() == ["someone (of something)"]


@pytest.mark.parametrize("face", ["^_^", "@_@", "x_x", "(o)_(o)", "||_||", ">_o"])
def test_faces_keep_their_underscores(face: str) -> None:
    assert shown(face) == face


def test_tags_are_kept_for_every_row_and_used_where_there_is_no_caption() -> None:
    rows = images(3, caption=["old", None, "by hand"], caption_by=["source", None, "person"])
    found = pl.DataFrame(tagger.function(rows, found=Values([RECORD] * 3), model="m"))
    tags = "red hair, someone (of something), (o)_(o), a b long"
    assert found["caption"].to_list() == ["old", tags, "by hand"]
    assert found["caption_by"].to_list() == ["source", "model:m", "person"]
    assert found["caption_tags"].to_list() == [tags] * 3
    assert found["tag_rating"].to_list() == ["sensitive"] * 3
    over = pl.DataFrame(tagger.function(rows, found=Values([RECORD] * 3), only_empty=False))
    assert over["caption"].to_list() == [tags, tags, "by hand"]


def test_no_rows_are_tagged_too() -> None:
    assert tagger.function(images(0), found=Values([]))["caption_tags"].len() == 0


def broken(files: ModelFiles) -> str:
    with pytest.raises(ProblemError) as raised:
        load_tagger(files, "cpu")
    return raised.value.problems[0].code


def test_files_that_are_no_tagger_are_a_problem(tmp_path: Path) -> None:
    files = save_tagger(tmp_path, WEIGHTS.tolist(), OFFSETS)
    tags = tmp_path / "selected_tags.csv"
    good = tags.read_bytes()
    for bad in (b"", b"\xff\xfe", b"a,b\n1,2\n", good + b"12,one_more,0,1\n"):
        tags.write_bytes(bad)
        assert broken(files) == "broken-model"
    tags.write_bytes(good)
    (tmp_path / "model.onnx").write_bytes(b"no model")
    assert broken(files) == "broken-model"
    tags.unlink()
    assert broken(files) == "no-tags"


def test_every_tagger_of_the_catalogue_is_pinned_with_its_weights_and_its_tags() -> None:
    taggers = [entry for entry in MODELS if entry.kind == "tagger"]
    assert tagger.parameters["model"].default in {entry.id for entry in taggers}
    for entry in taggers:
        assert entry.revision
        assert set(entry.sha256) == set(entry.files) == {"model.onnx", "selected_tags.csv"}


def test_a_run_tags_with_a_tagger_that_was_put_into_the_models_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_tagger(tmp_path / "models" / "by-hand", WEIGHTS.tolist(), OFFSETS)
    digest = hashlib.sha256((tmp_path / "models" / "by-hand" / "model.onnx").read_bytes()).hexdigest()
    entry = ModelEntry(
        "by-hand", "tagger", "Tiny", "none", 1, repo="tiny/tagger", revision="0" * 40, files=("model.onnx",),
        sha256={"model.onnx": digest},
    )  # fmt: skip
    monkeypatch.setenv("NODEGRAPH_MODELS", str(tmp_path / "models"))
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, colour in {"red": RED, "blue": (0, 0, 255)}.items():
        Image.new("RGB", (60, 30), colour).save(folder / f"{name}.png")
    installed = installed_registry()
    registry = replace(installed, models={**installed.models, entry.id: entry})
    nodes = [
        Node("folder", "source/folder", params={"folder": str(folder)}),
        Node("tags", "caption/tagger", params={"model": "by-hand", "general": 0.4}),
    ]
    graph = prepare_graph(graph_of(nodes, [("folder.images", "tags.images")]), registry, base=tmp_path).graph
    options = RunOptions("cpu", cache=tmp_path / "cache", allow_download=False)
    table = run(graph, registry, options, lambda _event: None).sets[End("tags", "images")].table
    found = {row["rid"]: row for row in table.iter_rows(named=True)}
    # half of each square is white: its own colour is there in full (8 - 4 before the sigmoid), the others half (4 - 4)
    assert found["red.png"]["caption"] == "red hair, someone (of something), (o)_(o), ^_^, blue sky, green"
    assert found["blue.png"]["caption"] == "blue sky, someone (of something), (o)_(o), ^_^, green, red hair"
    assert found["red.png"]["tag_rating"] == "general"
