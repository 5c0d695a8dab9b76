"""nodegraph: wire nodes into a graph that turns a heap of pictures into a fine-tuning set, and replay it headless.

What a node author and a script writer import, and nothing else. Names are loaded when they are first used, so that
`import nodegraph` stays fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nodegraph.api import arrange, captioner, dedup, export, filter_, review, scorer, source
    from nodegraph.columns import ColumnInfo, score
    from nodegraph.context import Context
    from nodegraph.data.imageset import ImageSet
    from nodegraph.measures import (
        Detail,
        FileHeader,
        Measure,
        ModelUse,
        Picture,
        Pixels,
        Readability,
        Sizes,
        Take,
        TextValues,
        Values,
        Words,
        measure,
    )
    from nodegraph.models.catalogue import ModelEntry, ModelFiles
    from nodegraph.parameters import (
        Colour,
        Column,
        ColumnTerms,
        Expression,
        File,
        Folder,
        KeyVariable,
        Main,
        ModelOf,
        NewColumn,
        Range,
        Text,
    )
    from nodegraph.problems import Problem, ProblemError, problem
    from nodegraph.registry import Registry, installed_registry, registry_of
    from nodegraph.results import NOT_HERE_YET, Columns, Found, Keep, Left, Parts, Rows, Skipped, Written

_HOMES = {
    "nodegraph.api": ("arrange", "captioner", "dedup", "export", "filter_", "review", "scorer", "source"),
    "nodegraph.columns": ("ColumnInfo", "score"),
    "nodegraph.context": ("Context",),
    "nodegraph.data.imageset": ("ImageSet",),
    "nodegraph.measures": (
        "Detail", "FileHeader", "Measure", "ModelUse", "Picture", "Pixels", "Readability", "Sizes", "Take",
        "TextValues", "Values", "Words", "measure",
    ),
    "nodegraph.models.catalogue": ("ModelEntry", "ModelFiles"),
    "nodegraph.parameters": (
        "Colour", "Column", "ColumnTerms", "Expression", "File", "Folder", "KeyVariable", "Main", "ModelOf",
        "NewColumn", "Range", "Text",
    ),
    "nodegraph.problems": ("Problem", "ProblemError", "problem"),
    "nodegraph.registry": ("Registry", "installed_registry", "registry_of"),
    "nodegraph.results": ("NOT_HERE_YET", "Columns", "Found", "Keep", "Left", "Parts", "Rows", "Skipped", "Written"),
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [  # noqa: RUF022  (grouped by home, as above)
    "arrange", "captioner", "dedup", "export", "filter_", "review", "scorer", "source",
    "ColumnInfo", "score",
    "Context",
    "ImageSet",
    "Detail", "FileHeader", "Measure", "ModelUse", "Picture", "Pixels", "Readability", "Sizes", "Take", "TextValues",
    "Values", "Words", "measure", "ModelEntry", "ModelFiles",
    "Colour", "Column", "ColumnTerms", "Expression", "File", "Folder", "KeyVariable", "Main", "ModelOf", "NewColumn",
    "Range", "Text",
    "Problem", "ProblemError", "problem",
    "Registry", "installed_registry", "registry_of",
    "NOT_HERE_YET", "Columns", "Found", "Keep", "Left", "Parts", "Rows", "Skipped", "Written",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'nodegraph' has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)
