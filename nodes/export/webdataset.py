"""The webdataset export: tar files of pictures with their captions and facts, which trainers read as a stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import groupby
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from nodegraph.api import export
from nodegraph.context import Context
from nodegraph.data.imageset import ImageSet
from nodegraph.parameters import Column, Folder, Main, Range
from nodegraph.results import Written
from nodes.export.captions import EmptyText, parted_by_caption
from nodes.export.card import card
from nodes.export.imagefolder import split_name
from nodes.export.items import items_of
from nodes.export.manifest import Record
from nodes.export.order import Layout, Order
from nodes.export.packs import Member, Pack, member
from nodes.export.pictures import ImageFormat, Wish
from nodes.export.tables import further_columns, json_line
from nodes.export.write import write_export

Splits = Literal["folders", "prefixes"]

TAR_BLOCK = 512
TAR_END = 20 * TAR_BLOCK
"""The most that the end of a tar file takes: two empty blocks, filled up to a record of twenty."""

USE = """```python
import webdataset

pictures = webdataset.WebDataset("%s", shardshuffle=False).decode("pil").to_tuple("jpg;png;webp", "json")
```

A sample is `key.jpg` (or `.png`, `.webp`), `key.json` and, with captions, `key.txt`, side by side and in this order of
names. The same set gives the same bytes."""


@export("export/webdataset", rev=1, title="Export WebDataset")
def webdataset(
    images: ImageSet,
    *,
    folder: Annotated[str, Folder(writes=True), Main(), "The folder to write; replaced as a whole on the next run."],
    max_pictures: Annotated[int, Range(1, 100_000), Main(), "The most pictures in a shard."] = 10_000,
    max_megabytes: Annotated[int, Range(1, 10_000, 1, "MB"), "The most that a shard of several pictures takes."] = 1000,
    splits: Annotated[Splits, "train/00000.tar or train-00000.tar."] = "folders",
    mix: Annotated[bool, "Mix pictures over the shards, since they are read in order. The same mix each time."] = True,
    columns: Annotated[list[str], Column(), "Columns for the json; all of them where none is named."] = [],  # noqa: B006
    image_format: Annotated[ImageFormat, "keep: as it is where trainers read it; else converted."] = "keep",
    strip_metadata: Annotated[bool, "Take out EXIF, XMP, IPTC and comments, camera positions among them."] = True,
    on_empty_caption: Annotated[EmptyText, "What becomes of a picture without a caption."] = "skip file",
    replace_edited: Annotated[bool, "Replace files that were edited by hand since the last export."] = False,
    context: Context,
) -> Written:
    """Writes WebDataset shards: tar files that hold pictures with their captions, to be read as a stream.

    Each sample has a picture, a `.json` with caption, size, SHA-256, licence, author, source, split and the columns of
    the set, and a `.txt` with the caption, where the set has any. Keys are plain letters, digits and hyphens. A shard
    is full at the number of pictures or megabytes given. The same set gives the same bytes on any day.

    `README.md`, `licenses.csv` and `manifest.json`, which has a row a picture, lie beside the shards. Changing one
    picture writes all shards anew; while that goes on, the disk holds the set twice more.

    It is planned first, written beside the folder, checked and swapped in as a whole; a folder with somebody's own
    files or edits is never replaced, and sources are only read.
    """
    has_captions = "caption" in images.columns
    items, failed = parted_by_caption(
        items_of(images), on_empty_caption if has_captions else "write empty text", has_column=has_captions
    )
    further = further_columns(images, columns)
    facts = {str(row.pop("rid")): row for row in further.iter_rows(named=True)}

    def packs(records: Sequence[Record]) -> list[Pack]:
        ordered = sorted(records, key=lambda record: (record.top, _mixed(record) if mix else "", record.file))
        shards: list[Pack] = []
        for split, group in groupby(ordered, key=lambda record: record.top):
            samples = (sample_of(record, facts[record.rid], has_captions) for record in group)
            full = shards_of(samples, max_pictures, max_megabytes * 1_000_000)
            shards += [Pack(shard_name(split, number, splits), "tar", part) for number, part in enumerate(full)]
        return shards

    def texts(records: Sequence[Record]) -> dict[str, str]:
        first = shard_name(records[0].top, 0, splits)
        about = card(
            "folder.md.j2",
            context.title,
            records,
            context,
            stripped=strip_metadata,
            form="as WebDataset shards",
            use=USE % first,
        )
        return {"README.md": about}

    layout = Layout("webdataset", lambda i: split_name(i.split), lambda i: i.caption.strip(), "", texts, packs)
    return write_export(
        Order(folder, items, layout, Wish(image_format, strip_metadata), replace_edited, failed), context
    )


def shard_name(split: str, number: int, splits: Splits) -> str:
    """The path of a shard, relative to the export folder."""
    return f"{split}/{number:05d}.tar" if splits == "folders" else f"{split}-{number:05d}.tar"


def sample_of(record: Record, facts: Mapping[str, Any], has_captions: bool) -> tuple[list[Member], int]:
    """The members of a sample, sorted by name, and the bytes they take in a tar file.

    The reader takes the name up to its first dot for the key and the rest for the field; stems hold no dot.
    """
    path = PurePosixPath(record.file)
    told = {
        **facts,
        "key": path.stem,
        "rid": record.rid,
        **({"caption": record.caption} if has_captions else {}),
        "split": record.split,
        "sha256": record.sha256,
        "width": record.width,
        "height": record.height,
        "license": record.license,
        "author": record.author,
        "source": record.source,
    }
    members = [
        Member(path.name, record.sha256, file=record.file),
        member(f"{path.stem}.json", json_line(dict(sorted(told.items()))).encode()),
        *([member(f"{path.stem}.txt", record.caption.encode())] if has_captions else []),
    ]
    sizes = [len(entry.content) if not entry.file else record.bytes for entry in members]
    return sorted(members, key=lambda entry: entry.name), sum(TAR_BLOCK + -(-n // TAR_BLOCK) * TAR_BLOCK for n in sizes)


def shards_of(samples: Iterator[tuple[list[Member], int]], most: int, most_bytes: int) -> Iterator[list[Member]]:
    """The samples in shards of at most so many, and at most so many bytes where they are more than one."""
    shard: list[Member] = []
    count, size = 0, TAR_END
    for members, taken in samples:
        if count and (count == most or size + taken > most_bytes):
            yield shard
            shard, count, size = [], 0, TAR_END
        shard += members
        count, size = count + 1, size + taken
    if shard:
        yield shard


def _mixed(record: Record) -> str:
    return blake2b(record.rid.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
