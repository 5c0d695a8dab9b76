"""The lint of a folder: which of its files a trainer would take, with which captions, and which it would pass over."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from nodegraph.data.header import Header, read_header
from nodegraph.data.opening import opened, read_at_most
from nodegraph.data.paths import path_text
from nodegraph.data.recipe import Recipe
from nodegraph.data.sniff import IMAGE_EXTENSIONS
from nodegraph.data.unreadable import Unavailable, Unreadable
from nodegraph.problems import problem
from nodes.balance.presets import Trainer
from nodes.report.lint.findings import Finding
from nodes.report.lint.samples import Sample
from nodes.report.lint.trainers import CAPTION_SUFFIXES, HABITS, Habits

MOST_FILES = 200_000
MOST_BYTES = 1_000_000
COMPANIONS = ("-masklabel.png", "-condlabel.png")
ROTATION_RULES = "Export it from here, which turns it, or turn it yourself."


@dataclass(frozen=True, slots=True)
class Subset:
    """A folder of pictures, relative to the one that is looked at, and how it is read: caption suffix and repeats."""

    folder: str
    extension: str = ".txt"
    repeats: int = 1


@dataclass(frozen=True)
class Tree:
    """The files below a folder: names by folder, relative with forward slashes; "." is the folder itself."""

    root: Path
    folders: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def pictures(self, folder: str) -> list[str]:
        """Files in it that are pictures by their name, whatever a trainer thinks of them."""
        return [name for name in self.folders.get(folder, ()) if _is_picture(name)]

    def below(self, folder: str) -> list[str]:
        """Folders below it, however deep, that hold pictures."""
        start = "" if folder == "." else f"{folder}/"
        return [
            name
            for name in self.folders
            if name not in (folder, ".") and name.startswith(start) and self.pictures(name)
        ]


def tree_of(root: Path) -> Tree:
    """The files below `root`, hidden folders left out, links to folders not followed.

    Raises a problem where there are more than 200 000.
    """
    tree = Tree(root)
    count = 0
    for place, folders, names in os.walk(root, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        count += len(names)
        if count > MOST_FILES:
            message = f"{root} holds more than {MOST_FILES:,} files."
            raise problem("too-many-files", message, "Choose the folder of one training set.", param="folder")
        tree.folders[Path(place).relative_to(root).as_posix()] = sorted(names)
    return tree


def _is_picture(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in IMAGE_EXTENSIONS and not name.startswith(".")


def kohya_subsets(tree: Tree) -> tuple[list[Subset], list[Finding]]:
    """The folders `<repeats>_<class>` that sd-scripts reads in a folder it is given, and what it passes over."""
    subsets: list[Subset] = []
    findings: list[Finding] = []
    for folder in [".", *(name for name in tree.folders if name != "." and "/" not in name)]:
        repeats = _repeats(folder)
        hidden = [below for below in tree.below(folder) if folder != "."]
        if repeats is not None and folder != ".":
            subsets.append(Subset(folder, repeats=repeats))
            findings += [_passed_over(below, "It lies below another folder") for below in hidden]
        elif tree.pictures(folder):
            why = (
                "Its name does not begin with a number of repeats"
                if folder != "."
                else "Pictures lie beside the folders"
            )
            findings.append(_passed_over(folder, why))
    return subsets, findings


def _repeats(folder: str) -> int | None:
    number = folder.partition("_")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 9 and int(number) >= 1 else None


def _passed_over(folder: str, why: str) -> Finding:
    fix = 'Name folders like "10_sks cat" and put the pictures right into them.'
    message = f"{why}, and the trainer passes over its pictures."
    return at(Finding("warning", "folder-ignored", "", message, fix), folder)


def flat_subsets(tree: Tree, trainer: Trainer) -> tuple[list[Subset], list[Finding]]:
    """What the others read in a folder: OneTrainer what lies right in it, ai-toolkit what is below, too."""
    if HABITS[trainer].deep:
        usable = [name for name in tree.folders if "_controls" not in name.split("/")]
        return [Subset(name) for name in usable if tree.pictures(name)], []
    message = "It lies below the folder, and the trainer passes over its pictures."
    fix = "Turn on include_subdirectories in the concept, or make a concept of it."
    below = [at(Finding("warning", "folder-ignored", "", message, fix), name) for name in tree.below(".")]
    return [Subset(".")], below


def samples_of(tree: Tree, subset: Subset, trainer: Trainer) -> tuple[list[Sample], list[Finding]]:
    """The pictures of a subset as the trainer meets them, and what is wrong with their files."""
    habits = HABITS[trainer]
    names = tree.folders.get(subset.folder, [])
    samples: list[Sample] = []
    findings: list[Finding] = []
    stems: dict[str, list[str]] = defaultdict(list)
    for name in tree.pictures(subset.folder):
        place = name if subset.folder == "." else f"{subset.folder}/{name}"
        if trainer == "onetrainer" and name.endswith(COMPANIONS):
            continue
        if not habits.takes(name):
            findings.append(at(_not_taken(name, habits), place))
            continue
        stems[PurePosixPath(name).stem].append(place)
        caption, found = _caption(tree.root / subset.folder, name, set(names), subset.extension, trainer)
        findings += [at(one, place) for one in found]
        size, found = _size(tree.root / place, habits)
        findings += [at(one, place) for one in found]
        if trainer == "ai-toolkit" and name.lower().endswith(".webp"):
            fix = "Convert it to JPEG or PNG."
            findings.append(at(Finding("hint", "webp", "", "The trainer has trouble with WebP.", fix), place))
        samples.append(Sample(path_text(place), size, caption, subset.repeats))
    findings += list(_shared(stems))
    return samples, findings


def at(finding: Finding, place: str) -> Finding:
    """The finding at this file or folder; names that are no text are written as `path_text` writes them."""
    return replace(finding, place=path_text(place), message=path_text(finding.message))


def _not_taken(name: str, habits: Habits) -> Finding:
    suffix = PurePosixPath(name).suffix
    if suffix.lower() in habits.suffixes:
        message = (
            f"The trainer knows {suffix.lower()} and {suffix.upper()}, and passes over {suffix} where case counts."
        )
        return Finding("warning", "suffix-case", "", message, f"Rename it to {suffix.lower()}.")
    message = f"The trainer does not read {suffix} and passes over it."
    return Finding("warning", "suffix-ignored", "", message, "Convert it to JPEG or PNG.")


def _shared(stems: dict[str, list[str]]) -> Iterator[Finding]:
    for places in stems.values():
        if len(places) > 1:
            message = f"It shares its caption with {len(places) - 1} other: captions go by the name without suffix."
            fix = "Give each picture a name of its own."
            yield at(Finding("warning", "stem-shared", "", message, fix), places[0])


def _caption(
    folder: Path, name: str, names: set[str], extension: str, trainer: Trainer
) -> tuple[str | None, list[Finding]]:
    stem = PurePosixPath(name).stem
    own = f"{stem}{extension}"
    if own not in names:
        if trainer == "sd-scripts" and (borrowed := _borrowed(folder / name, extension)):
            message = f"It has no caption, and for its underscores the trainer takes that of {borrowed.name}."
            return None, [Finding("warning", "caption-borrowed", "", message, "Give it a caption of its own.")]
        others = [f"{stem}{suffix}" for suffix in CAPTION_SUFFIXES if f"{stem}{suffix}" in names]
        if others:
            message = f"Its caption is in {others[0]}, and the trainer looks for {own}."
            return None, [
                Finding("warning", "caption-suffix", "", message, f"Rename it, or set the suffix {extension}.")
            ]
        return None, []
    try:
        with opened(folder / own) as file:
            data = read_at_most(file, MOST_BYTES)
    except Unavailable as error:
        return None, [Finding("error", "caption-unreadable", "", f"{own}: {error.reason}.", "See to its rights.")]
    if not data and trainer == "sd-scripts":
        message = f"{own} has no bytes, and the trainer stops at it."
        return "", [Finding("error", "caption-no-bytes", "", message, "Write a caption, or delete the file.")]
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError:
        level = "error" if HABITS[trainer].strict else "warning"
        what = "the trainer stops at it" if HABITS[trainer].strict else "letters in it are lost"
        message = f"{own} is not UTF-8, and {what}."
        return data.decode("utf-8", "replace"), [Finding(level, "caption-not-utf8", "", message, "Save it as UTF-8.")]


def _borrowed(path: Path, extension: str) -> Path | None:
    # sd-scripts takes the last four parts of a name for the corners of a face that was cut out of another picture
    parts = str(path.with_suffix("")).split("_")
    if len(parts) < 5:
        return None
    other = Path("_".join(parts[:-4]) + extension)
    return other if other.is_file() else None


def _size(path: Path, habits: Habits) -> tuple[tuple[int, int] | None, list[Finding]]:
    try:
        header = read_header(path, Recipe())
    except (Unreadable, Unavailable) as error:
        return None, [Finding("error", "unreadable", "", f"It cannot be read: {error.reason}.", "Take it out.")]
    size = (header.width, header.height) if habits.turns else (header.stored_width, header.stored_height)
    return size, list(_pixels(header, habits))


def _pixels(header: Header, habits: Habits) -> Sequence[Finding]:
    found: list[Finding] = []
    if header.orientation != 1 and not habits.turns:
        message = "It is stored lying on its side or upside down, and the trainer does not turn it."
        found.append(Finding("warning", "not-turned", "", message, ROTATION_RULES))
    if header.has_alpha:
        message = "Parts of it are transparent, and the trainer shows whatever colour is hidden there, often black."
        found.append(Finding("warning", "transparent", "", message, "Lay it on a colour."))
    if not header.srgb:
        message = "Its colours are not sRGB, and the trainer takes them as if they were."
        found.append(Finding("hint", "not-srgb", "", message, "Convert it to sRGB."))
    return found
