"""What a run gives, counts and remembers."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import pytest

from nodegraph import Context, Folder, ImageSet, Measure, ModelEntry, ModelFiles, Registry, Written, export
from nodegraph.cache.measures import MeasureCache, MeasureKey
from nodegraph.graph.edit import SetMode, apply
from nodegraph.graph.model import End, Node, graph_of
from nodegraph.measures import ValueKind
from nodegraph.models.progress import Progress
from nodegraph.run import executor, models, stage
from nodegraph.run.cancel import Cancel
from nodegraph.run.events import ModelProgress, NodeProgress, StepProgress, StepStarted
from nodegraph.run.executor import run
from nodegraph.run.options import RunOptions
from nodegraph.run.stage import Batching
from tests.run import pack
from tests.run.conftest import Bench, draw


def tables(result) -> dict[str, pl.DataFrame]:
    return {str(end): images.table for end, images in result.sets.items()}


def test_every_row_is_kept_or_dropped_for_a_reason(bench: Bench) -> None:
    result = bench.run()
    for count in result.counts.values():
        assert count.rows_in == count.rows_out + count.dropped
    ledger = result.sets[End("export", "images")].ledger
    assert ledger.height == result.counts["above"].dropped > 0
    assert ledger["reason"].str.contains("is under 100").all()


def test_a_picture_is_decoded_once_however_many_copies_and_measures_there_are(bench: Bench) -> None:
    assert bench.run().summary.decodes == 9


def test_a_row_dropped_by_a_filter_is_not_put_through_the_model(bench: Bench) -> None:
    result = bench.run()
    kept = set(result.sets[End("above", "kept")].cids)
    assert result.summary.measures["test_embedding"]["misses"] == len(kept) < 9


def test_a_second_run_decodes_nothing_and_calls_no_model(bench: Bench) -> None:
    first = bench.run().summary
    second = bench.run().summary
    assert (second.decodes, second.model_calls, second.cache_misses) == (0, 0, 0)
    assert second.digest == first.digest
    assert second.cache_hits == first.cache_misses


def test_a_moved_threshold_decodes_only_what_was_never_needed(bench: Bench) -> None:
    bench.run(bench.graph(above={"low": 50}))
    tighter = bench.run(bench.graph(above={"low": 120})).summary
    assert (tighter.decodes, tighter.model_calls) == (0, 0)


def test_what_is_remembered_of_rows_that_a_filter_drops_is_not_even_read(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.run(bench.graph(above={"low": 0}))
    read: dict[str, set[str]] = {}
    load = MeasureCache.load

    def spied(cache: MeasureCache, key: MeasureKey, kind: ValueKind, contents: Collection[str]) -> dict[str, Any]:
        read.setdefault(key.name, set()).update(contents)
        return load(cache, key, kind, contents)

    monkeypatch.setattr(MeasureCache, "load", spied)
    result = bench.run(bench.graph(above={"low": 120}))
    kept = set(result.sets[End("above", "kept")].cids)
    assert read["test_embedding"] == kept < read["test_brightness"]


def test_a_new_prompt_costs_one_text_and_no_picture(bench: Bench) -> None:
    bench.run()
    again = bench.run(bench.graph(likeness={"prompt": "another prompt"})).summary
    assert again.decodes == 0
    assert again.model_calls == 1
    assert again.measures["test_embedding"]["misses"] == 0


def test_each_node_says_what_measuring_took_that_it_was_the_first_to_ask_for(bench: Bench) -> None:
    def times() -> dict[str, float]:
        bench.run()
        return {
            event.count.node: event.seconds for event in bench.events if isinstance(event, NodeProgress) and event.done
        }

    first = times()
    assert first["brightness"] > 0 and first["likeness"] > 0
    assert first["above"] == first["export"] == 0
    assert set(times().values()) == {0.0}, "nothing is measured twice"


def test_one_image_added_costs_one_decode(bench: Bench) -> None:
    bench.run()
    bench.draw("new.png", 5000)
    assert bench.run().summary.decodes == 1


def test_a_file_touched_but_not_changed_costs_nothing(bench: Bench) -> None:
    bench.run()
    path = bench.pictures / "3.png"
    path.write_bytes(path.read_bytes())
    assert bench.run().summary.decodes == 0


def test_fresh_measures_again_what_is_remembered(bench: Bench) -> None:
    bench.run()
    assert bench.run(fresh=True).summary.decodes == 9


def test_a_broken_file_costs_its_row_and_is_remembered_as_broken(bench: Bench) -> None:
    (bench.pictures / "broken.png").write_bytes(b"no picture at all, whatever the name says")
    result = bench.run()
    assert result.summary.exit == 3
    assert result.counts["brightness"].errors == 1
    reason = result.sets[End("brightness", "images")].ledger.row(0, named=True)
    assert (reason["rid"], reason["rule"]) == ("broken.png", "error")
    assert bench.run().summary.cache_misses == 0


@pytest.mark.parametrize(("rows", "parts", "threads"), [(1, 1, 1), (5, 2, 3), (64, 4, 2), (1000, 1, 8)])
def test_batch_size_and_threads_never_change_a_result(bench: Bench, rows: int, parts: int, threads: int) -> None:
    plain = bench.run()
    other = bench.run(cache=f"cache-{rows}", batching=Batching(rows, parts), threads=threads)
    assert other.summary.digest == plain.summary.digest
    for name, table in tables(plain).items():
        assert table.equals(tables(other)[name]), name


def test_a_cancelled_run_says_so_and_the_next_one_goes_on(bench: Bench) -> None:
    cancel = Cancel()
    plain = bench.run(cache="other").summary

    class CancelSoon(list):
        def append(self, event) -> None:
            if isinstance(event, StepProgress):
                cancel.ask()

    bench_run = bench.run
    bench.events = CancelSoon()
    options = RunOptions(device="cpu", cache=bench.root / "cache", batching=Batching(2, 1))
    cancelled = run(bench.graph(), bench.registry, options, CancelSoon().append, cancel)
    assert cancelled.summary.exit == 130
    assert bench_run().summary.digest == plain.digest


def test_a_cancelled_replay_asks_no_further_node(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.run()
    asked, cancel = list[str](), Cancel()
    plain = stage.evaluate

    def evaluate(spec: Any, node: Node, *rest: Any) -> Any:
        asked.append(node.id)
        cancel.ask()
        return plain(spec, node, *rest)

    monkeypatch.setattr(stage, "evaluate", evaluate)
    result = bench.run(cancel=cancel)
    assert (asked, result.summary.exit) == (["brightness"], 130)
    assert "above" not in result.counts
    assert bench.run().summary.exit == 0


@pytest.mark.parametrize(("step", "node"), [("run_source", "folder"), ("evaluate", "split")])
def test_what_is_cancelled_half_way_is_not_shown_as_done(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, step: str, node: str
) -> None:
    cancel, plain = Cancel(), getattr(executor, step)

    def stopped(*given: Any, **more: Any) -> Any:
        outcome = plain(*given, **more)
        cancel.ask()
        return outcome

    monkeypatch.setattr(executor, step, stopped)
    result = bench.run(cancel=cancel)
    done = {event.count.node for event in bench.events if isinstance(event, NodeProgress) and event.done}
    assert (result.summary.exit, node in done, node in result.counts) == (130, False, False)


def test_a_run_is_cancelled_while_the_files_are_read(bench: Bench) -> None:
    cancel = Cancel()

    class CancelAtFirstFile(list):
        def append(self, event) -> None:
            if isinstance(event, StepProgress):
                assert (event.index, cancel.asked) == (0, False), "nothing was done after the end was asked for"
                cancel.ask()

    options = RunOptions(device="cpu", cache=bench.root / "cache")
    result = run(bench.graph(), bench.registry, options, CancelAtFirstFile().append, cancel)
    assert result.summary.exit == 130
    assert result.counts == {}


def test_a_bypassed_filter_passes_everything(bench: Bench) -> None:
    graph, _ = apply(bench.graph(), SetMode("above", "bypass"))
    result = bench.run(graph)
    assert result.counts["above"].rows_out == 12
    assert result.counts["above"].dropped == 0


def test_a_muted_node_and_all_below_it_do_not_run(bench: Bench) -> None:
    graph, _ = apply(bench.graph(), SetMode("likeness", "mute"))
    assert set(bench.run(graph).counts) == {"folder", "brightness", "above"}


def test_only_what_leads_to_a_target_runs(bench: Bench) -> None:
    result = bench.run(targets=("above",))
    assert set(result.counts) == {"folder", "brightness", "above"}
    assert not (bench.root / "out").exists()


def test_branches_share_one_decode_and_a_barrier_s_measures_are_taken_while_the_picture_is_open(bench: Bench) -> None:
    nodes = [
        Node("folder", "test/folder", 1, {"folder": str(bench.pictures)}),
        Node("brightness", "test/brightness", 1, {}),
        Node("top", "test/top", 1, {"k": 4}),
        Node("likeness", "test/likeness", 1, {}),
    ]
    edges = [
        ("folder.images", "brightness.images"),
        ("brightness.images", "top.images"),
        ("brightness.images", "likeness.images"),
    ]
    result = bench.run(graph_of(nodes, edges))
    assert result.summary.decodes == 9
    assert result.counts["top"].rows_out == 4


def test_sources_are_not_changed(bench: Bench) -> None:
    before = {path: path.read_bytes() for path in bench.pictures.rglob("*.png")}
    bench.run()
    assert {path: path.read_bytes() for path in bench.pictures.rglob("*") if path.is_file()} == before


def test_an_empty_folder_runs_through(bench: Bench) -> None:
    for path in list(bench.pictures.rglob("*.png")):
        path.unlink()
    result = bench.run()
    assert result.summary.exit == 0
    assert result.counts["export"].rows_in == 0


def test_a_bypassed_node_needs_neither_its_model_nor_its_measures(bench: Bench) -> None:
    graph, _ = apply(bench.graph(), SetMode("likeness", "bypass"))
    result = bench.run(graph)
    assert "likeness" not in result.sets[End("likeness", "images")].columns
    assert result.summary.model_calls == 0


def test_exports_know_the_folders_of_all_sources_but_muted_ones_whatever_takes_part(bench: Bench) -> None:
    known: list[Path] = []

    @export("test/export", rev=1)
    def looking(images: ImageSet, *, folder: Annotated[str, Folder(writes=True)], context: Context) -> Written:
        """Looks at what it must not write to."""
        known.extend(context.sources)
        return Written([], "nothing")

    bench.registry = Registry({**bench.registry.nodes, "test/export": looking}, bench.registry.models)
    graph = bench.graph()
    others = {
        "elsewhere": Node("elsewhere", "test/folder", 1, {"folder": str(bench.root / "elsewhere")}),
        "off": Node("off", "test/folder", 1, {"folder": str(bench.root / "off")}, mode="mute"),
    }
    result = bench.run(replace(graph, nodes={**graph.nodes, **others}), targets=("export",))
    assert result.summary.exit == 0
    assert sorted(known) == [bench.root / "elsewhere", bench.pictures]


class Panic(BaseException):
    """As what libraries written in Rust raise: no Exception."""


def with_function(registry: Registry, measured: Measure, function: Callable[..., object]) -> Registry:
    """The registry with another function in this measure."""
    changed = replace(measured, function=function)
    nodes = {
        type: replace(
            spec,
            takes={
                name: replace(take, measure=changed) if take.measure is measured else take
                for name, take in spec.takes.items()
            },
        )
        for type, spec in registry.nodes.items()
    }
    return replace(registry, nodes=nodes)


@pytest.mark.parametrize("measured", [pack.brightness, pack.embedding], ids=["measure", "model"])
def test_a_panic_of_a_library_costs_its_rows_and_never_holds_up_the_run(bench: Bench, measured: Measure) -> None:
    def panics(*_: object, **_settings: object) -> object:
        raise Panic("a library panicked")

    bench.registry = with_function(bench.registry, measured, panics)
    result = bench.run(bench.graph(above={"low": 0}))
    (node,) = [count for count in result.counts.values() if count.errors]
    assert (result.summary.exit, node.errors) == (3, node.rows_in)


def test_a_run_is_cancelled_while_a_model_is_downloaded(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    cancel = Cancel()

    def downloading(entry: ModelEntry, *, on_progress: Progress, **_: object) -> ModelFiles:
        for done in range(1000):
            on_progress(done, 1000)
        raise AssertionError("the download went on to its end")

    class CancelSoon(list):
        def append(self, event) -> None:
            if isinstance(event, ModelProgress):
                cancel.ask()

    monkeypatch.setattr(models, "files_of", downloading)
    options = RunOptions(device="cpu", cache=bench.root / "cache")
    result = run(bench.graph(), bench.registry, options, CancelSoon().append, cancel)
    assert (result.summary.exit, result.counts) == (130, {})


def test_a_picture_that_is_overwritten_during_the_run_is_dropped_and_nothing_is_remembered_of_it(
    bench: Bench,
) -> None:
    old = (bench.pictures / "5.png").read_bytes()
    new = draw(bench.root / "new.png", 99).read_bytes()

    class Overwrites(list):
        def append(self, event) -> None:
            if isinstance(event, StepStarted) and event.index == 1:  # listed and hashed, not decoded yet
                (bench.pictures / "5.png").write_bytes(new)

    options = RunOptions(device="cpu", cache=bench.root / "cache")
    result = run(bench.graph(), bench.registry, options, Overwrites().append)
    ledger = result.sets[End("above", "kept")].ledger
    assert ledger.filter(pl.col("rid") == "5.png")["reason"].to_list() == [
        "changing: the file was changed while the run was at work"
    ]
    (bench.pictures / "5.png").write_bytes(old)
    again, fresh = bench.run(), bench.run(cache="other")
    assert again.summary.measures["test_brightness"]["misses"] == 1
    for name, table in tables(fresh).items():
        assert table.equals(tables(again)[name]), name


@pytest.mark.timeout(60)
def test_a_recipe_that_is_none_costs_its_rows_and_holds_nothing_up(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = executor.run_source

    def garbled(*given: Any, **named: Any) -> Any:
        outcome = plain(*given, **named)
        tables = {port: table.with_columns(recipe=pl.lit("{")) for port, table in outcome.outputs.items()}
        return replace(outcome, outputs=tables)

    monkeypatch.setattr(executor, "run_source", garbled)
    assert bench.run().summary.exit == 3
