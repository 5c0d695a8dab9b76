"""Download: the files of a model on this machine, from wherever they are nearest."""

from __future__ import annotations

from pathlib import Path

from nodegraph.models import troubles
from nodegraph.models.catalogue import ModelEntry, ModelFiles
from nodegraph.models.fetch import Digest, fetch
from nodegraph.models.hub import cached_snapshot, check_hashes, downloaded_snapshot
from nodegraph.models.inventory import content_revision, missing, sha256_of
from nodegraph.models.places import Places, asset_folder, places_of
from nodegraph.models.progress import Announce, Progress, Tally, check_space
from nodegraph.models.records import Records
from nodegraph.problems import ProblemError


def files_of(
    entry: ModelEntry,
    *,
    allow_download: bool,
    on_progress: Progress = lambda _done, _total: None,
    announce: Announce = lambda _entry: None,
    places: Places | None = None,
) -> ModelFiles:
    """The files of a model: embedded, else put there by hand, else in the hub's cache, else downloaded.

    `announce` gets the entry with its true size before the first byte is asked for; `on_progress` gets bytes here and
    bytes in all, never going back. Either may raise to stop; what came is kept, and the next call goes on from there.
    The revision is the hub's commit, or for files from elsewhere 12 hex digits of a hash over their contents.
    Raises ProblemError: not here and not allowed to download, offline, gated, not found, wrong hash, no space.
    """
    if entry.asset:
        return _embedded(entry)
    places = places or places_of()
    records = Records(places.models / ".records")
    if found := _put_by_hand(entry, places, records):
        return found
    if entry.repo and (found := cached_snapshot(entry, places, records)):
        return found
    if not allow_download:
        raise ProblemError(troubles.not_here(entry, places))
    if entry.repo:
        return downloaded_snapshot(entry, places, records, on_progress=on_progress, announce=announce)
    return _from_addresses(entry, places, records, on_progress, announce)


def _embedded(entry: ModelEntry) -> ModelFiles:
    folder = asset_folder(entry.asset)
    if folder is None:
        raise ProblemError(troubles.not_installed(entry))
    if lacking := missing(entry, folder):
        raise ProblemError(troubles.incomplete(entry, folder, lacking))
    return ModelFiles(entry, folder, content_revision(entry, folder, sha256_of))


def _put_by_hand(entry: ModelEntry, places: Places, records: Records) -> ModelFiles | None:
    folder = places.folder_of(entry)
    lacking = missing(entry, folder)
    if not folder.is_dir() or (entry.urls and lacking):  # single files are fetched one by one into this folder
        return None
    if lacking:
        raise ProblemError(troubles.incomplete(entry, folder, lacking))

    def hash_of(path: Path) -> str:
        return records.hash_of(entry, path)

    check_hashes(entry, folder, hash_of)
    return ModelFiles(entry, folder, content_revision(entry, folder, hash_of))


def _from_addresses(
    entry: ModelEntry, places: Places, records: Records, on_progress: Progress, announce: Announce
) -> ModelFiles:
    folder = places.folder_of(entry)
    absent = [name for name in entry.files if not (folder / name).is_file()]
    announce(entry)
    check_space(entry, folder, entry.bytes)
    tally = Tally(entry.bytes, on_progress)
    with troubles.told_plainly(entry, places):
        for name in absent:
            fetch(entry.urls[name], folder / name, Digest("sha256", entry.sha256[name]), on_bytes=tally.part())
    found = _put_by_hand(entry, places, records)
    if found is None:
        raise ProblemError(troubles.incomplete(entry, folder, missing(entry, folder)))
    return found
