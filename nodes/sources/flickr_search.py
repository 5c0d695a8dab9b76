"""Searching Flickr: the licences it knows by their addresses, pages of results, and what of them is remembered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any
from urllib.parse import urlencode

from nodegraph import problem
from nodes.sources.fetching.answers import Answer, Rules, patiently
from nodes.sources.tables import text_of
from nodes.sources.unpacking import RefusedError

API = "https://api.flickr.com/services/rest/"
SIZES = {
    "original": ("o", "k", "h", "l", "c", "z"),
    "2048 px": ("k", "h", "l", "c", "z"),
    "1024 px": ("l", "c", "z"),
}
"""Which of the addresses `url_o`, `url_k` and so on is taken: the first that a photo has."""

_LARGEST_ANSWER = 20_000_000
_A_PAGE = 250
_MOST_PAGES = 20
_CREATIVE_COMMONS = re.compile(r"//creativecommons\.org/licenses/([a-z-]+)/(\d\.\d)", re.IGNORECASE)
_WITHOUT_CONDITIONS = {
    "creativecommons.org/publicdomain/zero": "CC0-1.0",
    "creativecommons.org/publicdomain/mark": "PDM-1.0",
    "flickr.com/commons/usage": "No known copyright restrictions",
    "usa.gov/": "United States Government Work",
}


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched for. `kinds` are kinds of licences: "free" (no conditions), "by", "by-sa", "by-nc", ..."""

    query: str
    kinds: Sequence[str]
    most: int
    size: str

    @property
    def key(self) -> str:
        """A name for it that differs from that of every other search."""
        return blake2b(json.dumps(asdict(self), sort_keys=True).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that was found: where it is, whose it is, and under which licence."""

    url: str
    page: str
    title: str | None
    tags: str | None
    author: str | None
    license: str


def kind_of_license(address: str) -> tuple[str, str] | None:
    """The kind and the short name of a licence by its address; None where all rights are reserved or it is unknown."""
    if match := _CREATIVE_COMMONS.search(address):
        words = match[1].lower()
        return words, f"CC-{words.upper()}-{match[2]}"
    return next((("free", name) for part, name in _WITHOUT_CONDITIONS.items() if part in address), None)


def photos_of(search: Search, key: str, rules: Rules, base: str) -> list[Photo]:
    """The photos that Flickr finds, at most `search.most`, each once. Raises a problem when it does not answer."""
    licences = _licences(search, key, rules, base)
    if not licences:
        return []
    found: dict[str, Photo] = {}
    for photo in _results(search, key, ",".join(licences), rules, base):
        url = next((url for size in SIZES[search.size] if (url := text_of(photo.get(f"url_{size}")))), None)
        license = licences.get(text_of(photo.get("license")) or "")
        if url is None or license is None:
            continue  # a licence that was changed meanwhile is not the one that was asked for
        page = f"https://www.flickr.com/photos/{text_of(photo.get('owner'))}/{text_of(photo.get('id'))}"
        author, title, tags = (text_of(photo.get(name)) for name in ("ownername", "title", "tags"))
        found.setdefault(page, Photo(url, page, title, tags, author, license))
        if len(found) == search.most:
            break
    return list(found.values())


def remembered(text: str | None) -> list[Photo] | None:
    """The photos that `to_remember` wrote, or None where it is no such text."""
    try:
        return [Photo(**photo) for photo in json.loads(text or "")]
    except (ValueError, TypeError, RecursionError):
        return None


def to_remember(photos: Sequence[Photo]) -> str:
    """The photos as a text: where they are and whose, never the key that they were searched with."""
    return json.dumps([asdict(photo) for photo in photos], indent=1)


def _licences(search: Search, key: str, rules: Rules, base: str) -> dict[str, str]:
    """Flickr's numbers of the wanted kinds of licences, each with its short name."""
    said = _asked({"method": "flickr.photos.licenses.getInfo"}, key, rules, base)
    licences: dict[str, str] = {}
    for licence in _list_in(said, "licenses", "license"):
        kind = kind_of_license(text_of(licence.get("url")) or "")
        number = text_of(licence.get("id"))
        if kind is not None and number is not None and kind[0] in search.kinds:
            licences[number] = kind[1]
    return licences


def _results(search: Search, key: str, licences: str, rules: Rules, base: str) -> Iterator[Mapping[str, Any]]:
    extras = ",".join(("license", "owner_name", "tags", *(f"url_{size}" for size in SIZES[search.size])))
    asked = {
        "method": "flickr.photos.search", "text": search.query, "license": licences, "extras": extras,
        "safe_search": "1", "content_types": "0", "media": "photos", "sort": "relevance",
        "per_page": str(min(_A_PAGE, search.most)),
    }  # fmt: skip
    for page in range(1, _MOST_PAGES + 1):
        said = _asked({**asked, "page": str(page)}, key, rules, base)
        photos = _list_in(said, "photos", "photo")
        yield from photos
        whole = said["photos"].get("pages") if photos else 0
        if not isinstance(whole, int) or page >= whole:
            return


def _list_in(said: Mapping[str, Any], outer: str, inner: str) -> list[Mapping[str, Any]]:
    items: Any = said.get(outer)
    items = items.get(inner) if isinstance(items, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _asked(parameters: Mapping[str, str], key: str, rules: Rules, base: str) -> Mapping[str, Any]:
    def take(answer: Answer) -> bytes:
        data = b""
        for part in answer.parts:
            data += part
            if len(data) > _LARGEST_ANSWER:
                raise RefusedError("too-large", "its answer is too long")
        return data

    whole = {**parameters, "api_key": key, "format": "json", "nojsoncallback": "1"}
    try:
        said: Any = json.loads(patiently(f"{base}?{urlencode(whole)}", rules, take))
    except RefusedError as error:  # its text never holds the address, in which the key is
        fix = "Look at the network connection, or try again later."
        raise problem("no-answer", f"Flickr cannot be searched: {error.reason}.", fix, param="query") from None
    except (ValueError, RecursionError):
        text = "Flickr gave an answer that cannot be read."
        raise problem("no-answer", text, "Try again later.", param="query") from None
    if isinstance(said, dict) and said.get("stat") == "ok":
        return said
    code, why = (said.get("code"), text_of(said.get("message"))) if isinstance(said, dict) else (None, None)
    wrong_key = code == 100
    raise problem(
        "wrong-api-key" if wrong_key else "refused-search",
        f"Flickr refused: {why or 'it did not say why'}.",
        "Put a valid key of the Flickr API into the environment variable." if wrong_key else "Change the search.",
        param="key_variable" if wrong_key else "query",
    )
