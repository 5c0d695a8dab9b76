"""Rows whose recipe edits the picture: exports write the edited picture, and each row of one file its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from nodegraph.data.edits import Cover, Mirror
from nodegraph.data.pixels import decode_full
from nodegraph.data.recipe import Recipe
from nodes.export import imagefolder
from tests.nodes.exporting import coded, exported, images_of, pictures_in, put

EDITED = Recipe(edits=(Cover(24, 16), Mirror()))


def opened(path: Path) -> Any:
    return decode_full(path, Recipe())


def test_an_edited_row_is_written_as_edited_and_the_file_beside_it_as_it_is(tmp_path: Path) -> None:
    (row,) = put(tmp_path / "in", {"a.png": coded(3, "PNG")})
    rows = [row, {**row, "rid": "a.png#flip1", "recipe": str(EDITED)}]
    exported(imagefolder, images_of(rows), tmp_path / "out")
    written = {picture.size: picture for picture in map(opened, pictures_in(tmp_path / "out"))}
    assert set(written) == {(40, 30), (24, 16)}
    expected = decode_full(row["path"], EDITED)
    assert (np.asarray(written[24, 16]) == np.asarray(expected)).all()


def test_another_recipe_is_another_picture_to_write(tmp_path: Path) -> None:
    (row,) = put(tmp_path / "in", {"a.png": coded(3, "PNG")})
    exported(imagefolder, images_of([row]), tmp_path / "out")
    exported(imagefolder, images_of([{**row, "recipe": str(EDITED)}]), tmp_path / "out")
    assert [opened(path).size for path in pictures_in(tmp_path / "out")] == [(24, 16)]
