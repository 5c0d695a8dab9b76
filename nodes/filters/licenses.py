"""Licences: the many ways to write one become one name, and what it allows. Pure; no legal advice.

Names are SPDX identifiers where there is one (https://spdx.org/licenses), else "LicenseRef-" and a word.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

LONGEST = 2000


@dataclass(frozen=True, slots=True)
class License:
    """A licence: its identifier, and whether it allows commercial use and changed works, and asks for a name."""

    id: str
    commercial: bool
    derivatives: bool
    attribution: bool

    @property
    def family(self) -> str:
        """The identifier without its version: "CC-BY" of "CC-BY-4.0"."""
        return re.sub(r"-\d+(\.\d+)*$", "", self.id)


def _other(id: str, *, commercial: bool = True, derivatives: bool = True, attribution: bool = True) -> License:
    return License(id, commercial, derivatives, attribution)


CC0 = _other("CC0-1.0", attribution=False)
PUBLIC_DOMAIN = _other("CC-PDM-1.0", attribution=False)
RESERVED = _other("LicenseRef-AllRightsReserved", commercial=False, derivatives=False)

_CREATIVE_COMMONS = re.compile(
    r"(?:\bcc|creative ?commons)[ :/-]*(?:licen[cs]e[ds]?[ -]*)?(?:by\b|attribution)|creativecommons\.org/licenses/by"
)
_BARE = re.compile(
    r"(?:by|attribution)(?:[ -]+(?:nc|nd|sa|non-?commercial|no-?deriv\w*|share-?alike|\d\.\d|generic|international"
    r"|unported|licen[cs]e))*"
)
_DENIED = re.compile(r"\b(?:not|isn't|no longer|no commercial|except|unless|prohibited|forbidden|editorial)\b")
_VERSION = re.compile(r"(?<![\d.])([1-4]\.\d)(?![\d.])")
_PARTS = (
    ("nc", re.compile(r"\bnc\b|non[ -]?commercial")),
    ("nd", re.compile(r"\bnd\b|no[ -]?deriv")),
    ("sa", re.compile(r"\bsa\b|share[ -]?alike")),
)
_SIMPLE: tuple[tuple[re.Pattern[str], License], ...] = (
    (re.compile(r"\bcc[ -]?0\b|\bcc zero\b|publicdomain/zero|creative ?commons zero"), CC0),
    (re.compile(r"publicdomain/mark|\bpublic ?domain\b|^pdm?\b|\bcc-pd|no known copyright|united states government work"
                r"|noc-us/|\bus[ -]?gov"), PUBLIC_DOMAIN),
    (re.compile(r"\ball rights? reserved\b|rightsstatements\.org/vocab/inc|^©|^\(c\) |^copyright\b|^proprietary$"),
     RESERVED),
    (re.compile(r"\bunsplash\b"), _other("LicenseRef-Unsplash", attribution=False)),
    (re.compile(r"\bpexels\b"), _other("LicenseRef-Pexels", attribution=False)),
    (re.compile(r"\bpixabay\b"), _other("LicenseRef-Pixabay", attribution=False)),
    (re.compile(r"\bapache(?:[ -]license)?[ ,-]*(?:version )?2"), _other("Apache-2.0")),
    (re.compile(r"(?:^|licenses/)mit(?:[ -]licen[cs]e)?(?:$|,| \(c\)| ©)"), _other("MIT")),
    (re.compile(r"\bbsd[ -]2[ -]clause\b"), _other("BSD-2-Clause")),
    (re.compile(r"\bbsd[ -]3[ -]clause\b"), _other("BSD-3-Clause")),
    (re.compile(r"\bfree art license\b|\blal-1\.3\b|artlibre\.org"), _other("LAL-1.3")),
    (re.compile(r"\bgfdl\b|gnu free documentation"), _other("GFDL-1.3-or-later")),
    (re.compile(r"\bwtfpl\b"), _other("WTFPL", attribution=False)),
    (re.compile(r"\bopen government licen[cs]e\b|\bogl-uk|open-government-licence"), _other("OGL-UK-3.0")),
)  # fmt: skip


def normalised(text: str | None) -> License | None:
    """The licence that `text` names: an identifier, a name, a sentence or an address. None where it names none known.

    Creative Commons without a version is taken as 4.0, which differs in nothing that is told here.
    """
    words = _plain(text or "")
    if not words or _DENIED.search(words):  # a sentence that takes something back is for a person to read
        return None
    for pattern, found in _SIMPLE[:2]:
        if pattern.search(words):
            return found
    if (found := _creative_commons(words)) is not None:
        return found
    return next((found for pattern, found in _SIMPLE[2:] if pattern.search(words)), None)


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text[:LONGEST]).casefold()
    return " ".join(text.replace("_", "-").replace("\N{EN DASH}", "-").split())


def _creative_commons(words: str) -> License | None:
    if not _CREATIVE_COMMONS.search(words) and not _BARE.fullmatch(words):
        return None
    parts = [name for name, pattern in _PARTS if pattern.search(words)]
    if "nd" in parts and "sa" in parts:
        return None  # there is no such licence
    version = _VERSION.search(words)
    id = "-".join(("CC-BY", *(part.upper() for part in parts), version[1] if version else "4.0"))
    return License(id, commercial="nc" not in parts, derivatives="nd" not in parts, attribution=True)
