"""Places: where models are looked for on this machine, and the hub they are downloaded from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from nodegraph.models.catalogue import ModelEntry


@dataclass(frozen=True, slots=True)
class Places:
    """`models` holds a folder a model, put there by hand or by us; `hub_cache` is the hub client's own cache."""

    models: Path
    hub_cache: Path
    endpoint: str

    def folder_of(self, entry: ModelEntry) -> Path:
        """Where the user can put the files of a model by hand."""
        return self.models / entry.folder_name

    def repository_of(self, entry: ModelEntry) -> Path:
        """The model's folder in the hub client's cache: blobs/, refs/ and snapshots/<commit>/ lie in it."""
        return self.hub_cache / f"models--{entry.repo.replace('/', '--')}"

    def snapshot_of(self, entry: ModelEntry, commit: str) -> Path:
        """The folder of one commit in the hub client's cache."""
        return self.repository_of(entry) / "snapshots" / commit


def places_of(environment: Mapping[str, str] = os.environ) -> Places:
    """The places that the environment names.

    `NODEGRAPH_MODELS` is the folder for models (else the platform's data folder); the rest is what huggingface_hub made
    of HF_HOME, HF_HUB_CACHE and HF_ENDPOINT when it was first imported.
    """
    from huggingface_hub import constants

    given = environment.get("NODEGRAPH_MODELS")
    return Places(
        models=Path(given).expanduser() if given else _platform_folder(),
        hub_cache=Path(constants.HF_HUB_CACHE),
        endpoint=constants.ENDPOINT,
    )


def asset_folder(asset: str) -> Path | None:
    """The folder of an embedded model inside the installed `assets` package, or None when it is not installed."""
    spec = find_spec("assets")
    roots = spec.submodule_search_locations if spec else None
    return next((Path(root) / asset for root in roots or () if (Path(root) / asset).is_dir()), None)


def _platform_folder() -> Path:
    from platformdirs import user_data_path

    return user_data_path("nodegraph", appauthor=False) / "models"
