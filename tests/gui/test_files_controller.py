"""Opening, saving and recovering a graph: nothing is lost, nothing is written over without a question."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from gui.document import GraphDocument
from gui.files.controller import Files
from gui.files.questions import Questions
from gui.files.swap import left_over
from gui.settings import Settings
from nodegraph.graph.edit import SetParam, SetTitle
from nodegraph.graph.io import dumps, load
from nodegraph.graph.model import Graph, Node, graph_of
from nodegraph.problems import Problem


class Answers(Questions):
    """Answers every question from what a test prepared, and remembers what was asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.told: list[Problem] = []

    def _answer(self, name: str) -> Any:
        self.asked.append(name)
        return self.answers[name]

    def open_path(self, folder: Path) -> Path | None:
        return self._answer("open_path")

    def save_path(self, start: Path) -> Path | None:
        return self._answer("save_path")

    def unsaved(self, name: str) -> Any:
        return self._answer("unsaved")

    def changed_on_disk(self, path: Path) -> Any:
        return self._answer("changed_on_disk")

    def recover(self, swap: Any) -> Any:
        return self._answer("recover")

    def may_write(self, name: str, places: Sequence[Path], *, saved: bool) -> bool:
        return self._answer("may_write")

    def tell(self, problems: Sequence[Problem]) -> None:
        self.told.extend(problems)


@pytest.fixture
def swaps(tmp_path: Path) -> Path:
    return tmp_path / "swaps"


def files_of(document: GraphDocument, settings: Settings, swaps: Path, **answers: Any) -> tuple[Files, Answers]:
    questions = Answers(**answers)
    return Files(document, settings, questions, swaps=swaps), questions


def title(document: GraphDocument, text: str) -> None:
    assert document.push(SetTitle(text), "title")


def test_open_then_save_keeps_the_bytes(
    document: GraphDocument, settings: Settings, swaps: Path, tmp_path: Path, quickstart: Graph
) -> None:
    path = tmp_path / "graph.json"
    path.write_text(dumps(quickstart), "utf-8")
    before = path.read_bytes()
    files, _ = files_of(document, settings, swaps)
    assert files.open(path) and files.save()
    assert path.read_bytes() == before
    assert settings.recent() == [path]


def test_unknown_nodes_survive(document: GraphDocument, settings: Settings, swaps: Path, tmp_path: Path) -> None:
    path = tmp_path / "graph.json"
    path.write_text(dumps(graph_of([Node("odd", "elsewhere/unknown", rev=7, params={"a": [1, {"b": None}]})])), "utf-8")
    files, _ = files_of(document, settings, swaps)
    files.open(path)
    title(document, "Mine")
    assert files.save()
    assert load(path).nodes["odd"].params == {"a": [1, {"b": None}]}


def test_a_first_save_asks_where(document: GraphDocument, settings: Settings, swaps: Path, tmp_path: Path) -> None:
    files, questions = files_of(document, settings, swaps, save_path=tmp_path / "new" / "graph.json")
    title(document, "Mine")
    assert files.modified and files.save()
    assert questions.asked == ["save_path"]
    assert load(tmp_path / "new" / "graph.json").title == "Mine"
    assert not files.modified and files.name == "graph.json"


def test_saving_elsewhere_keeps_what_is_read_and_moves_what_is_written(
    document: GraphDocument, settings: Settings, swaps: Path, tmp_path: Path
) -> None:
    (tmp_path / "one" / "pictures").mkdir(parents=True)
    nodes = [
        Node("folder", "source/folder", params={"folder": "pictures"}),
        Node("kohya", "export/kohya", params={"folder": "out"}),
    ]
    path = tmp_path / "one" / "graph.json"
    path.write_text(dumps(graph_of(nodes)), "utf-8")
    files, _ = files_of(document, settings, swaps)
    files.open(path)
    assert files.save_as(tmp_path / "two" / "graph.json")
    saved = load(tmp_path / "two" / "graph.json")
    assert saved.nodes["folder"].params["folder"] == "../one/pictures"
    assert saved.nodes["kohya"].params["folder"] == "out"


def test_chosen_folders_near_the_file_are_saved_relative(
    document: GraphDocument, settings: Settings, swaps: Path, tmp_path: Path
) -> None:
    files, _ = files_of(document, settings, swaps)
    files.show(graph_of([Node("folder", "source/folder", params={"folder": "x"})]), None)
    document.push(SetParam("folder", "folder", str(tmp_path / "pictures")), "folder")
    assert files.save_as(tmp_path / "graph.json")
    assert load(tmp_path / "graph.json").nodes["folder"].params["folder"] == "pictures"


