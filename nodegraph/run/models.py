"""Models of a run: the files of every model that an active node names, fetched before the first row is touched."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from nodegraph.models.catalogue import ModelEntry, ModelFiles
from nodegraph.models.download import files_of
from nodegraph.parameters import ModelOf
from nodegraph.plan.stages import Steps
from nodegraph.problems import Problem, ProblemError
from nodegraph.registry import Registry
from nodegraph.run.cancel import Cancel
from nodegraph.run.events import Listener, ModelAnnounced, ModelProgress


def models_of(steps: Steps, registry: Registry) -> Iterator[tuple[str, ModelEntry]]:
    """Each model that takes part, with the first node that names it. Raises ProblemError for an unknown one."""
    seen: set[str] = set()
    for item in steps.active.values():
        if item.node.mode == "bypass":
            continue
        for name, parameter in item.spec.parameters.items():
            facet = parameter.facet(ModelOf)
            value = item.params.get(name)
            if facet is None or value is None or value in seen:
                continue
            seen.add(value)
            entry = registry.model(value, facet)
            if entry is None:
                raise ProblemError(Problem("unknown-model", f"There is no model {value!r}.", node=item.id, param=name))
            yield item.id, entry


def resolve_models(
    steps: Steps, registry: Registry, listener: Listener, cancel: Cancel, *, allow_download: bool
) -> dict[str, ModelFiles]:
    """The files of every model that takes part, downloaded if need be; size and licence are told first.

    Raises ProblemError, and Cancelled soon after `cancel` was asked for.
    """

    def progress(id: str, done: int, total: int) -> None:
        cancel.check()
        listener(ModelProgress(id, done, total))

    files: dict[str, ModelFiles] = {}
    for node, entry in models_of(steps, registry):
        cancel.check()
        try:
            files[entry.id] = files_of(
                entry,
                allow_download=allow_download,
                on_progress=partial(progress, entry.id),
                announce=lambda entry: listener(ModelAnnounced(entry.id, entry.title, entry.bytes, entry.licence)),
            )
        except ProblemError as error:
            raise ProblemError(problem.at(node=node) for problem in error.problems) from error
    return files


def known_models(steps: Steps, registry: Registry) -> dict[str, ModelFiles]:
    """What is known of the models without fetching anything: of those not here, the pinned revision and no folder."""
    files: dict[str, ModelFiles] = {}
    for _node, entry in models_of(steps, registry):
        try:
            files[entry.id] = files_of(
                entry, allow_download=False, on_progress=lambda _done, _total: None, announce=lambda _entry: None
            )
        except ProblemError:
            files[entry.id] = ModelFiles(entry, Path(), entry.revision)
    return files
