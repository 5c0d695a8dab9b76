"""Receipts: what was run on what with which result, written after every run, enough to run it again and compare."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from nodegraph.data.journal import Decisions, digest_of
from nodegraph.data.opening import opened
from nodegraph.data.unreadable import Unavailable
from nodegraph.graph.io import dumps, loads
from nodegraph.graph.model import End, Graph
from nodegraph.models.catalogue import ModelFiles
from nodegraph.plan.stages import Steps
from nodegraph.problems import problem
from nodegraph.run.results import RunResult, digest, result_rows

FORMAT = "nodegraph-receipt"
RECEIPT_VERSION = 1
RECEIPTS_KEPT, RECEIPTS_BYTES = 500, 10**9
"""How many receipts the cache folder keeps, and how many bytes of them."""

MOST_BYTES = 2**30
"""No receipt is larger: one of a run over 100,000 pictures takes some 40 MB."""

_DEFAULT_NAME = re.compile(r"\d{8}-\d{6}-\d{6}-[a-z0-9-]+\.json")
PACKAGES = (
    "nodegraph", "numpy", "polars", "pillow", "pillow-heif", "imagehash", "scipy", "torch", "torchvision",
    "open_clip_torch", "transformers", "safetensors",
)  # fmt: skip


def receipt_of(
    graph: Graph, steps: Steps, files: Mapping[str, ModelFiles], result: RunResult, *, started: str
) -> dict[str, Any]:
    """The receipt of a run of this resolved graph. `started` is its time in ISO 8601 UTC."""
    return {
        "format": FORMAT,
        "version": RECEIPT_VERSION,
        "started": started,
        "graph": json.loads(dumps(graph)),
        "targets": list(steps.targets),
        "nodes": {
            item.id: {"type": item.spec.type, "rev": item.spec.rev, "params": dict(item.params)}
            for item in steps.active.values()
        },
        "packages": _packages(),
        "python": platform.python_version(),
        "models": {
            id: {
                "revision": model.revision,
                "details": json.loads(json.dumps(dict(model.entry.details), default=str)),  # as it is when it is read
                "licence": model.entry.licence,
                "repo": model.entry.repo,
            }
            for id, model in files.items()
        },
        "inputs": _inputs(steps, result),
        "journal": {
            "digest": digest_of(result.decisions),
            "decisions": result.decisions,
        },
        "summary": asdict(result.summary) | {"receipt": ""},
        "rows": {node: [list(row) for row in rows.iter_rows()] for node, rows in result.finals.items()},
    }


def _packages() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _inputs(steps: Steps, result: RunResult) -> dict[str, dict[str, Any]]:
    """Digest and number of the rows that each source gave."""
    inputs: dict[str, dict[str, Any]] = {}
    for item in steps.active.values():
        end = End(item.id, item.spec.outputs[0])
        if item.spec.kind == "source" and end in result.sets:
            rows = result_rows(result.sets[end])
            inputs[item.id] = {"rows": rows.height, "digest": digest([rows])}
    return inputs


def write_receipt(receipt: Mapping[str, Any], path: Path) -> None:
    """Writes it beside its place and moves it there, so that a receipt is whole or not there. Raises ProblemError."""
    text = json.dumps(receipt, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n"
    beside = path.with_name(f".{os.urandom(8).hex()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A name that is not UTF-8 has lone surrogates; "backslashreplace" writes those as JSON escapes them.
        beside.write_text(text, "utf-8", "backslashreplace")
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        why = error.strerror or str(error)
        advice = "Give another file for it; what was measured is remembered."
        raise problem("no-receipt", f"The receipt {path} could not be written: {why}.", advice) from error


def forget_old_receipts(folder: Path, *, kept: int = RECEIPTS_KEPT, most_bytes: int = RECEIPTS_BYTES) -> None:
    """Deletes the oldest receipts that `default_name` named in `folder`, until so many and so many bytes are left."""
    newest: list[Path] = []
    with suppress(OSError):
        newest = sorted((path for path in folder.iterdir() if _DEFAULT_NAME.fullmatch(path.name)), reverse=True)
    taken = 0
    for number, path in enumerate(newest):
        with suppress(OSError):  # another run deletes it just now, or on Windows somebody reads it
            taken += path.stat().st_size
            if number and (number >= kept or taken > most_bytes):
                path.unlink()


def default_name(title: str, started: datetime) -> str:
    """The name of a receipt that was given none: when the run began and what its graph is called."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", title).strip("-").lower()[:40] or "graph"
    return f"{started:%Y%m%d-%H%M%S-%f}-{name}.json"


