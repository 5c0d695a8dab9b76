"""The schema of the graph file: what each key holds, as pydantic models and as a published JSON Schema."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from nodegraph.graph.model import NAME
from nodegraph.graph.places import Path
from nodegraph.registry import Registry
from nodegraph.specs import NodeSpec

Name = Annotated[str, Field(pattern=f"^{NAME}$")]
Port = Annotated[str, Field(pattern=rf"^{NAME}\.{NAME}$", description='A port of a node, as "node.port".')]
Free = dict[str, Any]

MAX_SEED = 2**63 - 1


class _Block(BaseModel):
    """A part of the file. Keys that this version does not know are allowed and kept."""

    model_config = ConfigDict(extra="allow", strict=True)


class NodeBlock(_Block):
    """A node."""

    id: Name = Field(description="Its readable name, unique in the graph.")
    type: str = Field(min_length=1, max_length=200, description="The node type, as the command `nodes` lists them.")
    rev: int = Field(1, ge=1, description="The rev of the node type that the parameters were written for.")
    params: Free = Field(default={}, description="Parameters by name; those left out have their default.")
    mode: Literal["normal", "mute", "bypass"] = "normal"
    label: str = Field("", description="A title of the user's own.")
    ui: Free = Field(default={}, description="Where the app draws it; the engine never reads it.")


class EdgeBlock(_Block):
    """An edge from an output to an input."""

    from_: Port = Field(alias="from")
    to: Port


class KnobBlock(_Block):
    """A stable name for one parameter of one node."""

    node: Name
    param: Name
    help: str = ""


class GroupBlock(_Block):
    """A frame around nodes."""

    title: str = ""
    nodes: list[Name] = []
    ui: Free = {}


class NoteBlock(_Block):
    """A text on the canvas."""

    text: str = ""
    ui: Free = {}


class GraphFile(_Block):
    """A graph of nodegraph: which nodes there are and how they are wired."""

    format: Literal["nodegraph"]
    version: Literal[2]
    title: str = ""
    seed: int = Field(0, ge=0, le=MAX_SEED, description="What every random choice of the graph follows from.")
    made_with: str = ""
    nodes: list[NodeBlock] = []
    edges: list[EdgeBlock] = []
    knobs: dict[Name, KnobBlock] = {}
    groups: list[GroupBlock] = []
    notes: list[NoteBlock] = []
    ui: Free = {}


def document_errors(document: object) -> list[tuple[Path, str]]:
    """What does not fit the schema in a parsed file of the current version: the way to each value and what is wrong."""
    try:
        TypeAdapter(GraphFile).validate_python(document, strict=True)
    except ValidationError as error:
        return [_plain(dict(detail)) for detail in error.errors(include_url=False)]
    return []


_SENTENCES = {
    "missing": "is missing",
    "string_type": "should be a text",
    "int_type": "should be a whole number",
    "list_type": "should be a list",
    "dict_type": "should be an object",
    "model_type": "should be an object",
    "string_too_short": "must not be empty",
}


def _plain(detail: dict[str, Any]) -> tuple[Path, str]:
    path: Path = tuple(detail["loc"])
    if detail["type"] == "string_pattern_mismatch":
        if path[-1] in ("from", "to"):
            return path, 'should be written "node.port"'
        return path[:-1] if path[-1] == "[key]" else path, (
            "is no name: 1 to 100 characters without spaces, dots, slashes or equals signs"
        )
    message = str(detail["msg"]).replace("Input should", "should")
    return path, _SENTENCES.get(detail["type"], message[:1].lower() + message[1:])


def graph_schema(registry: Registry | None = None) -> dict[str, Any]:
    """The JSON Schema (2020-12) of the graph file; with a registry, also of the parameters of its node types."""
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **GraphFile.model_json_schema(by_alias=True),
        "title": "nodegraph graph file",
    }
    if registry is not None and registry.nodes:
        schema["$defs"]["NodeBlock"]["allOf"] = [_for_type(spec) for _, spec in sorted(registry.nodes.items())]
    return schema


def _for_type(spec: NodeSpec) -> dict[str, Any]:
    params: dict[str, Any] = {
        "type": "object",
        "description": spec.summary,
        "properties": {name: _parameter_schema(spec, name) for name in spec.parameters},
        "additionalProperties": False,
    }
    required = [name for name, parameter in spec.parameters.items() if parameter.required]
    then: dict[str, Any] = {"properties": {"params": params}}
    if required:
        params["required"] = required
        then["required"] = ["params"]
    of_this_rev = {"type": {"const": spec.type}, "rev": {"const": spec.rev}}
    return {"if": {"properties": of_this_rev, "required": ["type", "rev"]}, "then": then}


def _parameter_schema(spec: NodeSpec, name: str) -> dict[str, Any]:
    schema = spec.parameters[name].json_schema()
    if "$defs" in schema:  # a resource of its own, so that its references do not look into the file's definitions
        schema["$id"] = f"urn:nodegraph:{spec.type}:{name}"
    return schema
