"""The Label Studio export: pictures, tasks with predictions from columns, and the labelling configuration."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote
from xml.etree import ElementTree

from nodegraph.api import export
from nodegraph.context import Context
from nodegraph.data.imageset import ImageSet
from nodegraph.parameters import Column, Folder, Main, Text
from nodegraph.problems import Problem, problem
from nodegraph.results import Written
from nodes.export.card import card
from nodes.export.items import Item, items_of
from nodes.export.manifest import Record
from nodes.export.names import one_line
from nodes.export.order import Layout, Order
from nodes.export.pictures import ImageFormat, Wish
from nodes.export.tables import further_columns, plain
from nodes.export.write import write_export

PICTURES = "images"
CONFIG = "labeling.xml"
MOST_TASKS = 250_000
MOST_BYTES = 50_000_000
MOST_CHOICES = 100
STARS = 5
USE = """1. Start Label Studio with `LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED=true` and
   `LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT` set to the folder that the addresses in the tasks begin at: the one above
   this folder, or the one that was given as document root.
2. Make a project with `labeling.xml` as its labelling interface (code), and add this folder as local storage, without
   "treat every object as a source file".
3. Import the files `tasks-*.json`. Each task has the caption and the SHA-256 of its picture."""


def _check(params: Mapping[str, Any]) -> list[Problem]:
    if params["best"] != params["worst"]:
        return []
    message = "Best and Worst are the same number, so no value can be told from another."
    return [Problem("no-span", message, "Give the ends of the column's scale.", param="best", value=params["best"])]


@export("export/label_studio", rev=1, title="Export for Label Studio", check=_check)
def label_studio(
    images: ImageSet,
    *,
    folder: Annotated[str, Folder(writes=True), Main(), "The folder to write; replaced as a whole on the next run."],
    document_root: Annotated[str, Folder(), "Label Studio's document root; the folder above by default."] = "",
    choices: Annotated[list[str], Text(lines=4), Main(), "Decisions to choose from, one a line."] = [  # noqa: B006
        "Acceptable",
        "Poor Quality",
        "Biased",
        "Unsafe",
    ],
    decision: Annotated[str | None, Column("text"), "Column that is shown as the decision already made."] = None,
    quality: Annotated[str | None, Column("number"), "Column that is shown as stars already given, 1 to 5."] = None,
    worst: Annotated[float, "Value of that column that is 1 star."] = 0.0,
    best: Annotated[float, "Value of that column that is 5 stars."] = 1.0,
    confidence: Annotated[str | None, Column("number"), "Column that tasks can be sorted by, as their score."] = None,
    columns: Annotated[list[str], Column(), "Further columns that each task holds."] = [],  # noqa: B006
    image_format: Annotated[ImageFormat, "keep: as it is where browsers read it; else converted."] = "keep",
    strip_metadata: Annotated[bool, "Take out EXIF, XMP, IPTC and comments, camera positions among them."] = True,
    replace_edited: Annotated[bool, "Replace files that were edited by hand since the last export."] = False,
    context: Context,
) -> Written:
    """Writes pictures, tasks and a labelling interface for Label Studio, so that people can judge and caption them.

    The folder gets `images/`, `tasks-00000.json` (more for large sets: Label Studio takes 250 000 tasks or 50 MB a
    file) and `labeling.xml` with a decision, stars for relevance and quality, and the caption to edit. Captions and
    the columns chosen above are shown as predictions that a person accepts or changes; values of the decision column
    that are not among the choices are added to them. A task holds the SHA-256 of its picture, by which answers find
    their row again. `README.md` says how to start Label Studio on it; `licenses.csv` names licences.

    It is planned first, written beside the folder, checked and swapped in as a whole; a folder with somebody's own
    files or edits is never replaced, and sources are only read.
    """
    named = [name for name in (decision, quality, confidence) if name]
    table = images.table.select("rid", *dict.fromkeys(named))
    values = {str(row["rid"]): row for row in table.iter_rows(named=True)}
    told = {str(row.pop("rid")): row for row in further_columns(images, columns or ["rid"]).iter_rows(named=True)}
    offered = _choices(choices, (values[rid][decision] for rid in sorted(values)) if decision else ())
    prefix = _address(folder, document_root)

    def task(record: Record) -> dict[str, Any]:
        row = values[record.rid]
        data = {
            **{name: plain(value) for name, value in told[record.rid].items()},
            "image": prefix + quote(record.file, safe="/"),
            "caption": record.caption,
            "sha": record.sha256,
            "rid": record.rid,
            "split": record.split,
            "license": record.license,
            "author": record.author,
            "source": record.source,
        }
        stars = stars_of(row[quality], worst, best) if quality else None
        results = results_of(one_line(str(row[decision] or "")) if decision else "", stars, record.caption)
        score = plain(row[confidence]) if confidence else None
        prediction = {
            "model_version": "nodegraph",
            **({} if score is None else {"score": float(score)}),
            "result": results,
        }
        return {"data": data, "predictions": [prediction] if results else []}

    def texts(records: Sequence[Record]) -> dict[str, str]:
        files = dict(task_files(map(task, records)))
        about = card(
            "folder.md.j2",
            context.title,
            records,
            context,
            stripped=strip_metadata,
            form="for Label Studio",
            use=USE,
        )
        return {**files, CONFIG: interface(offered), "README.md": about}

    layout = Layout("label-studio", _place, lambda item: item.caption.strip(), "", texts)
    wish = Wish(image_format, strip_metadata)
    return write_export(Order(folder, items_of(images), layout, wish, replace_edited), context)


def _place(_item: Item) -> str:
    return PICTURES


def _address(folder: str, document_root: str) -> str:
    """What the address of every picture begins with. Raises a problem for a folder outside of the document root."""
    target = Path(folder).expanduser().resolve()
    root = Path(document_root).expanduser().resolve() if document_root.strip() else target.parent
    if not target.is_relative_to(root):
        raise problem(
            "outside-root",
            f"The folder {target} is not inside of Label Studio's document root {root}.",
            "Choose a folder inside of it, or give another Document root.",
            param="document_root",
            value=document_root,
        )
    relative = target.relative_to(root).as_posix()
    return f"/data/local-files/?d={quote(relative, safe='/', errors='surrogateescape')}/".replace("=./", "=")


def _choices(given: Sequence[str], found: Iterable[object]) -> list[str]:
    known = [text for text in dict.fromkeys(one_line(choice) for choice in given) if text]
    others = sorted({one_line(str(value)) for value in found if value is not None} - {*known, ""})
    if len(known) + len(others) > MOST_CHOICES:
        raise problem(
            "too-many-choices",
            f"The decision column has {len(others)} different values, which are too many to choose from.",
            "Choose a column with few values.",
            param="decision",
        )
    return [*known, *others]


def stars_of(value: object, worst: float, best: float) -> int | None:
    """1 to 5 stars for a value between `worst` and `best`, which may be the lower one; None for one not measured."""
    if not isinstance(value, int | float) or not math.isfinite(value):
        return None
    share = (value - worst) / (best - worst)
    return 1 + round(min(max(share, 0.0), 1.0) * (STARS - 1))


def results_of(decision: str, stars: int | None, caption: str) -> list[dict[str, Any]]:
    """The regions of a prediction, one for each control of the interface that there is a value for."""
    results: list[tuple[str, str, dict[str, Any]]] = []
    if decision:
        results.append(("decision", "choices", {"choices": [decision]}))
    if stars is not None:
        results.append(("quality", "rating", {"rating": stars}))
    if caption:
        results.append(("caption", "textarea", {"text": [caption]}))
    return [
        {"id": name, "type": kind, "from_name": name, "to_name": "image", "value": value}
        for name, kind, value in results
    ]


def task_files(
    tasks: Iterable[Mapping[str, Any]], most: int = MOST_TASKS, most_bytes: int = MOST_BYTES
) -> Iterator[tuple[str, str]]:
    """Name and content of each task file: a JSON list with a task a line, no longer than Label Studio takes."""
    part: list[str] = []
    number, size = 0, 0
    for task in tasks:
        line = json.dumps(task, ensure_ascii=False)
        taken = len(line.encode()) + 2
        if part and (len(part) == most or size + taken + 4 > most_bytes):
            yield _task_file(number, part)
            part, number, size = [], number + 1, 0
        part.append(line)
        size += taken
    if part:
        yield _task_file(number, part)


def _task_file(number: int, lines: Sequence[str]) -> tuple[str, str]:
    return f"tasks-{number:05d}.json", "[\n" + ",\n".join(lines) + "\n]\n"


def interface(choices: Sequence[str]) -> str:
    """The labelling configuration: picture, decision, stars for relevance and quality, caption."""
    view = ElementTree.Element("View")
    to = {"toName": "image"}
    ElementTree.SubElement(view, "Image", {"name": "image", "value": "$image"})
    buttons = ElementTree.SubElement(
        view, "Choices", {"name": "decision", **to, "choice": "single", "required": "true"}
    )
    for choice in choices:
        ElementTree.SubElement(buttons, "Choice", {"value": choice})
    for name in ("relevance", "quality"):
        ElementTree.SubElement(view, "Header", {"value": name.capitalize()})
        ElementTree.SubElement(view, "Rating", {"name": name, **to, "maxRating": str(STARS)})
    words = {"name": "caption", **to, "value": "$caption", "rows": "4", "editable": "true", "maxSubmissions": "1"}
    ElementTree.SubElement(view, "TextArea", words)
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode") + "\n"
