"""Exports the same change over and over in children of its own, and kills each at another touch of the disk.

python -m tests.nodes.killing FOLDER POINTS exchange|rename|packed: prints a line of JSON a kill. A process of its own,
because it forks: it must have no threads.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nodegraph.context import Context
from nodegraph.data import header, pixels  # noqa: F401  # imported before the forks, so that each child is quick
from nodes.export import stage, write
from nodes.export.items import Item
from nodes.export.manifest import Record
from nodes.export.order import Layout, Order
from nodes.export.packs import Member, Pack, member
from nodes.export.pictures import Wish
from tests.nodes.exporting import photos, tree

TOUCHES = frozenset({"open", "os.rename", "os.link", "os.mkdir", "os.rmdir", "os.remove", "shutil.rmtree"})


def order(rows: list[dict[str, Any]], target: Path, way: str) -> Order:
    """A small kohya-like order; with its pictures in an archive where the way is "packed"."""
    items = [Item(row["rid"], row["cid"], row["path"], caption=row["caption"]) for row in rows]
    layout = Layout(
        "kohya",
        lambda _item: "10_cat",
        lambda item: item.caption,
        "" if way == "packed" else ".txt",
        lambda rows: {"n": str(len(rows))},
        packs if way == "packed" else None,
    )
    return Order(str(target), items, layout, Wish())


def packs(records: Sequence[Record]) -> list[Pack]:
    """All pictures and captions in one archive."""
    captions = [member(f"{n}.txt", record.caption.encode()) for n, record in enumerate(records)]
    pictures = [Member(f"{n}.jpg", record.sha256, file=record.file) for n, record in enumerate(records)]
    return [Pack("all.tar", "tar", [*captions, *pictures])]


def die_at(touch: int, folder: Path) -> None:
    """Kills this process at its `touch`-th touch of anything below `folder`."""
    left = [touch]

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in TOUCHES and str(folder) in str(arguments[0]):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def child(touch: int, wanted: Order, folder: Path, way: str) -> bool:
    """Exports in a child that dies at a touch; whether it died."""
    number = os.fork()
    if number == 0:
        if way == "rename":
            stage.exchanged = lambda _one, _other: False
        die_at(touch, folder)
        write.write_export(wanted, Context(node="out"))
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(number, 0)[1])


def main(folder: Path, points: int, way: str) -> None:
    """Kills at `points` touches over the whole export; tells what is there after each and after a next run."""
    rows = photos(folder / "in", 6)
    small, large = rows[:4], [{**rows[0], "caption": "changed"}, *rows[2:]]
    for name, given in (("old", small), ("new", large)):
        child(0, order(given, folder / name / "out", way), folder, way)
    (folder / "work").mkdir()
    target = folder / "work" / "out"
    states = {json.dumps(tree(folder / name / "out")): name for name in ("old", "new")}
    wanted = order(large, target, way)
    total = count_touches(wanted, folder, way)
    for touch in range(1, total + 1, max(1, total // points)):
        died = died_again(touch, wanted, folder, way)
        after = states.get(json.dumps(tree(target)), "broken") if target.exists() else "none"
        child(0, wanted, folder / "work", way)
        clean = [path.name for path in (folder / "work").iterdir()] == ["out"]
        last = states.get(json.dumps(tree(target)), "broken")
        print(json.dumps({"touch": touch, "died": died, "after": after, "next": last, "clean": clean}))


def count_touches(wanted: Order, folder: Path, way: str) -> int:
    """How often an export from the old state touches the disk."""
    low, high = 1, 2
    while died_again(high, wanted, folder, way):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if died_again(middle, wanted, folder, way) else (low, middle)
    return low


def died_again(touch: int, wanted: Order, folder: Path, way: str) -> bool:
    """Whether an export from the old state reaches this touch."""
    shutil.rmtree(folder / "work")
    shutil.copytree(folder / "old", folder / "work")
    return child(touch, wanted, folder / "work", way)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
