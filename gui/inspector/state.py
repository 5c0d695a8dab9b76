"""The state of a node in words: what the last run said of it."""

from __future__ import annotations

from gui.results import NodeResult, NodeState
from gui.translation import marked, words
from nodegraph.graph.model import Node

STATES: dict[NodeState, str] = {
    "ready": marked("Not run yet"),
    "stale": marked("Changed since its last run"),
    "running": marked("Running"),
    "partial": marked("Run in part"),
    "done": marked("Done"),
    "review": marked("Waits for review"),
    "error": marked("Error"),
}


def state_line(result: NodeResult, node: Node, muted: bool) -> tuple[str, str]:
    """A line for people, and the theme's name of its colour."""
    if node.mode == "bypass":
        return words("Bypassed: passes its first input on untouched"), "text_dim"
    if muted:
        return words("Muted") if node.mode == "mute" else words("Muted, because it depends on a muted node"), "text_dim"
    parts = [words(STATES[result.state])]
    if result.state == "running" and result.progress is not None:
        parts[0] += f" {result.progress:.0%}"
    if result.rows_out is not None:
        parts.append(counts(result))
    if result.errors:
        parts.append(words("{0} with errors").format(f"{result.errors:,}"))
    if result.seconds is not None and result.seconds >= 0.05:
        parts.append(f"{result.seconds:.1f} s")
    if result.missing and result.state in ("ready", "stale"):
        parts.append(words("{0} values to measure").format(f"{result.missing:,}"))
    if result.message:
        parts.append(result.message)
    return "  ·  ".join(parts), f"state_{result.state}"


def counts(result: NodeResult) -> str:
    """ "1,204 in, 873 kept", or how many a node gave that drops none."""
    out = f"{result.rows_out or 0:,}"
    if result.rows_in is None:
        return words("{0} pictures").format(out)
    if result.dropped and result.state == "review":
        return words("{0} in, {1} kept, {2} not kept").format(f"{result.rows_in:,}", out, f"{result.dropped:,}")
    if result.dropped:
        return words("{0} in, {1} kept, {2} dropped").format(f"{result.rows_in:,}", out, f"{result.dropped:,}")
    return words("{0} in, {1} out").format(f"{result.rows_in:,}", out)
