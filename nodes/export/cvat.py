"""The CVAT export: archives of pictures with their tags and attributes, in the form "CVAT for images 1.1"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import PurePosixPath
from typing import Annotated, Any
from xml.etree import ElementTree

from nodegraph.api import export
from nodegraph.context import Context
from nodegraph.data.imageset import ImageSet
from nodegraph.parameters import Column, Folder, Main
from nodegraph.results import Written
from nodes.export.card import card
from nodes.export.imagefolder import split_name
from nodes.export.items import items_of
from nodes.export.manifest import Record
from nodes.export.names import one_line
from nodes.export.order import Layout, Order
from nodes.export.packs import Member, Pack, member
from nodes.export.pictures import ImageFormat, Wish
from nodes.export.tables import plain
from nodes.export.write import write_export

ANY_LABEL = "picture"
USE = (
    "Each archive is a data set in the format *CVAT for images 1.1*: in CVAT, choose *Create from backup or import "
    "dataset* in a project, that format, and the archive. Pictures have a tag whose attributes are the caption and the "
    "columns that were chosen."
)
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@export("export/cvat", rev=1, title="Export for CVAT")
def cvat(
    images: ImageSet,
    *,
    folder: Annotated[str, Folder(writes=True), Main(), "The folder to write; replaced as a whole on the next run."],
    label: Annotated[str | None, Column("text"), Main(), "Column whose value is the tag of a picture."] = None,
    attributes: Annotated[list[str], Column(), Main(), "Columns that become attributes of the tag."] = [],  # noqa: B006
    image_format: Annotated[ImageFormat, "keep: as it is where browsers read it; else converted."] = "keep",
    strip_metadata: Annotated[bool, "Take out EXIF, XMP, IPTC and comments, camera positions among them."] = True,
    replace_edited: Annotated[bool, "Replace files that were edited by hand since the last export."] = False,
    context: Context,
) -> Written:
    """Writes an archive a split for CVAT, so that people can look at the pictures and correct their tags.

    `train.zip` (and so on) holds `annotations.xml` and `images/`. Each picture has one tag: the value of the column
    chosen above, or "picture" where there is none; its attributes are the caption and the columns chosen. Attributes
    are text. `README.md`, `manifest.json` and `licenses.csv` lie beside the archives.

    It is planned first, written beside the folder, checked and swapped in as a whole; a folder with somebody's own
    files or edits is never replaced, and sources are only read.
    """
    has_captions = "caption" in images.columns
    chosen = [name for name in dict.fromkeys(attributes) if name not in ("path", "recipe", "caption")]
    table = images.table.select("rid", *dict.fromkeys(name for name in [label, *chosen] if name and name != "rid"))
    values = {str(row["rid"]): row for row in table.iter_rows(named=True)}

    def tag(record: Record) -> tuple[str, dict[str, str]]:
        row = values[record.rid]
        words = {"caption": record.caption} if has_captions else {}
        named = {name: _text(row[name]) for name in chosen}
        return (one_line(_text(row[label])) if label else "") or ANY_LABEL, {**words, **named}

    def packs(records: Sequence[Record]) -> list[Pack]:
        made: list[Pack] = []
        for split, group in groupby(records, key=lambda record: record.top):
            pictures = [(record, *tag(record)) for record in group]
            about = member("annotations.xml", annotations_of(split, pictures).encode())
            files = [
                Member(f"images/{PurePosixPath(record.file).name}", record.sha256, file=record.file)
                for record, _label, _attributes in pictures
            ]
            made.append(Pack(f"{split}.zip", "zip", [about, *files]))
        return made

    def texts(records: Sequence[Record]) -> dict[str, str]:
        about = card("folder.md.j2", context.title, records, context, stripped=strip_metadata, form="for CVAT", use=USE)
        return {"README.md": about}

    layout = Layout("cvat", lambda i: split_name(i.split), lambda i: i.caption.strip(), "", texts, packs)
    wish = Wish(image_format, strip_metadata)
    return write_export(Order(folder, items_of(images), layout, wish, replace_edited), context)


def _text(value: Any) -> str:
    known = plain(value)
    if known is None:
        return ""
    return str(known).lower() if isinstance(known, bool) else str(known)


def annotations_of(split: str, pictures: Sequence[tuple[Record, str, Mapping[str, str]]]) -> str:
    """The annotations.xml of an archive: for each picture its size, its label and the label's attributes.

    What XML cannot hold, control characters, is left out.
    """
    root = ElementTree.Element("annotations")
    _add(root, "version", "1.1")
    task = ElementTree.SubElement(ElementTree.SubElement(root, "meta"), "task")
    for name, text in (("name", split), ("size", str(len(pictures))), ("mode", "annotation")):
        _add(task, name, text)
    _add_labels(task, pictures)
    for number, (record, label, attributes) in enumerate(pictures):
        about = {"id": str(number), "name": PurePosixPath(record.file).name}
        size = {"width": str(record.width), "height": str(record.height)}
        image = ElementTree.SubElement(root, "image", {**about, **size})
        tag = ElementTree.SubElement(image, "tag", {"label": _xml(label), "source": "manual"})
        for name, text in attributes.items():
            _add(tag, "attribute", text, {"name": _xml(name)})
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _add_labels(task: ElementTree.Element, pictures: Sequence[tuple[Record, str, Mapping[str, str]]]) -> None:
    labels = ElementTree.SubElement(task, "labels")
    names = list(dict.fromkeys(name for _record, _label, attributes in pictures for name in attributes))
    for label in sorted({label for _record, label, _attributes in pictures}):
        told = ElementTree.SubElement(labels, "label")
        _add(told, "name", label)
        _add(told, "type", "tag")
        known = ElementTree.SubElement(told, "attributes")
        for name in names:
            entry = ElementTree.SubElement(known, "attribute")
            for part, text in (("name", name), ("mutable", "False"), ("input_type", "text"), ("default_value", "")):
                _add(entry, part, text)
            _add(entry, "values", "")


def _add(parent: ElementTree.Element, name: str, text: str, attributes: Mapping[str, str] | None = None) -> None:
    ElementTree.SubElement(parent, name, dict(attributes or {})).text = _xml(text)


def _xml(text: str) -> str:
    return _NOT_XML.sub("", text)
