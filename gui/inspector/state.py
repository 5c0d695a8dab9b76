"""The state of a node in words: what the last run said of it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from gui.results import NodeResult
from nodegraph.graph.model import Node

_translate = QCoreApplication.translate


def state_line(result: NodeResult, node: Node, muted: bool) -> tuple[str, str]:
    """A line for people, and the theme's name of its colour."""
    if node.mode == "bypass":
        return _tr("Bypassed: passes its first input on untouched"), "text_dim"
    if muted:
        return _tr("Muted") if node.mode == "mute" else _tr("Muted, because it depends on a muted node"), "text_dim"
    words = {
        "ready": _tr("Not run yet"),
        "stale": _tr("Changed since its last run"),
        "running": _tr("Running"),
        "partial": _tr("Run in part"),
        "done": _tr("Done"),
        "review": _tr("Waits for review"),
        "error": _tr("Error"),
    }
    parts = [words[result.state]]
    if result.state == "running" and result.progress is not None:
        parts[0] += f" {result.progress:.0%}"
    if result.rows_out is not None:
        parts.append(counts(result))
    if result.errors:
        parts.append(_tr("{0} with errors").format(f"{result.errors:,}"))
    if result.seconds is not None and result.seconds >= 0.05:
        parts.append(f"{result.seconds:.1f} s")
    if result.missing and result.state in ("ready", "stale"):
        parts.append(_tr("{0} values to measure").format(f"{result.missing:,}"))
    if result.message:
        parts.append(result.message)
    return "  ·  ".join(parts), f"state_{result.state}"


def counts(result: NodeResult) -> str:
    """ "1,204 in, 873 kept", or how many a node gave that drops none."""
    out = f"{result.rows_out or 0:,}"
    if result.rows_in is None:
        return _tr("{0} pictures").format(out)
    if result.dropped and result.state == "review":
        return _tr("{0} in, {1} kept, {2} not kept").format(f"{result.rows_in:,}", out, f"{result.dropped:,}")
    if result.dropped:
        return _tr("{0} in, {1} kept, {2} dropped").format(f"{result.rows_in:,}", out, f"{result.dropped:,}")
    return _tr("{0} in, {1} out").format(f"{result.rows_in:,}", out)


def _tr(text: str) -> str:
    return _translate("NodeState", text)
