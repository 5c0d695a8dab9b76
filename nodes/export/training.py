"""What trainers ask of a set: subsets that are shown alike, and the folder as the trainer sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nodegraph.data.imageset import ImageSet
from nodegraph.problems import problem
from nodes.export.names import folder_name, one_line
from nodes.training_columns import TRAIN, VALIDATION, repeats_of, usual_split

REGULARISATION = "regularisation"
OWN_FOLDERS = (TRAIN, VALIDATION, REGULARISATION)


@dataclass(frozen=True, slots=True)
class Subset:
    """Pictures that a trainer shows alike: how often an epoch, under which class, as regularisation or not."""

    split: str
    repeats: int
    tokens: str = ""
    is_reg: bool = False

    @property
    def trained(self) -> bool:
        """Whether a trainer is to learn from it."""
        return self.is_reg or self.split == TRAIN


def subsets_of(images: ImageSet, repeats: int, tokens: str) -> dict[str, Subset]:
    """The subset of each row by rid, of the columns split, repeats, class_token and is_reg where there are any.

    `repeats` and `tokens` stand for rows without a value; regularisation pictures without one are shown once.
    Class tokens that differ in what no folder name can hold are made one.
    """
    columns = [name for name in ("split", "repeats", "class_token", "is_reg") if name in images.columns]
    subsets: dict[str, Subset] = {}
    for row in images.rows(["rid", *columns]):
        split = usual_split(row.get("split"))
        is_reg = _is_true(row.get("is_reg"))
        often = repeats_of(row.get("repeats"), 1 if is_reg else repeats) if is_reg or split == TRAIN else 1
        words = one_line(str(row.get("class_token") or "")) or tokens
        subsets[str(row["rid"])] = Subset(split, often, words, is_reg)
    return _with_one_text_a_folder(subsets)


def _with_one_text_a_folder(subsets: Mapping[str, Subset]) -> dict[str, Subset]:
    texts: dict[str, str] = {}
    for text in sorted({subset.tokens for subset in subsets.values()}):
        texts.setdefault(folder_name(text, "").casefold(), text)
    return {
        rid: Subset(one.split, one.repeats, texts[folder_name(one.tokens, "").casefold()], one.is_reg)
        for rid, one in subsets.items()
    }


def _is_true(value: object) -> bool:
    return value.strip().lower() in ("true", "yes", "1") if isinstance(value, str) else bool(value)


def split_folder(split: str) -> str:
    """The folder of a split that no trainer knows: never one of the folders of those it knows, never a number first."""
    name = folder_name(split, "other").replace("_", "-")
    taken = name[:1].isdigit() or name.casefold().startswith(OWN_FOLDERS)
    return f"split-{name}" if taken else name


def trained_folder(subset: Subset, repeats: int) -> str:
    """The folder of a subset for trainers that read repeats from their configuration; `repeats` are the usual ones."""
    if not subset.trained:
        return VALIDATION if subset.split == VALIDATION else split_folder(subset.split)
    name, usual = (REGULARISATION, 1) if subset.is_reg else (TRAIN, repeats)
    return name if subset.repeats == usual else f"{name}-x{subset.repeats}"


def trainer_root(folder: str, trainer_folder: str, config: str) -> str:
    """The export folder as the trainer's configuration file `config` names it, with forward slashes.

    Raises a problem for a name that is no text: these files are UTF-8.
    """
    root = (trainer_folder.strip() or Path(folder).expanduser().resolve().as_posix()).replace("\\", "/").rstrip("/")
    try:
        root.encode()
    except UnicodeEncodeError as error:
        raise problem(
            "folder-no-text",
            f"{config} cannot name the folder {root!r}: its name holds bytes that are no text.",
            "Rename the folder, or say with 'Trainer folder' where the trainer finds it.",
            param="folder",
            value=folder,
        ) from error
    return root
