"""Small pictures, image sets and runs for the tests of the exports."""

from __future__ import annotations

import gc
import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any

import polars as pl
from PIL import Image

from nodegraph.context import Context
from nodegraph.data.imageset import BASE_SCHEMA, ImageSet
from nodegraph.data.paths import path_text
from nodegraph.results import Written
from nodegraph.specs import NodeSpec


def coded(
    colour: int = 0, format: str = "JPEG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **more: Any
) -> bytes:
    """A coded picture of one colour with a diagonal, so that no two colours give the same bytes."""
    picture = Image.new("RGB", size, (colour * 37 % 256, colour * 91 % 256, 120))
    for x in range(min(size)):
        picture.putpixel((x, x), (255, colour % 256, 0))
    file = io.BytesIO()
    picture.convert(mode).save(file, format, **more)
    return file.getvalue()


def put(folder: Path, files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """Writes the files and gives a row for each."""
    rows: list[dict[str, Any]] = []
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        cid = blake2b(data, digest_size=16).hexdigest()
        rows.append(
            {"rid": name, "cid": cid, "path": path_text(path), "recipe": "", "caption": f"a picture, {len(rows)}"}
        )
    return rows


def photos(folder: Path, count: int = 4) -> list[dict[str, Any]]:
    """Rows of `count` JPEG files."""
    return put(folder, {f"photo {n}.jpg": coded(n) for n in range(count)})


def images_of(rows: Sequence[Mapping[str, Any]], **columns: Any) -> ImageSet:
    """The rows as an image set, with more columns."""
    table = pl.DataFrame(list(rows)) if rows else pl.DataFrame(schema={**BASE_SCHEMA, "caption": pl.String})
    return ImageSet(table).with_columns(columns)


def exported(spec: NodeSpec, images: ImageSet, folder: Path, context: Context | None = None, **params: Any) -> Written:
    """Runs an export node with its defaults and `params`."""
    defaults = {name: p.default for name, p in spec.parameters.items() if not p.required}
    return spec.function(
        images, **{**defaults, "folder": str(folder), **params}, context=context or Context(node="out")
    )


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder by its path, as the SHA-256 of its bytes."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


def pictures_in(folder: Path) -> list[Path]:
    """The pictures below a folder, sorted."""
    return sorted(path for path in folder.rglob("*") if path.suffix in (".jpg", ".png", ".webp"))


@contextmanager
def careless_library() -> Iterator[None]:
    """For readers that leave files open: nobody is warned of them, here or later."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield
        gc.collect()
