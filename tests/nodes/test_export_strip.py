"""Metadata leaves a coded picture, and its pixels and colours stay as they are."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from nodes.export.strip import MalformedError, without_metadata
from tests.nodes.exporting import coded

SECRET = b"PLACE-AND-NAME"
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def exif() -> Image.Exif:
    tags = Image.Exif()
    tags[0x010E] = SECRET.decode()
    tags.get_ifd(0x8825)[1] = "N"
    return tags


def png_with_text() -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    data = coded(1, "PNG", icc_profile=PROFILE, exif=exif())
    return (
        data[:33]
        + chunk(b"tEXt", b"Comment\0" + SECRET)
        + chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + SECRET)
        + data[33:]
    )


CASES: dict[str, bytes] = {
    "jpeg": coded(1, "JPEG", exif=exif(), comment=SECRET, icc_profile=PROFILE, xmp=b"<x>" + SECRET),
    "progressive jpeg": coded(2, "JPEG", exif=exif(), progressive=True, restart_marker_blocks=1),
    "jpeg with a trailer": coded(3, "JPEG") + SECRET * 3,
    "png": png_with_text(),
    "webp": coded(1, "WEBP", exif=exif(), xmp=b"<x>" + SECRET, icc_profile=PROFILE),
    "lossless webp": coded(1, "WEBP", exif=exif(), lossless=True),
}


def opened(data: bytes) -> Any:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("name", CASES)
def test_nothing_personal_stays(name: str) -> None:
    stripped = without_metadata(CASES[name])
    assert SECRET in CASES[name]
    assert SECRET not in stripped
    assert not opened(stripped).getexif()


@pytest.mark.parametrize("name", CASES)
def test_pixels_stay_as_they_are(name: str) -> None:
    assert opened(without_metadata(CASES[name])).tobytes() == opened(CASES[name]).tobytes()


@pytest.mark.parametrize("name", ["jpeg", "png", "webp"])
def test_the_colour_profile_stays(name: str) -> None:
    assert opened(without_metadata(CASES[name])).info["icc_profile"] == PROFILE


@pytest.mark.parametrize("name", CASES)
def test_a_stripped_file_has_nothing_more_to_lose(name: str) -> None:
    once = without_metadata(CASES[name])
    assert without_metadata(once) == once


def test_a_jpeg_thumbnail_in_jfif_goes() -> None:
    data = coded(1, "JPEG")
    assert data[2:4] == b"\xff\xe0"
    with_thumbnail = (
        data[:2] + b"\xff\xe0" + struct.pack(">H", 16 + 12) + data[6:18] + b"\x02\x02" + b"T" * 12 + data[20:]
    )
    assert without_metadata(with_thumbnail) == without_metadata(data)


@given(st.sampled_from(sorted(CASES)), st.floats(0.0, 0.98))
def test_a_file_that_breaks_off_is_refused_or_whole(name: str, share: float) -> None:
    whole = CASES[name].partition(SECRET * 3)[0]
    cut = whole[: int(len(whole) * share)]
    try:
        stripped = without_metadata(cut)
    except MalformedError:
        return
    assert opened(stripped).tobytes() == opened(whole).tobytes()


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\x20\0\0\0WEBPVP8X"]),
)
def test_any_bytes_are_stripped_or_refused(tail: bytes, head: bytes) -> None:
    try:
        without_metadata(head + tail)
    except MalformedError as error:
        assert str(error)


def test_an_animated_webp_is_refused() -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    file = io.BytesIO()
    frames[0].save(file, "WEBP", save_all=True, append_images=frames[1:])
    with pytest.raises(MalformedError, match="animation"):
        without_metadata(file.getvalue())
