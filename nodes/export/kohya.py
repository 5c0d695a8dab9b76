"""The kohya export: a folder of pictures with caption files, and the dataset_config.toml that sd-scripts reads."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from nodegraph.api import export
from nodegraph.context import Context
from nodegraph.data.imageset import ImageSet
from nodegraph.parameters import Folder, Main, Range
from nodegraph.problems import Problem
from nodegraph.results import Written
from nodes.export.captions import EmptyCaption, parted_by_caption
from nodes.export.card import card
from nodes.export.items import items_of
from nodes.export.manifest import Record
from nodes.export.names import folder_name, one_line
from nodes.export.order import Layout, Order
from nodes.export.pictures import ImageFormat, Wish
from nodes.export.training import REGULARISATION, Subset, split_folder, subsets_of, trainer_root
from nodes.export.write import write_export
from nodes.training_columns import TRAIN, VALIDATION

CAPTION_EXTENSION = ".txt"
CONFIG = "dataset_config.toml"
METADATA = "metadata.json"
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
    metadata_json: Annotated[bool, "Also write metadata.json, for the trainer's fine-tuning kind of dataset."] = False,
    trainer_folder: Annotated[str, "Where the trainer finds the folder, if elsewhere, such as /workspace/set."] = "",
    replace_edited: Annotated[bool, "Replace files that were edited by hand since the last export."] = False,
    context: Context,
) -> Written:
    """Writes pictures with caption files and a dataset_config.toml for kohya's sd-scripts.

    The folder gets `<repeats>_<class>/name.jpg` with `name.txt` for the rows of the split "train" (all rows, where
    there are no splits), `validation/1_<class>/` for the validation split, `dataset_config.toml`, `manifest.json`,
    `licenses.csv` and a `README.md`. Captions come from the column `caption` and are put on one line.

    Where the set has the columns `repeats`, `class_token` or `is_reg`, they say for each row how often it is shown,
    under which class, and whether it is a regularisation picture; those lie in `regularisation/` and need no caption.
    The settings Repeats and Class tokens stand for rows without a value.

    It is planned first, written beside the folder, checked and swapped in as a whole; a folder with somebody's own
    files or edits is never replaced, and sources are only read.
    """
    tokens = one_line(class_tokens)
    subsets = subsets_of(images, repeats, tokens)
    everything = items_of(images)
    items, failed = parted_by_caption(
        [item for item in everything if not subsets[item.rid].is_reg],
        on_empty_caption,
        tokens,
        has_column="caption" in images.columns,
    )
    items = sorted([*items, *(item for item in everything if subsets[item.rid].is_reg)], key=lambda item: item.rid)
    written = {place_of_subset(subsets[item.rid]): subsets[item.rid] for item in items}
    unknown = sorted({one.split for one in written.values() if not one.trained and one.split != VALIDATION})
    if unknown:
        context.notice(
            f"{CONFIG} leaves out the splits {', '.join(unknown)}: sd-scripts knows train and validation only"
        )
    settings = {
        "resolution": resolution,
        "batch_size": batch_size,
        "bucket_step": bucket_step,
        "enlarge_small": enlarge_small,
        "shuffle_caption": shuffle_caption,
        "keep_tokens": keep_tokens,
    }
    root = trainer_root(folder, trainer_folder, CONFIG)

    def texts(records: Sequence[Record]) -> dict[str, str]:
        import tomli_w

        folders = {place: written[place] for place in sorted({place_of_record(record) for record in records})}
        about = card(
            "kohya.md.j2",
            tokens or context.title,
            records,
            context,
            trained={place: one.repeats for place, one in folders.items() if one.trained and not one.is_reg},
            regularised=any(one.is_reg for one in folders.values()),
            metadata=METADATA if metadata_json else "",
            stripped=strip_metadata,
        )
        metadata = {METADATA: metadata_of(records, root)} if metadata_json else {}
        return {CONFIG: tomli_w.dumps(config_of(settings, root, folders)), **metadata, "README.md": about}

    layout = Layout(
        "kohya",
        lambda item: place_of_subset(subsets[item.rid]),
        lambda item: one_line(item.caption),
        CAPTION_EXTENSION,
        texts,
    )
    return write_export(
        Order(folder, items, layout, Wish(image_format, strip_metadata), replace_edited, failed), context
    )


def place_of_subset(subset: Subset) -> str:
    """The folder of a subset: the trainer reads those that begin with a number, where it is given the export folder."""
    name = folder_name(subset.tokens, NO_CLASS)
    if subset.is_reg:
        return f"{REGULARISATION}/{subset.repeats}_{name}"
    if subset.split == TRAIN:
        return f"{subset.repeats}_{name}"
    return f"{VALIDATION if subset.split == VALIDATION else split_folder(subset.split)}/1_{name}"


def place_of_record(record: Record) -> str:
    """The folder of a picture, relative to the export folder."""
    return record.file.rpartition("/")[0]


def metadata_of(records: Sequence[Record], root: str) -> str:
    """The metadata file for fine-tuning: absolute path to caption and size, for the pictures of the split "train".

    Paths are absolute because sd-scripts takes the suffix off any other key (--full_path of its own tools).
    """
    entries = {
        f"{root}/{record.file}": {"caption": record.caption, "image_size": [record.width, record.height]}
        for record in records
        if record.split == TRAIN and not record.file.startswith(f"{REGULARISATION}/")
    }
    return json.dumps(entries, ensure_ascii=False, indent=4) + "\n"


def config_of(settings: Mapping[str, Any], root: str, folders: Mapping[str, Subset]) -> dict[str, Any]:
    """The content of dataset_config.toml: a dataset to train on, and one of which all is validation.

    `folders` maps folders below `root` to what is in them. Keys and types as the schema of sd-scripts has them
    (library/config_util.py): validation_split is a float and belongs to a dataset, never to a subset.
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

    def subset(place: str, one: Subset) -> dict[str, Any]:
        return {
            "image_dir": f"{root}/{place}",
            "num_repeats": one.repeats,
            **({"class_tokens": one.tokens} if one.tokens else {}),
            **({"is_reg": True} if one.is_reg else {}),
            "caption_extension": CAPTION_EXTENSION,  # left out, it is ".caption", and no caption is found
            "shuffle_caption": settings["shuffle_caption"],
            "keep_tokens": settings["keep_tokens"],
        }

    trained = [subset(place, one) for place, one in folders.items() if one.trained]
    held_out = [subset(place, one) for place, one in folders.items() if not one.trained and one.split == VALIDATION]
    datasets: list[dict[str, Any]] = []
    if trained:
        datasets.append({**dataset, "subsets": trained})
    if held_out:
        datasets.append({**dataset, "validation_split": 1.0, "subsets": held_out})
    return {"general": {"caption_extension": CAPTION_EXTENSION}, "datasets": datasets}
