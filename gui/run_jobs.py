"""Making jobs: what is asked of the engine for the document as it is now, or in words why it cannot be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gui.document import GraphDocument
from gui.freshness import Fingerprints, Freshness, HandWork
from gui.results import Results
from gui.run_fold import Job
from gui.titles import title_of
from gui.translation import words
from gui.write_places import write_places, writes_outside
from nodegraph.graph.io import dumps
from nodegraph.graph.validate import errors_of, validate
from nodegraph.problems import Problem


@dataclass
class JobMaker:
    """Makes jobs with ids that count up."""

    document: GraphDocument
    _count: int = 0

    def make(
        self,
        do: str,
        fingerprints: Mapping[str, str],
        targets: tuple[str, ...] = (),
        *,
        sample: int | None = None,
        live: bool = False,
    ) -> Job | str:
        """The job, or why not. Errors that only nodes outside the way to `targets` have do not count."""
        graph, registry, base = self.document.graph, self.document.registry, self.document.base
        names = ", ".join(title_of(graph, registry, id) for id in targets)
        graph = graph.subgraph_to(targets) if targets else graph
        if not graph.nodes:
            return words("There is nothing to run yet. Add a source: press Tab on the canvas.")
        if errors := errors_of(validate(graph, registry, base=base)):
            return self.words(errors[0])
        self._count += 1
        title = words("Live run") if live else words("Run to {}").format(names) if names else words("Run")
        return Job(
            id=str(self._count),
            do=do,
            graph=graph,
            base=base,
            fingerprints=dict(fingerprints),
            title=words("{} on a sample of {:,}").format(title, sample) if sample else title,
            targets=targets,
            sample=sample,
            live=live,
            write=sample is None and not live,
        )

    def places(self, job: Job) -> list[Path]:
        """Where the job writes that a person should hear of first: outside the graph's folder, or all without one."""
        find = writes_outside if self.document.path is not None else write_places
        return find(job.graph, self.document.registry, job.base) if job.write else []

    def request(self, job: Job, device: str) -> dict[str, Any]:
        """What the engine is asked for this job."""
        return {
            "do": job.do, "run": job.id, "graph": dumps(job.graph), "base": str(job.base), "device": device,
            "targets": job.targets, "sample": job.sample, "write": job.write, "journal": str(self.document.journal),
        }  # fmt: skip

    def words(self, found: Problem) -> str:
        """A problem in words that begin with what its node is called."""
        text = f"{found.message} {found.fix}".strip()
        if not found.node:
            return text
        return f"{title_of(self.document.graph, self.document.registry, found.node)}: {text}"


@dataclass
class FreshResults:
    """Tells the results, after each edit, which of them still hold."""

    document: GraphDocument
    results: Results
    freshness: Freshness = field(default_factory=Freshness)
    now: dict[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        self._fingerprints = Fingerprints(self.document.registry)
        self._hand_work = HandWork()

    def certain(self, nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """A plan without what nodes that are done would measure of rows that may come to them: none of them did.

        A plan cannot know which rows a barrier lets through. Where nothing new comes in, the last run knows.
        """
        if any(node["exact"] and sum(node["missing"].values()) for node in nodes):
            return nodes
        return [
            node | {"missing": {}, "seconds": 0.0}
            if not node["exact"] and self.results.of(node["node"]).state in ("done", "review")
            else node
            for node in nodes
        ]

    def planned(self, job: Job, nodes: list[dict[str, Any]]) -> dict[str, float]:
        """Tells the results what is still to be measured; gives back how many seconds are expected at each node."""
        missing = {node["node"]: sum(node["missing"].values()) for node in nodes}
        for id in job.graph.nodes:
            self.results.update(id, missing=missing.get(id))
        return {node["node"]: node["seconds"] or 0.0 for node in nodes}

    def refresh(self) -> bool:
        """Renews the states. Whether anything that a run depends on is different from before."""
        by_hand = self._hand_work.of(self.document.journal)
        now = self._fingerprints.of(self.document.graph, self.document.base, by_hand)
        different, self.now = now != self.now, now
        for id, fingerprint in now.items():
            known = self.results.of(id)
            told = self.freshness.now(id, fingerprint, has_rows=bool(known.files))
            if told is not None and known.state != "running":
                self.results.update(id, state=told[0], message=told[1])
        return different
