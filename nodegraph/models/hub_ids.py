"""Hub ids: a model of the Hugging Face hub that no catalogue lists, named by repository and commit."""

from __future__ import annotations

import re

from nodegraph.models.catalogue import ModelEntry

PREFIX = "hf:"
EXAMPLE = "hf:owner/name@0123456789abcdef0123456789abcdef01234567"
FILES = ("config.json", "*.safetensors", "*.json", "*.txt", "*.jinja", "*.model")
_ID = re.compile(r"hf:(?P<repo>[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95})@(?P<commit>[0-9a-f]{40})")


def hub_entry(id: str, kind: str) -> ModelEntry | None:
    """The entry of a model named like `EXAMPLE`, or None for any other text.

    The commit is part of the name, so that every replay has the same weights. Only weights as safetensors and texts are
    taken, as for every model. Its size is told when it is known, and its licence stands on its page alone.
    """
    found = _ID.fullmatch(id)
    if found is None or ".." in id or "--" in id:
        return None
    repo = found["repo"]
    return ModelEntry(
        id=id,
        kind=kind,
        title=repo,
        licence=f"see huggingface.co/{repo}",
        bytes=0,
        repo=repo,
        revision=found["commit"],
        files=FILES,
        note="Not in the catalogue: read its licence on its page.",
        details={"loader": "transformers"},
    )
