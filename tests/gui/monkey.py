"""A monkey: a seeded random hand at the canvas, the outline and the forms."""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QSlider, QWidget

from gui.actions import Actions
from gui.canvas.view import CanvasView
from gui.document import GraphDocument
from gui.inspector.form import NodeForm
from gui.inspector.panel import InspectorPanel
from gui.inspector.problems_panel import ProblemsPanel
from gui.outline import OutlinePanel
from gui.results import Results
from gui.selection import Selection
from gui.theme.theme import load_theme
from nodegraph.graph.edit import (
    AddNode,
    ClearParam,
    Connect,
    Disconnect,
    RemoveKnob,
    RemoveNode,
    RenameNode,
    SetKnob,
    SetParam,
    SetSeed,
    SetTitle,
    Several,
)
from nodegraph.graph.model import Edge, End, Graph, Knob, Node
from tests.gui.hands import LEFT, MIDDLE, NO_KEYS, RIGHT, click, double_click, drag, move, press, release

MOST_NODES = 24
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
BAD_VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 7, 10**12, 1.5, float("1e300"), "", "nonsense", "../../etc", "naïve \U0001f41f\n\ttext",
    [], ["a", 3], {"deep": {"er": [None]}}, [[[]]],
)  # fmt: skip
TYPED = ("", "0", "12", "-3", "1e9", "0.25", "abc", "sharpness > 3 and", "width >= 200", "a\u0301 🐟", "1,5", "nan")
CLIPBOARDS = ("", "hello", "{}", '{"format": "nodegraph"}', '{"format": "nodegraph", "nodes": [3]}', "[" * 50)
ACTIONS = (
    "edit.cut", "edit.copy", "edit.paste", "edit.paste_wired", "edit.duplicate", "edit.duplicate_wired", "edit.delete",
    "edit.delete_rewire", "edit.select_all", "edit.rename", "graph.connect", "graph.mute", "graph.bypass",
    "graph.collapse", "graph.group", "graph.note", "graph.tidy", "graph.align", "graph.upstream", "graph.downstream",
    "view.fit", "view.zoom_in", "view.zoom_out", "view.zoom_reset", "view.fit_all", "view.minimap", "graph.add",
)  # fmt: skip