@pytest.mark.parametrize("answer", ["overwrite", "save_as", "cancel"])
def test_a_file_that_someone_else_changed_is_not_written_over_unasked(
    answer: str, document: GraphDocument, settings: Settings, swaps: Path, tmp_path: Path
) -> None:
    path, other = tmp_path / "graph.json", tmp_path / "other.json"
    path.write_text(dumps(Graph("First")), "utf-8")
    files, questions = files_of(document, settings, swaps, changed_on_disk=answer, save_path=other)
    files.open(path)
    title(document, "Mine")
    path.write_text(dumps(Graph("Theirs")), "utf-8")
    assert files.save() is (answer != "cancel")
    assert questions.asked[0] == "changed_on_disk"
    assert load(path).title == ("Mine" if answer == "overwrite" else "Theirs")
    assert other.exists() is (answer == "save_as")
    assert files.modified is (answer == "cancel")


@pytest.mark.parametrize(("answer", "left"), [("save", True), ("discard", True), ("cancel", False)])
def test_unsaved_changes_are_asked_about(
    answer: str, left: bool, document: GraphDocument, settings: Settings, swaps: Path, tmp_path: Path
) -> None:
    path = tmp_path / "graph.json"
    files, questions = files_of(document, settings, swaps, unsaved=answer, save_path=path)
    assert files.may_leave() and questions.asked == []
    title(document, "Mine")
    assert files.new() is left
    assert document.graph.title == ("" if left else "Mine")
    assert path.exists() is (answer == "save")


def test_a_file_that_is_no_graph_is_told_and_leaves_the_document_alone(
    document: GraphDocument, settings: Settings, swaps: Path, tmp_path: Path
) -> None:
    path = tmp_path / "bad.json"
    path.write_text("{", "utf-8")
    files, questions = files_of(document, settings, swaps)
    files.show(Graph("Here"), None)
    assert not files.open(path)
    assert questions.told and document.graph.title == "Here"


def test_work_of_a_killed_app_is_recovered(
    document: GraphDocument, settings: Settings, swaps: Path, tmp_path: Path
) -> None:
    path = tmp_path / "graph.json"
    path.write_text(dumps(Graph("First")), "utf-8")
    files, _ = files_of(document, settings, swaps)
    files.open(path)
    title(document, "Mine")
    files.keeper.write()
    assert left_over(swaps) == [], "its process lives"
    _kill(files)
    again = GraphDocument(document.registry)
    restarted, _ = files_of(again, settings, swaps, recover="recover", unsaved="discard")
    assert restarted.offer_recovery()
    assert again.graph.title == "Mine" and again.path == path and restarted.modified
    assert load(path).title == "First"
    assert restarted.save() and load(path).title == "Mine"
    restarted.close()
    assert list(swaps.glob("*")) == []


def test_recovered_work_is_not_saved_over_what_changed_since(
    document: GraphDocument, settings: Settings, swaps: Path, tmp_path: Path
) -> None:
    path = tmp_path / "graph.json"
    path.write_text(dumps(Graph("First")), "utf-8")
    files, _ = files_of(document, settings, swaps)
    files.open(path)
    title(document, "Mine")
    files.keeper.write()
    _kill(files)
    path.write_text(dumps(Graph("Theirs")), "utf-8")
    restarted, questions = files_of(
        GraphDocument(document.registry), settings, swaps, recover="recover", changed_on_disk="cancel"
    )
    restarted.offer_recovery()
    assert not restarted.save() and questions.asked == ["recover", "changed_on_disk"]


@pytest.mark.parametrize(("answer", "stays"), [("discard", False), ("later", True)])
def test_what_is_not_recovered_is_dropped_or_kept(
    answer: str, stays: bool, document: GraphDocument, settings: Settings, swaps: Path
) -> None:
    files, _ = files_of(document, settings, swaps)
    title(document, "Mine")
    files.keeper.write()
    _kill(files)
    restarted, _ = files_of(GraphDocument(document.registry), settings, swaps, recover=answer)
    assert not restarted.offer_recovery()
    assert bool(left_over(swaps)) is stays


def test_a_save_or_an_undo_of_everything_leaves_no_swap(
    document: GraphDocument, settings: Settings, swaps: Path
) -> None:
    files, _ = files_of(document, settings, swaps)
    title(document, "Mine")
    files.keeper.write()
    assert json.loads(files.keeper.file.read_text("utf-8"))["path"] is None
    assert oct(swaps.stat().st_mode)[-3:] == "700"
    document.undo_stack.undo()
    assert list(swaps.glob("*")) == []


def _kill(files: Files) -> None:
    """As the kernel does when a process dies: its locks are free, its files stay."""
    lock = files.keeper._lock
    assert lock is not None
    lock.release()
    files.keeper._timer.stop()
    files.keeper._lock = None
    files._document.changed.disconnect(files.keeper._changed)
