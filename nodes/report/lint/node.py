"""The trainer lint: what a trainer would ignore, misread or stop at, told before the training."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from nodegraph.api import export
from nodegraph.context import Context
from nodegraph.data.imageset import ImageSet
from nodegraph.data.opening import opened, read_at_most
from nodegraph.data.paths import path_text
from nodegraph.data.unreadable import Unavailable
from nodegraph.measures import Take, Values
from nodegraph.parameters import File, Folder, Main, Range
from nodegraph.problems import problem
from nodegraph.results import Written
from nodes.balance.presets import Bucketing, Model, Trainer, bucketing
from nodes.balance.sd_scripts import SdScripts
from nodes.measures.header import header as header_measure
from nodes.report.lint.concepts import CONCEPTS, concept_subsets
from nodes.report.lint.config import MOST_BYTES, read_config
from nodes.report.lint.config import Subset as Configured
from nodes.report.lint.findings import Finding, counts, ordered, summed_up
from nodes.report.lint.folder import Subset, Tree, at, flat_subsets, kohya_subsets, samples_of, tree_of
from nodes.report.lint.samples import Sample, caption_findings, set_findings, size_findings
from nodes.report.rendering import rendered
from nodes.report.target import checked_page, write_files
from nodes.training_columns import TRAIN, repeats_of, usual_split

MARK = b'<meta name="generator" content="nodegraph trainer lint">'
CONFIG = "dataset_config.toml"
SHOWN = 20
LEAST_STEP, MOST_SIDE = 8, 16_384


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on sizes are told: pictures of a batch, the share that is cut off, and how much is enlarged."""

    batch: int
    most_crop: float
    most_scale: float


@dataclass(frozen=True, slots=True)
class Page:
    """What the page shows."""

    title: str
    trainer: str
    place: str
    pictures: int
    findings: list[Finding]


@export("report/lint", rev=1, title="Trainer lint")
def lint(
    images: ImageSet,
    *,
    header: Annotated[Values, Take(header_measure)],
    trainer: Annotated[Trainer, Main(), "The program that will train."] = "sd-scripts",
    model: Annotated[Model, Main(), "The model that is trained; it fixes the resolution and the buckets."] = "sdxl",
    folder: Annotated[str, Folder(), Main(), "A folder of training data to look at instead of the rows."] = "",
    file: Annotated[str, File(writes=True, suffixes=(".html",)), "The page with all findings; none by default."] = "",
    resolution: Annotated[int | None, Range(64, 8192, 64, "px"), "Side of a square picture; empty for usual."] = None,
    batch: Annotated[int, Range(1, 256), "Pictures in a batch: buckets with fewer are told."] = 1,
    most_crop: Annotated[float, Range(0, 1, 0.05), "The share of a picture that may be cut off untold."] = 0.15,
    most_scale: Annotated[float, Range(1, 8, 0.1), "How much a picture may be enlarged untold."] = 1.0,
    context: Context,
) -> Written:
    """Tells what a trainer would pass over, misread or stop at, before hours of training show it.

    Errors stop the trainer, warnings are what it does otherwise than one thinks, hints could be better. Without a
    folder it looks at the rows as an export would write them: missing captions, pictures that are enlarged or cut a
    lot, small buckets. With a folder it looks at the files there, by the trainer's own rules: folders and suffixes it
    passes over, captions that are empty, not UTF-8, of several lines or under another suffix, names that share a
    caption, pictures that it does not turn, and, for sd-scripts, every key of the `dataset_config.toml` there. Of
    OneTrainer it follows the `concepts.json` in the folder, where there is one; else it and ai-toolkit are to be given
    the folder that holds the pictures.

    Nothing is changed. The log has a line a rule, the page all findings. What is wrong inside a picture (blur, marks)
    is for other nodes.
    """
    rule = bucketing(trainer, model, resolution=resolution)
    limits = Limits(batch, most_crop, most_scale)
    if folder.strip():
        place = Path(folder).expanduser().resolve()
        samples, findings = _of_folder(place, trainer, rule, limits)
    else:
        samples, findings = _of_rows(images, header, trainer, rule, limits)
        place = None
    found = ordered([*findings, *set_findings(samples)])
    lines = summed_up(found)
    for line in lines[:SHOWN]:
        context.notice(line)
    summary = f"{len(samples)} pictures for {trainer}{f' in {path_text(place)}' if place else ''}: {counts(found)}"
    if not file.strip():
        return Written([], summary)
    target = checked_page(file, context, MARK)
    page = Page(
        title=context.title.strip() or "Picture set",
        trainer=trainer,
        place=path_text(place) if place else "",
        pictures=len(samples),
        findings=found,
    )
    return Written([target], write_files({target: rendered("lint.html.j2", page).encode()}, summary, file))


