"""A small pack of nodes for tests of the engine: cheap measures, a fake model that counts, and every kind of node."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Annotated

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nodegraph import (
    Context,
    Folder,
    Found,
    ImageSet,
    Keep,
    ModelEntry,
    ModelFiles,
    ModelOf,
    ModelUse,
    NewColumn,
    Parts,
    Pixels,
    Range,
    Registry,
    Take,
    TextValues,
    Values,
    Words,
    Written,
    arrange,
    export,
    filter_,
    measure,
    registry_of,
    score,
    scorer,
    source,
)
from nodegraph.columns import ColumnInfo

FAKE_MODEL = ModelEntry(id="fake", kind="fake", title="Fake", licence="none", bytes=0, asset="models/demo-clip")


class FakeHandle:
    """Stands for a loaded model: remembers the sizes of its batches and can run out of memory above one."""

    def __init__(self, fits: int = 10**9) -> None:
        self.fits = fits
        self.batches: list[int] = []
        self.lock = threading.Lock()


def load_fake(_files: ModelFiles, _device: str) -> FakeHandle:
    return FakeHandle()


@measure("test_brightness", rev=1, takes=Pixels("L", 64))
def brightness(image: NDArray[np.uint8]) -> float:
    """Mean grey."""
    return float(image.mean())


@measure("test_embedding", rev=1, takes=Pixels("RGB", 32), model=ModelUse(load=load_fake))
def embedding(handle: FakeHandle, batch: list[NDArray[np.uint8]], *, model: str) -> list[NDArray[np.float16]]:
    """Mean colour."""
    with handle.lock:
        handle.batches.append(len(batch))
    if len(batch) > handle.fits:
        raise MemoryError("out of memory")
    return [image.reshape(-1, 3).mean(axis=0).astype(np.float16) for image in batch]


@measure("test_words", rev=1, takes=Words(), model=ModelUse(load=load_fake))
def words(_handle: FakeHandle, batch: list[str], *, model: str) -> list[NDArray[np.float16]]:
    """A vector of a text."""
    return [np.full(3, len(text), np.float16) for text in batch]


@source("test/folder", rev=1, gives={"size": ColumnInfo("integer")})
def folder(*, folder: Annotated[str, Folder()]) -> Found:
    """All files of a folder."""
    paths = sorted(path for path in Path(folder).rglob("*") if path.is_file())
    rids = [path.relative_to(folder).as_posix() for path in paths]
    sizes = [path.stat().st_size for path in paths]
    table = pl.DataFrame(
        {"rid": rids, "path": [str(path) for path in paths], "size": sizes},
        schema={"rid": pl.String, "path": pl.String, "size": pl.Int64},
    )
    return Found(table)


@scorer("test/brightness", rev=1, gives=lambda p: {p["column"]: score()})
def brightness_score(
    images: ImageSet,
    *,
    values: Annotated[Values, Take(brightness)],
    column: Annotated[str, NewColumn()] = "brightness",
) -> dict[str, object]:
    """Mean grey."""
    return {column: values.list()}


@scorer("test/likeness", rev=1, gives={"likeness": score()})
def likeness(
    images: ImageSet,
    *,
    vectors: Annotated[Values, Take(embedding)],
    texts: Annotated[TextValues, Take(words, texts=lambda images, params: [params["prompt"]])],
    prompt: str = "a prompt",
    model: Annotated[str, ModelOf("fake")] = "fake",
) -> dict[str, object]:
    """Mean colour plus the length of the prompt."""
    length = float(texts.of(prompt)[0])
    return {"likeness": [round(float(vector.mean()), 3) + length for vector in vectors.list()]}


@filter_("test/above", rev=1, needs={"brightness": "number"})
def above(images: ImageSet, *, low: Annotated[float, Range(0, 255)] = 100) -> Keep:
    """Keep bright ones."""
    mask = images["brightness"] >= low
    reason = pl.Series([f"{value:g} is under {low:g}" for value in images["brightness"]], dtype=pl.String)
    return Keep(mask, "below", reason, column="brightness", value=images["brightness"], limit=str(low))


@arrange("test/top", rev=1, needs={"brightness": "number"})
def top(images: ImageSet, *, k: int = 3) -> Keep:
    """Keep the brightest."""
    order = images.table.with_row_index("i").sort(["brightness", "rid"], descending=[True, False])["i"].to_list()[:k]
    mask = pl.Series([row in set(order) for row in range(len(images))], dtype=pl.Boolean)
    return Keep(mask, "not-top", f"not among the {k} brightest")


@arrange("test/split", rev=1, outputs=("images", "train", "validation"), gives={"split": ColumnInfo("text")})
def split(images: ImageSet, *, context: Context) -> Parts:
    """Half and half."""
    draws = [context.random(0, cid).random() < 0.5 for cid in images.cids]
    train = pl.Series(draws, dtype=pl.Boolean)
    names = pl.Series(["train" if draw else "validation" for draw in draws], dtype=pl.String)
    return Parts({"split": names}, {"train": train, "validation": ~train})


@export("test/export", rev=1)
def list_export(images: ImageSet, *, folder: Annotated[str, Folder(writes=True)]) -> Written:
    """Writes the names."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    path = Path(folder) / "names.txt"
    path.write_text("\n".join(images.rids))
    return Written([path], f"{len(images)} names")


NODES = (folder, brightness_score, likeness, above, top, split, list_export)


def small_registry() -> Registry:
    """The registry of this pack."""
    return registry_of(NODES, (FAKE_MODEL,))