class Monkey:
    """Knows what a person could do, and does some of it."""

    def __init__(self, document: GraphDocument, seed: int) -> None:
        self.random = random.Random(seed)
        self.document = document
        self.selection, self.results = Selection(document), Results()
        self.actions = Actions()
        theme = load_theme("dark")
        shared = (document, self.selection, self.results)
        self.canvas = CanvasView(*shared, None, theme, self.actions)
        self.inspector = InspectorPanel(*shared, theme)
        self.problems = ProblemsPanel(document, self.selection, theme=theme)
        self.outline = OutlinePanel(*shared)
        self.types = sorted(document.registry.nodes)
        self.done: Counter[str] = Counter()
        self.said: Counter[str] = Counter()
        self.last: deque[str] = deque(maxlen=12)
        self.canvas.message.connect(lambda text: self.said.update(["message"]))
        self.canvas.palette_wanted.connect(self._palette)
        document.refused.connect(lambda problem: self.said.update([problem.code]))
        self._wanted: tuple[QPointF, Any] | None = None
        weights: dict[Callable[[], None], int] = {
            self.add: 8, self.add_where_wanted: 3, self.connect_by_mouse: 12, self.connect_wrongly: 3,
            self.move_by_mouse: 8, self.click_somewhere: 6, self.marquee: 3, self.cut_links: 1, self.pan: 1,
            self.double_click_somewhere: 4, self.drag_somewhere: 4, self.half_a_drag: 2, self.keys: 6, self.action: 20,
            self.choose: 8, self.edit_in_place: 6, self.type_in_a_form: 8, self.press_a_button: 4, self.slide: 3,
            self.set_anything: 8, self.rename: 2, self.retitle: 1, self.knob: 2, self.edit_wrongly: 3, self.undo: 6,
            self.redo: 4, self.result: 2, self.strange_clipboard: 1, self.look: 1,
        }  # fmt: skip
        self.ways, self.weights = list(weights), list(weights.values())

    # the loop

    def step(self) -> None:
        """One command."""
        crowded = len(self.graph.nodes) > MOST_NODES
        do = self.thin_out if crowded else self.random.choices(self.ways, self.weights)[0]
        self.last.append(do.__name__)
        self.done[do.__name__] += 1
        do()

    @property
    def graph(self) -> Graph:
        return self.document.graph

    @property
    def port(self) -> QWidget:
        return self.canvas.viewport()

    def node(self) -> str | None:
        return self.random.choice(list(self.graph.nodes)) if self.graph.nodes else None

    def somewhere(self) -> QPoint:
        size = self.port.size()
        return QPoint(self.random.randrange(size.width()), self.random.randrange(size.height()))

    def _palette(self, _place: QPoint, scene: QPointF, open_end: Any) -> None:
        self._wanted = (scene, open_end)

    # nodes and links

    def add(self) -> None:
        place = QPointF(self.random.uniform(-2000, 2000), self.random.uniform(-1200, 1200))
        type = self.random.choice([*self.types, "from/elsewhere"]) if self.random.random() < 0.9 else "no such type"
        self.canvas.add_node(type, place)

    def add_where_wanted(self) -> None:
        if self._wanted is not None:
            (place, end), self._wanted = self._wanted, None
            self.canvas.add_node(self.random.choice(self.types), place, end)

    def ends(self) -> list[tuple[QPoint, bool]]:
        items = self.canvas.graph_scene.nodes.values()
        return [
            (self.canvas.mapFromScene(item.port_place(port, output=output)), output)
            for item in items
            for ports, output in ((item.layout.inputs, False), (item.layout.outputs, True))
            for port in ports
        ]

    def connect_by_mouse(self) -> None:
        ends = self.ends()
        outputs, inputs = [at for at, out in ends if out], [at for at, out in ends if not out]
        if outputs and inputs:
            pair = [self.random.choice(outputs), self.random.choice(inputs)]
            self.random.shuffle(pair)
            drag(self.port, *pair)

    def connect_wrongly(self) -> None:
        ends = self.ends()
        if len(ends) > 1:
            (one, _), (other, _) = self.random.choice(ends), self.random.choice(ends)
            drag(self.port, one, other if self.random.random() < 0.7 else self.somewhere())

    def move_by_mouse(self) -> None:
        id = self.node()
        if id is not None:
            item = self.canvas.graph_scene.nodes[id]
            start = self.canvas.mapFromScene(item.pos() + QPointF(60, 14))
            keys = self.random.choice((NO_KEYS, NO_KEYS, SHIFT))
            drag(
                self.port, start, start + QPoint(self.random.randint(-90, 90), self.random.randint(-90, 90)), LEFT, keys
            )

    def thin_out(self) -> None:
        self.selection.choose(self.random.sample(list(self.graph.nodes), 12))
        self.actions[self.random.choice(("edit.delete", "edit.delete_rewire", "edit.cut"))].trigger()

    # mouse

    def click_somewhere(self) -> None:
        click(self.port, self.somewhere(), LEFT, self.random.choice((NO_KEYS, SHIFT, CONTROL)))

    def double_click_somewhere(self) -> None:
        double_click(self.port, self.somewhere())
        self.finish_editor()

    def drag_somewhere(self) -> None:
        drag(self.port, self.somewhere(), self.somewhere(), LEFT, self.random.choice((NO_KEYS, SHIFT)))

    def marquee(self) -> None:
        drag(self.port, QPoint(2, 2), self.somewhere(), LEFT, self.random.choice((NO_KEYS, SHIFT)))

    def cut_links(self) -> None:
        drag(self.port, self.somewhere(), self.somewhere(), RIGHT, SHIFT | CONTROL)

    def pan(self) -> None:
        drag(self.port, self.somewhere(), self.somewhere(), MIDDLE)

    def half_a_drag(self) -> None:
        """Something else happens while the button is held."""
        start, end = self.somewhere(), self.somewhere()
        id = self.node()
        if id is not None and self.random.random() < 0.6:
            start = self.canvas.mapFromScene(self.canvas.graph_scene.nodes[id].pos() + QPointF(60, 14))
        press(self.port, start)
        move(self.port, end)
        self.random.choice((self.escape, self.undo, self.redo, self.action, self.set_anything, self.thin_one))()
        move(self.port, start)
        release(self.port, start)

    def thin_one(self) -> None:
        id = self.node()
        if id is not None:
            self.document.push(RemoveNode(id), "Remove")

    def escape(self) -> None:
        QTest.keyClick(self.canvas, Qt.Key.Key_Escape)

    # keys and actions

    def keys(self) -> None:
        key = self.random.choice(
            (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Escape)
        )
        QTest.keyClick(self.canvas, key, self.random.choice((NO_KEYS, SHIFT, CONTROL)))
        self.finish_editor()

    def action(self) -> None:
        self.actions[self.random.choice(ACTIONS)].trigger()
        self.finish_editor()

    def choose(self) -> None:
        if self.graph.nodes:
            count = min(len(self.graph.nodes), self.random.choice((1, 1, 1, 2, 2, 3, 6)))
            self.selection.choose(self.random.sample(list(self.graph.nodes), count))

    def strange_clipboard(self) -> None:
        QGuiApplication.clipboard().setText(self.random.choice(CLIPBOARDS))
        self.actions["edit.paste"].trigger()

    # editors and forms

    def edit_in_place(self) -> None:
        id = self.node()
        fields = list(self.canvas.graph_scene.nodes[id].layout.fields) if id is not None else []
        if id is not None and fields:
            self.canvas.edit_field(id, self.random.choice(fields))
            self.finish_editor()

    def finish_editor(self) -> None:
        """Types into the editor that is open on the canvas, and leaves it in one of the ways there are."""
        editor = self.canvas.inline.overlay.editor
        if editor is None or self.random.random() < 0.1:
            return
        if isinstance(editor, QComboBox):
            if editor.count():
                editor.setCurrentIndex(self.random.randrange(editor.count()))
                editor.activated.emit(editor.currentIndex())
        else:
            self.write(editor)
            key, keys = self.random.choice(
                ((Qt.Key.Key_Return, NO_KEYS), (Qt.Key.Key_Return, CONTROL), (Qt.Key.Key_Escape, NO_KEYS))
            )
            QTest.keyClick(editor, key, keys)

    def write(self, editor: QWidget) -> None:
        text = self.random.choice(TYPED)
        if isinstance(editor, QLineEdit):
            editor.selectAll()
            QTest.keyClicks(editor, text) if text.isascii() and text else editor.insert(text)
        elif isinstance(editor, QPlainTextEdit):
            editor.setPlainText(text)

    def parts(self, *kinds: type[QWidget]) -> list[Any]:
        """Widgets of the inspector's page that a person could use now."""
        page = self.inspector.page
        found = [part for kind in kinds for part in (page.findChildren(kind) if page is not None else [])]
        return [part for part in found if part.isEnabled() and not part.isHidden()]

    def form(self) -> None:
        """Most times there is one node in the inspector."""
        if not isinstance(getattr(self.inspector.page, "form", None), NodeForm) and self.graph.nodes:
            self.choose()

    def type_in_a_form(self) -> None:
        self.form()
        parts = self.parts(QLineEdit, QPlainTextEdit)
        if parts:
            editor = self.random.choice(parts)
            if editor.isReadOnly():
                return
            if isinstance(editor, QLineEdit):
                editor.setFocus()
                self.write(editor)
                QTest.keyClick(editor, self.random.choice((Qt.Key.Key_Return, Qt.Key.Key_Up, Qt.Key.Key_Down)))
            else:
                self.write(editor)

    def press_a_button(self) -> None:
        self.form()
        parts = [part for part in self.parts(QAbstractButton) if not opens_a_dialog(part)]
        if parts:
            self.random.choice(parts).click()
        boxes = self.parts(QComboBox)
        if boxes:
            box = self.random.choice(boxes)
            if box.count():
                box.setCurrentIndex(self.random.randrange(box.count()))
                box.activated.emit(box.currentIndex())

    def slide(self) -> None:
        self.form()
        sliders = self.parts(QSlider)
        if sliders:
            slider = self.random.choice(sliders)
            slider.setSliderDown(True)
            for _ in range(4):
                slider.setValue(self.random.randint(slider.minimum(), slider.maximum()))
            slider.setSliderDown(False)

    # edits past the forms, good and bad

    def set_anything(self) -> None:
        id = self.node()
        if id is None:
            return
        spec = self.document.registry.nodes.get(self.graph.nodes[id].type)
        names = [*(spec.parameters if spec else ()), "unheard_of"]
        name = self.random.choice(names)
        if self.random.random() < 0.2:
            self.document.push(ClearParam(id, name), "Clear")
        else:
            merge = f"{id}:{name}" if self.random.random() < 0.3 else ""
            self.document.push(SetParam(id, name, self.random.choice(BAD_VALUES)), "Set", merge=merge)

    def rename(self) -> None:
        id = self.node()
        if id is not None:
            new = self.random.choice(("fish", "fish2", "a.b", "", "UPPER", "x" * 40, f"n{self.random.randrange(99)}"))
            self.document.push(RenameNode(id, new), "Rename")

    def retitle(self) -> None:
        self.document.push(SetTitle(self.random.choice(TYPED)), "Title", merge="title")
        self.document.push(SetSeed(self.random.choice((0, 1, 2**31, -5))), "Seed")

    def knob(self) -> None:
        id = self.node()
        if id is not None and self.random.random() < 0.7:
            knob = Knob(self.random.choice(("limit", "folder", "nope")), id, self.random.choice(("folder", "low", "x")))
            self.document.push(SetKnob(knob), "Knob")
        else:
            self.document.push(RemoveKnob(self.random.choice([*self.graph.knobs, "none"])), "Remove knob")

    def edit_wrongly(self) -> None:
        """Edits that cannot be made, alone and as the last of several."""
        one, other = self.node() or "nobody", self.node() or "nobody"
        wrong = self.random.choice(
            (
                Connect(Edge(End(one, "images"), End(one, "images"))),
                Connect(Edge(End("nobody", "images"), End(other, "images"))),
                Disconnect(Edge(End(one, "x"), End(other, "y"))),
                RemoveNode("nobody"),
                AddNode(Node(one, "source/folder")),
                RenameNode(one, other),
            )
        )
        before = self.graph
        if not self.document.push(Several((SetTitle("half"), wrong)), "Wrong"):
            assert self.graph is before, "an edit that was refused left something behind"

    def undo(self) -> None:
        for _ in range(self.random.choice((1, 1, 2, 5, 20))):
            self.document.undo_stack.undo()

    def redo(self) -> None:
        for _ in range(self.random.choice((1, 2, 5, 20))):
            self.document.undo_stack.redo()

    # what others do

    def result(self) -> None:
        id = self.node()
        if id is not None:
            state = self.random.choice(("ready", "stale", "running", "partial", "done", "review", "error"))
            kept = self.random.randrange(5000)
            progress = self.random.random()
            contents = tuple(f"{n:064x}" for n in range(self.random.randrange(6)))
            self.results.update(
                id, state=state, rows_in=5000, rows_out=kept, progress=progress, contents=contents, message="words"
            )

    def look(self) -> None:
        """The window paints, timers fire, what was put off is deleted."""
        QApplication.processEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self.document.check()
        self.port.repaint()


def opens_a_dialog(button: QAbstractButton) -> bool:
    """Whether a click asks for a file, which a monkey has no hands for."""
    words = f"{button.text()} {button.toolTip()} {button.accessibleName()}".lower()
    return "choose" in words or "browse" in words or "..." in words or "download" in words
