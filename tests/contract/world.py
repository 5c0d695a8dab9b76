"""A small world for any node: pictures with hostile names, columns of every kind, and a graph around one node."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_origin

import polars as pl
from PIL import Image

from nodegraph import ColumnInfo, Folder, Found, ImageSet, Registry, arrange, source
from nodegraph.columns import POLARS_TYPE
from nodegraph.data.paths import path_text
from nodegraph.graph.model import Graph, Node, graph_of
from nodegraph.parameters import Column, File
from nodegraph.results import Left, Rows
from nodegraph.specs import NodeSpec

Rule = Literal["full", "nulls", "none"]

NAMES = (
    "plain.png",
    "sub/plain.png",
    "with space & <script>alert(1)</script>.png",
    "quote'\".png",
    "комета – ☄.png",
    "line\nbreak.png",
    "percent%20{caption}.png",
    "#hash=1?.png",
    "x" * 120 + ".png",
    "no_ext_1024_2_3_4_5.png",
)

COLUMNS: dict[str, ColumnInfo] = {
    "number": ColumnInfo("number", "From 0 to 1", best="high"),
    "second_number": ColumnInfo("number", "From 1 to 0"),
    "integer": ColumnInfo("integer", "Counts"),
    "flag": ColumnInfo("flag", "Every other"),
    "label": ColumnInfo("text", "One of two"),
    "caption": ColumnInfo("text", "Words"),
    "caption_by": ColumnInfo("text", "Whose words"),
    "split": ColumnInfo("text", "train or validation"),
    "license": ColumnInfo("text", "A licence"),
    "author": ColumnInfo("text", "A name"),
    "source": ColumnInfo("text", "A folder"),
    "duplicate_group": ColumnInfo("text", "Three of one"),
    "duplicate_distance": ColumnInfo("number", "How far"),
    "width": ColumnInfo("integer", "Of the picture", unit="px"),
    "height": ColumnInfo("integer", "Of the picture", unit="px"),
    "megapixels": ColumnInfo("number", "Of the picture"),
    "aspect": ColumnInfo("number", "Of the picture"),
    "bucket_width": ColumnInfo("integer", "Of the bucket", unit="px"),
    "bucket_height": ColumnInfo("integer", "Of the bucket", unit="px"),
    "consent": ColumnInfo("flag", "Whether they agreed"),
}
CAPTIONS = (
    "ohwx, a red circle on a blue ground",
    "",
    None,
    'a photo of a "tree" & <b>house</b>, {trigger} %s',
    "line one\nline two",
    "ohwx, ohwx, tag_a, tag_b, tag_a",
    "ein Bild von einem Baum – schön",
    "=1+1",
    "a " * 200,
    "a red circle on a blue ground",
)


def paint(folder: Path) -> None:
    """Draws a picture of its own for every name; the last two look the same but differ in bytes."""
    for index, name in enumerate(NAMES):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shade = min(index, len(NAMES) - 2) * 23
        picture = Image.new("RGB", (96 + 8 * (index % 3), 72), (shade, 255 - shade, 90))
        for step in range(6):
            box = (step * 13, (step * index * 7) % 50, step * 13 + 9, (step * index * 7) % 50 + 19)
            picture.paste((255 - shade, shade, 37 * step), box)
        picture.save(path, compress_level=index % 9)


@source("contract/world", rev=1, gives=COLUMNS)
def world(*, folder: Annotated[str, Folder()], rule: Rule = "full") -> Found:
    """The pictures with columns of every kind, some of them null; all null, or no rows at all."""
    names = sorted(NAMES) if rule != "none" else []
    rows = [_row(index, name, Path(folder)) for index, name in enumerate(names)]
    schema: dict[str, Any] = {"rid": pl.String, "path": pl.String}
    schema |= {name: POLARS_TYPE[info.kind] for name, info in COLUMNS.items()}
    table = pl.DataFrame(rows, schema=schema)
    if rule == "nulls":
        table = table.with_columns(pl.lit(None, dtype=POLARS_TYPE[info.kind]).alias(n) for n, info in COLUMNS.items())
    return Found(table)


def _row(index: int, name: str, folder: Path) -> dict[str, Any]:
    gap = index == 4
    width = 96 + 8 * (NAMES.index(name) % 3)
    return {
        "rid": name,
        "path": path_text(folder / name),
        "number": None if gap else index / 10,
        "second_number": float("nan") if index == 5 else 1 - index / 10,
        "integer": None if gap else index,
        "flag": None if gap else index % 2 == 0,
        "label": None if gap else ("cat", "dog & 'bird'")[index % 2],
        "caption": CAPTIONS[index],
        "caption_by": "person" if index == 3 else None if gap else "source",
        "split": None if gap else "validation" if index == 7 else "train",
        "license": (None, "CC0-1.0", "https://creativecommons.org/licenses/by/4.0/", "all rights reserved")[index % 4],
        "author": None if gap else "Ann <ann@example.org>",
        "source": "in",
        "duplicate_group": NAMES[0] if index in (0, 1, 2) else None,
        "duplicate_distance": 1.0 if index in (1, 2) else None,
        "width": None if gap else width,
        "height": None if gap else 72,
        "megapixels": None if gap else width * 72 / 1e6,
        "aspect": None if gap else width / 72,
        "bucket_width": None if gap else 64,
        "bucket_height": None if gap else 64,
        "consent": None if gap else index % 3 != 0,
    }


@arrange("contract/drop_all", rev=1, outputs=("images",))
def drop_all(images: ImageSet) -> Rows:
    """Drops every row."""
    left = [Left(rid, cid, "all", "all of them") for rid, cid in zip(images.rids, images.cids, strict=True)]
    return Rows({}, left)


def with_world(registry: Registry) -> Registry:
    """The registry with the nodes of this module."""
    return Registry({**registry.nodes, world.type: world, drop_all.type: drop_all}, registry.models, registry.packs, ())


def params_of(spec: NodeSpec, folder: Path, given: Mapping[str, Any]) -> dict[str, Any]:
    """Values for the parameters without a default: a column of the right kind, a place below `folder`."""
    values: dict[str, Any] = {}
    for name, parameter in spec.parameters.items():
        if name in given:
            values[name] = given[name]
        elif (column := parameter.facet(Column)) and parameter.required:
            kind = "number" if column.kind == "any" else column.kind
            found = next(column for column, info in COLUMNS.items() if info.kind == kind)
            values[name] = [found] if get_origin(parameter.type) is list else found
        elif parameter.facet(Folder) and (parameter.required or not parameter.default):
            values[name] = str(folder / "out")
        elif parameter.facet(File) and parameter.required:
            values[name] = str(folder / "out" / "file.html")
    return values


def around(spec: NodeSpec, pictures: Path, params: Mapping[str, Any], rule: Rule, *, dropped: bool = False) -> Graph:
    """A graph that feeds every input of the node from the world; `dropped` puts a node that drops all before it."""
    nodes = [
        Node("world", world.type, 1, {"folder": str(pictures), "rule": rule}),
        Node("node", spec.type, spec.rev, dict(params)),
    ]
    first = "world.images"
    edges: list[tuple[str, str]] = []
    if dropped:
        nodes.append(Node("none", drop_all.type, 1))
        edges.append((first, "none.images"))
        first = "none.images"
    for port in spec.inputs:
        feed = first
        if port != spec.inputs[0]:
            nodes.append(Node(f"feed_{port}", world.type, 1, {"folder": str(pictures), "rule": rule}))
            feed = f"feed_{port}.images"
        edges.append((feed, f"node.{port}"))
    return graph_of(nodes, edges)
