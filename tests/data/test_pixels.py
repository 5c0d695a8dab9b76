"""Safe decode: what comes out, and what is refused."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from nodegraph.data.pixels import Decoded, Unavailable, Unreadable, decode, decode_full, read_header, thumbnail
from nodegraph.data.recipe import Recipe
from nodegraph.measures import Picture, Pixels
from tests.data.pictures import encoded, noise, png_chunk, png_claiming

PLAIN = Recipe()
LENIENT = Recipe(accept_truncated=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "picture"


def rgb(path: Path, recipe: Recipe = PLAIN) -> np.ndarray:
    return decode(path, recipe).pixels(Pixels()).astype(int)


def rule_of(path: Path, recipe: Recipe = PLAIN) -> str:
    with pytest.raises(Unreadable) as caught:
        decode(path, recipe)
    assert caught.value.reason
    return caught.value.rule


@pytest.mark.parametrize(
    ("stored", "reduced"),
    [((700, 30), (700, 30)), ((1430, 90), (1430, 90)), ((1440, 90), (720, 45)), ((3000, 2000), (750, 500))],
)
@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_the_long_side_is_reduced_by_whole_steps(
    file: Path, format: str, stored: tuple[int, int], reduced: tuple[int, int]
) -> None:
    file.write_bytes(encoded(noise(*stored), format))
    assert decode(file, PLAIN).image.size == reduced


@given(width=st.integers(1, 13000), height=st.integers(1, 8), format=st.sampled_from(["PNG", "JPEG"]))
def test_a_reduced_side_is_never_outside_its_bounds(
    tmp_path_factory: pytest.TempPathFactory, width: int, height: int, format: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "wide"
    path.write_bytes(encoded(Image.new("RGB", (width, height), "red"), format))
    longest = max(decode(path, PLAIN).image.size)
    assert longest == max(width, height) if max(width, height) < 720 else 720 <= longest < 1440


def test_a_reduced_jpeg_looks_like_the_whole_one(file: Path) -> None:
    file.write_bytes(encoded(noise(3000, 2000), "JPEG", quality=95))
    whole = np.asarray(decode_full(file, PLAIN).resize((750, 500), Image.Resampling.BOX), int)
    assert np.abs(rgb(file) - whole).mean() < 1.5


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_picture_is_turned_upright(file: Path, format: str, orientation: int) -> None:
    upright = noise(96, 64)
    stored = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    image = upright.transpose(stored[orientation]) if orientation > 1 else upright
    exif = Image.Exif()
    exif[274] = orientation
    file.write_bytes(encoded(image, format, exif=exif, **({"quality": 95} if format in ("JPEG", "WEBP") else {})))
    header = read_header(file, PLAIN)
    assert (header.width, header.height, header.orientation) == (96, 64, orientation)
    assert (header.stored_width, header.stored_height) == image.size
    assert np.abs(rgb(file) - np.asarray(upright, int)).mean() < 4


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "I;16", "I", "F", "LAB", "YCbCr"])
def test_every_mode_becomes_rgb(file: Path, mode: str) -> None:
    grey = Image.new("L", (40, 30), 128)
    image = {
        "I;16": lambda: Image.fromarray(np.full((30, 40), 128 * 257, np.uint16)),
        "I": lambda: Image.fromarray(np.full((30, 40), 128 * 257, np.int32)),
        "F": lambda: Image.fromarray(np.full((30, 40), 128 / 255, np.float32)),
        "LAB": lambda: Image.merge("LAB", [Image.new("L", (40, 30), value) for value in (137, 128, 128)]),
        "PA": lambda: grey.convert("RGBA").quantize(4),
    }.get(mode, lambda: grey.convert("RGB").convert(mode))()
    file.write_bytes(encoded(image, "TIFF" if mode not in ("P", "PA") else "PNG"))
    array = rgb(file)
    assert array.shape == (30, 40, 3)
    assert abs(array.mean() - 128) < (3 if mode != "1" else 130)


@pytest.mark.parametrize("values", [[-1.0, 2.0], [0.0, 70000.0], [float("nan"), 1.0]])
def test_numbers_without_an_agreed_white_are_refused(file: Path, values: list[float]) -> None:
    file.write_bytes(encoded(Image.fromarray(np.array([values], np.float32)), "TIFF"))
    assert rule_of(file) == "unsupported"


@pytest.mark.parametrize("mode", ["RGBA", "P", "LA"])
def test_transparency_is_laid_on_the_chosen_colour(file: Path, mode: str) -> None:
    clear = Image.new("RGBA", (20, 20), (10, 200, 30, 0))
    image = clear.quantize(2) if mode == "P" else clear.convert(mode)
    file.write_bytes(encoded(image, "PNG"))
    assert (rgb(file) == 255).all()
    assert (rgb(file, Recipe(alpha_colour="#102030")) == (16, 32, 48)).all()


def test_hidden_colours_do_not_bleed_into_a_reduced_picture(file: Path) -> None:
    pixels = np.zeros((1600, 1600, 4), np.uint8)
    pixels[::2] = (255, 0, 0, 0)
    pixels[1::2] = (0, 0, 255, 255)
    file.write_bytes(encoded(Image.fromarray(pixels), "PNG"))
    assert np.abs(rgb(file, Recipe(alpha_colour="#000000")) - (0, 0, 127)).max() <= 1


def test_a_profile_of_srgb_itself_changes_nothing(file: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    file.write_bytes(encoded(noise(), "PNG", icc_profile=profile))
    assert (rgb(file) == np.asarray(noise(), int)).all()
    assert read_header(file, PLAIN).srgb


def test_a_broken_profile_is_ignored(file: Path) -> None:
    file.write_bytes(encoded(noise(), "PNG", icc_profile=b"no profile at all"))
    assert (rgb(file) == np.asarray(noise(), int)).all()


def test_an_animation_gives_its_first_frame(file: Path) -> None:
    frames = [Image.new("RGB", (30, 30), colour) for colour in ("red", "lime", "blue")]
    file.write_bytes(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert (rgb(file) == (255, 0, 0)).all()
    assert read_header(file, PLAIN).frames == 3


def test_arrays_are_read_only_and_the_same_each_time(file: Path) -> None:
    file.write_bytes(encoded(noise(900, 600), "PNG"))
    decoded = decode(file, PLAIN)
    array = decoded.pixels(Pixels("RGB", 256))
    assert array.shape == (171, 256, 3)
    assert not array.flags.writeable
    assert decoded.pixels(Pixels("RGB", 256)) is array


@given(st.permutations([Pixels("RGB", 224), Pixels("L", 512), Pixels("L"), Pixels("RGB"), Pixels("L", 32)]))
def test_what_is_asked_never_depends_on_what_else_is_asked(
    tmp_path_factory: pytest.TempPathFactory, requests: list[Pixels]
) -> None:
    path = tmp_path_factory.getbasetemp() / "asked"
    if not path.exists():
        path.write_bytes(encoded(noise(1000, 700), "JPEG"))
    decoded = decode(path, PLAIN)
    for request in requests:
        assert (decoded.pixels(request) == decode(path, PLAIN).pixels(request)).all()


def test_luma_is_that_of_itu_r_601(file: Path) -> None:
    file.write_bytes(encoded(noise(), "PNG"))
    red, green, blue = np.moveaxis(rgb(file), -1, 0)
    luma = decode(file, PLAIN).pixels(Pixels("L")).astype(float)
    assert np.abs(luma - (0.299 * red + 0.587 * green + 0.114 * blue)).max() <= 1


@pytest.mark.parametrize("side", [256, 100])
def test_small_luma_is_that_of_the_small_rgb_picture(file: Path, side: int) -> None:
    file.write_bytes(encoded(noise(1000, 700), "PNG"))
    decoded = decode(file, PLAIN)
    luma, picture = decoded.pixels(Pixels("L", side)), decoded.pixels(Pixels("RGB", side)).astype(float)
    assert luma.shape == picture.shape[:2]
    assert np.abs(luma - picture @ [0.299, 0.587, 0.114]).max() <= 2


def test_a_small_picture_is_never_enlarged(file: Path) -> None:
    file.write_bytes(encoded(noise(20, 10), "PNG"))
    assert decode(file, PLAIN).pixels(Pixels("L", 512)).shape == (10, 20)


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "empty"),
        (bytes(500), "empty"),
        (b"just some text", "not-an-image"),
        (b"%PDF-1.7 ...", "not-an-image"),
        (b"\0\0\0\x20ftypisom" + bytes(40), "not-an-image"),
        (b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>", "unsupported"),
        (b"8BPS\0\1" + bytes(50), "unsupported"),
        (png_claiming(30000, 30000), "too-large"),
        (b"GIF89a" + (60000).to_bytes(2, "little") * 2 + bytes(20), "too-large"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "truncated"),
    ],
)
def test_what_is_no_good_picture_is_refused_with_its_rule(file: Path, data: bytes, rule: str) -> None:
    file.write_bytes(data)
    assert rule_of(file) == rule


def test_random_bytes_are_no_picture(file: Path) -> None:
    file.write_bytes(np.random.default_rng(1).bytes(5000))
    assert rule_of(file) == "not-an-image"


def test_a_text_chunk_that_unpacks_to_too_much_is_refused(file: Path) -> None:
    import zlib

    plain = encoded(noise(), "PNG")
    bomb = png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(80_000_000)))
    file.write_bytes(plain[:33] + bomb + plain[33:])
    assert rule_of(file) == "too-large"


def test_the_pixel_limit_is_that_of_the_recipe(file: Path) -> None:
    file.write_bytes(encoded(Image.new("1", (1500, 1000)), "PNG"))
    assert rule_of(file, Recipe(max_megapixels=1)) == "too-large"
    assert decode(file, Recipe(max_megapixels=2)).image.size == (750, 500)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "BMP", "WEBP"])
def test_a_file_cut_short_is_refused(file: Path, format: str) -> None:
    data = encoded(noise(300, 200), format)
    file.write_bytes(data[: len(data) * 2 // 3])
    assert rule_of(file) == "truncated"


@pytest.mark.parametrize(
    "options", [("JPEG", {}), ("JPEG", {"progressive": True}), ("PNG", {}), ("GIF", {}), ("BMP", {})]
)
def test_a_file_cut_short_is_taken_as_far_as_it_goes_when_the_recipe_says_so(
    file: Path, options: tuple[str, dict[str, bool]]
) -> None:
    data = encoded(noise(300, 200), options[0], **options[1])
    file.write_bytes(data[: len(data) * 2 // 3])
    decoded = decode(file, LENIENT)
    whole = np.asarray(noise(300, 200), int)
    shown = decoded.pixels(Pixels()).astype(int)
    seen = shown[150:] if options[0] == "BMP" else shown[:50]  # BMP is stored from the bottom up
    assert decoded.truncated
    assert np.abs(seen - (whole[150:] if options[0] == "BMP" else whole[:50])).mean() < 12


def test_a_sound_file_is_not_flagged_by_a_lenient_recipe(file: Path) -> None:
    for format in ("JPEG", "PNG", "GIF", "WEBP"):
        file.write_bytes(encoded(noise(), format))
        assert not decode(file, LENIENT).truncated


def test_a_wrong_checksum_in_a_png_is_refused_or_flagged(file: Path) -> None:
    data = bytearray(encoded(noise(), "PNG"))
    at = data.index(b"IDAT")
    data[at + 4 + int.from_bytes(data[at - 4 : at], "big")] ^= 255
    file.write_bytes(data)
    assert rule_of(file) == "corrupt"
    assert decode(file, LENIENT).truncated


@pytest.mark.parametrize("size", [(640, 480), (1600, 1200)])
def test_overwritten_jpeg_data_are_noticed_most_of_the_time(file: Path, size: tuple[int, int]) -> None:
    rng = np.random.default_rng(5)
    refused = 0
    sharp = Image.fromarray(rng.integers(0, 256, (size[1] // 4, size[0] // 4, 3), np.uint8)).resize(size)
    data = encoded(sharp, "JPEG", quality=85)
    for _ in range(20):
        damaged = bytearray(data)
        for at in rng.integers(len(data) // 4, len(data) - 100, 20):
            damaged[at] = rng.integers(0, 255)
        file.write_bytes(damaged)
        try:
            decode(file, PLAIN)
        except Unreadable:
            refused += 1
    assert refused >= 15


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": "4:4:4"}, {"restart_marker_rows": 1}])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("size", [(8, 8), (1, 1), (333, 217), (2000, 3), (1700, 1100)])
def test_no_sound_jpeg_is_taken_for_damaged(
    file: Path, options: dict[str, object], mode: str, size: tuple[int, int]
) -> None:
    file.write_bytes(encoded(noise(*size).convert(mode), "JPEG", **options))
    assert decode(file, PLAIN).image.mode == "RGB"
    assert decode_full(file, PLAIN).size == size


def test_the_jpeg_quality_is_the_one_it_was_saved_with(file: Path) -> None:
    for quality in (5, 30, 50, 75, 90, 95, 100):
        file.write_bytes(encoded(noise(), "JPEG", quality=quality))
        assert read_header(file, PLAIN).jpeg_quality == quality


@pytest.mark.parametrize(("make", "rule"), [("gone", "vanished"), ("folder", "not-a-file"), ("pipe", "not-a-file")])
def test_what_the_file_system_does_is_unavailable_and_not_unreadable(file: Path, make: str, rule: str) -> None:
    if make == "folder":
        file.mkdir()
    elif make == "pipe":
        os.mkfifo(file)
    with pytest.raises(Unavailable) as caught:
        decode(file, PLAIN)
    assert caught.value.rule == rule


def test_many_threads_decode_alike(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    paths = [tmp_path / str(index) for index in range(12)]
    for index, path in enumerate(paths):
        data = encoded(noise(400, 300, seed=index), "JPEG", icc_profile=profile)
        path.write_bytes(data[: len(data) // 2] if index % 3 == 0 else data)

    def outcome(path: Path) -> object:
        try:
            return decode(path, LENIENT if path.name in "036" else PLAIN).pixels(Pixels("L", 64)).tobytes()
        except Unreadable as error:
            return error.rule

    alone = [outcome(path) for path in paths]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(outcome, paths * 4)) == alone * 4
    assert alone[9] == "truncated"


def test_a_thumbnail_is_a_small_jpeg(file: Path) -> None:
    file.write_bytes(encoded(noise(1000, 500), "PNG"))
    with Image.open(io.BytesIO(thumbnail(decode(file, PLAIN)))) as image:
        assert (image.format, image.size) == ("JPEG", (256, 128))


def test_odd_metadata_raise_no_warning(file: Path) -> None:
    exif = b"Exif\0\0II*\0\x08\0\0\0\x05\0" + b"\x12\x01\x02\0\xff\xff\xff\x7f\xff\xff\xff\xff" * 5
    file.write_bytes(encoded(noise(), "JPEG", exif=exif))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_header(file, PLAIN).orientation == 1
        decode(file, PLAIN)


def test_importing_the_package_does_not_import_pillow() -> None:
    code = "import sys, nodegraph, nodegraph.data.pixels; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("size", "side", "expected"),
    [((800, 600), 128, (256, 192)), ((800, 600), 192, (256, 192)), ((800, 600), 193, (800, 600)),
     ((800, 100), 64, (800, 100)), ((100, 80), 64, (100, 80)), ((100, 80), 300, (100, 80))],
)  # fmt: skip
def test_the_smallest_picture_that_is_large_enough_is_given(
    size: tuple[int, int], side: int, expected: tuple[int, int]
) -> None:
    assert Decoded(Image.new("RGB", size)).at_least(side).size == expected


def test_a_picture_and_its_array_are_the_same() -> None:
    decoded = Decoded(Image.linear_gradient("L").convert("RGB").resize((500, 300)))
    for request in (Picture("RGB", None), Picture("L", 100)):
        assert np.array_equal(np.asarray(decoded.picture(request.pixels)), decoded.pixels(request.pixels))


def test_a_picture_that_is_given_as_it_is_takes_its_memory_once() -> None:
    decoded = Decoded(Image.new("RGB", (100, 50)))
    for request in (Pixels("RGB", None), Pixels("RGB", 256)):
        assert decoded.picture(request) is decoded.image
    assert decoded.bytes == 4 * 100 * 50
    decoded.picture(Pixels("L", None))
    assert decoded.bytes == 5 * 100 * 50
