"""Sidecars: captions, licences and authors in text and JSON files beside the pictures, whatever their encoding."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nodegraph.data.opening import opened, read_at_most
from nodegraph.data.unreadable import Unavailable

SIDECAR_EXTENSIONS = (".txt", ".caption", ".json")
"""In the order in which they are asked for a caption."""

LARGEST = 1_000_000
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_CONTROL_SHARE = 0.02


class UnusableError(Exception):
    """This sidecar cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the sidecars of a picture say; `caption_source` is the extension of the one that the caption is from."""

    caption: str | None = None
    caption_source: str | None = None
    license: str | None = None
    author: str | None = None


def sidecars_of(path: Path, beside: Mapping[tuple[str, str], Path]) -> list[Path]:
    """The sidecars of the picture at `path` among those `beside` it (by stem and extension), in the order of the rule.

    .txt comes before .caption and that before .json; "a.jpg.txt", which is for one picture only, before "a.txt", which
    "a.jpg" and "a.png" share.
    """
    keys = [(stem, extension) for extension in SIDECAR_EXTENSIONS for stem in (path.name, path.stem)]
    return [beside[key] for key in dict.fromkeys(keys) if key in beside]


def read_sidecars(paths: list[Path]) -> tuple[Told, list[tuple[Path, str]]]:
    """What these sidecars say, the first caption that is not blank, and those that could not be used, each with why."""
    told, unusable = Told(), list[tuple[Path, str]]()
    for path in paths:
        try:
            text = read_text(path)
            said = told_by_json(text) if path.suffix.lower() == ".json" else Told(caption=text or None)
        except UnusableError as error:
            unusable.append((path, str(error)))
            continue
        if told.caption is None and said.caption is not None:
            told = replace(told, caption=said.caption, caption_source=path.suffix.lower())
        told = replace(told, license=told.license or said.license, author=told.author or said.author)
    return told, unusable


def read_text(path: Path) -> str:
    """The text of a file without blanks at its ends, see `whole_text`."""
    return whole_text(path).strip()


def whole_text(path: Path) -> str:
    """The text of a file: Unicode by its byte-order mark, else UTF-8, else Windows-1252. Line ends become "\\n".

    Raises UnusableError for what is no text, or more than a megabyte of it.
    """
    try:
        with opened(path) as file:
            data = read_at_most(file, LARGEST + 1)
    except Unavailable as error:
        raise UnusableError(error.reason) from error
    return text_in(data)


def text_in(data: bytes) -> str:
    """The text that the bytes of a file are, see `whole_text`."""
    if len(data) > LARGEST:
        raise UnusableError("it is larger than 1 MB")
    text = _decoded(data)
    controls = len(_CONTROL.findall(text))
    if "\0" in text or controls > _CONTROL_SHARE * len(text):
        raise UnusableError("it is not text")
    return _plain(text)


def _decoded(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:  # five bytes mean nothing there
        return data.decode("latin-1")


def clean_text(text: str) -> str:
    """The text as a table can hold it, without blanks at its ends; line ends become "\\n"."""
    return _plain(text).strip()


def _plain(text: str) -> str:
    # JSON can spell half a surrogate pair, which no table can hold.
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return whole.replace("\r\n", "\n").replace("\r", "\n")


def told_by_json(text: str) -> Told:
    """What the text of a JSON sidecar says. Raises UnusableError for what is no JSON object."""
    if not text:
        return Told()
    said = json_object(text)
    return Told(
        caption=_first(said, "caption", "text") or _tags(said.get("tags")),
        license=_first(said, "license", "licence"),
        author=_first(said, "author"),
    )


def json_object(text: str) -> dict[str, Any]:
    """The object that a JSON text is. Raises UnusableError for what is none."""
    try:
        said: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnusableError("it is not valid JSON") from error
    if not isinstance(said, dict):
        raise UnusableError("it holds no JSON object")
    return said


def _first(said: dict[str, Any], *keys: str) -> str | None:
    texts = (clean_text(said[key]) for key in keys if isinstance(said.get(key), str))
    return next((text for text in texts if text), None)


def _tags(tags: Any) -> str | None:
    if isinstance(tags, str):
        return clean_text(tags) or None
    if not isinstance(tags, list):
        return None
    return ", ".join(text for tag in tags if isinstance(tag, str) and (text := clean_text(tag))) or None
