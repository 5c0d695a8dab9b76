"""Annotated pictures: what people said of the pictures of a folder in an annotation tool, as columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nodegraph import ColumnInfo, Found, Skipped, score
from nodes.sources.folder_walk import Picture
from nodes.sources.matching import Matcher
from nodes.sources.rows import FILE_COLUMNS, file_row, found_rows, ignored_notices, listed, name_of, none_notices

ANNOTATION_COLUMNS = {
    "decision": ColumnInfo("text", "What the rater decided, such as Acceptable"),
    "relevance": score("Relevance as the rater saw it, mostly 1 to 5"),
    "quality": score("Quality as the rater saw it, mostly 1 to 5"),
    "caption": ColumnInfo("text", "Caption that the rater wrote"),
    "rater": ColumnInfo("text", "Who rated it"),
    "seconds": ColumnInfo("number", "How long the rater took", unit="s"),
    "annotations": ColumnInfo("integer", "How many annotations the picture has"),
}


@dataclass(frozen=True, slots=True)
class Annotation:
    """What one person said of a picture; None is "nothing". `when` sorts by time, `truth` marks the final word."""

    decision: str | None = None
    relevance: float | None = None
    quality: float | None = None
    caption: str | None = None
    rater: str | None = None
    seconds: float | None = None
    when: str = ""
    truth: bool = False
    more: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def values(self) -> dict[str, Any]:
        """The values of the columns."""
        names = ("decision", "relevance", "quality", "caption", "rater", "seconds")
        return {name: getattr(self, name) for name in names} | dict(self.more)


@dataclass(frozen=True, slots=True)
class Said:
    """The annotations of one task: the name of its picture, the picture's hash if known, and what was said."""

    task: str
    name: str
    digest: str
    annotations: Sequence[Annotation]


def annotated(
    root: Path,
    said: Sequence[Said],
    columns: Mapping[str, ColumnInfo],
    recipe: str,
    *,
    all_pictures: bool,
    notices: Sequence[str] = (),
) -> Found:
    """The pictures of a folder with the final annotation of each: the ground truth, else the newest.

    Tasks without a picture, and pictures without an annotation unless `all_pictures`, are skipped with a reason.
    """
    walked = listed(root)
    matcher = Matcher(walked.pictures)
    skipped = list(walked.skipped)
    by_rid: dict[str, list[Annotation]] = {}
    for task in said:
        found = matcher.match(task.name, task.digest)
        if isinstance(found, str):
            skipped.append(Skipped(task.name or task.task, "no-picture", f"{task.task}: {found}"))
        else:
            by_rid.setdefault(found.rid, []).extend(task.annotations)
    rows = [
        _row(picture, by_rid.get(picture.rid, []), recipe, name_of(root))
        for picture in walked.pictures
        if all_pictures or by_rid.get(picture.rid)
    ]
    given = {row["rid"] for row in rows}
    for picture in walked.pictures:
        if picture.rid not in given:
            why = "its annotation was cancelled or is empty" if picture.rid in by_rid else "no annotation is about it"
            skipped.append(Skipped(picture.rid, "not-annotated", why))
    told = [*none_notices(rows, root), *ignored_notices(walked.ignored), *notices]
    return found_rows(rows, {**FILE_COLUMNS, **columns}, skipped, told)


def _row(picture: Picture, annotations: Sequence[Annotation], recipe: str, source: str) -> dict[str, Any]:
    row = file_row(picture.rid, picture.path, picture.bytes, recipe, source)
    final = max(annotations, key=lambda annotation: (annotation.truth, annotation.when), default=Annotation())
    return {**row, **final.values(), "annotations": len(annotations)}