def _of_rows(
    images: ImageSet, header: Values, trainer: Trainer, rule: Bucketing, limits: Limits
) -> tuple[list[Sample], list[Finding]]:
    """The rows as an export writes them: upright, with captions on as many lines as the trainer reads."""
    sizes = zip(header.list("width"), header.list("height"), strict=True)
    samples: list[Sample] = []
    columns = [name for name in ("rid", "caption", "split", "repeats") if name in images.columns]
    for row, size in zip(images.rows(columns), sizes, strict=True):
        if usual_split(row.get("split")) != TRAIN:
            continue
        caption = " ".join(str(row.get("caption") or "").split())
        samples.append(Sample(str(row["rid"]), size, caption, repeats_of(row.get("repeats"), 1)))
    return samples, [*caption_findings(samples, trainer), *_sizes(samples, rule, limits)]


def _sizes(samples: list[Sample], rule: Bucketing, limits: Limits) -> list[Finding]:
    found = size_findings(samples, rule, batch=limits.batch, most_crop=limits.most_crop, most_scale=limits.most_scale)
    return list(found)


def _of_folder(root: Path, trainer: Trainer, rule: Bucketing, limits: Limits) -> tuple[list[Sample], list[Finding]]:
    tree = tree_of(root)
    if trainer == "onetrainer" and CONCEPTS in tree.folders.get(".", ()):
        subsets, findings = concept_subsets(tree, _read(root / CONCEPTS))
        groups = [(rule, subsets)]
    elif trainer != "sd-scripts":
        subsets, findings = flat_subsets(tree, trainer)
        groups = [(rule, subsets)]
    elif CONFIG in tree.folders.get(".", ()):
        groups, findings = _configured(tree, rule)
    else:
        subsets, findings = kohya_subsets(tree)
        groups = [(rule, subsets)]
    everything: list[Sample] = []
    for buckets, subsets in groups:
        samples: list[Sample] = []
        for subset in subsets:
            found, wrong = samples_of(tree, subset, trainer)
            samples += found
            findings += wrong
        findings += [*_captions(samples, findings, trainer), *_sizes(samples, buckets, limits)]
        everything += samples
    return everything, findings


def _captions(samples: list[Sample], told: list[Finding], trainer: Trainer) -> list[Finding]:
    # what is wrong with a caption's file says more than that there is no caption
    known = {one.place for one in told if one.rule.startswith("caption-")}
    return [one for one in caption_findings(samples, trainer) if one.place not in known]


def _configured(tree: Tree, rule: Bucketing) -> tuple[list[tuple[Bucketing, list[Subset]]], list[Finding]]:
    """The subsets of the dataset_config.toml that lie in the folder, those of a dataset together."""
    configured, findings = read_config(_read(tree.root / CONFIG))
    groups: dict[Bucketing, list[Subset]] = {}
    for one in configured:
        folder = one.settings.get("image_dir")
        if not isinstance(folder, str) or "metadata_file" in one.settings:
            continue
        path = Path(os.path.normpath(tree.root / folder))
        if not path.is_dir():
            message = f"Its image_dir {folder!r} is not there."
            findings.append(Finding("error", "config-no-such-folder", one.at, message, "Write where the pictures are."))
            continue
        if not path.is_relative_to(tree.root) or path.relative_to(tree.root).as_posix() not in tree.folders:
            message = f"Its image_dir {folder!r} lies elsewhere and is not looked at."
            findings.append(Finding("hint", "config-other-folder", one.at, message, "Look at that folder as well."))
            continue
        place = path.relative_to(tree.root).as_posix()
        repeats = one.settings.get("num_repeats", 1)
        subset = Subset(place, one.extension, repeats if isinstance(repeats, int) else 1)
        groups.setdefault(_buckets(one, rule), []).append(subset)
        below = tree.below(place) if place != "." else []
        fix = "Put the pictures right into image_dir, or add a subset."
        message = "It lies below an image_dir, and the trainer passes over its pictures."
        findings += [at(Finding("warning", "folder-ignored", "", message, fix), name) for name in below]
    return list(groups.items()), findings


def _read(path: Path) -> bytes:
    try:
        with opened(path) as file:
            return read_at_most(file, MOST_BYTES)
    except Unavailable as error:
        message = f"{path_text(path)} cannot be read: {error.reason}."
        raise problem("unreadable-config", message, "See to its rights.", param="folder") from error


def _buckets(subset: Configured, rule: Bucketing) -> Bucketing:
    """The buckets as the configuration has them; those of the model where it says nothing that can be used."""
    given = subset.settings
    sides = given.get("resolution")
    pair = sides if isinstance(sides, list) else [sides, sides]
    whole = [side for side in pair if isinstance(side, int) and side > 0]
    names = {"min_bucket_reso": 256, "max_bucket_reso": 1024, "bucket_reso_steps": 64}
    least, most, step = (given.get(name, usual) for name, usual in names.items())
    numbers = (*whole, least, most, step)
    if len(whole) != 2 or not all(isinstance(one, int) and LEAST_STEP <= one <= MOST_SIDE for one in numbers):
        return rule
    if not given.get("enable_bucket", False):
        return SdScripts((whole[0], whole[1]), whole[0], whole[0], whole[0]) if whole[0] == whole[1] else rule
    return SdScripts((whole[0], whole[1]), least, most, step, bool(given.get("bucket_no_upscale", False)))
