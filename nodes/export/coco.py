"""The COCO export: pictures and the captions file that COCO readers take."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby
from typing import Annotated, Any

from nodegraph.api import export
from nodegraph.context import Context
from nodegraph.data.imageset import ImageSet
from nodegraph.parameters import Folder, Main
from nodegraph.results import Written
from nodes.export.captions import EmptyText, parted_by_caption
from nodes.export.card import UNKNOWN_LICENSE, card, licenses_of
from nodes.export.imagefolder import split_name
from nodes.export.items import items_of
from nodes.export.manifest import Record
from nodes.export.names import one_line
from nodes.export.order import Layout, Order
from nodes.export.pictures import ImageFormat, Wish
from nodes.export.write import write_export

USE = """```python
from pycocotools.coco import COCO

captions = COCO("annotations/captions_%s.json")
```

`file_name` is relative to the folder of the split; ids are numbered through all splits."""


@export("export/coco", rev=1, title="Export COCO captions")
def coco(
    images: ImageSet,
    *,
    folder: Annotated[str, Folder(writes=True), Main(), "The folder to write; replaced as a whole on the next run."],
    image_format: Annotated[ImageFormat, "keep: as it is where trainers read it; else converted."] = "keep",
    strip_metadata: Annotated[bool, "Take out EXIF, XMP, IPTC and comments, camera positions among them."] = True,
    on_empty_caption: Annotated[EmptyText, "What becomes of a picture without a caption."] = "skip file",
    replace_edited: Annotated[bool, "Replace files that were edited by hand since the last export."] = False,
    context: Context,
) -> Written:
    """Writes pictures and captions in the form of the COCO captions data set, which many training scripts read.

    The folder gets a folder a split with its pictures, and `annotations/captions_train.json` (and so on) with size and
    licence of each picture and its caption. A picture without a caption, where those are written, has no annotation.
    `README.md`, `manifest.json` and `licenses.csv` lie beside them. Rows without a split are "train".

    It is planned first, written beside the folder, checked and swapped in as a whole; a folder with somebody's own
    files or edits is never replaced, and sources are only read.
    """
    has_captions = "caption" in images.columns
    items, failed = parted_by_caption(items_of(images), on_empty_caption, has_column=has_captions)

    def texts(records: Sequence[Record]) -> dict[str, str]:
        files = captions_of(records, one_line(context.title) or "Picture set")
        about = card(
            "folder.md.j2",
            context.title,
            records,
            context,
            stripped=strip_metadata,
            form="in the form of COCO captions",
            use=USE % records[0].top,
        )
        return {**files, "README.md": about}

    layout = Layout("coco", lambda item: split_name(item.split), lambda item: item.caption.strip(), "", texts)
    return write_export(
        Order(folder, items, layout, Wish(image_format, strip_metadata), replace_edited, failed), context
    )


def captions_of(records: Sequence[Record], title: str) -> dict[str, str]:
    """The captions file of each split, given the pictures sorted by file: info, licenses, images and annotations.

    Ids are whole numbers from 1. No date is written: the same set gives the same bytes.
    """
    names = sorted(name for name, _count in licenses_of(records))
    license_ids = {name: number for number, name in enumerate(names, start=1)}
    licenses = [{"id": number, "name": name, "url": ""} for name, number in license_ids.items()]
    files: dict[str, str] = {}
    for split, group in groupby(enumerate(records, start=1), key=lambda pair: pair[1].top):
        pictures: list[dict[str, Any]] = []
        annotations: list[dict[str, Any]] = []
        for number, record in group:
            pictures.append(
                {
                    "id": number,
                    "file_name": record.file.partition("/")[2],
                    "width": record.width,
                    "height": record.height,
                    "license": license_ids[one_line(record.license) or UNKNOWN_LICENSE],
                }
            )
            if record.caption:
                annotations.append({"id": number, "image_id": number, "caption": record.caption})
        whole = {
            "info": {"description": title, "version": "1.0"},
            "licenses": licenses,
            "images": pictures,
            "annotations": annotations,
        }
        files[f"annotations/captions_{split}.json"] = json.dumps(whole, ensure_ascii=False, indent=1) + "\n"
    return files
