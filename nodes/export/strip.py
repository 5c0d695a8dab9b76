"""Takes EXIF (with GPS), XMP, IPTC, comments and thumbnails out of coded pictures without re-encoding them."""

from __future__ import annotations

import struct
from collections.abc import Iterator

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_KEPT = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"sRGB", b"iCCP", b"gAMA", b"cHRM", b"sBIT", b"pHYs"}
)
WEBP_KEPT = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ICCP"})
WEBP_EXIF_AND_XMP = 0x0C


class MalformedError(ValueError):
    """The file is not built as its format says, so it cannot be cut apart safely."""


def without_metadata(data: bytes) -> bytes:
    """The same coded picture with nothing but pixels and colour information.

    JPEG keeps JFIF, ICC and Adobe segments and ends at its end marker (ITU-T T.81 annex B); PNG and WebP keep the
    chunks that say how pixels look. Raises `MalformedError` for anything else and for files that break off.
    """
    if data.startswith(b"\xff\xd8"):
        return b"".join(_jpeg_parts(data))
    if data.startswith(PNG_SIGNATURE):
        return b"".join(_png_parts(data))
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        body = b"".join(_webp_parts(data))
        return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body
    raise MalformedError("it is no JPEG, PNG or WebP file")


def _jpeg_parts(data: bytes) -> Iterator[bytes]:
    yield data[:2]
    at = 2
    while True:
        if data[at : at + 1] != b"\xff":
            raise MalformedError("a JPEG marker is missing")
        while data[at + 1 : at + 2] == b"\xff":  # a marker can be filled up with any number of 0xFF
            at += 1
        marker = data[at + 1 : at + 2]
        if marker == b"\xd9":
            yield b"\xff\xd9"
            return
        if len(data) < at + 4:
            raise MalformedError("the JPEG file breaks off")
        end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        if end > len(data) or end < at + 4:
            raise MalformedError("a JPEG segment is longer than the file")
        yield _kept_segment(data[at:end])
        at = end
        if marker == b"\xda":
            at = _end_of_scan(data, end)
            yield data[end:at]


def _kept_segment(segment: bytes) -> bytes:
    marker, body = segment[1], segment[4:]
    if marker == 0xE0 and body.startswith(b"JFIF\0") and len(body) >= 14:
        return b"\xff\xe0\x00\x10" + body[:12] + b"\0\0"  # without the thumbnail that JFIF can hold
    is_application = 0xE0 <= marker <= 0xEF or marker == 0xFE
    kept = body.startswith(b"ICC_PROFILE\0") if marker == 0xE2 else marker == 0xEE and body.startswith(b"Adobe")
    return segment if kept or not is_application else b""


def _end_of_scan(data: bytes, start: int) -> int:
    at = data.find(b"\xff", start)
    while at >= 0:
        following = data[at + 1 : at + 2]
        if not following:
            break
        if following != b"\0" and following != b"\xff" and not 0xD0 <= following[0] <= 0xD7:
            return at
        at = data.find(b"\xff", at + (1 if following == b"\xff" else 2))
    raise MalformedError("the JPEG file breaks off")


def _png_parts(data: bytes) -> Iterator[bytes]:
    yield PNG_SIGNATURE
    at, name = len(PNG_SIGNATURE), b""
    while name != b"IEND":
        if len(data) < at + 12:
            raise MalformedError("the PNG file breaks off")
        length, name = struct.unpack_from(">I4s", data, at)
        if len(data) < at + 12 + length:
            raise MalformedError("the PNG file breaks off")
        if name in PNG_KEPT:
            yield data[at : at + 12 + length]
        at += 12 + length


def _webp_parts(data: bytes) -> Iterator[bytes]:
    at, end = 12, 8 + struct.unpack_from("<I", data, 4)[0]
    if end > len(data):
        raise MalformedError("the WebP file breaks off")
    while at + 8 <= end:
        name, length = struct.unpack_from("<4sI", data, at)
        following = at + 8 + length + (length & 1)
        if at + 8 + length > end:
            raise MalformedError("a WebP chunk is longer than the file")
        if name == b"ANIM" or name == b"ANMF":
            raise MalformedError("it is an animation")
        if name == b"VP8X":
            flags = data[at + 8] & ~WEBP_EXIF_AND_XMP
            yield data[at : at + 8] + bytes([flags]) + data[at + 9 : following]
        elif name in WEBP_KEPT:
            yield data[at : at + 8 + length] + b"\0" * (length & 1)
        at = following
