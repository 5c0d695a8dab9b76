"""Hub: the files of a repository at one commit, in huggingface_hub's own cache, found there or brought there."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nodegraph.models import troubles
from nodegraph.models.catalogue import COMMIT_PATTERN, SHA256_PATTERN, ModelEntry, ModelFiles
from nodegraph.models.fetch import Digest, fetch, partial_of
from nodegraph.models.inventory import files_in, missing, required, wanted
from nodegraph.models.places import Places
from nodegraph.models.progress import Announce, Progress, Tally, check_space
from nodegraph.models.records import Records
from nodegraph.problems import ProblemError


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file of a repository: its name, its size in bytes, and the hash that its bytes must have."""

    name: str
    size: int
    digest: Digest


def cached_snapshot(entry: ModelEntry, places: Places, records: Records) -> ModelFiles | None:
    """The model in the hub client's cache, whoever brought it there, or None. Asks no network.

    Files with a hash in the entry are held against it (and that is remembered); raises ProblemError where it is wrong.
    """
    commit = entry.revision or records.commit_of(entry) or _commit_of_main(entry, places)
    if not re.fullmatch(COMMIT_PATTERN, commit):
        return None
    folder = places.snapshot_of(entry, commit)
    if not folder.is_dir() or missing(entry, folder) or not files_in(entry, folder):
        return None
    check_hashes(entry, folder, lambda path: records.hash_of(entry, path))
    if not entry.revision:
        records.remember_commit(entry, commit)
    return ModelFiles(entry, folder, commit)


def downloaded_snapshot(
    entry: ModelEntry, places: Places, records: Records, *, on_progress: Progress, announce: Announce
) -> ModelFiles:
    """The model from the hub: what is missing is announced, downloaded and verified. Raises ProblemError.

    An unpinned model takes the commit recorded on this machine, or the hub's newest, which is then recorded.
    """
    with troubles.told_plainly(entry, places):
        commit, remote = _listing(entry, places, entry.revision or records.commit_of(entry))
        folder = places.snapshot_of(entry, commit)
        absent = [file for file in remote if not _is_here(folder / file.name, file.size)]
        if absent:
            announce(replace(entry, bytes=sum(file.size for file in remote)))
            _download(entry, places, commit, remote, absent, on_progress)
            for file in absent:
                if file.digest.kind == "sha256":
                    records.remember_hash(entry, folder / file.name, file.digest.hex)
        if not entry.revision:
            records.remember_commit(entry, commit)
        if lacking := missing(entry, folder):
            raise ProblemError(troubles.not_offered(entry, lacking))
    return ModelFiles(entry, folder, commit)


def check_hashes(entry: ModelEntry, folder: Path, hash_of: Callable[[Path], str]) -> None:
    """Raises ProblemError when a file in the folder has not the hash that the entry gives for it."""
    for name, expected in entry.sha256.items():
        path = folder / name
        if path.is_file() and (found := hash_of(path)) != expected:
            raise ProblemError(troubles.wrong_hash(entry, str(path), expected, found, removed=False))


def _listing(entry: ModelEntry, places: Places, revision: str) -> tuple[str, list[RemoteFile]]:
    from huggingface_hub import HfApi

    info: Any = HfApi(endpoint=places.endpoint).model_info(entry.repo, revision=revision or None, files_metadata=True)
    by_name = {str(sibling.rfilename): sibling for sibling in info.siblings or ()}
    if lacking := [name for name in required(entry) if name not in by_name]:
        raise ProblemError(troubles.not_offered(entry, lacking))
    return str(info.sha), [_remote_file(entry, by_name[name]) for name in wanted(entry, by_name)]


def _remote_file(entry: ModelEntry, sibling: Any) -> RemoteFile:
    name = str(sibling.rfilename)
    offered = Digest("sha256", str(sibling.lfs.sha256)) if sibling.lfs else Digest("git", str(sibling.blob_id))
    pinned = entry.sha256.get(name)
    if pinned and offered.kind == "sha256" and offered.hex != pinned:
        found = troubles.wrong_hash(entry, f"{entry.repo}/{name}", pinned, offered.hex, removed=False)
        raise ProblemError(replace(found, fix="Nothing was downloaded; do not use that source."))
    size = int(sibling.lfs.size if sibling.lfs else sibling.size)
    return RemoteFile(name, size, Digest("sha256", pinned) if pinned else offered)


def _download(
    entry: ModelEntry,
    places: Places,
    commit: str,
    remote: Sequence[RemoteFile],
    absent: Sequence[RemoteFile],
    on_progress: Progress,
) -> None:
    from huggingface_hub import (
        get_hf_file_metadata,  # pyright: ignore[reportUnknownVariableType]
        hf_hub_download,  # pyright: ignore[reportUnknownVariableType]
        hf_hub_url,
    )
    from huggingface_hub.utils import build_hf_headers  # pyright: ignore[reportUnknownVariableType]

    blobs = places.repository_of(entry) / "blobs"
    tally = Tally(sum(file.size for file in remote), on_progress)
    tally.add(sum(file.size for file in remote) - sum(file.size for file in absent))
    partials = sum(_size_of(partial_of(blobs / file.digest.hex)) for file in absent)
    check_space(entry, places.hub_cache, sum(file.size for file in absent) - partials)
    for file in absent:
        url = hf_hub_url(entry.repo, file.name, revision=commit, endpoint=places.endpoint)
        # the cache names a blob by its etag: under that name hf_hub_download finds it and only has to link it
        etag = get_hf_file_metadata(url, endpoint=places.endpoint).etag or ""
        if not re.fullmatch(rf"{SHA256_PATTERN}|{COMMIT_PATTERN}", etag):
            etag = file.digest.hex
        part = tally.part()
        fetch(url, blobs / etag, file.digest, size=file.size, headers=build_hf_headers(), on_bytes=part)
        hf_hub_download(entry.repo, file.name, revision=commit, cache_dir=places.hub_cache, endpoint=places.endpoint)
        part(file.size)


def _commit_of_main(entry: ModelEntry, places: Places) -> str:
    try:
        return (places.repository_of(entry) / "refs" / "main").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _is_here(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size


def _size_of(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
