"""Writes an export: plan, stage, verify, swap. The one place where an export touches the disk."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b, sha256
from pathlib import Path
from typing import TypeVar

from nodegraph.context import Context
from nodegraph.data.paths import path_of
from nodegraph.problems import ProblemError, problem
from nodegraph.results import Written
from nodes.export.items import Item
from nodes.export.manifest import LICENSES, MANIFEST, Manifest, Record, licenses_table
from nodes.export.names import stems_of
from nodes.export.pictures import Made, NotWritableError, Wish, check_written, make_picture
from nodes.export.plan import Plan, Planned, megabytes, plan_of
from nodes.export.stage import flush, staged, take_place
from nodes.export.target import Existing, checked_target, file_sha256, read_target, require_space, require_untouched

WRITER_REV = 1
"""Changes when the same picture and the same wish give other bytes."""

DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


@dataclass(frozen=True)
class Layout:
    """How one kind of export is laid out.

    `place`    the subfolder of an item, with forward slashes.
    `caption`  the item's words as they are written.
    `sidecar`  suffix of the caption file beside each picture, or "" where captions live elsewhere.
    `texts`    the other files: path to content, given the pictures in order of their files.
    """

    kind: str
    place: Callable[[Item], str]
    caption: Callable[[Item], str]
    sidecar: str
    texts: Callable[[Sequence[Record]], Mapping[str, str]]


@dataclass(frozen=True)
class Order:
    """Everything an export is asked for. `failed` are rows that were turned down before: rid to reason."""

    folder: str
    items: Sequence[Item]
    layout: Layout
    wish: Wish
    replace_edited: bool = False
    failed: Mapping[str, str] = field(default_factory=dict[str, str])


def write_export(order: Order, context: Context) -> Written:
    """Makes the export folder as the order says, whole or not at all; one that is right already is not touched.

    Rows whose picture cannot be written are left out and told. Raises a problem for a target that must not be
    replaced and for a disk that is full or cannot be written to.
    """
    target = checked_target(order.folder, context.sources, (path_of(item.path) for item in order.items))
    if not order.items:
        return _nothing_to_write(target, order.failed, context)
    try:
        with staged(target) as new:
            return _write(order, context, target, new)
    except OSError as error:
        raise _disk_problem(error, target) from error


def _write(order: Order, context: Context, target: Path, new: Path) -> Written:
    existing = read_target(target, order.layout.kind)
    last = existing.manifest.pictures if existing.manifest else ()
    plan = plan_of(_wanted(order), last)
    context.notice(f"{target}: {plan.line}")
    touched = bool(existing.edited or existing.missing)
    if existing.manifest and plan.nothing_to_do and not existing.missing and not (touched and order.replace_edited):
        manifest, _texts = _described(order.layout, [old for _planned, old in plan.unchanged])
        if manifest == existing.manifest:
            return _told(target, manifest, order.failed, "nothing to change", existing.edited)
    require_untouched(target, existing, replace_edited=order.replace_edited)
    require_space(target, plan.new_bytes, shutil.disk_usage(new).free)

    results = _write_pictures(plan, existing, order, target, new, context)
    if results is None:
        return Written([], f"{target}: cancelled, nothing was changed")
    records = sorted((r for r in results.values() if isinstance(r, Record)), key=lambda record: record.file)
    failed = {**order.failed, **{rid: reason for rid, reason in results.items() if isinstance(reason, str)}}
    if not records:
        return _nothing_to_write(target, failed, context)
    manifest, texts = _described(order.layout, records)
    if manifest == existing.manifest and not touched:
        return _told(target, manifest, failed, "nothing to change")
    _write_texts(new, {**texts, MANIFEST: manifest.dumps()})
    _flush_all(new)
    take_place(new, target)
    done = plan_of([planned for planned in plan.wanted if planned.item.rid not in failed], last)
    changes = f"{len(done.added)} added, {len(done.changed)} changed, {len(done.removed)} removed"
    return _told(target, manifest, failed, changes)


def _nothing_to_write(target: Path, failed: Mapping[str, str], context: Context) -> Written:
    # an empty set is no set to train on, and a disk that is not plugged in must not cost the last export
    left = "; the last export there is left as it is" if target.exists() else ""
    context.notice(f"{target}: no picture to write{left}")
    return Written([], f"no picture to write to {target}, nothing was written{left}", dict(sorted(failed.items())))


def _wanted(order: Order) -> list[Planned]:
    stems = stems_of(item.rid for item in order.items)
    return [
        Planned(
            item=item,
            place=f"{order.layout.place(item)}/{stems[item.rid]}",
            caption=order.layout.caption(item),
            key=_key(item, order.wish),
            bytes=_size_of(item.path),
        )
        for item in order.items
    ]


def _key(item: Item, wish: Wish) -> str:
    material = "\0".join((item.cid, item.recipe, wish.image_format, str(wish.strip_metadata), str(WRITER_REV)))
    return blake2b(material.encode(), digest_size=16).hexdigest()


def _size_of(path: str) -> int:
    try:
        return path_of(path).stat().st_size
    except OSError:
        return 0


def _write_pictures(
    plan: Plan, existing: Existing, order: Order, target: Path, new: Path, context: Context
) -> dict[str, Record | str] | None:
    """Writes and verifies all pictures: rid to its record or to the reason why there is none. None when cancelled."""
    broken = {*existing.edited, *existing.missing}
    reused = {rid: record for rid, record in plan.reused.items() if record.file not in broken}
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
            made, digest = _made(planned, new, wish)
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


def _made(planned: Planned, new: Path, wish: Wish) -> tuple[Made, str]:
    """Makes, writes and checks the picture; one whose own bytes do not decode is converted, as its recipe allows."""
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


def _described(layout: Layout, records: Sequence[Record]) -> tuple[Manifest, dict[str, str]]:
    """The manifest and the other files for these pictures."""
    ordered = sorted(records, key=lambda record: record.file)
    texts = {**layout.texts(ordered), LICENSES: licenses_table(ordered)}
    digests = {path: sha256(text.encode()).hexdigest() for path, text in sorted(texts.items())}
    return Manifest(layout.kind, tuple(ordered), digests), texts


def _write_texts(new: Path, texts: Mapping[str, str]) -> None:
    for path, text in texts.items():
        file = new / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
        if file_sha256(file) != sha256(text.encode()).hexdigest():
            raise OSError(errno.EIO, "what was written does not read back", str(file))


def _flush_all(folder: Path) -> None:
    files = [Path(root) / name for root, _folders, names in os.walk(folder) for name in names]
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(flush, files))


def _told(
    target: Path, manifest: Manifest, failed: Mapping[str, str], changes: str, edited: Sequence[str] = ()
) -> Written:
    size = megabytes(sum(record.bytes for record in manifest.pictures))
    parts = [f"{len(manifest.pictures)} pictures ({size}) in {target}: {changes}"]
    if edited:
        parts.append(f"{len(edited)} files edited by hand were left as they are")
    if failed:
        parts.append(f"{len(failed)} rows could not be written")
    return Written([target], "; ".join(parts), dict(sorted(failed.items())))


def _disk_problem(error: OSError, target: Path) -> ProblemError:
    why = error.strerror or str(error)
    if error.errno in DISK_FULL:
        return problem(
            "disk-full",
            f"The disk of {target} is full.",
            "Free some space and run again.",
            param="folder",
            value=str(target),
        )
    if error.errno in (errno.EBUSY, errno.EXDEV):
        return problem(
            "cannot-replace",
            f"{target} cannot be replaced: {why}.",
            "It is in use, or the root of a disk: choose a folder inside it.",
            param="folder",
            value=str(target),
        )
    return problem(
        "cannot-write",
        f"{target} cannot be written: {why}{f' ({error.filename})' if error.filename else ''}.",
        "Choose a folder that you may write to. What was there is as it was.",
        param="folder",
        value=str(target),
    )
