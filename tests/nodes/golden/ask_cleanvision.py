"""Asks CleanVision for its numbers on the golden pictures, or on files, and prints them as JSON.

Run it where cleanvision is installed: `python ask_cleanvision.py > cleanvision.json`, or with paths of pictures.
It imports nothing of this project, so that any environment will do.
"""

from __future__ import annotations

import json
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from pictures import golden_pictures

SCORES = ("dark", "light", "blurry", "low_information", "odd_aspect_ratio", "odd_size")
FLAGS = (*SCORES, "grayscale")


def ask(files: list[Path]) -> dict[str, dict[str, float | bool]]:
    """Scores and flags by file stem."""
    from cleanvision import Imagelab

    lab = Imagelab(filepaths=[str(path) for path in files])
    lab.find_issues({name: {} for name in FLAGS}, n_jobs=1, verbose=False)
    found: dict[str, dict[str, float | bool]] = {}
    for path, row in lab.issues.iterrows():
        scores: dict[str, float | bool] = {f"{name}_score": float(row[f"{name}_score"]) for name in SCORES}
        found[Path(str(path)).stem] = scores | {f"is_{name}": bool(row[f"is_{name}_issue"]) for name in FLAGS}
    return dict(sorted(found.items()))


def main() -> None:
    """Prints the versions and the numbers."""
    standard_output, sys.stdout = sys.stdout, sys.stderr  # cleanvision prints a report of its own
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(name) for name in sys.argv[1:]]
        if not files:
            for name, picture in golden_pictures().items():
                files.append(Path(folder) / f"{name}.png")
                picture.save(files[-1])
        numbers = ask(files)
    versions = {name: version(name) for name in ("cleanvision", "pillow", "numpy")}
    json.dump({"versions": versions, "numbers": numbers}, standard_output, indent=1, sort_keys=True)
    standard_output.write("\n")


if __name__ == "__main__":
    main()
