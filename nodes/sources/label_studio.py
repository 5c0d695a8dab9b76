"""The Label Studio source: decisions, ratings and captions from an export, beside the pictures they are about."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from nodegraph import File, Folder, Found, Main, problem, source
from nodegraph.data.opening import opened, read_at_most
from nodegraph.data.recipe import Recipe
from nodegraph.data.unreadable import Unavailable
from nodes.sources.annotated import ANNOTATION_COLUMNS, Annotation, Said, annotated
from nodes.sources.matching import name_in
from nodes.sources.rows import FILE_COLUMNS, AcceptTruncated, AlphaColour, MaxMegapixels
from nodes.sources.tables import first_text, number_of, text_of

LARGEST = 512 << 20
_KINDS = {"choices": "decision", "textarea": "caption"}
_FIELDS = ("decision", "relevance", "quality", "caption")
_HASHES = ("sha", "sha256", "cid")


@source("source/label_studio", rev=1, title="Label Studio", gives={**FILE_COLUMNS, **ANNOTATION_COLUMNS})
def label_studio(
    *,
    annotations: Annotated[str, File(suffixes=(".json",)), Main(), "The export of Label Studio: JSON or JSON-MIN."],
    folder: Annotated[str, Folder(), Main(), "The folder with the pictures. It is only read."],
    image_field: Annotated[str, "The field of a task that names the picture."] = "image",
    rater: Annotated[str, "Take the annotations of this rater only (number or e-mail); empty: of all."] = "",
    all_pictures: Annotated[bool, "Give pictures without an annotation too, with empty columns."] = False,
    alpha_colour: AlphaColour = "#ffffff",
    accept_truncated: AcceptTruncated = False,
    max_megapixels: MaxMegapixels = 200,
) -> Found:
    """Gives pictures with what people said of them in Label Studio: decision, relevance, quality and caption.

    The columns come from the parts of the labelling form with these names; a single choice or text field of another
    name counts as decision or caption. `seconds` is the time a rater took. Of several annotations of a picture the
    one marked as ground truth counts, else the newest; cancelled ones do not count, and predictions of models neither.

    A task belongs to the picture with the hash it names ("sha" in its data), else to the one with its file name. Tasks
    without a picture, and pictures without an annotation, are skipped with a reason.
    """
    tasks = _tasks(Path(annotations))
    said = [_said(number, task, image_field, rater) for number, task in enumerate(tasks)]
    recipe = str(Recipe(alpha_colour, accept_truncated, max_megapixels))
    return annotated(Path(folder), said, ANNOTATION_COLUMNS, recipe, all_pictures=all_pictures)


def _tasks(path: Path) -> list[Any]:
    def trouble(why: str) -> Exception:
        fix = "Export the project from Label Studio as JSON or JSON-MIN and choose that file."
        return problem("unusable-annotations", f"{path} {why}.", fix, param="annotations", value=str(path))

    try:
        with opened(path) as file:
            data = read_at_most(file, LARGEST + 1)
    except Unavailable as error:
        raise trouble(f"cannot be read: {error.reason}") from error
    if len(data) > LARGEST:
        raise trouble("is larger than 512 MB")
    try:
        tasks: Any = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise trouble("is not valid JSON") from error
    if isinstance(tasks, dict):
        tasks = [tasks]
    if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
        raise trouble("holds no list of tasks")
    return tasks


def _said(number: int, task: Mapping[str, Any], image_field: str, rater: str) -> Said:
    whole = "annotations" in task or "completions" in task or "data" in task
    data = task.get("data") if whole else task
    data = data if isinstance(data, dict) else {}
    found = list(_annotations(task)) if whole else [_from_min(task)]
    taken = [annotation for annotation in found if not rater or annotation.rater == rater]
    name = name_in(first_text(data, [image_field]) or "")
    return Said(f"task {text_of(task.get('id')) or number + 1}", name, first_text(data, _HASHES) or "", taken)


def _annotations(task: Mapping[str, Any]) -> Iterator[Annotation]:
    listed = task.get("annotations", task.get("completions"))
    for said in listed if isinstance(listed, list) else []:
        if not isinstance(said, dict) or said.get("was_cancelled") or said.get("skipped"):
            continue
        values: dict[str, Any] = {}
        alone: dict[str, list[Any]] = {"decision": [], "caption": []}
        for part in said["result"] if isinstance(said.get("result"), list) else []:
            kind, value = (part.get("type"), part.get("value")) if isinstance(part, dict) else (None, None)
            if not isinstance(kind, str) or not isinstance(value, dict):
                continue
            content = value.get(kind if kind != "textarea" else "text")
            if (name := part.get("from_name")) in _FIELDS:
                values.setdefault(name, content)
            elif kind in _KINDS:
                alone[_KINDS[kind]].append(content)
        for name, contents in alone.items():
            if len(contents) == 1:
                values.setdefault(name, contents[0])
        yield _annotation(values, said)


def _from_min(task: Mapping[str, Any]) -> Annotation:
    return _annotation({name: task.get(name) for name in _FIELDS}, {**task, "completed_by": task.get("annotator")})


def _annotation(values: Mapping[str, Any], said: Mapping[str, Any]) -> Annotation:
    return Annotation(
        decision=text_of(_inner(values.get("decision"), "choices")),
        relevance=number_of(_inner(values.get("relevance"), "rating")),
        quality=number_of(_inner(values.get("quality"), "rating")),
        caption=text_of(_inner(values.get("caption"), "text")),
        rater=_rater(said.get("completed_by")),
        seconds=number_of(said.get("lead_time")),
        when=text_of(said.get("updated_at")) or text_of(said.get("created_at")) or "",
        truth=said.get("ground_truth") is True,
    )


def _inner(value: Any, key: str) -> Any:
    """JSON-MIN writes 4, {"rating": 4} or [{"rating": 4}] for the same thing, after the version."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value.get(key) if isinstance(value, dict) else value


def _rater(value: Any) -> str | None:
    if isinstance(value, dict):
        return first_text(value, ["email", "username", "id"])
    return text_of(value)
