"""Writes the pictures of an export into the staged folder, each read back and checked."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from nodegraph.context import Context
from nodegraph.data.paths import path_of
from nodes.export.manifest import Record
from nodes.export.order import Layout, Order
from nodes.export.pictures import Made, NotWritableError, Wish, check_written, make_picture
from nodes.export.plan import Plan, Planned
from nodes.export.target import Existing

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


def write_pictures(
    plan: Plan, existing: Existing, order: Order, target: Path, new: Path, context: Context
) -> dict[str, Record | str] | None:
    """Writes and verifies all pictures: rid to its record or to the reason why there is none. None when cancelled."""
    broken = {*existing.edited, *existing.missing}
    loose = existing.manifest is not None and not existing.manifest.packs
    reused = {rid: record for rid, record in plan.reused.items() if loose and record.file not in broken}
    tasks = [(planned, reused.get(planned.item.rid)) for planned in plan.wanted]
    for folder in {(new / planned.place).parent for planned, _old in tasks}:
        folder.mkdir(parents=True, exist_ok=True)
    write = partial(_write_one, new=new, target=target, layout=order.layout, wish=order.wish)
    results: dict[str, Record | str] = {}
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        for done, ((planned, _old), result) in enumerate(_in_order(pool, write, tasks), start=1):
            results[planned.item.rid] = result
            context.progress(done, len(tasks))
            if context.cancelled():
                return None
    return results


def _in_order(
    pool: ThreadPoolExecutor, function: Callable[[ItemT], ResultT], items: Sequence[ItemT], ahead: int = 32
) -> Iterator[tuple[ItemT, ResultT]]:
    # a few at a time, so that cancelling does not wait for all of them
    for start in range(0, len(items), ahead):
        part = items[start : start + ahead]
        yield from zip(part, pool.map(function, part), strict=True)


def _write_one(
    task: tuple[Planned, Record | None], *, new: Path, target: Path, layout: Layout, wish: Wish
) -> Record | str:
    planned, old = task
    item = planned.item
    if old is not None:
        file, digest, count = f"{planned.place}{Path(old.file).suffix}", old.sha256, old.bytes
        size, converted = (old.width, old.height), old.converted
        _take_over(target / old.file, new / file)
    else:
        try:
            made, digest = made_picture(planned, new, wish)
        except NotWritableError as reason:
            return str(reason)
        file, count = f"{planned.place}{made.suffix}", len(made.data)
        size, converted = (made.width, made.height), made.converted
    caption_file = f"{planned.place}{layout.sidecar}" if layout.sidecar and planned.caption else ""
    if caption_file:
        (new / caption_file).write_bytes(planned.caption.encode())
    return Record(
        file=file,
        caption_file=caption_file,
        rid=item.rid,
        cid=item.cid,
        sha256=digest,
        bytes=count,
        width=size[0],
        height=size[1],
        caption=planned.caption,
        split=item.split,
        license=item.license,
        author=item.author,
        source=item.source,
        converted=converted,
        key=planned.key,
    )


def made_picture(planned: Planned, new: Path, wish: Wish) -> tuple[Made, str]:
    """Makes the picture, writes it into the folder `new` and checks it; gives it with its SHA-256.

    One whose own bytes do not decode is converted, as its recipe allows. Raises `NotWritableError` where that fails.
    """
    item = planned.item
    for convert in (False, True):
        made = make_picture(path_of(item.path), item.recipe, item.cid, wish, convert=convert)
        file, digest = new / f"{planned.place}{made.suffix}", sha256(made.data).hexdigest()
        file.write_bytes(made.data)
        try:
            check_written(file, digest, (made.width, made.height), item.recipe)
        except NotWritableError:
            file.unlink()
            if made.converted:
                raise
        else:
            return made, digest
    raise AssertionError("a converted picture is either given or refused")


def _take_over(old: Path, new: Path) -> None:
    # a link from the last export, which is about to go, never from a source: one copy on the disk, and nothing
    # shared after
    try:
        os.link(old, new)
    except OSError:
        shutil.copyfile(old, new)
