"""The CVAT source: tags and attributes from "CVAT for images 1.1", beside the pictures they are about."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO
from xml.parsers import expat

from nodegraph import ColumnInfo, File, Folder, Found, Main, problem, source
from nodegraph.data.opening import opened
from nodegraph.data.recipe import Recipe
from nodegraph.data.unreadable import Unavailable
from nodes.sources.annotated import ANNOTATION_COLUMNS, Annotation, Said, annotated
from nodes.sources.rows import FILE_COLUMNS, AcceptTruncated, AlphaColour, MaxMegapixels
from nodes.sources.tables import number_of, text_of

LARGEST = 512 << 20
COLUMNS = {
    **{name: info for name, info in ANNOTATION_COLUMNS.items() if name != "seconds"},
    "tags": ColumnInfo("text", "All tags of the picture"),
    "shapes": ColumnInfo("integer", "How many boxes, polygons and other shapes were drawn"),
}
_SHAPES = frozenset(("box", "polygon", "polyline", "points", "ellipse", "mask", "cuboid", "skeleton"))
_CHUNK = 1 << 20
_LONGEST_TEXT = 100_000
# LookupError and ValueError are what expat raises of an encoding that Python does not know.
_DAMAGES = (
    expat.ExpatError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, LookupError,
    ValueError,
)  # fmt: skip


@source("source/cvat", rev=1, title="CVAT", gives={**FILE_COLUMNS, **COLUMNS})
def cvat(
    *,
    annotations: Annotated[
        str, File(suffixes=(".xml", ".zip")), Main(), "The export in the format CVAT for images 1.1: .xml or .zip."
    ],
    folder: Annotated[str, Folder(), Main(), "The folder with the pictures. It is only read."],
    all_pictures: Annotated[bool, "Give pictures without an annotation too, with empty columns."] = False,
    alpha_colour: AlphaColour = "#ffffff",
    accept_truncated: AcceptTruncated = False,
    max_megapixels: MaxMegapixels = 200,
) -> Found:
    """Gives pictures with what people said of them in CVAT: tags as decision, attributes as relevance and quality.

    `decision` is the first tag of a picture, `tags` all of them. Attributes of tags named decision, relevance, quality
    and caption fill these columns. `shapes` counts what was drawn; the shapes themselves are not read. `rater` is who
    the task was assigned to, as CVAT does not write who did it, nor how long it took.

    Pictures are found by their name. Annotations without a picture, and pictures without an annotation, are skipped
    with a reason.
    """
    said = _read(Path(annotations))
    recipe = str(Recipe(alpha_colour, accept_truncated, max_megapixels))
    return annotated(Path(folder), said, COLUMNS, recipe, all_pictures=all_pictures)


class _RefusedError(Exception):
    """The file is not read; the text says why."""


def _read(path: Path) -> list[Said]:
    try:
        with opened(path) as file, _xml_in(path, file) as xml:
            return _Reader().read(xml)
    except (_RefusedError, Unavailable, *_DAMAGES) as error:
        why = str(error) if isinstance(error, _RefusedError | Unavailable) else "it is damaged"
        raise problem(
            "unusable-annotations",
            f"{path} cannot be read: {why}.",
            "Export the task from CVAT as CVAT for images 1.1 and choose that file.",
            param="annotations",
            value=str(path),
        ) from error


@contextmanager
def _xml_in(path: Path, file: BinaryIO) -> Iterator[Any]:
    if path.suffix.lower() != ".zip":
        yield file
        return
    with zipfile.ZipFile(file) as archive:
        names = [name for name in archive.namelist() if name.rpartition("/")[2] == "annotations.xml"]
        if not names:
            raise _RefusedError("there is no annotations.xml in it")
        try:
            member = archive.open(min(names, key=len))
        except (RuntimeError, NotImplementedError) as error:
            raise _RefusedError("it is encrypted or packed in a way that cannot be read") from error
        with member:
            yield member


class _Reader:
    """Reads the elements one by one, so that a large file takes no more memory than a small one."""

    def __init__(self) -> None:
        self.said: list[Said] = []
        self._path: list[str] = []
        self._image: dict[str, Any] | None = None
        self._attribute = self._text = ""
        self._rater: str | None = None

    def read(self, file: Any) -> list[Said]:
        """The annotations of each image. Raises ExpatError and _RefusedError."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        size = 0
        while part := file.read(_CHUNK):
            size += len(part)
            if size > LARGEST:
                raise _RefusedError("it is larger than 512 MB")
            parser.Parse(part, False)
        parser.Parse(b"", True)
        return self.said

    def _doctype(self, *_: Any) -> None:
        # Entities can grow without bound and can name files; CVAT itself writes none.
        raise _RefusedError("it has a DOCTYPE, which CVAT never writes")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        if len(self._path) > 50 or (len(self._path) == 1 and name != "annotations"):
            raise _RefusedError("it is not of the format CVAT for images 1.1")
        self._text = ""
        if name == "image":
            self._image = {"id": attributes.get("id", ""), "name": attributes.get("name", ""), "tags": [], "shapes": 0}
        elif self._image is not None:
            if name == "tag":
                self._image["tags"].append(attributes.get("label", ""))
            elif name in _SHAPES:
                self._image["shapes"] += 1
            elif name == "attribute":
                self._attribute = attributes.get("name", "")

    def _characters(self, text: str) -> None:
        if len(self._text) < _LONGEST_TEXT:
            self._text += text

    def _end(self, name: str) -> None:
        self._path.pop()
        if name == "username" and self._path[-1:] == ["assignee"]:
            self._rater = text_of(self._text)
        elif self._image is not None and name == "attribute" and self._path[-1:] == ["tag"]:
            self._image.setdefault(f"attribute {self._attribute.lower()}", self._text)
        elif self._image is not None and name == "image":
            self.said.append(_said(self._image, self._rater))
            self._image = None


def _said(image: dict[str, Any], rater: str | None) -> Said:
    def attribute(name: str) -> str | None:
        return image.get(f"attribute {name}")

    tags = [text for tag in image["tags"] if (text := text_of(tag))]
    annotation = Annotation(
        decision=text_of(attribute("decision")) or next(iter(tags), None),
        relevance=number_of(attribute("relevance")),
        quality=number_of(attribute("quality")),
        caption=text_of(attribute("caption")),
        rater=rater,
        more={"tags": ", ".join(tags) or None, "shapes": image["shapes"]},
    )
    has_any = bool(tags or image["shapes"])
    return Said(f"image {image['id'][:20]}", image["name"], "", [annotation] if has_any else [])
