"""The probe node."""

from __future__ import annotations

from typing import Any

import polars as pl

from nodegraph import Values
from nodegraph.columns import POLARS_TYPE
from nodes.inspect.probe import probe
from tests.nodes.tables import images

JPEG: dict[str, Any] = {
    "width": 400,
    "height": 200,
    "megapixels": 0.08,
    "aspect": 2.0,
    "format": "JPEG",
    "mode": "RGB",
    "has_alpha": False,
    "icc": "sRGB",
    "frames": 1,
    "jpeg_quality": 90,
}
PNG: dict[str, Any] = {**JPEG, "format": "PNG", "icc": None, "jpeg_quality": None, "has_alpha": True}


def test_facts_of_the_header_become_columns_of_the_declared_kinds() -> None:
    found = pl.DataFrame(probe.function(images(["a.jpg", "b.png"]), header=Values([JPEG, PNG])))
    declared = {name: POLARS_TYPE[info.kind] for name, info in probe.gives({}).items()}
    assert dict(found.schema) == declared
    assert found.drop("extension_matches").to_dicts() == [JPEG, PNG]


def test_what_a_header_does_not_say_is_null_even_when_no_row_has_it() -> None:
    found = pl.DataFrame(probe.function(images(["b.png"]), header=Values([PNG])))
    assert found["jpeg_quality"].dtype == pl.Int64
    assert found["jpeg_quality"].to_list() == [None]


def test_two_copies_of_a_file_may_differ_in_whether_the_name_fits() -> None:
    found = probe.function(images(["a.jpg", "copy.png"], ["same", "same"]), header=Values([JPEG, JPEG]))
    assert found["extension_matches"].to_list() == [True, False]
