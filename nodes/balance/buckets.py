"""The bucket planner: which bucket a trainer will put each picture into."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import polars as pl

from nodegraph import ColumnInfo, Columns, Context, ImageSet, Main, Problem, Range, Take, Values, score, scorer
from nodes.balance.placement import Placement
from nodes.balance.presets import PRESETS, Model, Trainer, bucketing
from nodes.measures.header import header as header_measure
from nodes.training_columns import TRAIN, repeats_of, usual_split

COLUMNS = {
    "bucket": ColumnInfo("text", 'Bucket the trainer puts it into, such as "832x1216"; empty where it makes none'),
    "bucket_width": ColumnInfo("integer", "Width of the bucket", unit="px"),
    "bucket_height": ColumnInfo("integer", "Height of the bucket", unit="px"),
    "bucket_crop": score("Share of the picture that is cut off, 0 to 1", best="low"),
    "bucket_scale": ColumnInfo("number", "By how much it is scaled: above 1 it is enlarged"),
}
SHOWN = 12


def _check(params: Mapping[str, Any]) -> Sequence[Problem]:
    trainer, model = params.get("trainer", "sd-scripts"), params.get("model", "sdxl")
    if trainer != "sd-scripts":
        if params.get("no_upscale"):
            message = f"{trainer} has no setting of this name, so it changes nothing."
            fix = "Switch it off, or choose sd-scripts."
            return (Problem("no-such-setting", message, fix, param="no_upscale", severity="warning"),)
        return ()
    preset = PRESETS[model]
    least, most = params.get("min_side") or preset.least, params.get("max_side") or preset.most
    side = params.get("resolution") or preset.resolution
    problems: list[Problem] = []
    if least > side:
        message = f"The smallest side of a bucket, {least}, is above the resolution {side}: sd-scripts refuses that."
        problems.append(Problem("limits-crossed", message, f"Give at most {side}.", param="min_side", value=least))
    if most < side:
        message = f"The largest side of a bucket, {most}, is below the resolution {side}: sd-scripts refuses that."
        problems.append(Problem("limits-crossed", message, f"Give at least {side}.", param="max_side", value=most))
    elif most == side and not params.get("no_upscale"):
        message = f"With a largest side of {most} every bucket is {most} along one side: wide pictures get small ones."
        fix = f"Set it to about {side * 3 // 2} or {side * 2}."
        problems.append(Problem("poor-buckets", message, fix, param="max_side", value=most, severity="warning"))
    return tuple(problems)


@scorer("balance/buckets", rev=1, title="Bucket planner", gives=COLUMNS, whole_set=True, check=_check)
def buckets(
    images: ImageSet,
    *,
    context: Context,
    header: Annotated[Values, Take(header_measure)],
    trainer: Annotated[Trainer, Main(), "The program that will train on the set."] = "sd-scripts",
    model: Annotated[Model, Main(), "The model that is trained; it fixes the sizes left empty below."] = "sdxl",
    batch: Annotated[int, Range(1, 256), Main(), "Pictures in a batch: buckets with fewer are named."] = 1,
    resolution: Annotated[int | None, Range(64, 8192, 64, "px"), "Side of a square picture; empty for usual."] = None,
    step: Annotated[int | None, Range(8, 256, 8, "px"), "Sides of buckets are multiples; empty for usual."] = None,
    min_side: Annotated[int | None, Range(64, 8192, 64, "px"), "Smallest side of a bucket (sd-scripts alone)."] = None,
    max_side: Annotated[int | None, Range(64, 16384, 64, "px"), "Largest side of a bucket (sd-scripts alone)."] = None,
    no_upscale: Annotated[bool, "As bucket_no_upscale of sd-scripts: pictures make their own buckets."] = False,
) -> Columns:
    """Tells which bucket the trainer will put each picture into, and how much of it is cut off for that.

    Trainers sort pictures into buckets of one size, scale each until it covers its bucket and cut off the rest.
    `bucket_crop` is the share that is lost: above 0.1 something at the edge is gone. `bucket_scale` above 1 means that
    the picture is enlarged and will teach blur. The log has a table of the buckets; those with fewer pictures than a
    batch train unevenly or, in OneTrainer, not at all. Repeats count where a column `repeats` is there, validation
    pictures do not.

    With *no upscale* sd-scripts cuts both sides down to the step, which can cost far more than the usual way: 1050 x
    1080 becomes 960 x 960. A picture that is too narrow for a bucket gets none, and sd-scripts would stop at it.
    Nothing is changed here: *Resize / crop to bucket* does that.
    """
    rule = bucketing(
        trainer, model, resolution=resolution, step=step, least=min_side, most=max_side, no_upscale=no_upscale
    )
    placed = [
        found if found.usable else None
        for found in map(rule.place, header.list("width"), header.list("height"))
    ]  # fmt: skip
    for text in _notices(images, placed, batch):
        context.notice(text)
    return {
        "bucket": pl.Series([one and one.name for one in placed], dtype=pl.String),
        "bucket_width": pl.Series([one and one.bucket[0] for one in placed], dtype=pl.Int64),
        "bucket_height": pl.Series([one and one.bucket[1] for one in placed], dtype=pl.Int64),
        "bucket_crop": pl.Series([one and one.crop for one in placed], dtype=pl.Float64),
        "bucket_scale": pl.Series([one and one.scale for one in placed], dtype=pl.Float64),
    }


def _notices(images: ImageSet, placed: Sequence[Placement | None], batch: int) -> list[str]:
    counts = _counts(images, placed)
    texts = [f"Buckets ({len(counts)}): {_listed(counts, 'others')}."] if counts else []
    small = Counter({name: count for name, count in counts.items() if count < batch})
    if small:
        texts.append(f"Buckets with fewer than the {batch} pictures of a batch: {_listed(small, 'more')}.")
    enlarged = sum(one is not None and one.scale > 1 for one in placed)
    if enlarged:
        texts.append(f"Pictures that are enlarged: {enlarged} of {len(placed)}.")
    narrow = [rid for rid, one in zip(images.rids, placed, strict=True) if one is None]
    if narrow:
        shown = ", ".join(sorted(narrow)[:3])
        texts.append(f"Pictures too narrow for any bucket of this trainer: {len(narrow)} ({shown}).")
    return texts


def _counts(images: ImageSet, placed: Sequence[Placement | None]) -> Counter[str]:
    """How many pictures an epoch shows of each bucket."""
    height = len(images)
    repeats = images["repeats"].to_list() if "repeats" in images.columns else [1] * height
    splits = images["split"].to_list() if "split" in images.columns else [TRAIN] * height
    counts: Counter[str] = Counter()
    for one, times, split in zip(placed, repeats, splits, strict=True):
        if one is not None and usual_split(split) == TRAIN:
            counts[one.name] += repeats_of(times, 1)
    return counts


def _listed(counts: Counter[str], rest: str) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    shown = ", ".join(f"{name} {count}" for name, count in ordered[:SHOWN])
    left = ordered[SHOWN:]
    return f"{shown}, {len(left)} {rest} {sum(count for _, count in left)}" if left else shown


NODES = (buckets,)
