"""What is written on a node: as much as can be read at this zoom, and the most important of it."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from gui.canvas.node_face import FieldFace, NodeFace, face_of
from gui.canvas.node_geometry import NodeLayout, layout_of
from gui.canvas.node_texts import far_texts_of, texts_of
from gui.canvas.notes import NoteItem, height_of
from gui.canvas.style import READABLE, CanvasStyle
from gui.results import NodeResult
from gui.theme.theme import load_theme
from nodegraph.graph.model import Graph, Node, Note
from nodegraph.registry import Registry


@pytest.fixture
def style(qapp: QApplication) -> CanvasStyle:
    return CanvasStyle(load_theme("dark"))


def threshold(registry: Registry, label: str = "", **result: object) -> tuple[NodeFace, NodeLayout]:
    node = Node("one", "filter/threshold", 1, {"column": "a_long_name_of_a_column", "low": 300.0}, label=label)
    face = face_of(Graph(), node, registry.nodes[node.type], NodeResult(**result), (), off=False)  # type: ignore[arg-type]
    fields = tuple(field.name for field in face.fields)
    return face, layout_of(face.inputs, face.outputs, fields, strip=False, collapsed=False)


@pytest.mark.parametrize("scale", [0.47, 0.5, 0.6, 0.75, 1.0])
def test_the_smallest_letters_stay_readable_while_everything_is_painted(style: CanvasStyle, scale: float) -> None:
    assert style.letters(scale).small.pixelSize() * scale >= READABLE - 0.01


def test_near_nodes_have_the_letters_they_always_had(style: CanvasStyle) -> None:
    assert style.letters(1.0) is style.letters(3.0)
    assert style.letters(1.0).title.pixelSize() == 12


def test_a_label_makes_room_for_its_value(style: CanvasStyle, registry: Registry) -> None:
    face, layout = threshold(registry)
    near = texts_of(face, layout, style.letters(1.0)).fields
    far = texts_of(face, layout, style.letters(0.5)).fields
    low = next(field for field in face.fields if field.name == "low")
    assert isinstance(low, FieldFace) and far["low"].value == near["low"].value == low.text
    assert len(far["column"].label) <= len(near["column"].label)


def test_a_remark_gives_way_to_the_counts(style: CanvasStyle, registry: Registry) -> None:
    face, layout = threshold(registry, state="done", rows_in=1_234_567, rows_out=1_000_000, missing=0)
    assert texts_of(face, layout, style.letters(1.0)).remark == ""
    assert texts_of(face, layout, style.letters(1.0)).status == face.counts
    few, layout = threshold(registry, state="done", rows_in=12, rows_out=10, missing=0)
    assert texts_of(few, layout, style.letters(1.0)).remark == few.remark != ""


def test_from_afar_a_title_takes_two_lines_and_the_counts_say_what_is_kept(
    style: CanvasStyle, registry: Registry
) -> None:
    face, layout = threshold(registry, label="Sharpness and contrast", state="done", rows_in=1204, rows_out=873)
    far = far_texts_of(face, layout, style.heading(26), 26)
    assert len(far.lines) == 2 and far.lines[0] == "Sharpness"
    assert far.counts == "873 kept"


def test_one_long_word_is_cut_not_lost(style: CanvasStyle, registry: Registry) -> None:
    face, layout = threshold(registry, label="Donaudampfschifffahrtsgesellschaft")
    far = far_texts_of(face, layout, style.heading(40), 40)
    assert len(far.lines) == 1 and far.lines[0].startswith("Dona") and far.lines[0].endswith("\N{HORIZONTAL ELLIPSIS}")


def test_from_afar_a_node_says_what_has_to_be_known_of_it(style: CanvasStyle, registry: Registry) -> None:
    def said(state: str, **result: object) -> str:
        face, layout = threshold(registry, "", state=state, rows_in=12, rows_out=10, **result)
        return far_texts_of(face, layout, style.heading(21), 21).counts

    assert said(state="done") == "12 in \N{MIDDLE DOT} 10 kept"
    assert said(state="running", progress=0.62) == "62%"
    assert said(state="review").startswith("waits for")
    assert said(state="error", message="Too dark").startswith("Too dark")


@pytest.mark.parametrize("scale", [0.4, 0.55, 0.65, 1.0])
def test_a_notes_letters_are_as_large_as_its_words_allow(style: CanvasStyle, scale: float) -> None:
    words, letters = "Ask Mara whether the boats may stay, please. " * 4, style.letters(scale)
    height = height_of(words, 200, letters.text_metrics)
    note = NoteItem(0, Note(words, {"x": 0, "y": 0, "w": 200, "h": height}), style)
    assert note._letters(0.4) is letters
    assert note._letters(3.0) is style.letters(1.0)
