"""Writes the sample pictures of `sample_plan` and the truth about them.

    python -m assets.training.make_samples

`assets/samples` is emptied and written anew; `assets/samples.json` says what each file shows and what is wrong with it.
"""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from assets.training.captions import sentence, tags
from assets.training.painting import paint, paint_cutout
from assets.training.sample_plan import CUTOUTS, HIDDEN, JUNK, PLANTED, SAMPLES, Planted, Sample

ROOM = Path(__file__).resolve().parent.parent
HOME, TRUTH = ROOM / "samples", ROOM / "samples.json"

_ORIENTATION = 0x0112
_TURN_RIGHT_TO_SHOW = 6
_NEAR_DUPLICATES = ("resized", "recompressed", "brightened", "mirrored", "cropped")


def encoded(picture: Image.Image, file: str, *, quality: int = 86, orientation: int | None = None) -> bytes:
    """The bytes of a picture in the format that its file name asks for."""
    buffer = BytesIO()
    match Path(file).suffix.lower():
        case ".png":
            picture.save(buffer, "PNG", optimize=True)
        case ".webp":
            picture.save(buffer, "WEBP", quality=quality)
        case _:
            exif = Image.Exif()
            if orientation is not None:
                exif[_ORIENTATION] = orientation
            picture.save(buffer, "JPEG", quality=quality, exif=exif)
    return buffer.getvalue()


def good_picture(sample: Sample) -> bytes:
    """The file of a picture without a flaw."""
    picture = paint(sample.scene, sample.size)
    if sample.scene.kind == "pixel":
        picture = picture.quantize(64).convert("RGB")
    return encoded(picture, sample.file)


def flawed_picture(planted: Planted, original: bytes) -> bytes:
    """The file of a planted copy, from the bytes of the good picture."""
    if planted.flaw == "exact_copy":
        return original
    if planted.flaw == "truncated":
        return original[: len(original) * 2 // 5]
    picture = Image.open(BytesIO(original)).convert("RGB")
    width, height = picture.size
    smooth = Image.Resampling.LANCZOS
    match planted.flaw:
        case "resized":
            return encoded(picture.resize((width * 5 // 8, height * 5 // 8), smooth), planted.file)
        case "recompressed":
            return encoded(picture, planted.file, quality=28)
        case "brightened":
            return encoded(ImageEnhance.Brightness(picture).enhance(1.1), planted.file)
        case "mirrored":
            return encoded(ImageOps.mirror(picture), planted.file)
        case "cropped":
            edge = round(min(width, height) * 0.04)
            return encoded(picture.crop((edge, edge, width - edge, height - edge)), planted.file)
        case "blurred":
            return encoded(picture.filter(ImageFilter.GaussianBlur(min(width, height) / 64)), planted.file)
        case "dark":
            return encoded(picture.point([round(v * 0.13) for v in range(256)] * 3), planted.file)
        case "overexposed":
            return encoded(picture.point([min(255, round(v * 1.5 + 110)) for v in range(256)] * 3), planted.file)
        case "tiny":
            return encoded(picture.resize((40, 40 * height // width), smooth), planted.file)
        case "greyscale":
            return encoded(picture.convert("L"), planted.file)
        case "exif_rotated":
            # The pixels lie on their left side; the tag asks the viewer to turn them back.
            stored = picture.transpose(Image.Transpose.ROTATE_90)
            return encoded(stored, planted.file, orientation=_TURN_RIGHT_TO_SHOW)


def sidecar(sample: Sample) -> str | None:
    """The caption file beside a picture, if it has one."""
    match sample.caption:
        case "sentence":
            return sentence(sample.scene) + "\n"
        case "tags":
            return tags(sample.scene) + "\n"
        case "empty":
            return ""
        case "none":
            return None


def all_files() -> dict[str, bytes]:
    """Every file of the sample folder with its content."""
    files = {sample.file: good_picture(sample) for sample in SAMPLES}
    files |= {planted.file: flawed_picture(planted, files[planted.source]) for planted in PLANTED}
    files |= {sample.file: encoded(paint_cutout(sample.scene, sample.size), sample.file) for sample in CUTOUTS}
    files |= {junk.file: junk.content for junk in JUNK}
    files[HIDDEN.file] = good_picture(HIDDEN)
    return files | {_sidecar_name(sample): text.encode() for sample in SAMPLES if (text := sidecar(sample)) is not None}


def planned_names() -> set[str]:
    """The name of every file of the sample folder."""
    pictures = (*SAMPLES, *PLANTED, *CUTOUTS, *JUNK, HIDDEN)
    return {one.file for one in pictures} | {_sidecar_name(one) for one in SAMPLES if one.caption != "none"}


def _sidecar_name(sample: Sample) -> str:
    return Path(sample.file).with_suffix(".txt").as_posix()


def truth() -> dict[str, dict[str, Any]]:
    """What each file is: what was planted, whose copy it is, whether it opens, what it shows."""
    facts = {sample.file: _facts(sample, _oddness(sample)) for sample in SAMPLES}
    by_file = {sample.file: sample for sample in SAMPLES}
    for planted in PLANTED:
        copied = planted.flaw == "exact_copy" or planted.flaw in _NEAR_DUPLICATES
        facts[planted.file] = _facts(by_file[planted.source], planted.flaw) | {
            "duplicate_of": planted.source if copied else None,
            "made_from": planted.source,
            "opens": planted.flaw != "truncated",
            "sidecar": None,
        }
        if planted.flaw == "greyscale":
            facts[planted.file]["colour"] = None
    facts |= {sample.file: _facts(sample, "transparent") for sample in CUTOUTS}
    facts[HIDDEN.file] = _facts(HIDDEN, "hidden")
    for junk in JUNK:
        facts[junk.file] = {"planted": junk.planted, "duplicate_of": None, "opens": False}
    return dict(sorted(facts.items()))


def _oddness(sample: Sample) -> str | None:
    long, short = max(sample.size), min(sample.size)
    if long > 2 * short:
        return "odd_aspect"
    return "empty_caption" if sample.caption == "empty" else None


def _facts(sample: Sample, planted: str | None) -> dict[str, Any]:
    attributes = asdict(sample.scene)
    del attributes["seed"], attributes["upright"]
    return {
        "planted": planted,
        "duplicate_of": None,
        "opens": True,
        **attributes,
        "caption": sentence(sample.scene),
        "sidecar": sidecar(sample),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, default=HOME, help="folder to empty and write")
    parser.add_argument("--truth", type=Path, default=TRUTH, help="file for the truth about the folder")
    chosen = parser.parse_args()
    shutil.rmtree(chosen.home, ignore_errors=True)
    files = all_files()
    for name, content in files.items():
        path = chosen.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    chosen.truth.write_text(json.dumps(truth(), indent=1) + "\n", encoding="utf-8")
    print(f"{len(files)} files, {sum(map(len, files.values())) / 1e6:.2f} MB in {chosen.home}")


if __name__ == "__main__":
    main()
