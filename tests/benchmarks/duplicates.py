"""Duplicate finders against ground truth: recall a kind of copy, wrong pairs, and what they take on many pictures.

The hostile folder beside the checkout is run through the engine with every finder at its defaults (and rotations, where
the ground truth says so); a group's pairs count by the rule that the ground truth states. Then the photographs, where
every pair found is named with what a person said of it. `--scale` measures the searches on made-up hashes and captions.
Usage: python -m tests.benchmarks.duplicates [--scale] [--targets]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import tracemalloc
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import numpy as np

from nodegraph import Context, ImageSet, installed_registry
from nodegraph.graph.model import End, Graph, Node, graph_of
from nodegraph.run.executor import run
from nodegraph.run.options import RunOptions
from tests.benchmarks.conditions import machine
from tests.benchmarks.pictures import PHOTOS

MESSY = PHOTOS.parent / "messy"
FINDERS = ("exact", "hash", "crops", "embedding")
TRUSTED = ("exact", "hash", "crops")
"""Finders whose groups must hold no strangers; the embedded demo CLIP is allowed to join some."""

HARD = {"crop_5", "crop_15", "border", "rotate_3deg"}
LEAST_RECALL, LEAST_HARD_RECALL = 0.99, 0.9

Pair = frozenset[str]


def graph(folder: Path) -> Graph:
    """Every finder, each marking its groups in a column of its own."""
    nodes = [
        Node("folder", "source/folder", params={"folder": str(folder), "include_hidden": True}),
        Node("readable", "inspect/readable"),
        *(
            Node(name, f"duplicates/{name}", params={"keep": "all", "group": f"{name}_group"})
            for name in ("exact", "crops", "embedding")
        ),
        Node("hash", "duplicates/hash", params={"keep": "all", "group": "hash_group", "rotations": True}),
    ]
    ids = ["folder", "readable", *FINDERS]
    edges = [(f"{one}.{'images' if one == 'folder' else 'kept'}", f"{other}.images") for one, other in pairwise(ids)]
    return graph_of(nodes, edges, title="duplicates benchmark")


def marked(folder: Path, cache: Path) -> ImageSet:
    """The pictures of the folder with the groups that the finders gave."""
    options = RunOptions(device="cpu", cache=cache, targets=(FINDERS[-1],))
    result = run(graph(folder), installed_registry(), options, lambda _event: None)
    return result.sets[End(FINDERS[-1], "kept")]


def pairs_in(images: ImageSet, finders: Iterable[str]) -> set[Pair]:
    """All pairs that one of the finders put in one group."""
    found: set[Pair] = set()
    for finder in finders:
        members: dict[str, list[str]] = defaultdict(list)
        for rid, name in zip(images.rids, images[f"{finder}_group"].to_list(), strict=True):
            if name is not None:
                members[name].append(rid)
        found |= {frozenset(pair) for rids in members.values() for pair in combinations(rids, 2)}
    return found


def recalls(truth: Mapping[str, Any], found: set[Pair], rids: set[str]) -> dict[str, tuple[int, int]]:
    """For each kind of copy how many pairs there are and how many of them were found."""
    counts: dict[str, tuple[int, int]] = {}
    for pair in truth["pairs"]:
        if {pair["a"], pair["b"]} <= rids:
            kind = pair["kind"].partition(":")[0]
            there, seen = counts.get(kind, (0, 0))
            counts[kind] = there + 1, seen + (frozenset((pair["a"], pair["b"])) in found)
    return counts


def strangers(truth: Mapping[str, Any], found: Iterable[Pair]) -> list[Pair]:
    """The pairs of different photos, by the rule of the ground truth."""
    right = {frozenset((pair["a"], pair["b"])) for pair in truth["pairs"]}
    right |= {frozenset(pair) for group in truth["groups"] for pair in combinations(group, 2)}
    photo = {rid: file.get("source_photo", rid) for rid, file in truth["files"].items()}
    wrong = [pair for pair in found if pair not in right and len({photo[rid] for rid in pair}) == 2]
    return sorted(wrong, key=sorted)


def judge(truth: Mapping[str, Any], images: ImageSet) -> list[str]:
    """Prints recall and wrong pairs of each finder and of those that are trusted together; gives the targets missed."""
    rids, missed = set(images.rids), list[str]()
    columns = [*((name, (name,)) for name in FINDERS), ("trusted", TRUSTED)]
    tables = {title: recalls(truth, pairs_in(images, names), rids) for title, names in columns}
    print(f"\n{'kind of copy':22}{'pairs':>6}" + "".join(f"{title:>11}" for title in tables))
    for kind, (there, _) in sorted(tables["trusted"].items()):
        print(f"{kind:22}{there:6}" + "".join(f"{table[kind][1] / there:11.2f}" for table in tables.values()))
        least = LEAST_HARD_RECALL if kind in HARD else LEAST_RECALL
        if tables["trusted"][kind][1] < least * there:
            missed.append(f"{kind}: {tables['trusted'][kind][1]} of {there}")
    hard = {frozenset((pair["a"], pair["b"])) for pair in truth["hard_negatives"]}
    plain = {rid for rid, file in truth["files"].items() if {"solid_color", "no_content"} & set(file["issues"])}
    for title, names in columns:
        found = pairs_in(images, names)
        wrong = strangers(truth, found)
        share = 1 - len(wrong) / max(1, len(found))
        in_hard, in_plain = len(hard & found), sum(bool(pair & plain) for pair in wrong)
        print(
            f"{title:10} {len(found):5} pairs, precision {share:.3f}, wrong {len(wrong)}: "
            f"{in_hard} of {len(hard)} hard negatives, {in_plain} with a featureless picture"
        )
        if title in TRUSTED and wrong:
            missed.append(f"{title}: {len(wrong)} wrong pairs, such as {', '.join(sorted(wrong[0]))}")
    return missed


def natural(folder: Path, images: ImageSet) -> None:
    """Prints every pair found among photographs that have no copies on purpose."""
    told = json.loads((folder / "natural_pairs.json").read_text("utf-8"))
    said = {frozenset((pair["a"], pair["b"])): pair["verdict"] for pair in told}
    print(f"\n{len(images)} photographs, {len(images) * (len(images) - 1) // 2:,} pairs")
    for finder in FINDERS:
        found = pairs_in(images, [finder])
        print(f"{finder}: {len(found)} pairs")
        for pair in sorted(found, key=sorted) if finder in TRUSTED else ():
            print(f"  {'  '.join(sorted(pair))}: {said.get(pair, 'not judged')}")


def scale() -> None:
    """Prints CPU seconds, seconds and memory of the searches among made-up hashes and captions."""
    from nodes.duplicates.grouping import near_hashes
    from nodes.duplicates.shingles import near_texts, shingles_of
    from nodes.duplicates.windows import candidates_of
    from nodes.measures.crops import intervals

    draw = np.random.default_rng(0).integers
    windows = len(intervals()) ** 2
    for title, count, columns in (("hash, as it is", 100_000, 1), ("hash, flips", 100_000, 3)):
        hashes = draw(0, 2**64 - 1, (count, columns), dtype=np.uint64)
        _timed(f"{title}: {count:,} pictures", lambda hashes=hashes: near_hashes(hashes, 6))
    for count in (1_000, 10_000):
        hashes = draw(1, 2**64 - 1, (count, windows), dtype=np.uint64)
        _timed(f"crops: {count:,} pictures", lambda hashes=hashes: candidates_of(hashes, 10, Context("benchmark")))
    texts = captions(100_000)
    _timed(f"captions: {len(texts):,} pictures", lambda: near_texts([shingles_of(words) for words in texts], 0.8))


def captions(count: int) -> list[list[str]]:
    """Made-up captions of 4 to 35 words as frequent as words are, one in seven another one with a word changed."""
    draw = np.random.default_rng(0)
    shares = 1 / np.arange(3, 20_003)
    numbers = draw.choice(len(shares), count * 35, p=shares / shares.sum()).reshape(count, 35)
    found: list[list[str]] = []
    for row, length in zip(numbers, draw.integers(4, 36, count), strict=True):
        words = [f"word{number}" for number in row[:length]]
        if found and draw.random() < 1 / 7:
            words = [*found[draw.integers(len(found))][:-1], words[0]]
        found.append(words)
    return found


def _timed(title: str, work: Any) -> None:
    tracemalloc.start()
    wall, processor = time.perf_counter(), time.process_time()
    work()
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"{title:34}{processor:8.1f} CPU s{wall:8.1f} s{peak / 2**20:8.0f} MB more", flush=True)


def main(given: list[str] | None = None) -> int:
    """Runs all. 0, or 1 where `--targets` is given and one is missed, or 2 without pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--messy", type=Path, default=MESSY, help="the folder with ground truth (default: %(default)s)")
    parser.add_argument("--photos", type=Path, default=PHOTOS, help="photographs (default: %(default)s)")
    parser.add_argument("--scale", action="store_true", help="measure the searches on made-up ones too")
    parser.add_argument("--targets", action="store_true", help="exit 1 unless all targets are met")
    options = parser.parse_args(given)
    if not options.messy.is_dir():
        print(f"no pictures in {options.messy}: nothing measured", file=sys.stderr)
        return 2
    print(machine())
    with tempfile.TemporaryDirectory(prefix="nodegraph-duplicates-") as scratch:
        cache = Path(scratch)
        truth = json.loads((options.messy / "groundtruth.json").read_text("utf-8"))
        missed = judge(truth, marked(options.messy.resolve(), cache))
        if (options.photos / "natural_pairs.json").is_file():
            natural(options.photos, marked(options.photos.resolve(), cache))
    if options.scale:
        scale()
    if missed:
        print(f"\ntargets missed: {'; '.join(missed)}")
    return 1 if missed and options.targets else 0


if __name__ == "__main__":
    sys.exit(main())
