"""One pass against three: CPU seconds of the engine, and of imagededup, cleanvision and an open_clip loop, on photos.

Ours: thumbnails, file facts, perceptual hashes, quality statistics and CLIP scores of every picture, cold, cache and
all, by `nodegraph run`. Theirs: imagededup's hashes, cleanvision's issues, and scores by the same model in a plain
loop, one after the other. Both sides include the start of Python and all imports; the rows "without start-up" take
off what the same command needs for one picture. Usage: python -m tests.benchmarks.one_pass --peers FOLDER --targets
"""

from __future__ import annotations

import argparse
import compileall
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.conditions import machine, with_threads
from tests.benchmarks.costs import Cost, cost_of
from tests.benchmarks.pictures import PHOTOS, enlarge, linked, pictures_of, spread

HERE = Path(__file__).parent
GRAPH = HERE / "one_pass_graph.json"
MODEL = HERE.parents[1] / "assets" / "models" / "demo-clip"
PROMPT = "a photo of a fish"
PEERS = ("imagededup==0.3.3.post2", "cleanvision==0.3.7")
SMALL_TARGET, LARGE_TARGET = 1 / 4, 1 / 10
DONE_WITH_ROW_ERRORS = 3


@dataclass(frozen=True)
class Setup:
    """How both sides are run: the peers' interpreter, threads a process, and how often; the cheapest time counts."""

    peers: Path
    threads: int
    repeats: int


def peers_python(folder: Path) -> Path:
    """The interpreter of the peers' environment in `folder`, made where there is none.

    It sees this environment's packages, so both sides decode, multiply and embed with the very same libraries, and
    only what is missing is installed.
    """
    python = folder / "bin" / "python"
    if not python.is_file():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        own = next(path for path in sys.path if path.endswith("site-packages"))
        place = next((folder / "lib").glob("python*/site-packages"))
        (place / "shared.pth").write_text(f"{own}\n", encoding="utf-8")
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PEERS], check=True)
    return python


def compiled() -> None:
    """Compiles our own modules as pip does when it installs: a checkout may be run where Python keeps no bytecode."""
    for package in ("nodegraph", "nodes"):
        compileall.compile_dir(HERE.parents[1] / package, quiet=1)


def our_cost(folder: Path, setup: Setup) -> Cost:
    """One cold run of the graph on the pictures of `folder`."""
    with tempfile.TemporaryDirectory(prefix="nodegraph-one-pass-") as cache:
        environment = with_threads(setup.threads) | {"NODEGRAPH_CACHE": cache}
        command = [sys.executable, "-m", "nodegraph.cli.main", "run", str(GRAPH), "--set", f"folder.folder={folder}"]
        command += ["--device", "cpu", "--receipt", str(Path(cache) / "receipt.json")]
        return cost_of(command, environment, accepts=(0, DONE_WITH_ROW_ERRORS))


def peer_costs(folder: Path, setup: Setup) -> dict[str, Cost]:
    """Each peer on the pictures of `folder`."""
    peers = HERE / "peers"
    commands = {
        "imagededup": [str(peers / "hashing.py"), str(folder)],
        "cleanvision": [str(peers / "issues.py"), str(folder)],
        "open_clip loop": [str(peers / "scoring.py"), str(folder), str(MODEL), PROMPT],
    }
    environment = with_threads(setup.threads)
    return {name: cost_of([str(setup.peers), *command], environment) for name, command in commands.items()}


def both_sides(folder: Path, setup: Setup) -> tuple[Cost, dict[str, Cost]]:
    """Our cost and each peer's, the sides taking turns so that both meet the same company on the machine."""
    ours: list[Cost] = []
    theirs: list[dict[str, Cost]] = []
    for _ in range(setup.repeats):
        ours.append(our_cost(folder, setup))
        theirs.append(peer_costs(folder, setup))
    return _cheapest(ours), {name: _cheapest(run[name] for run in theirs) for name in theirs[0]}


