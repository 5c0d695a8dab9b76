"""The lint of a dataset_config.toml: the schema of sd-scripts (library/config_util.py), and traps that it lets pass."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from nodes.report.lint.findings import Finding

Check = Callable[[object], bool]
DEFAULT_EXTENSION = ".caption"
MOST_BYTES = 1_000_000


def _is(*kinds: type) -> Check:
    # as voluptuous has it: a flag is a whole number, a whole number is no number with a fraction
    return lambda value: isinstance(value, kinds)


def _pair(kind: type) -> Check:
    return lambda value: (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(one, kind) for one in cast("list[object]", value))
    )


def _one_or_pair(kind: type) -> Check:
    return lambda value: isinstance(value, kind) or _pair(kind)(value)


SUBSET: Mapping[str, Check] = {
    **dict.fromkeys(("color_aug", "flip_aug", "random_crop", "shuffle_caption", "enable_wildcard"), _is(bool)),
    **dict.fromkeys(("num_repeats", "keep_tokens", "token_warmup_min", "caption_dropout_every_n_epochs"), _is(int)),
    **dict.fromkeys(("token_warmup_step", "caption_dropout_rate", "caption_tag_dropout_rate"), _is(float, int)),
    **dict.fromkeys(
        ("caption_separator", "keep_tokens_separator", "secondary_separator", "caption_prefix", "caption_suffix"),
        _is(str),
    ),
    "face_crop_aug_range": _pair(float),
    "resize_interpolation": _is(str),
    "custom_attributes": _is(dict),
}
BY_FOLDER: Mapping[str, Check] = {
    "caption_extension": _is(str), "class_tokens": _is(str), "cache_info": _is(bool), "alpha_mask": _is(bool)
}  # fmt: skip
FOLDER_ALONE: Mapping[str, Check] = {"image_dir": _is(str), "is_reg": _is(bool), "conditioning_data_dir": _is(str)}
FILE_ALONE: Mapping[str, Check] = {"metadata_file": _is(str), "image_dir": _is(str), "alpha_mask": _is(bool)}
DATASET: Mapping[str, Check] = {
    **dict.fromkeys(
        ("batch_size", "bucket_reso_steps", "max_bucket_reso", "min_bucket_reso", "validation_seed"), _is(int)
    ),
    **dict.fromkeys(("bucket_no_upscale", "enable_bucket"), _is(bool)),
    **dict.fromkeys(("network_multiplier", "validation_split"), _is(float)),
    "resolution": _one_or_pair(int),
    "resize_interpolation": _is(str),
}
GENERAL: Mapping[str, Check] = {**DATASET, **SUBSET, **BY_FOLDER}


@dataclass(frozen=True, slots=True)
class Subset:
    """A subset of a configuration with what it takes from its dataset and from [general]; `at` says where it stands."""

    at: str
    settings: Mapping[str, Any]

    @property
    def extension(self) -> str:
        """The suffix of its captions."""
        return str(self.settings.get("caption_extension", DEFAULT_EXTENSION))


def read_config(data: bytes) -> tuple[list[Subset], list[Finding]]:
    """The subsets that a configuration names, as far as it can be read, and all that is wrong with it."""
    try:
        config: dict[str, Any] = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        fix = "Windows paths need 'single quotes' or forward slashes." if b"\\" in data else "Write it as TOML."
        return [], [Finding("error", "config-unreadable", "dataset_config.toml", f"It is no TOML: {error}.", fix)]
    findings: list[Finding] = []
    subsets: list[Subset] = []
    findings += _unknown("", config, {"general": _is(dict), "datasets": _is(list)})
    general = _table(config.get("general"))
    findings += _unknown("general", general, GENERAL)
    datasets = _tables(config.get("datasets"))
    if not datasets:
        findings.append(_error("config-no-datasets", "datasets", "It names no dataset to train on."))
    for number, dataset in enumerate(datasets):
        at = f"datasets[{number}]"
        own = _tables(dataset.get("subsets"))
        by_file = [subset for subset in own if "metadata_file" in subset]
        if by_file and len(by_file) < len(own):
            message = "Some of its subsets have a metadata_file and some have none; a dataset cannot mix the two."
            findings.append(_error("config-mixed-kinds", at, message, "Make two datasets of it."))
            continue
        folder = {} if by_file else BY_FOLDER
        known = {**DATASET, **SUBSET, **folder, "subsets": _is(list)}
        findings += _unknown(at, dataset, known)
        if not own:
            findings.append(_error("config-no-subsets", at, "It has no subset, so there is nothing to train on."))
        for index, subset in enumerate(own):
            place = f"{at}.subsets[{index}]"
            findings += _unknown(place, subset, {**SUBSET, **folder, **(FILE_ALONE if by_file else FOLDER_ALONE)})
            subsets.append(Subset(place, {**general, **dataset, **subset}))
        findings += _traps(at, {**general, **dataset})
    for subset in subsets:
        findings += _subset_traps(subset)
    return subsets, findings


def _unknown(at: str, table: Mapping[str, Any], known: Mapping[str, Check]) -> Iterator[Finding]:
    for key, value in table.items():
        place = f"{at}.{key}".lstrip(".")
        if key not in known:
            elsewhere = "It belongs to a dataset." if key in DATASET else ""
            elsewhere = "It belongs to a subset." if key in (*SUBSET, *FOLDER_ALONE, *FILE_ALONE) else elsewhere
            yield _error("config-unknown-key", place, "The trainer stops at keys it does not know.", elsewhere)
        elif not known[key](value):
            fix = "Write it with a decimal point, 1.0 and not 1." if known[key](0.5) and isinstance(value, int) else ""
            message = f"{value!r} is not of the type that the trainer wants, and it stops."
            yield _error("config-wrong-type", place, message, fix)


def _traps(at: str, dataset: Mapping[str, Any]) -> Iterator[Finding]:
    resolution = dataset.get("resolution")
    if resolution is None:
        message = "It has no resolution; unless the command line gives one, the trainer stops."
        yield Finding("warning", "config-no-resolution", at, message, "Write resolution = 1024, or the model's own.")
        return
    sides = [one for one in (resolution if isinstance(resolution, list) else [resolution]) if isinstance(one, int)]
    if not dataset.get("enable_bucket", False):
        message = "Without enable_bucket every picture is cut to the one resolution."
        yield Finding("warning", "config-no-buckets", at, message, "Write enable_bucket = true.")
        return
    if dataset.get("bucket_no_upscale"):
        return
    most = dataset.get("max_bucket_reso", 1024)
    if sides and isinstance(most, int) and most <= max(sides):
        message = f"With max_bucket_reso {most} every bucket is {most} along one side: wide pictures get small ones."
        yield Finding("warning", "config-poor-buckets", at, message, f"Write max_bucket_reso = {2 * max(sides)}.")


def _subset_traps(subset: Subset) -> Iterator[Finding]:
    settings = subset.settings
    if "metadata_file" not in settings:
        if "image_dir" not in settings:
            yield _error("config-no-folder", subset.at, "It has no image_dir, and the trainer stops.")
        if "caption_extension" not in settings:
            message = 'Without caption_extension the trainer looks for ".caption" files and finds no ".txt".'
            fix = 'Write caption_extension = ".txt".'
            yield Finding("warning", "config-caption-extension", subset.at, message, fix)
    repeats = settings.get("num_repeats", 1)
    if isinstance(repeats, int) and repeats < 1:
        message = f"With num_repeats {repeats} the trainer passes over it."
        yield Finding("warning", "config-no-repeats", subset.at, message, "Write 1 or more.")


def _error(rule: str, place: str, message: str, fix: str = "") -> Finding:
    return Finding("error", rule, place, message, fix)


def _table(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _tables(value: object) -> Sequence[dict[str, Any]]:
    return [_table(one) for one in cast("list[object]", value)] if isinstance(value, list) else []
