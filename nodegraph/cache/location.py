"""Where the cache lives: the platform's cache folder, or where NODEGRAPH_CACHE says."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from nodegraph.problems import problem

VARIABLE = "NODEGRAPH_CACHE"


def cache_folder() -> Path:
    """The folder of the cache, absolute; it is made where it is not there yet.

    Raises ProblemError "no-cache-folder" where it cannot be made or nothing can be written into it.
    """
    named = os.environ.get(VARIABLE, "")
    folder = Path(named).expanduser().absolute() if named else _platform_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise problem(
            "no-cache-folder",
            f"The cache folder {folder} cannot be written: {error.strerror or error}.",
            f"Set the environment variable {VARIABLE} to a folder that can.",
            param=VARIABLE if named else None,
            value=str(folder),
        ) from error
    return folder


def _platform_folder() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("nodegraph", appauthor=False)
