"""A small family of node types, and the graph that most tests here start from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from nodegraph.api import arrange, export, filter_, scorer, source
from nodegraph.columns import ColumnInfo, score
from nodegraph.data.imageset import ImageSet
from nodegraph.graph.model import Graph, Node, graph_of
from nodegraph.models.catalogue import ModelEntry
from nodegraph.parameters import Column, Expression, File, Folder, ModelOf, NewColumn, Range
from nodegraph.problems import Problem
from nodegraph.registry import Registry, registry_of
from nodegraph.results import Columns, Found, Keep, Written


def _low_above_high(params: Any) -> Sequence[Problem]:
    low, high = params["low"], params["high"]
    if low is not None and high is not None and low > high:
        return [Problem("low-above-high", f"Low {low} is above high {high}.", "Swap them.", param="low", value=low)]
    return ()


def _low_and_high(params: dict[str, Any]) -> dict[str, Any]:
    """Rev 1 called the limits `min` and `max`."""
    names = {"min": "low", "max": "high"}
    return {names.get(name, name): value for name, value in params.items()}


@source("source/folder", rev=1, title="Folder")
def folder(*, path: Annotated[str, Folder(), "Where the pictures are."], recursive: bool = True) -> Found:
    """Reads a folder."""
    raise NotImplementedError


@source("source/fetched", rev=1, title="Fetched")
def fetched(*, folder: Annotated[str, Folder(writes=True), "Where the pictures are put."]) -> Found:
    """Fetches pictures to a folder."""
    raise NotImplementedError


@scorer("score/aesthetic", rev=1, title="Aesthetic score", gives={"aesthetic": score("How pleasing")})
def aesthetic(images: ImageSet, *, model: Annotated[str, ModelOf("clip")] = "demo-clip") -> Columns:
    """Scores how pleasing a picture is."""
    raise NotImplementedError


@scorer(
    "score/label",
    rev=1,
    title="Label",
    gives=lambda params: {params["into"]: ColumnInfo("text" if params["text"] else "flag")},
)
def label(images: ImageSet, *, into: Annotated[str, NewColumn()] = "label", text: bool = True) -> Columns:
    """Labels a picture, in words or as a flag."""
    raise NotImplementedError


@filter_("filter/threshold", rev=2, title="Threshold", check=_low_above_high, migrations={1: _low_and_high})
def threshold(
    images: ImageSet,
    *,
    column: Annotated[str, Column("number")],
    low: Annotated[float | None, Range(-1000, 1000)] = None,
    high: Annotated[float | None, Range(-1000, 1000)] = None,
    on_null: Literal["keep", "drop"] = "keep",
) -> Keep:
    """Keeps what lies between two limits."""
    raise NotImplementedError


@filter_("filter/expression", rev=1, title="Expression")
def expression(images: ImageSet, *, condition: Annotated[str, Expression()]) -> Keep:
    """Keeps what fulfils a condition."""
    raise NotImplementedError


@arrange("arrange/exclude", rev=1, title="Exclude")
def exclude(images: ImageSet, reference: ImageSet) -> Keep:
    """Drops what is in the reference."""
    raise NotImplementedError


@export("export/kohya", rev=1, title="Kohya folder")
def kohya(
    images: ImageSet,
    *,
    folder: Annotated[str, Folder(writes=True)] = "dataset",
    card: Annotated[str | None, File(suffixes=(".md",))] = None,
    captions: list[str] = [],  # noqa: B006
) -> Written:
    """Writes a training folder."""
    raise NotImplementedError


SPECS = (folder, fetched, aesthetic, label, threshold, expression, exclude, kohya)
MODELS = (
    ModelEntry("demo-clip", "clip", "Demo CLIP", "Apache-2.0", 1, asset="clip"),
    ModelEntry("vit-b-32", "clip", "ViT-B-32", "MIT", 2, repo="openai/clip-vit-base-patch32"),
    ModelEntry("blip-base", "captioner", "BLIP", "BSD-3-Clause", 3, repo="Salesforce/blip-image-captioning-base"),
)


def small_registry() -> Registry:
    """The node types and models above."""
    return registry_of(SPECS, MODELS)


def small_graph() -> Graph:
    """folder -> aesthetic -> threshold -> export, without a problem."""
    return graph_of(
        [
            Node("folder", "source/folder", params={"path": "photos"}),
            Node("aesthetic", "score/aesthetic"),
            Node("threshold", "filter/threshold", rev=2, params={"column": "aesthetic", "low": 5.0}),
            Node("export", "export/kohya"),
        ],
        [
            ("folder.images", "aesthetic.images"),
            ("aesthetic.images", "threshold.images"),
            ("threshold.kept", "export.images"),
        ],
        title="Small",
    )