def _cheapest(costs: Iterable[Cost]) -> Cost:
    return min(costs, key=lambda cost: cost.cpu)


def compare(title: str, folder: Path, one: Path, setup: Setup) -> float:
    """Measures both sides on `folder` and prints the table; the result is their CPU seconds for one of ours.

    `one` holds one picture of the same kind: what it takes is start-up.
    """
    (ours, theirs), (our_start, their_starts) = both_sides(folder, setup), both_sides(one, setup)
    start, peers = Cost(0.0, 0.0), Cost(0.0, 0.0)
    for name, cost in theirs.items():
        start, peers = start + their_starts[name], peers + cost
    print(f"\n{title}: {len(pictures_of(folder))} pictures")
    print(f"  {'':32}{'CPU s':>9}{'wall s':>9}")
    for name, cost in theirs.items():
        _row(name, cost)
    _row("the three, one after the other", peers)
    _row("nodegraph, one pass", ours)
    _row("  the three without start-up", peers - start)
    _row("  nodegraph without start-up", ours - our_start)
    bare = (peers - start).cpu / max((ours - our_start).cpu, 1e-9)
    print(
        f"  nodegraph takes 1/{peers.cpu / ours.cpu:.1f} of the CPU seconds (without start-up 1/{bare:.1f})", flush=True
    )
    return peers.cpu / ours.cpu


def _row(name: str, cost: Cost) -> None:
    print(f"  {name:32}{cost.cpu:9.2f}{cost.wall:9.2f}")


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--peers", type=Path, required=True, help="folder of the peers' environment, made when absent")
    parser.add_argument("--photos", type=Path, default=PHOTOS, help="the photographs (default: %(default)s)")
    parser.add_argument("--count", type=int, help="use this many of them (default: all)")
    parser.add_argument("--sample", type=int, default=60, help="how many to enlarge (default: %(default)s; 0: none)")
    parser.add_argument("--megapixels", type=float, default=12.0, help="size of the enlarged ones (default: 12)")
    cores = os.cpu_count() or 1
    parser.add_argument("--threads", type=int, default=cores, help="numeric threads a process (default: the cores)")
    parser.add_argument("--repeats", type=int, default=1, help="the cheapest of so many runs counts (default: 1)")
    parser.add_argument("--targets", action="store_true", help="exit 1 unless both targets are met")
    return parser.parse_args(given)


def main(given: list[str] | None = None) -> int:
    """Runs both comparisons. 0, or 1 where `--targets` is given and one is missed, or 2 without pictures."""
    options = arguments(given)
    paths = pictures_of(options.photos)
    if not paths:
        print(f"no pictures in {options.photos}: nothing measured", file=sys.stderr)
        return 2
    compiled()
    setup = Setup(peers_python(options.peers), options.threads, options.repeats)
    print(f"{machine()}; {options.threads} numeric threads a process on both sides; cheapest of {options.repeats}")
    missed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="nodegraph-pictures-") as scratch:
        base = Path(scratch)
        taken = spread(paths, options.count or len(paths))
        whole = linked(taken, options.photos, base / "photos")
        single = linked(taken[:1], options.photos, base / "one")
        gain = compare("As they are", whole, single, setup)
        missed += [f"1/{gain:.1f} as they are, wanted 1/4"] if gain * SMALL_TARGET < 1 else []
        if options.sample:
            large = enlarge(spread(paths, options.sample), base / "large", options.megapixels)
            one_large = linked(pictures_of(large)[:1], large, base / "one-large")
            gain = compare(f"Enlarged to {options.megapixels:g} MP", large, one_large, setup)
            missed += [f"1/{gain:.1f} enlarged, wanted 1/10"] if gain * LARGE_TARGET < 1 else []
    if missed:
        print(f"\ntargets missed: {'; '.join(missed)}")
    return 1 if missed and options.targets else 0


if __name__ == "__main__":
    sys.exit(main())
