"""Exact duplicates: by bytes and by pixels, and never anything else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from nodegraph import Context, Pixels, Values
from nodegraph.data.pixels import decode
from nodegraph.data.recipe import Recipe
from nodes.duplicates.exact import exact
from nodes.measures.pixels import pixel_digest
from tests.nodes.tables import images, kept

CONTEXT = Context("exact")


def test_by_bytes_only_the_same_content_is_one() -> None:
    rows = images(["a", "b", "c"], ["1", "2", "1"])
    verdict = exact.function(rows, context=CONTEXT, digests=Values([None] * 3), same="bytes")
    assert kept(rows, verdict) == {"a", "b"}
    assert verdict.reason.to_list()[2] == "the same file as a"


def test_by_pixels_files_that_decode_alike_are_one_too() -> None:
    rows = images(["a", "b", "c"], megapixels=[1, 2, 3])
    verdict = exact.function(rows, context=CONTEXT, digests=Values(["x", "x", "y"]))
    assert kept(rows, verdict) == {"b", "c"}
    assert verdict.reason.to_list()[0] == "same pixels as b, distance 0"
    assert verdict.columns["duplicate_distance"].to_list() == [0.0, 0.0, None]


def test_what_a_person_took_apart_is_not_joined() -> None:
    rows = images(["a", "b", "c"], ["1", "2", "3"])
    context = Context("exact", decisions={"viewer": {"apart:1": {"2": "yes"}}})
    verdict = exact.function(rows, context=context, digests=Values(["x", "x", "x"]))
    assert kept(rows, verdict) == {"a", "b"}


def test_an_edited_row_is_no_copy_of_the_file_it_was_made_of() -> None:
    rows = images(["a", "b", "c"], ["1", "1", "1"]).with_columns({"recipe": ["", '{"mirror": true}', ""]})
    verdict = exact.function(rows, context=CONTEXT, digests=Values([None] * 3), same="bytes")
    assert kept(rows, verdict) == {"a", "b"}


def test_pixels_are_measured_only_where_they_are_asked_for() -> None:
    where = exact.takes["digests"].where
    assert where is not None
    assert where(images(2), {"same": "bytes"}).to_list() == [False, False]
    assert where(images(2), {"same": "pixels"}).to_list() == [True, True]


def test_the_digest_is_that_of_the_pixels_whatever_the_format(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    picture = Image.fromarray(pixels)
    picture.save(tmp_path / "a.png")
    picture.save(tmp_path / "b.webp", lossless=True)
    picture.save(tmp_path / "c.jpg")
    Image.fromarray(pixels.reshape(60, 40, 3)).save(tmp_path / "d.png")
    found = [pixel_digest(decode(path, Recipe()).pixels(Pixels("RGB", None))) for path in sorted(tmp_path.iterdir())]
    assert found[0] == found[1]
    assert len(set(found)) == 3


def test_an_empty_set_has_no_duplicates() -> None:
    assert len(exact.function(images(0), context=CONTEXT, digests=Values([])).mask) == 0
