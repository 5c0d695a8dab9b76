"""Crop duplicates on drawn pictures: cuts, frames and turns are found, strangers are not, in whatever order."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps

from nodegraph import Context, ImageSet, Keep, Values
from nodes.duplicates.alignment import align
from nodes.duplicates.crops import NEAR_BITS, by_crops
from nodes.duplicates.windows import WINDOW_BITS, _compared, candidates_of
from nodes.measures.crops import grey_square, intervals, picture_shape, window_hashes
from nodes.measures.hashes import frequencies
from tests.nodes.tables import images, kept, shuffled

CONTEXT = Context("crops")


def drawn(seed: int, size: tuple[int, int] = (360, 270)) -> Image.Image:
    """A picture of forty boxes and discs in greys."""
    random = np.random.default_rng(seed)
    picture = Image.new("L", size, 128)
    draw = ImageDraw.Draw(picture)
    for number in range(40):
        x, y, side = (int(value) for value in random.integers(0, (*size, 90)))
        shape = draw.ellipse if number % 2 else draw.rectangle
        shape((x - side // 2, y - side // 2, x + side // 2, y + side // 2), fill=int(random.integers(0, 256)))
    return picture


def small(picture: Image.Image) -> NDArray[np.uint8]:
    """What measures get of it."""
    copy = picture.convert("L")
    copy.thumbnail((256, 256))
    return np.asarray(copy)


def found(rows: ImageSet, pictures: list[Image.Image], context: Context = CONTEXT, **params: object) -> Keep:
    pixels = [small(picture) for picture in pictures]
    return by_crops.function(
        rows,
        context=context,
        hashes=Values([window_hashes(each) for each in pixels]),
        squares=Values([grey_square(each) for each in pixels]),
        shapes=Values([picture_shape(each) for each in pixels]),
        **params,
    )


PICTURE = drawn(1)
COPIES = {
    "corner": PICTURE.crop((0, 0, 290, 220)),
    "middle": PICTURE.crop((40, 30, 320, 240)),
    "left side": PICTURE.crop((0, 0, 260, 270)),
    "white frame": ImageOps.expand(PICTURE, 20, 255),
    "bars": ImageOps.expand(PICTURE, (0, 25), 0),
    "turned by 2 degrees": PICTURE.rotate(2, Image.Resampling.BICUBIC),
    "smaller": PICTURE.resize((180, 135)),
    "brighter": PICTURE.point(lambda value: min(255, int(value * 0.8 + 60))),
}


@pytest.mark.parametrize("kind", COPIES)
def test_a_copy_is_joined_to_its_original_and_to_no_other(kind: str) -> None:
    rows = images(["a.jpg", "b.jpg", "c.jpg", "d.jpg"])
    verdict = found(rows, [PICTURE, COPIES[kind], drawn(2), drawn(3)])
    assert kept(rows, verdict) == {"a.jpg", "c.jpg", "d.jpg"}
    assert 0 <= verdict.columns["duplicate_distance"][1] <= 0.05


@pytest.mark.parametrize(
    "other",
    [
        PICTURE.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        PICTURE.rotate(25, Image.Resampling.BICUBIC),
        PICTURE.crop((0, 0, 150, 110)),
        PICTURE.resize((360, 120)).crop((0, 0, 300, 100)),
    ],
    ids=["mirrored", "turned by 25 degrees", "a small part", "a squeezed part"],
)
def test_what_it_says_it_cannot_find_is_not_found_by_accident(other: Image.Image) -> None:
    rows = images(["a.jpg", "b.jpg"])
    assert kept(rows, found(rows, [PICTURE, other])) == {"a.jpg", "b.jpg"}


def test_pictures_with_nothing_to_see_match_nothing() -> None:
    plain = [Image.new("L", (200, 150), shade) for shade in (90, 90, 200)]
    slope = Image.linear_gradient("L").resize((200, 150))
    rows = images(4)
    assert len(kept(rows, found(rows, [*plain, slope]))) == 4


def test_two_crops_that_share_little_meet_only_in_their_original() -> None:
    left, right = PICTURE.crop((0, 0, 260, 270)), PICTURE.crop((100, 0, 360, 270))
    rows = images(["left.jpg", "right.jpg", "whole.jpg"], megapixels=[1.0, 1.0, 9.0])
    assert kept(rows, found(rows, [left, right, PICTURE])) == {"whole.jpg"}
    assert kept(rows, found(rows, [left, right, drawn(2)])) == {"left.jpg", "right.jpg", "whole.jpg"}


def test_a_crop_that_a_person_took_apart_stays() -> None:
    rows = images(["a.jpg", "b.jpg", "c.jpg"], ["a", "b", "c"])
    context = Context("crops", decisions={"elsewhere": {"apart:b": {"a": "yes"}}})
    pictures = [PICTURE, COPIES["corner"], COPIES["smaller"]]
    assert kept(rows, found(rows, pictures)) == {"a.jpg"}
    assert kept(rows, found(rows, pictures, context)) == {"a.jpg", "b.jpg"}


def test_the_order_of_the_rows_plays_no_part() -> None:
    pictures = [PICTURE, *COPIES.values(), drawn(2), drawn(2).crop((20, 20, 330, 250))]
    rows = images(len(pictures))
    verdict = found(rows, pictures)
    order = np.random.default_rng(0).permutation(len(pictures)).tolist()
    other = shuffled(rows, order)
    again = found(other, [pictures[place] for place in order])
    assert kept(other, again) == kept(rows, verdict)
    groups = dict(zip(rows.rids, verdict.columns["duplicate_group"], strict=True))
    assert dict(zip(other.rids, again.columns["duplicate_group"], strict=True)) == groups


def test_no_rows_no_duplicates() -> None:
    assert len(found(images(0), []).mask) == 0


def test_the_whole_picture_is_the_first_window_and_has_its_dct_hash() -> None:
    pixels = small(PICTURE)
    block = frequencies(Image.fromarray(grey_square(pixels)))
    bits = int.from_bytes(np.packbits(block > np.median(block)).tobytes())
    assert (int(window_hashes(pixels)[0]) ^ bits).bit_count() <= 2  # from 32 x 32 pixels there, 64 x 64 here
    assert intervals()[0].tolist() == [0.0, 1.0]


def test_a_window_has_nearly_the_hash_of_the_crop_that_was_cut_there() -> None:
    hashes, lines = window_hashes(small(PICTURE)), intervals()
    for down, across in ((0, 3), (5, 5), (16, 9), (2, 12)):
        (left, width), (top, height) = lines[across], lines[down]
        cut = PICTURE.crop((round(left * 360), round(top * 270), round((left + width) * 360),
                            round((top + height) * 270)))  # fmt: skip
        window = int(hashes[down * len(lines) + across])
        assert (window ^ int(window_hashes(small(cut))[0])).bit_count() <= 4


def test_a_candidate_names_the_window_where_the_crop_lies() -> None:
    whole, cut = (window_hashes(small(picture)) for picture in (PICTURE, COPIES["middle"]))
    found = candidates_of(np.stack([whole, cut]), NEAR_BITS, CONTEXT)
    assert (found.pairs.tolist(), found.containers.tolist(), found.crops.tolist()) == ([[0, 1]], [0], [1])
    assert np.abs(found.windows[0] - [40 / 360, 30 / 270, 280 / 360, 210 / 270]).max() < 0.09  # one step of the grid


@pytest.mark.parametrize("looked_up", [0, 10**12], ids=["looked up", "all with all"])
@pytest.mark.parametrize("limit", [0, 3, NEAR_BITS])
def test_all_near_windows_are_found_however_they_are_looked_for(
    monkeypatch: pytest.MonkeyPatch, looked_up: int, limit: int
) -> None:
    random = np.random.default_rng(limit)
    hashes = random.integers(1, 2**64 - 1, (40, 9), dtype=np.uint64)
    for container, crop in random.permutation(40).reshape(20, 2):  # a window becomes another's hash but for some bits
        changed = random.choice(64, random.integers(0, limit + 3), replace=False).astype(np.uint64)
        hashes[container, random.integers(9)] = hashes[crop, 0] ^ (np.uint64(1) << changed).sum(dtype=np.uint64)
    bits = np.bitwise_count(hashes[:, None, :] ^ hashes[None, :, :1]).min(axis=2)
    near = {tuple(sorted((one, other))) for one, other in np.argwhere(bits <= limit).tolist() if one != other}
    monkeypatch.setattr("nodes.duplicates.windows.LOOKED_UP", looked_up)
    monkeypatch.setattr("nodes.duplicates.windows.TABLE", 40 * 16)
    monkeypatch.setattr("nodes.duplicates.windows.CONTAINERS", 7)
    monkeypatch.setattr("nodes.duplicates.windows.AT_ONCE", 5)
    found = _compared(hashes, limit, CONTEXT)
    assert {tuple(sorted(pair)) for pair in found[:, :2].tolist()} == near
    assert [key >> WINDOW_BITS for key in found[:, 2].tolist()] == bits[found[:, 0], found[:, 1]].tolist()


def test_thousands_of_copies_make_no_millions_of_candidates() -> None:
    hashes = np.tile(window_hashes(small(PICTURE)), (3000, 1))
    assert len(candidates_of(hashes, NEAR_BITS, CONTEXT).pairs) == 2999


def test_copies_of_a_crop_find_the_original_too() -> None:
    whole, cut = (window_hashes(small(picture)) for picture in (PICTURE, COPIES["middle"]))
    found = candidates_of(np.stack([whole, cut, cut, cut]), NEAR_BITS, CONTEXT)
    assert {tuple(pair) for pair in found.pairs.tolist()} >= {(0, 1), (0, 2), (0, 3)}


def test_likeness_is_one_for_the_same_and_does_not_hang_on_what_is_looked_at_together() -> None:
    pictures = [PICTURE, COPIES["corner"], drawn(2)]
    squares = np.stack([grey_square(small(picture)) for picture in pictures])
    shapes = np.array([[4 / 3, 4 / 3], [4 / 3, 290 / 220], [4 / 3, 4 / 3]])
    windows = np.array([[0, 0, 1, 1], [0, 0, 0.8, 0.8], [0, 0, 1, 1]], np.float64)
    together = align(squares[[0, 0, 0]], squares, windows, shapes)
    assert together[0] == pytest.approx(1.0)
    assert together[1] > 0.95
    assert together[2] == -1.0
    alone = [align(squares[[0]], squares[[n]], windows[[n]], shapes[[n]])[0] for n in range(3)]
    assert together == pytest.approx(alone, abs=1e-6)
