"""What models answer: fields in the JSON of an answer, and names brought to the spelling they must have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

MOST_STARTS = 20
"""How many opening braces are tried: an answer may have some before its JSON."""


def json_in(answer: str) -> Mapping[str, Any] | None:
    """The first JSON object that an answer holds, whatever is written round it, or None."""
    decoder = json.JSONDecoder()
    starts = [found.start() for found in re.finditer(r"\{", answer)][:MOST_STARTS]
    for start in starts:
        try:
            found, _ = decoder.raw_decode(answer, start)
        except (ValueError, RecursionError):
            continue
        return found
    return None


def fields_of(answer: str | None, names: Sequence[str]) -> dict[str, str | None]:
    """The texts of these fields in an answer; None where it lacks one. Upper and lower case of names do not matter."""
    found = (json_in(answer) if answer else None) or {}
    said = {str(name).casefold().replace(" ", "_"): value for name, value in found.items()}
    return {name: _text(said.get(name.casefold())) for name in names}


def _text(value: Any) -> str | None:
    """A value as a text: lists joined by commas, nothing for what says nothing."""
    if isinstance(value, list):
        parts = [text for item in value if not isinstance(item, list | dict) and (text := _text(item))]
        return ", ".join(parts) or None
    if value is None or isinstance(value, dict):
        return None
    text = str(value).lower() if isinstance(value, bool) else str(value)
    # a lone half of a surrogate pair, which JSON can spell, is no text
    return " ".join(text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "").split()) or None


def spelled(text: str | None, vocabulary: Iterable[str]) -> str | None:
    """The text with each name of the vocabulary spelled as it is there, however it was written before.

    Case, and spaces and hyphens between the parts of a name, do not matter; a name is found as words of its own.
    """
    names = {_key(name): " ".join(name.split()) for name in vocabulary if _key(name)}
    if not text or not names:
        return text
    # the longest first, so that a name within a longer one is not found alone
    choices = [r"[\s-]*".join(map(re.escape, _parts(name))) for name in sorted(names.values(), key=len, reverse=True)]
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(choices)})(?!\w)", re.IGNORECASE)
    return pattern.sub(lambda found: names.get(_key(found[0]), found[0]), text)


def _parts(name: str) -> list[str]:
    return [part for part in re.split(r"[\s-]+", name) if part]


def _key(name: str) -> str:
    return "".join(_parts(name)).casefold()
