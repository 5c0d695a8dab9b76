"""The binding of a parameter to one or more nodes: reads its values, and turns what a person does into edits."""

from __future__ import annotations

import json
from collections.abc import Sequence

from gui.document import GraphDocument
from gui.translation import words
from nodegraph.graph.edits import ClearParam, Edit, RemoveKnob, SetKnob, SetParam, Several
from nodegraph.graph.model import Knob
from nodegraph.parameters import Parameter
from nodegraph.problems import Problem


def same(one: object, other: object) -> bool:
    """Whether two JSON values are written alike; 1 and 1.0 and true are not."""
    return type(one) is type(other) and json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


class Binding:
    """One parameter of these nodes, all of one type. Edits between two `settle` are one step of the history."""

    def __init__(self, document: GraphDocument, nodes: Sequence[str], parameter: Parameter) -> None:
        self.document = document
        self.nodes = tuple(nodes)
        self.parameter = parameter
        self._gesture = 0
        self._edited = False

    @property
    def changed(self) -> bool:
        """Whether any of the nodes has another value than the default."""
        return self.parameter.required or any(not same(value, self.parameter.default) for value in self.values())

    def values(self) -> list[object]:
        """The value at each node. A parameter that must be given and is not has None."""
        graph = self.document.graph
        default = None if self.parameter.required else self.parameter.default
        name = self.parameter.name
        return [graph.nodes[id].params.get(name, default) for id in self.nodes if id in graph.nodes]

    def common(self) -> tuple[bool, object]:
        """Whether all nodes have the same value, and which."""
        values = self.values()
        alike = bool(values) and all(same(value, values[0]) for value in values)
        return alike, values[0] if alike else None

    def set(self, value: object) -> None:
        """Gives all nodes this value."""
        alike, now = self.common()
        if alike and same(now, value):
            return
        name = self.parameter.name
        unset = value is None and self.parameter.default is None
        edits: list[Edit] = [ClearParam(id, name) if unset else SetParam(id, name, value) for id in self.nodes]
        self._push(edits, words("Change {name}").format(name=self._words))

    def clear(self) -> None:
        """Lets all nodes have the default again."""
        self.settle()
        self._push(
            [ClearParam(id, self.parameter.name) for id in self.nodes], words("Reset {name}").format(name=self._words)
        )
        self.settle()

    def settle(self) -> None:
        """Ends the gesture: the next edit is a step of its own."""
        if self._edited:
            self._gesture += 1
            self._edited = False

    def problems(self) -> list[Problem]:
        """What the last check said of this parameter."""
        return [
            found for found in self.document.problems
            if found.node in self.nodes and found.param == self.parameter.name
        ]  # fmt: skip

    def knob(self) -> Knob | None:
        """The knob that sets this parameter, if there is one."""
        graph = self.document.graph
        if len(self.nodes) != 1:
            return None
        place = (self.nodes[0], self.parameter.name)
        return next((knob for knob in graph.knobs.values() if (knob.node, knob.param) == place), None)

    def set_knob(self, wanted: bool) -> None:
        """Makes a knob of this parameter, or removes it."""
        knob = self.knob()
        if wanted and knob is None and len(self.nodes) == 1:
            made = Knob(self._free_name(), self.nodes[0], self.parameter.name, self.parameter.help)
            self.document.push(SetKnob(made), words("Make a knob of {name}").format(name=self._words))
        elif not wanted and knob is not None:
            self.document.push(RemoveKnob(knob.name), words("Remove the knob {name}").format(name=knob.name))

    def _free_name(self) -> str:
        taken = self.document.graph.knobs
        names = [self.parameter.name, f"{self.nodes[0]}-{self.parameter.name}"]
        names += [f"{names[1]}-{number}" for number in range(2, len(taken) + 3)]
        return next(name for name in names if name not in taken)

    @property
    def _words(self) -> str:
        return self.parameter.label.lower()

    def _push(self, edits: Sequence[Edit], text: str) -> None:
        self._edited = True
        merge = f"{','.join(self.nodes)}.{self.parameter.name}#{id(self)}.{self._gesture}"
        self.document.push(edits[0] if len(edits) == 1 else Several(tuple(edits)), text, merge=merge)
