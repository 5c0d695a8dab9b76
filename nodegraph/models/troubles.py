"""Troubles: what can go wrong between a model and this machine, each as the problem that the user is shown."""

from __future__ import annotations

import errno
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from nodegraph.models.catalogue import ModelEntry
from nodegraph.models.fetch import InterruptedDownloadError, WrongHashError
from nodegraph.models.inventory import required
from nodegraph.models.places import Places
from nodegraph.problems import Problem, ProblemError


def readable_size(count: int) -> str:
    """A number of bytes for people: "605 MB" (decimal units)."""
    value = float(count)
    for unit in ("bytes", "kB", "MB"):
        if value < 999.5:
            return f"{value:.3g} {unit}" if value < 10 and unit != "bytes" else f"{value:.0f} {unit}"
        value /= 1000
    return f"{value:.3g} GB"


def by_hand(entry: ModelEntry, places: Places) -> str:
    """How to get the model onto a machine without a network."""
    names = ", ".join(required(entry) or entry.files)
    commit = f" at commit {entry.revision[:8]}" if entry.revision else ""
    return f"put its files ({names}) from {entry.origin}{commit} into {places.folder_of(entry)}"


def not_here(entry: ModelEntry, places: Places) -> Problem:
    """The model would have to be downloaded, and the caller did not allow it."""
    return _problem(
        entry,
        "model-not-here",
        f"The model {entry.id} is not on this machine.",
        f"Allow downloads ({readable_size(entry.bytes)}, licence {entry.licence}), or {by_hand(entry, places)}.",
    )


def not_installed(entry: ModelEntry) -> Problem:
    """The files of an embedded model are not where the installation should have put them."""
    return _problem(
        entry,
        "model-not-installed",
        f"The embedded model {entry.id} is missing from the installation.",
        "Install nodegraph again.",
    )


def incomplete(entry: ModelEntry, folder: Path, lacking: Sequence[str]) -> Problem:
    """A folder that should hold the model lacks some of its files."""
    return _problem(
        entry,
        "model-incomplete",
        f"The folder {folder} for the model {entry.id} lacks {', '.join(lacking[:5])}.",
        f"Add what is missing from {entry.origin or 'a fresh installation'}, or remove the folder.",
    )


def not_offered(entry: ModelEntry, lacking: Sequence[str]) -> Problem:
    """The hub has the repository, but not the files that the catalogue names."""
    return _problem(
        entry,
        "model-incomplete",
        f"The repository {entry.repo} has no {', '.join(lacking[:5])} for the model {entry.id}.",
        "Choose another model; its entry in the catalogue does not fit the repository.",
    )


def wrong_hash(entry: ModelEntry, where: str, expected: str, found: str, *, removed: bool) -> Problem:
    """A file of the model is not the one that its catalogue entry or the hub says it is."""
    return _problem(
        entry,
        "model-wrong-hash",
        f"{where} is not the file that the model {entry.id} needs: "
        f"its hash is {found[:16]}..., it should be {expected[:16]}....",
        "It has been removed; try again, and if it stays so do not use that source." if removed else "Remove it.",
    )


def no_space(entry: ModelEntry, folder: Path, needed: int, free: int) -> Problem:
    """The disk cannot take the model."""
    return _problem(
        entry,
        "disk-full",
        f"The model {entry.id} needs {readable_size(needed)}, and {folder} has {readable_size(free)} left.",
        "Make room, or let HF_HOME (and NODEGRAPH_MODELS) name a folder on another disk.",
    )


@contextmanager
def told_plainly(entry: ModelEntry, places: Places) -> Generator[None]:
    """Turns the errors of a download into a ProblemError. Others, and those of the callbacks, pass through."""
    from huggingface_hub.errors import (
        HfHubHTTPError,
        HTTPError,  # pyright: ignore[reportPrivateImportUsage]
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
    )

    try:
        yield
    except ProblemError:
        raise
    except HfHubHTTPError as error:
        raise ProblemError(_refused(entry, places, error)) from error
    except OfflineModeIsEnabled as error:
        raise ProblemError(_offline(entry, places, "HF_HUB_OFFLINE is set")) from error
    except WrongHashError as error:
        found = wrong_hash(entry, str(error).partition(": expected")[0], error.expected, error.found, removed=True)
        raise ProblemError(found) from error
    except InterruptedDownloadError as error:
        raise ProblemError(_interrupted(entry, error)) from error
    except (HTTPError, LocalEntryNotFoundError) as error:
        raise ProblemError(_offline(entry, places, f"{places.endpoint} cannot be reached")) from error
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise ProblemError(no_space(entry, places.hub_cache, entry.bytes, 0)) from error


def _refused(entry: ModelEntry, places: Places, error: Exception) -> Problem:
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

    status = getattr(getattr(error, "response", None), "status_code", 0)
    if isinstance(error, GatedRepoError) or status == 403:
        return _problem(
            entry,
            "model-gated",
            f"The model {entry.id} is given only to those who accepted its terms ({entry.licence}).",
            f"Accept them at {places.endpoint}/{entry.repo}, log in with `hf auth login`, and try again.",
        )
    if isinstance(error, RevisionNotFoundError):
        return _problem(
            entry,
            "model-revision-missing",
            f"The repository {entry.repo} has no commit {entry.revision or 'main'} for the model {entry.id}.",
            f"Choose another model, or {by_hand(entry, places)}.",
        )
    if isinstance(error, RepositoryNotFoundError) or status in (401, 404):
        return _problem(
            entry,
            "model-not-found",
            f"{places.endpoint} has no {entry.origin} that you may read, so the model {entry.id} cannot be downloaded.",
            "If it is private or gated, log in with `hf auth login`; otherwise choose another model.",
        )
    return _problem(
        entry,
        "hub-error",
        f"{places.endpoint} answered with status {status} when asked for the model {entry.id}.",
        f"Try again later, or {by_hand(entry, places)}.",
    )


def _offline(entry: ModelEntry, places: Places, why: str) -> Problem:
    return _problem(
        entry,
        "model-offline",
        f"The model {entry.id} ({readable_size(entry.bytes)}) is not on this machine and {why}.",
        f"Connect once to download it, or {by_hand(entry, places)}.",
    )


def _interrupted(entry: ModelEntry, error: Exception) -> Problem:
    return _problem(
        entry,
        "download-interrupted",
        f"The download of the model {entry.id} broke off: {error}.",
        "Run again: it goes on from where it stopped.",
    )


def _problem(entry: ModelEntry, code: str, message: str, fix: str) -> Problem:
    return Problem(code, message, fix, value=entry.id)
