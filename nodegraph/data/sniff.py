"""Sniffing: which image format a file's first bytes say it is, whatever its name; and what a name promises."""

from __future__ import annotations

import re
import struct

HEAD = 4096
"""How many bytes from the start `sniff` wants to see."""

DECODABLE = frozenset(
    ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "ICO", "PPM", "TGA", "PCX", "JPEG2000", "AVIF", "HEIF", "QOI")
)

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0\x10\0\0\0CR", "camera raw"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG2000"),
    (b"\xff\x4f\xff\x51", "JPEG2000"),
    (b"qoif", "QOI"),
    (b"8BPS", "Photoshop"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
    (b"FUJIFILMCCD-RAW", "camera raw"),
    (b"IIRO", "camera raw"),
    (b"IIU\0", "camera raw"),
    (b"\x76\x2f\x31\x01", "OpenEXR"),
    (b"#?RADIANCE", "Radiance HDR"),
    (b"gimp xcf", "GIMP"),
    (b"DDS ", "DirectDraw surface"),
    (b"icns", "Apple icon"),
    (b"%!PS", "PostScript"),
    (b"\xc5\xd0\xd3\xc6", "PostScript"),
    (b"AT&TFORM", "DjVu"),
)
_BRANDS = {
    b"avif": "AVIF", b"avis": "AVIF", b"heic": "HEIF", b"heix": "HEIF", b"heim": "HEIF", b"heis": "HEIF",
    b"hevc": "HEIF", b"hevx": "HEIF", b"mif1": "HEIF", b"msf1": "HEIF", b"crx ": "camera raw",
}  # fmt: skip
_NETPBM = re.compile(rb"P[1-7Ffy](?:\s|#)")
_SVG = re.compile(rb"\s*(?:<\?xml[^>]*>|<!--.*?-->|<!DOCTYPE svg[^>]*>|\s)*<svg[\s>]", re.DOTALL | re.IGNORECASE)
_BMP_HEADERS = frozenset((12, 16, 40, 52, 56, 64, 108, 124))

_FORMATS_OF: dict[str, str] = {
    ".jpg": "JPEG", ".jpeg": "JPEG", ".jpe": "JPEG", ".jfif": "JPEG", ".jif": "JPEG", ".mpo": "JPEG",
    ".png": "PNG", ".apng": "PNG", ".gif": "GIF", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF",
    ".bmp": "BMP", ".dib": "BMP", ".ico": "ICO", ".cur": "ICO",
    ".ppm": "PPM", ".pgm": "PPM", ".pbm": "PPM", ".pnm": "PPM", ".pam": "PPM", ".pfm": "PPM",
    ".tga": "TGA", ".pcx": "PCX", ".jp2": "JPEG2000", ".j2k": "JPEG2000", ".jpx": "JPEG2000", ".jpf": "JPEG2000",
    ".avif": "AVIF", ".avifs": "AVIF", ".heic": "HEIF", ".heif": "HEIF", ".hif": "HEIF", ".qoi": "QOI",
    ".svg": "SVG", ".svgz": "SVG", ".psd": "Photoshop", ".psb": "Photoshop", ".jxl": "JPEG XL", ".exr": "OpenEXR",
    ".hdr": "Radiance HDR", ".xcf": "GIMP", ".dds": "DirectDraw surface", ".icns": "Apple icon", ".eps": "PostScript",
    ".cr2": "camera raw", ".cr3": "camera raw", ".nef": "camera raw", ".arw": "camera raw", ".dng": "camera raw",
    ".orf": "camera raw", ".raf": "camera raw", ".rw2": "camera raw", ".pef": "camera raw", ".srw": "camera raw",
}  # fmt: skip
IMAGE_EXTENSIONS = frozenset(_FORMATS_OF)
"""Extensions, in lower case, of files that are taken for pictures by name, those that cannot be decoded included."""


def sniff(head: bytes) -> str | None:
    """The format that the first `HEAD` bytes of a file say it has, one of `DECODABLE` or the name of one that is not.

    None when they are no image that is known. TGA has no mark of its own: see `looks_like_tga`.
    """
    for magic, format in _MAGIC:
        if head.startswith(magic):
            return format
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp":
        return _iso_media(head)
    if head[:2] == b"BM" and len(head) >= 18 and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return "BMP"
    if head[:4] in (b"\0\0\1\0", b"\0\0\2\0") and 0 < int.from_bytes(head[4:6], "little") <= 256:
        return "ICO"
    if _NETPBM.match(head):
        return "PPM"
    if len(head) >= 128 and head[0] == 10 and head[1] in (0, 2, 3, 4, 5) and head[2] <= 1 and head[3] in (1, 2, 4, 8):
        return "PCX"
    return "SVG" if _SVG.match(head.removeprefix(b"\xef\xbb\xbf")) else None


def _iso_media(head: bytes) -> str | None:
    # The major brand says it; "mif1" and "msf1" only say "some still picture", then the compatible brands decide.
    length = min(max(int.from_bytes(head[:4], "big"), 16), 256)
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, length - 3, 4))]
    if brands[0] in (b"mif1", b"msf1") and {b"avif", b"avis"} & set(brands):
        return "AVIF"
    return _BRANDS.get(brands[0])


def looks_like_tga(head: bytes, tail: bytes, size: int) -> bool:
    """Whether a file of `size` bytes that `sniff` does not know is TGA: by its footer, or a header with no oddity."""
    if len(head) < 18:
        return False
    map_type, kind, map_start, map_length, map_depth, _x, _y, width, height, depth, flags = struct.unpack(
        "<xBBHHBHHHHBB", head[:18]
    )
    if kind not in (1, 2, 3, 9, 10, 11) or map_type > 1 or not (width and height) or depth not in (8, 15, 16, 24, 32):
        return False
    if tail.endswith(b"TRUEVISION-XFILE.\0"):
        return True
    colours = map_length * ((map_depth + 7) // 8)
    plain_map = (map_depth in (15, 16, 24, 32)) if map_type else not (map_start or map_length or map_depth)
    enough = size >= 18 + colours + width * height * ((depth + 7) // 8) if kind < 9 else size > 18 + colours
    return plain_map and enough and flags & 0xC0 == 0 and (depth == 8 or kind not in (1, 3, 9, 11))


def extension_matches(name: str, format: str) -> bool:
    """Whether the extension of a file's name promises the format that it has, or promises no picture format at all.

    A fact about one file and not about its bytes: two copies may differ in it.
    """
    last = name.rpartition("/")[2]  # as PurePath.suffix has it, which takes ten times as long
    dot = last.rfind(".")
    suffix = last[dot:].lower() if 0 < dot < len(last) - 1 else ""
    return _FORMATS_OF.get(suffix, format) == format
