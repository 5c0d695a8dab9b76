"""Aesthetic heads, held against the scores that LAION's own weights give, and the node that uses them."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodegraph import Context, ProblemError, Values
from nodegraph.parameters import with_defaults
from nodes.measures.aesthetic import Head, aesthetic_scores, load_head
from nodes.scores.aesthetic import aesthetic
from tests.nodes.tables import images
from tests.nodes.tiny_models import files_of

WEIGHTS = Path(__file__).parents[2] / ".." / "shared" / "data" / "weights"
HEADS = {
    "aesthetic_v1/sa_0_4_vit_b_32_linear.pth": "vit_b_32_embeddings",
    "aesthetic_v1/sa_0_4_vit_l_14_linear.pth": "vit_l_14_embeddings",
    "aesthetic_v2/sac+logos+ava1-l14-linearMSE.pth": "vit_l_14_embeddings",
}


@pytest.mark.parametrize("name", HEADS)
def test_laions_heads_score_laions_embeddings_as_laion_does(name: str) -> None:
    if not WEIGHTS.is_dir():
        pytest.skip("the weights of ../shared are not here")
    expected = json.loads((WEIGHTS / "expected_aesthetic.json").read_text())["expected"][name]
    path = WEIGHTS / name
    head = load_head(files_of(path.parent, "aesthetic-head", weights=path.name))
    embeddings = [np.load(WEIGHTS / "aesthetic_v1" / HEADS[name] / f"rating{n}.npy").reshape(-1) for n in range(10)]
    assert aesthetic_scores(head, np.stack(embeddings).astype(np.float32)) == pytest.approx(expected, abs=1e-4)


def save_head(folder: Path, *widths: int) -> list[np.ndarray[Any, Any]]:
    """Layers of these widths, saved as LAION saves them, the last layer giving one number; gives their weights."""
    import torch

    generator = torch.Generator().manual_seed(4)
    layers = [torch.randn(out, width, generator=generator) for width, out in zip(widths, [*widths[1:], 1], strict=True)]
    state = {f"layers.{2 * at}.weight": weight for at, weight in enumerate(layers)}
    state |= {f"layers.{2 * at}.bias": torch.zeros(weight.shape[0]) for at, weight in enumerate(layers)}
    torch.save(state, folder / "head.pth")
    return [weight.numpy() for weight in layers]


def test_layers_are_applied_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    weights = save_head(tmp_path, 8, 7, 6, 5, 4, 3, 2)
    embeddings = np.eye(8, dtype=np.float32)
    plain = embeddings
    for weight in weights:
        plain = plain @ weight.T
    found = aesthetic_scores(load_head(files_of(tmp_path, "aesthetic-head")), embeddings)
    assert found == pytest.approx(plain[:, 0], rel=1e-5)


def test_a_head_gives_each_embedding_one_score() -> None:
    head = Head(((np.ones((1, 3), np.float32), np.full(1, 2, np.float32)),))
    assert aesthetic_scores(head, np.eye(3, dtype=np.float32)).tolist() == [3, 3, 3]


class Touch:
    """Unpickled, it writes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.write_text, (self.path, "run"))


def problem_of(folder: Path) -> Any:
    with pytest.raises(ProblemError) as raised:
        load_head(files_of(folder, "aesthetic-head"))
    (problem,) = raised.value.problems
    assert (problem.code, problem.param) == ("broken-model", "head")
    return problem


def test_a_pickle_that_holds_more_than_tensors_never_runs(tmp_path: Path) -> None:
    (tmp_path / "head.pth").write_bytes(pickle.dumps({"weight": Touch(tmp_path / "trace")}))
    problem_of(tmp_path)
    assert not (tmp_path / "trace").exists()


def test_a_folder_without_weights_is_a_problem(tmp_path: Path) -> None:
    assert "no file" in problem_of(tmp_path).message


def test_weights_that_are_no_head_are_a_problem(tmp_path: Path) -> None:
    import torch

    torch.save({"weight": torch.zeros(5, 8), "bias": torch.zeros(5)}, tmp_path / "head.pth")
    assert "one number" in problem_of(tmp_path).message


def context_of(folder: Path) -> Context:
    return Context("aesthetic", models={"head": files_of(folder, "aesthetic-head")})


def node_scores(folder: Path, vectors: list[Any], **given: Any) -> dict[str, Any]:
    params = with_defaults(aesthetic.parameters, given)
    found = aesthetic.function(images(len(vectors)), embeddings=Values(vectors), context=context_of(folder), **params)
    return {name: values.to_list() for name, values in found.items()}


def test_the_node_scores_rows_with_the_head_that_the_engine_hands_it(tmp_path: Path) -> None:
    (weight,) = save_head(tmp_path, 4)
    found = node_scores(tmp_path, list(np.eye(4, dtype=np.float16)))
    assert found["aesthetic"] == pytest.approx(weight[0].tolist(), abs=1e-4)


def test_embeddings_of_another_width_than_the_heads_are_a_problem(tmp_path: Path) -> None:
    save_head(tmp_path, 4)
    with pytest.raises(ProblemError) as raised:
        node_scores(tmp_path, list(np.eye(3, dtype=np.float16)))
    assert [problem.code for problem in raised.value.problems] == ["no-matching-head"]


def test_an_empty_set_needs_no_head(tmp_path: Path) -> None:
    assert node_scores(tmp_path, [], column="liking") == {"liking": []}


def test_the_defaults_fit_each_other() -> None:
    assert not aesthetic.check(with_defaults(aesthetic.parameters, {}))


def test_a_clip_that_no_head_was_trained_on_is_a_problem_while_wiring() -> None:
    (problem,) = aesthetic.check(with_defaults(aesthetic.parameters, {"model": "demo-clip"}))
    assert (problem.code, problem.param, problem.value) == ("no-matching-head", "model", "demo-clip")
    assert "clip-vit-l-14-openai" in problem.fix


def test_where_another_head_fits_the_model_it_is_named() -> None:
    (problem,) = aesthetic.check(with_defaults(aesthetic.parameters, {"model": "clip-vit-b-32-openai"}))
    assert "aesthetic-v1-vit-b-32" in problem.fix


def test_a_head_that_the_catalogue_does_not_know_is_left_to_others_to_judge() -> None:
    assert not aesthetic.check(with_defaults(aesthetic.parameters, {"head": "somebodys-head"}))
