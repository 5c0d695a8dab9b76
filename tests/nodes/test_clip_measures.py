"""CLIP embeddings: loading by open_clip, preparing pictures, vectors of length one."""

from __future__ import annotations

import json
import pickle
import shutil
import socket
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from nodegraph import ProblemError
from nodegraph.data.pixels import Decoded
from nodes.measures.clip import ClipModel, clip_image, clip_text, load_clip, prepare_image
from tests.nodes.golden.pictures import golden_pictures
from tests.nodes.tiny_models import files_of, save_clip

PICTURES = [picture.convert("RGB") for picture in golden_pictures().values()]
ASSETS = Path(__file__).parents[2] / "assets"
DEMO = ASSETS / "models" / "demo-clip"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_clip(tmp_path_factory.mktemp("clip")).folder


@pytest.fixture(scope="module")
def clip(folder: Path) -> ClipModel:
    return load_clip(files_of(folder, "clip"), "cpu")


@pytest.fixture
def own_folder(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "model"))


def embeddings(clip: ClipModel, pictures: list[Any]) -> np.ndarray[Any, Any]:
    prepared = [prepare_image(clip, Decoded(picture), model="tiny-clip") for picture in pictures]
    return np.stack(clip_image(clip, prepared, model="tiny-clip"))


def test_picture_embeddings_are_half_precision_vectors_of_length_one(clip: ClipModel) -> None:
    vectors = embeddings(clip, PICTURES)
    assert vectors.shape == (len(PICTURES), 24)
    assert vectors.dtype == np.float16
    assert np.linalg.norm(vectors.astype(np.float64), axis=1) == pytest.approx(1, abs=1e-3)


def test_text_embeddings_are_half_precision_vectors_of_length_one(clip: ClipModel) -> None:
    vectors = np.stack(clip_text(clip, ["a cat", "x " * 500, ""], model="tiny-clip"))
    assert vectors.shape == (3, 24)
    assert vectors.dtype == np.float16
    assert np.linalg.norm(vectors.astype(np.float64), axis=1) == pytest.approx(1, abs=1e-3)


def test_an_embedding_is_that_of_open_clip_used_plainly(clip: ClipModel) -> None:
    import torch

    with torch.inference_mode():
        pixels = torch.stack([clip.preprocess(picture) for picture in PICTURES])
        plain = torch.nn.functional.normalize(clip.model.encode_image(pixels)).numpy()
    small = [
        at for at, picture in enumerate(PICTURES) if max(picture.size) <= 256 and min(picture.size) < 4 * clip.side
    ]
    assert len(small) == 5
    assert embeddings(clip, PICTURES)[small].astype(np.float32) == pytest.approx(plain[small], abs=1e-3)


def test_averaging_a_large_picture_first_hardly_turns_its_embedding(clip: ClipModel) -> None:
    large = PICTURES[0].resize((1200, 900), Image.Resampling.BICUBIC)
    plain = np.asarray(clip.geometry(large))
    ours = prepare_image(clip, Decoded(large), model="tiny-clip")
    assert not np.array_equal(ours, plain)
    one, other = np.stack(clip_image(clip, [ours, plain], model="tiny-clip")).astype(np.float32)
    assert float(one @ other) > 0.998


def test_an_embedding_does_not_depend_on_what_else_is_in_the_batch(clip: ClipModel) -> None:
    together = embeddings(clip, PICTURES).astype(np.float32)
    alone = np.concatenate([embeddings(clip, [picture]) for picture in PICTURES]).astype(np.float32)
    assert together == pytest.approx(alone, abs=1e-3)


def test_pictures_and_texts_of_other_content_have_other_embeddings(clip: ClipModel) -> None:
    vectors = [*embeddings(clip, PICTURES[:4]), *clip_text(clip, ["a cat", "a dog"], model="tiny-clip")]
    assert len({vector.tobytes() for vector in vectors}) == len(vectors)


def test_a_model_that_open_clip_knows_by_name_loads_from_its_weights_alone(clip: ClipModel, own_folder: Path) -> None:
    import open_clip

    config = own_folder / "open_clip_config.json"
    architecture = own_folder / "nodegraph-tiny.json"
    architecture.write_text(json.dumps(json.loads(config.read_text())["model_cfg"]))
    open_clip.add_model_config(architecture)
    config.unlink()
    loaded = load_clip(files_of(own_folder, "clip", architecture="nodegraph-tiny"), "cpu")
    assert np.array_equal(clip_text(loaded, ["a cat"], model="")[0], clip_text(clip, ["a cat"], model="")[0])


def test_loading_never_opens_a_connection(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert load_clip(files_of(folder, "clip"), "cpu").device == "cpu"


def problem_of(folder: Path, **details: Any) -> Any:
    with pytest.raises(ProblemError) as raised:
        load_clip(files_of(folder, "clip", **details), "cpu")
    (problem,) = raised.value.problems
    assert problem.code == "broken-model"
    assert problem.param == "model"
    assert problem.fix
    return problem


def test_a_folder_that_is_no_model_is_a_problem(tmp_path: Path) -> None:
    assert "no open_clip_config.json" in problem_of(tmp_path).message


def test_a_model_without_weights_is_a_problem(own_folder: Path) -> None:
    (own_folder / "open_clip_model.safetensors").unlink()
    assert "no weights file" in problem_of(own_folder).message


def test_weights_that_break_off_are_a_problem(own_folder: Path) -> None:
    weights = own_folder / "open_clip_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])
    assert "Safetensor" in problem_of(own_folder).message


def test_a_part_that_would_be_fetched_from_elsewhere_is_a_problem(own_folder: Path) -> None:
    config = json.loads((own_folder / "open_clip_config.json").read_text())
    config["model_cfg"]["text_cfg"]["hf_model_name"] = "somebody/text-tower"
    (own_folder / "open_clip_config.json").write_text(json.dumps(config))
    assert "another repository" in problem_of(own_folder).message


def test_so_is_an_architecture_that_wants_such_a_part(own_folder: Path) -> None:
    (own_folder / "open_clip_config.json").unlink()
    assert "another repository" in problem_of(own_folder, architecture="roberta-ViT-B-32").message


class Touch:
    """Unpickled, it writes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.write_text, (self.path, "run"))


def test_a_pickle_among_the_weights_never_runs(own_folder: Path, tmp_path: Path) -> None:
    (own_folder / "open_clip_model.safetensors").unlink()
    (own_folder / "model.pth").write_bytes(pickle.dumps(Touch(tmp_path / "trace")))
    problem_of(own_folder)
    assert not (tmp_path / "trace").exists()


def test_the_demo_model_finds_the_sample_that_a_caption_describes() -> None:
    if not (DEMO / "open_clip_model.safetensors").is_file():
        pytest.skip("the demo model is not here")
    demo = load_clip(files_of(DEMO, "clip"), "cpu")
    scenes = json.loads((ASSETS / "samples.json").read_text("utf-8"))
    plain = {file: scene["caption"] for file, scene in scenes.items() if scene["opens"] and not scene["planted"]}
    captions = list(dict.fromkeys(plain.values()))
    pictures = [Image.open(ASSETS / "samples" / file).convert("RGB") for file in plain]
    likeness = embeddings(demo, pictures) @ np.stack(clip_text(demo, captions, model="demo-clip")).T
    right = [captions[best] == caption for best, caption in zip(likeness.argmax(1), plain.values(), strict=True)]
    assert len(right) > 10
    assert sum(right) / len(right) >= 0.8
