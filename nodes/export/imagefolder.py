"""The imagefolder export: the folder form that the Hugging Face `datasets` library and the diffusers scripts read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Annotated

import polars as pl

from nodegraph.api import export
from nodegraph.context import Context
from nodegraph.data.imageset import ImageSet
from nodegraph.parameters import Column, Folder, Main
from nodegraph.results import Written
from nodes.export.captions import EmptyText, parted_by_caption
from nodes.export.card import card, hub_license, size_category
from nodes.export.items import items_of
from nodes.export.manifest import Record
from nodes.export.names import RESERVED, folder_name
from nodes.export.order import Content, Layout, Order
from nodes.export.pictures import ImageFormat, Wish
from nodes.export.tables import TableFormat, coded_table, further_columns, with_columns
from nodes.export.write import write_export
from nodes.training_columns import TRAIN, usual_split

NAMING_COLUMNS = ("license", "author", "source")


@export("export/imagefolder", rev=1, title="Export image folder")
def imagefolder(
    images: ImageSet,
    *,
    folder: Annotated[str, Folder(writes=True), Main(), "The folder to write; replaced as a whole on the next run."],
    metadata: Annotated[TableFormat, "Form of the table; parquet keeps the type of each column exactly."] = "jsonl",
    columns: Annotated[list[str], Column(), "Further columns to write, scores and tags for example."] = [],  # noqa: B006
    image_format: Annotated[ImageFormat, "keep: as it is where trainers read it; else converted."] = "keep",
    strip_metadata: Annotated[bool, "Take out EXIF, XMP, IPTC and comments, camera positions among them."] = True,
    on_empty_caption: Annotated[EmptyText, "What becomes of a picture without a caption."] = "skip file",
    replace_edited: Annotated[bool, "Replace files that were edited by hand since the last export."] = False,
    context: Context,
) -> Written:
    """Writes a Hugging Face image folder: a folder a split, each with its pictures and a metadata file.

    A row of `metadata.jsonl` (or `.csv` or `.parquet`) has `file_name`, `text` (the column `caption`, where the set has
    one), `width`, `height`, `license`, `author` and `source` where the set has them, and the further columns asked for.
    `README.md` is a dataset card that names the splits; `manifest.json` and `licenses.csv` have a row a file. Rows
    without a split are "train".

    It is planned first, written beside the folder, checked and swapped in as a whole; a folder with somebody's own
    files or edits is never replaced, and sources are only read.
    """
    has_captions = "caption" in images.columns
    given = ["license" if name == "licence" else name for name in images.columns]
    named = [name for name in NAMING_COLUMNS if name in given]
    items, failed = parted_by_caption(
        items_of(images), on_empty_caption if has_captions else "write empty text", has_column=has_captions
    )
    # the loader calls the picture itself "image"
    further = further_columns(images, [name for name in columns if name != "image"] or ["rid"])

    def texts(records: Sequence[Record]) -> dict[str, Content]:
        folders = {split_name(record.split): record.top for record in records}
        about = card(
            "imagefolder.md.j2",
            context.title,
            records,
            context,
            license=hub_license(records),
            size=size_category(len(records)),
            folders={split: folders[split] for split in sorted(folders, key=lambda split: (split != TRAIN, split))},
            stripped=strip_metadata,
            metadata=f"metadata.{metadata}",
        )
        return {**metadata_of(records, metadata, has_captions, named, further), "README.md": about}

    layout = Layout("imagefolder", lambda item: split_name(item.split), lambda item: item.caption.strip(), "", texts)
    return write_export(
        Order(folder, items, layout, Wish(image_format, strip_metadata), replace_edited, failed), context
    )


def split_name(split: str) -> str:
    """The split as the `datasets` library takes it: word characters only, "validation" for its short forms.

    What no folder can be named after is "other" and never mixed into "train".
    """
    name = re.sub(r"\W+", "_", folder_name(split, "other"), flags=re.ASCII).strip("_").lower()
    return usual_split("other" if not name or name in RESERVED else name)


def metadata_of(
    records: Sequence[Record], form: TableFormat, has_captions: bool, named: Sequence[str], further: pl.DataFrame
) -> dict[str, bytes]:
    """The metadata file of each split's folder, of the same kind and with the same columns and types in all of them."""
    files: dict[str, bytes] = {}
    for folder, group in groupby(records, key=lambda record: record.top):
        rows = list(group)
        table = pl.DataFrame(
            {
                "file_name": [record.file.partition("/")[2] for record in rows],
                **({"text": [record.caption for record in rows]} if has_captions else {}),
                "width": [record.width for record in rows],
                "height": [record.height for record in rows],
                **{name: [getattr(record, name) for record in rows] for name in named},
            }
        )
        files[f"{folder}/metadata.{form}"] = coded_table(with_columns(table, further, rows), form)
    return files
