"""Rows of a data set of the Hugging Face hub, streamed one by one; nothing that such a data set holds is ever run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nodegraph import problem
from nodes.extras import needed
from nodes.sources.tables import text_of

FORMS = frozenset(("parquet", "arrow", "imagefolder", "webdataset", "json", "csv"))
"""Forms of data sets that the library reads by itself; it knows others that unpack objects, which can be code."""

EXTRA = "datasets"
_LONGEST_CELL = 10_000
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class HubSet:
    """A data set: `path` is "owner/name" (or a local folder), the others are its own names and may be empty."""

    path: str
    config: str = ""
    split: str = "train"
    revision: str = ""

    @property
    def key(self) -> str:
        """The same text for the same pictures."""
        return "\0".join((self.path, self.config, self.split, self.revision))


class Rows:
    """The rows of a data set, with pictures as their coded bytes."""

    def __init__(self, wanted: HubSet) -> None:
        datasets = needed("datasets", EXTRA)
        try:
            builder = datasets.load_dataset_builder(
                wanted.path, wanted.config or None, revision=wanted.revision or None
            )
            form = type(builder).__module__.split(".")
            if form[:2] != ["datasets", "packaged_modules"] or form[2] not in FORMS:
                raise ValueError(f"it is of the form {form[-1]}, which is not read")
            self._rows = builder.as_streaming_dataset(split=wanted.split)
        except Exception as error:  # the library, the hub and the network raise anything
            raise problem(
                "unusable-dataset",
                f"The data set {wanted.path} cannot be read: {first_line(error)}.",
                "Compare its name, config, split and revision with huggingface.co; private ones need `hf auth login`.",
                param="repo",
                value=wanted.path,
            ) from error
        self._own_files = form[2] == "imagefolder"
        self._place = wanted.path
        self._features: Mapping[str, Any] = self._rows.features or {}
        if self._rows.features is not None:
            self._rows = self._rows.decode(False)

    def image_column(self, wanted: str) -> str | None:
        """The column with the pictures: the one that is asked for, else the first of that kind. None: look at a row."""
        if wanted:
            return wanted
        return next((name for name, kind in self._features.items() if type(kind).__name__ == "Image"), None)

    def from_row(self, start: int) -> Iterator[dict[str, Any]]:
        """The rows from the one with this number on."""
        yield from (self._rows.skip(start) if start else self._rows)

    def cells(self, row: Mapping[str, Any], image: str) -> dict[str, str | float | int | bool]:
        """What else a row says: short texts and numbers, and labels by name."""
        cells: dict[str, str | float | int | bool] = {}
        for name, value in row.items():
            if name == image:
                continue
            labels = getattr(self._features.get(name), "names", ())
            if labels and isinstance(value, int) and 0 <= value < len(labels):
                value = labels[value]
            if isinstance(value, bool | int | float):
                cells[name] = value
            elif (text := text_of(value)) is not None:
                cells[name] = text[:_LONGEST_CELL]
        return cells

    def picture(self, value: Any) -> Iterator[bytes] | None:
        """The coded bytes of a cell, or None where it holds no picture."""
        if isinstance(value, bytes):
            return iter((value,))
        if not isinstance(value, dict):
            return None
        if isinstance(data := value.get("bytes"), bytes):
            return iter((data,))
        # A path in a cell is what a stranger wrote: it may name any file of this machine. Only where the library makes
        # the paths itself, from the files of the data set, are they followed.
        path = value.get("path")
        place = path.rpartition("::")[2] if isinstance(path, str) else ""
        if self._own_files and place.startswith((f"hf://datasets/{self._place}", f"{self._place.rstrip('/')}/")):
            return _file_parts(str(path)) if ".." not in place.split("/") else None
        return None


def looks_like_picture(value: Any) -> bool:
    """Whether a cell is of the form in which pictures come."""
    return isinstance(value, bytes) or (isinstance(value, dict) and {"bytes", "path"} <= value.keys())


def first_line(error: Exception) -> str:
    """What an error of the library says, short enough to be shown."""
    line = (str(error).strip().splitlines() or [""])[0].rstrip(".")
    return f"{type(error).__name__}: {line[:200]}" if line else type(error).__name__


def _file_parts(path: str) -> Iterator[bytes]:
    import fsspec

    with fsspec.open(path, "rb") as file:  # pyright: ignore[reportGeneralTypeIssues]
        while part := file.read(_CHUNK):  # pyright: ignore[reportAttributeAccessIssue]
            yield part
