"""Words: numbers, sizes and help texts as a person reads them."""

from __future__ import annotations

import html
import re

FORMATS = ("jpeg", "jsonl")
"""Initials that can be spoken; without a vowel they are known by that."""


def number_text(value: object) -> str:
    """A number without needless digits: 3.0 is "3", 0.1 is "0.1". What is no number is written as it is."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "" if value is None else str(value)
    return str(value) if isinstance(value, int) else format(value, ".12g")


def short_number(value: float) -> str:
    """A number to three or four digits, for labels of a drawing."""
    if value == int(value) and abs(value) < 1e6:
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else format(value, ".3g")


def size_text(count: int) -> str:
    """A number of bytes: "605 MB"."""
    size = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            break
        size /= 1000
    return f"{size:.0f} {unit}" if size >= 10 or unit == "bytes" else f"{size:.1f} {unit}"


def rich(text: str) -> str:
    """A help text as rich text: *word* in italics, `code` in a fixed font, an empty line as a new paragraph."""
    safe = html.escape(text, quote=False)
    safe = re.sub(r"`([^`\n]+)`", r"<code>\1</code>", safe)
    safe = re.sub(r"\*(?=\S)([^*\n]+)(?<=\S)\*", r"<i>\1</i>", safe)
    return "<br><br>".join(" ".join(part.split()) for part in re.split(r"\n\s*\n", safe))


def paragraphs(text: str) -> tuple[str, str]:
    """The first paragraph of a help text, and the rest."""
    first, _, rest = text.strip().partition("\n\n")
    return first, rest.strip()


def choice_text(value: object) -> str:
    """A choice as a button shows it: "value" is "Value", "png" is "PNG". A name such as "sd-scripts" stays."""
    text = str(value)
    if not text.islower() or not text.replace(" ", "").isalpha():
        return text
    initials = text in FORMATS or not re.search("[aeiouy]", text)
    return text.upper() if initials else text[:1].upper() + text[1:]
