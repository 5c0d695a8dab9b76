"""Writes an export: plan, stage, verify, swap. The one place where an export touches the disk."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import blake2b, sha256
from pathlib import Path
from tarfile import TarError
from zipfile import BadZipFile

from nodegraph.context import Context
from nodegraph.data.paths import path_of
from nodegraph.problems import ProblemError, problem
from nodegraph.results import Written
from nodes.export.items import Item
from nodes.export.manifest import LICENSES, MANIFEST, Manifest, Record, licenses_table
from nodes.export.names import stems_of
from nodes.export.order import Content, Layout, Order
from nodes.export.packs import write_pack
from nodes.export.pictures import Wish
from nodes.export.plan import Planned, megabytes, plan_of
from nodes.export.stage import flush, staged, take_place
from nodes.export.staging_pictures import write_pictures
from nodes.export.target import checked_target, file_sha256, read_target, require_space, require_untouched

WRITER_REV = 1
"""Changes when the same picture and the same wish give other bytes."""

DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


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
        raise disk_problem(error, target) from error


def _write(order: Order, context: Context, target: Path, new: Path) -> Written:
    existing = read_target(target, order.layout.kind)
    last = existing.manifest.pictures if existing.manifest else ()
    plan = plan_of(_wanted(order), last)
    context.notice(f"{target}: {plan.line}")
    touched = bool(existing.edited or existing.missing)
    if existing.manifest and plan.nothing_to_do and not existing.missing and not (touched and order.replace_edited):
        manifest, _texts = _described(order.layout, [old for _planned, old in plan.unchanged], existing.manifest)
        if manifest == existing.manifest:
            return _told(target, manifest, order.failed, "nothing to change", existing.edited)
    require_untouched(target, existing, replace_edited=order.replace_edited)
    # archives stand beside the pictures they are made from until they are whole
    needed = 2 * plan.bytes if order.layout.packs else plan.new_bytes
    require_space(target, needed, shutil.disk_usage(new).free)

    results = write_pictures(plan, existing, order, target, new, context)
    if results is None:
        return Written([], f"{target}: cancelled, nothing was changed")
    records = sorted((r for r in results.values() if isinstance(r, Record)), key=lambda record: record.file)
    failed = {**order.failed, **{rid: reason for rid, reason in results.items() if isinstance(reason, str)}}
    if not records:
        return _nothing_to_write(target, failed, context)
    manifest, texts = _described(order.layout, records, existing.manifest)
    if manifest == existing.manifest and not touched:
        return _told(target, manifest, failed, "nothing to change")
    if order.layout.packs:
        manifest = _packed(order.layout, manifest, new)
    _write_texts(new, {**texts, MANIFEST: manifest.dumps()})
    _flush_all(new)
    take_place(new, target)
    done = plan_of([planned for planned in plan.wanted if planned.item.rid not in failed], last)
    return _told(target, manifest, failed, done.done)


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
    parts = (item.cid, item.recipe, wish.image_format, str(wish.strip_metadata), str(WRITER_REV))
    material = "\0".join((*parts, *(() if wish.webp else ("no webp",))))
    return blake2b(material.encode(), digest_size=16).hexdigest()


def _size_of(path: str) -> int:
    try:
        return path_of(path).stat().st_size
    except OSError:
        return 0


def _described(layout: Layout, records: Sequence[Record], last: Manifest | None) -> tuple[Manifest, dict[str, Content]]:
    """The manifest and the other files for these pictures.

    An archive has the SHA-256 that it has in the last export where it has the same members, else none yet.
    """
    ordered = sorted(records, key=lambda record: record.file)
    texts = {**layout.texts(ordered), LICENSES: licenses_table(ordered)}
    packs = {pack.path: pack.digest for pack in layout.packs(ordered)} if layout.packs else {}
    known = {path: last.texts[path] for path, digest in packs.items() if last and last.packs.get(path) == digest}
    digests = {path: sha256(_coded(text)).hexdigest() for path, text in texts.items()}
    others = {**dict.fromkeys(packs, ""), **known, **digests}
    return Manifest(layout.kind, tuple(ordered), dict(sorted(others.items())), packs), texts


def _packed(layout: Layout, manifest: Manifest, new: Path) -> Manifest:
    """Packs the pictures that lie in the folder `new`, and takes them away; the manifest with the archives' SHA-256."""
    packs = layout.packs(manifest.pictures) if layout.packs else ()
    try:
        written = {pack.path: write_pack(pack, new) for pack in packs}
    except (TarError, BadZipFile) as error:
        raise OSError(errno.EIO, f"what was written does not read back: {error}") from error
    for record in manifest.pictures:
        (new / record.file).unlink()
    for folder in sorted({(new / record.file).parent for record in manifest.pictures}, reverse=True):
        if folder != new and not any(folder.iterdir()):
            folder.rmdir()
    return replace(manifest, texts={**manifest.texts, **written})


def _coded(content: Content) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _write_texts(new: Path, texts: Mapping[str, Content]) -> None:
    for path, text in texts.items():
        file = new / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_coded(text))
        if file_sha256(file) != sha256(_coded(text)).hexdigest():
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


def disk_problem(error: OSError, target: Path) -> ProblemError:
    """What the system says of a disk that is full, busy or closed, as a problem of the export's folder."""
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
