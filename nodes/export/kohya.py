"""The kohya export: a folder of pictures with caption files, and the dataset_config.toml that sd-scripts reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from nodegraph.api import export
from nodegraph.context import Context
from nodegraph.data.imageset import ImageSet
from nodegraph.parameters import Folder, Main, Range
from nodegraph.problems import Problem, problem
from nodegraph.results import Written
from nodes.export.captions import EmptyCaption, parted_by_caption
from nodes.export.card import card
from nodes.export.items import TRAIN, Item, items_of
from nodes.export.manifest import Record
from nodes.export.names import folder_name, one_line
from nodes.export.order import Layout, Order
from nodes.export.pictures import ImageFormat, Wish
from nodes.export.write import write_export

CAPTION_EXTENSION = ".txt"
CONFIG = "dataset_config.toml"
VALIDATION_NAMES = frozenset({"validation", "valid", "val"})
NO_CLASS = "images"


def _check(params: Mapping[str, Any]) -> list[Problem]:
    problems: list[Problem] = []
    if params["on_empty_caption"] == "write class tokens" and not one_line(params["class_tokens"]):
        problems.append(
            Problem(
                "no-class-tokens",
                "Class tokens are to stand for empty captions, but there are none.",
                "Fill in Class tokens, or choose another On empty caption.",
                param="class_tokens",
                value=params["class_tokens"],
            )
        )
    if params["resolution"] % params["bucket_step"]:
        step = params["bucket_step"]
        problems.append(
            Problem(
                "odd-resolution",
                f"Resolution {params['resolution']} is no multiple of the bucket step {step}.",
                f"Use {round(params['resolution'] / step) * step}.",
                param="resolution",
                value=params["resolution"],
            )
        )
    return problems


@export("export/kohya", rev=1, title="Export for kohya", check=_check)
def kohya(
    images: ImageSet,
    *,
    folder: Annotated[str, Folder(writes=True), Main(), "The folder to write; replaced as a whole on the next run."],
    class_tokens: Annotated[str, Main(), "Trigger word and class, such as 'sks chair'; names the folder."] = "",
    repeats: Annotated[int, Range(1, 1000), "How often a picture is shown in an epoch."] = 10,
    resolution: Annotated[int, Range(256, 4096, 64, "px"), "The side of the square of equal area."] = 1024,
    batch_size: Annotated[int, Range(1, 256), "Pictures a training step."] = 2,
    bucket_step: Annotated[Literal[8, 16, 32, 64], "Sides are multiples of it; 64 suits every model."] = 64,
    enlarge_small: Annotated[bool, "Whether the trainer enlarges small pictures to the resolution."] = False,
    shuffle_caption: Annotated[bool, "Whether the trainer shuffles the tags of a caption."] = False,
    keep_tokens: Annotated[int, Range(0, 100), "The first tags that are not shuffled."] = 0,
    image_format: Annotated[ImageFormat, "keep: as it is where trainers read it; else converted."] = "keep",
    strip_metadata: Annotated[bool, "Take out EXIF, XMP, IPTC and comments, camera positions among them."] = True,
    on_empty_caption: Annotated[EmptyCaption, "What becomes of a picture without a caption."] = "skip file",
    trainer_folder: Annotated[str, "Where the trainer finds the folder, if elsewhere, such as /workspace/set."] = "",
    replace_edited: Annotated[bool, "Replace files that were edited by hand since the last export."] = False,
    context: Context,
) -> Written:
    """Writes pictures with caption files and a dataset_config.toml for kohya's sd-scripts.

    The folder gets `<repeats>_<class>/name.jpg` with `name.txt` for the rows of the split "train" (all rows, where
    there are no splits), `validation/1_<class>/` for the validation split, `dataset_config.toml`, `manifest.json`,
    `licenses.csv` and a `README.md`. Captions come from the column `caption` and are put on one line.

    It is planned first, written beside the folder, checked and swapped in as a whole; a folder with somebody's own
    files or edits is never replaced, and sources are only read.
    """
    tokens = one_line(class_tokens)
    name = folder_name(class_tokens, NO_CLASS)
    train = f"{repeats}_{name}"
    items, failed = parted_by_caption(
        items_of(images), on_empty_caption, tokens, has_column="caption" in images.columns
    )
    unknown = sorted({item.split for item in items} - VALIDATION_NAMES - {TRAIN})
    if unknown:
        context.notice(
            f"{CONFIG} leaves out the splits {', '.join(unknown)}: sd-scripts knows train and validation only"
        )
    settings = {
        "repeats": repeats,
        "tokens": tokens,
        "resolution": resolution,
        "batch_size": batch_size,
        "bucket_step": bucket_step,
        "enlarge_small": enlarge_small,
        "shuffle_caption": shuffle_caption,
        "keep_tokens": keep_tokens,
    }
    root = _root_of(folder, trainer_folder)
    place = partial(_place, train=train, name=name)

    def texts(records: Sequence[Record]) -> dict[str, str]:
        import tomli_w

        folders = {record.split: place_of_split(record) for record in records}
        about = card(
            "kohya.md.j2",
            tokens or context.title,
            records,
            context,
            train=train,
            repeats=repeats,
            stripped=strip_metadata,
        )
        return {CONFIG: tomli_w.dumps(config_of(settings, root, folders)), "README.md": about}

    layout = Layout("kohya", place, lambda item: one_line(item.caption), CAPTION_EXTENSION, texts)
    return write_export(
        Order(folder, items, layout, Wish(image_format, strip_metadata), replace_edited, failed), context
    )


def _root_of(folder: str, trainer_folder: str) -> str:
    """The folder as dataset_config.toml names it. Raises a problem for a name that is no text: TOML is UTF-8."""
    root = (trainer_folder.strip() or Path(folder).expanduser().resolve().as_posix()).replace("\\", "/").rstrip("/")
    try:
        root.encode()
    except UnicodeEncodeError as error:
        raise problem(
            "folder-no-text",
            f"{CONFIG} cannot name the folder {root!r}: its name holds bytes that are no text.",
            "Rename the folder, or say with 'Trainer folder' where the trainer finds it.",
            param="folder",
            value=folder,
        ) from error
    return root


def _place(item: Item, *, train: str, name: str) -> str:
    if item.split == TRAIN:
        return train
    # the trainer passes over folders whose name does not begin with a number, so these are never trained on
    split = "validation" if item.split in VALIDATION_NAMES else folder_name(item.split, "other").replace("_", "-")
    return f"split-{split}/1_{name}" if split[:1].isdigit() else f"{split}/1_{name}"


def place_of_split(record: Record) -> str:
    """The folder of a picture, relative to the export folder."""
    return record.file.rpartition("/")[0]


def config_of(settings: Mapping[str, Any], root: str, folders: Mapping[str, str]) -> dict[str, Any]:
    """The content of dataset_config.toml: a dataset to train on, and one of which all is validation.

    `folders` maps splits to folders below `root`. Keys and types as the schema of sd-scripts has them (library/
    config_util.py): validation_split is a float and belongs to a dataset, never to a subset.
    """
    resolution, step = settings["resolution"], settings["bucket_step"]
    dataset = {
        "resolution": resolution,
        "batch_size": settings["batch_size"],
        "enable_bucket": True,
        "min_bucket_reso": max(step, min(256, resolution // 2 // step * step)),
        "max_bucket_reso": 2 * resolution,  # left out, it is 1024, and every bucket of a 1024 set is 1024 wide
        "bucket_reso_steps": step,
        "bucket_no_upscale": not settings["enlarge_small"],
    }
    words = {"class_tokens": settings["tokens"]} if settings["tokens"] else {}
    subset = {
        **words,
        "caption_extension": CAPTION_EXTENSION,  # left out, it is ".caption", and no caption is found
        "shuffle_caption": settings["shuffle_caption"],
        "keep_tokens": settings["keep_tokens"],
    }
    datasets: list[dict[str, Any]] = []
    if TRAIN in folders:
        trained = {"image_dir": f"{root}/{folders[TRAIN]}", "num_repeats": settings["repeats"], **subset}
        datasets.append({**dataset, "subsets": [trained]})
    for validation in sorted({folder for split, folder in folders.items() if split in VALIDATION_NAMES}):
        held_out = {"image_dir": f"{root}/{validation}", "num_repeats": 1, **subset}
        datasets.append({**dataset, "validation_split": 1.0, "subsets": [held_out]})
    return {"general": {"caption_extension": CAPTION_EXTENSION}, "datasets": datasets}
