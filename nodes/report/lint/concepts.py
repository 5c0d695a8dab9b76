"""The lint of a concepts.json: which folders OneTrainer reads, and concepts that it passes over or cannot find."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, cast

from nodes.report.lint.findings import Finding
from nodes.report.lint.folder import Subset, Tree, at

CONCEPTS = "concepts.json"
NOT_TRAINED = "VALIDATION"


def concept_subsets(tree: Tree, data: bytes) -> tuple[list[Subset], list[Finding]]:
    """The folders below the tree that enabled concepts train on, and what is wrong with the list of concepts.

    Concepts for validation are read by the trainer and not trained on: they are no subset.
    """
    try:
        concepts: Any = json.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        return [], [_error("concepts-unreadable", CONCEPTS, f"It is no JSON: {error}.")]
    if not isinstance(concepts, list):
        return [], [_error("concepts-unreadable", CONCEPTS, "It is no list of concepts.")]
    subsets: list[Subset] = []
    findings: list[Finding] = []
    for number, entry in enumerate(cast("list[object]", concepts)):
        place = f"{CONCEPTS}[{number}]"
        concept = cast("dict[str, Any]", entry) if isinstance(entry, dict) else {}
        if not concept.get("enabled", True):
            message = "It is not enabled, and the trainer passes over it."
            findings.append(Finding("hint", "concept-off", place, message, "Enable it, or take it out."))
            continue
        path = Path(os.path.normpath(tree.root / str(concept.get("path") or "?")))
        if not path.is_dir():
            message = f"Its path {concept.get('path')!r} is not there."
            findings.append(_error("concept-no-folder", place, message))
        elif not path.is_relative_to(tree.root):
            message = f"Its path {concept.get('path')!r} lies elsewhere and is not looked at."
            findings.append(Finding("hint", "concept-elsewhere", place, message, "Look at that folder as well."))
        elif str(concept.get("type", "")) != NOT_TRAINED:
            found, ignored = _folders(tree, path.relative_to(tree.root).as_posix(), concept)
            subsets += found
            findings += ignored
    return subsets, findings


def _folders(tree: Tree, folder: str, concept: dict[str, Any]) -> tuple[list[Subset], list[Finding]]:
    balancing = concept.get("balancing", 1.0)
    repeats = max(1, round(balancing)) if isinstance(balancing, int | float) and 0 <= balancing < 1e6 else 1
    below = tree.below(folder)
    if concept.get("include_subdirectories", False):
        return [Subset(name, repeats=repeats) for name in (folder, *below)], []
    message = "It lies below the folder of a concept, and the trainer passes over its pictures."
    fix = "Turn on include_subdirectories in the concept, or make a concept of it."
    return [Subset(folder, repeats=repeats)], [
        at(Finding("warning", "folder-ignored", "", message, fix), name) for name in below
    ]


def _error(rule: str, place: str, message: str) -> Finding:
    return Finding("error", rule, place, message, "Write where the pictures are, or export the concepts again.")