def is_receipt(path: Path) -> bool:
    """Whether the file at `path` is a receipt, of any version."""
    try:
        with opened(path) as file:
            return f'"format": "{FORMAT}"'.encode() in file.read(200)  # keys are sorted: it is the first
    except Unavailable:
        return False


def read_receipt(path: Path) -> dict[str, Any]:
    """The receipt in this file. Raises ProblemError when it is none."""
    advice = "Give the path of a receipt."
    if path.exists() and not path.is_file():
        raise problem("no-receipt", f"{path} is no file.", advice)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise problem("no-receipt", f"{path} is no receipt: it is larger than any.", advice)
        data: Any = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise problem("no-receipt", f"{path} cannot be read: {error.strerror}.", advice) from error
    except (ValueError, RecursionError) as error:
        raise problem("no-receipt", f"{path} is no receipt: it is not JSON.", advice) from error
    if not isinstance(data, dict) or data.get("format") != FORMAT or not isinstance(data.get("version"), int):  # pyright: ignore[reportUnknownMemberType]
        raise problem("no-receipt", f"{path} is no receipt of nodegraph.", advice)
    if data["version"] > RECEIPT_VERSION:
        raise problem("newer-receipt", f"{path} was written by a newer nodegraph.", "Update nodegraph.")
    if not _is_whole(data):  # pyright: ignore[reportUnknownArgumentType]
        raise problem("damaged-receipt", f"{path} is a receipt, but not as nodegraph writes them.", advice)
    return data  # pyright: ignore[reportUnknownVariableType]


def _is_whole(data: object) -> bool:
    """Whether everything a replay reads is there and of its type."""
    from pydantic import TypeAdapter, ValidationError

    try:
        TypeAdapter(_Receipt).validate_python(data)
    except ValidationError:
        return False
    return True


@dataclass(frozen=True)
class _SummaryPart:
    digest: str
    nodes: dict[str, Any]


@dataclass(frozen=True)
class _JournalPart:
    digest: str
    decisions: dict[str, dict[str, dict[str, str]]]


@dataclass(frozen=True)
class _Receipt:
    """The keys of a receipt that a replay reads."""

    graph: dict[str, Any]
    targets: list[str]
    packages: dict[str, Any]
    models: dict[str, Any]
    inputs: dict[str, Any]
    summary: _SummaryPart
    rows: dict[str, list[tuple[str, str, str | None, str | None]]]
    journal: _JournalPart | None = None


def graph_in(receipt: Mapping[str, Any]) -> Graph:
    """The resolved graph that the receipt is of."""
    return loads(json.dumps(receipt["graph"]))


def decisions_in(receipt: Mapping[str, Any]) -> Decisions:
    """What people had decided when the receipt was made."""
    return receipt.get("journal", {}).get("decisions", {})


def differences(receipt: Mapping[str, Any], now: Mapping[str, Any], *, limit: int = 1000) -> list[str]:
    """What differs between a receipt and that of its replay, as sentences: surroundings, inputs, then row by row."""
    found = _changed("package", receipt["packages"], now["packages"])
    found += _changed("model", receipt["models"], now["models"])
    found += _changed("input of", receipt["inputs"], now["inputs"])
    found += _changed("counts of", receipt["summary"]["nodes"], now["summary"]["nodes"])
    for node in sorted({*receipt["rows"], *now["rows"]}):
        found += _row_differences(node, receipt["rows"].get(node, []), now["rows"].get(node, []))
    return found[:limit] + ([f"... and {len(found) - limit} more"] if len(found) > limit else [])


def _changed(what: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return [
        f"{what} {name}: was {before.get(name)}, is {after.get(name)}"
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    ]


def _row_differences(node: str, before: list[list[str | None]], after: list[list[str | None]]) -> list[str]:
    old, new = {str(row[0]): row for row in before}, {str(row[0]): row for row in after}
    found = [f"{node}: {rid} was kept and is not any more" for rid in sorted(old.keys() - new.keys())]
    found += [f"{node}: {rid} is kept and was not" for rid in sorted(new.keys() - old.keys())]
    for rid in sorted(old.keys() & new.keys()):
        for name, was, now in zip(("rid", "content", "split", "caption"), old[rid], new[rid], strict=True):
            if was != now:
                found.append(f"{node}: {rid}: {name} was {was!r}, is {now!r}")
    return found
