"""The headless command: how the graph that is open runs without the app."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

from nodegraph.graph.model import Graph, Knob
from nodegraph.graph.paths import ASSET, is_path, located
from nodegraph.parameters import Parameter, with_defaults
from nodegraph.registry import Registry


def headless_command(graph: Graph, registry: Registry, path: Path, device: str = "auto") -> str:
    """`nodegraph run PATH --set KNOB=VALUE ...` with each knob at its value, quoted for a shell.

    Relative paths are written in full: on the command line they would be meant from where the person is.
    """
    words = ["nodegraph", "run", str(path.absolute())]
    for knob in graph.knobs.values():
        text = _text(graph, registry, knob, path.absolute().parent)
        if text is not None:
            words += ["--set", f"{knob.name}={text}"]
    if device != "auto":
        words += ["--device", device]
    return shlex.join(words)


def _text(graph: Graph, registry: Registry, knob: Knob, base: Path) -> str | None:
    node = graph.nodes.get(knob.node)
    spec = registry.nodes.get(node.type) if node else None
    if node is None or spec is None or knob.param not in spec.parameters:
        return None
    parameter = spec.parameters[knob.param]
    values = with_defaults(spec.parameters, node.params)
    return _written(values[knob.param], parameter, base) if knob.param in values else None


def _written(value: Any, parameter: Parameter, base: Path) -> str:
    if is_path(parameter):
        value = [_located(one, base) for one in value] if isinstance(value, list) else _located(value, base)
    if isinstance(value, str) and not _reads_as_other(value):
        return value
    return json.dumps(value, ensure_ascii=False)


def _located(value: Any, base: Path) -> Any:
    if not isinstance(value, str) or not value or value.startswith((ASSET, "~")):
        return value
    return str(located(value, base))


def _reads_as_other(text: str) -> bool:
    """Whether the command line would read the bare text as something else: 3, true, null, a list."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
