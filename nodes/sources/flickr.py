"""The Flickr source: photos under free licences, found by words and downloaded once into a folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from nodegraph import ColumnInfo, Context, Folder, Found, KeyVariable, Main, Problem, Range, Skipped, problem, source
from nodegraph.data.recipe import Recipe
from nodes.sources.downloaded import DOWNLOAD_COLUMNS, Listed, Order, downloaded
from nodes.sources.fetching.answers import Rules, StoppedError
from nodes.sources.flickr_search import API, Photo, Search, photos_of, remembered, to_remember
from nodes.sources.rows import AcceptTruncated, AlphaColour, MaxMegapixels, found_rows
from nodes.sources.unpacking import not_here_yet, unpacking

COLUMNS = {
    **DOWNLOAD_COLUMNS,
    "caption": ColumnInfo("text", "Title that the photographer gave it"),
    "license": ColumnInfo("text", "Licence, such as CC-BY-2.0"),
    "author": ColumnInfo("text", "Name of the photographer"),
    "page": ColumnInfo("text", "The photo's page on Flickr, for naming the source"),
    "tags": ColumnInfo("text", "Tags that the photographer gave it"),
}
_MOST_BYTES = 100_000_000_000


def _check(params: Mapping[str, Any]) -> list[Problem]:
    problems: list[Problem] = []
    if not params["query"].strip():
        problems.append(Problem("empty-query", "There is nothing to search for.", "Fill in Query.", param="query"))
    if not _kinds(params):
        text = "No kind of licence is allowed, so nothing can be found."
        problems.append(Problem("no-licence", text, "Switch on at least one.", param="no_conditions"))
    return problems


@source("source/flickr", rev=1, title="Flickr", gives=COLUMNS, check=_check)
def flickr(
    *,
    query: Annotated[str, Main(), "What to search for, in words."],
    folder: Annotated[str, Folder(writes=True), Main(), "The pictures are downloaded to this folder, once."],
    no_conditions: Annotated[bool, "CC0, public domain, works of the US government, no known restrictions."] = True,
    attribution: Annotated[bool, "CC BY: the photographer must be named."] = True,
    share_alike: Annotated[bool, "CC BY-SA: the same, and what is made of it must stay as free."] = False,
    non_commercial: Annotated[bool, "CC BY-NC and BY-NC-SA: not for commercial use."] = False,
    max_pictures: Annotated[int, Range(1, 4000), Main(), "How many photos at most."] = 500,
    size: Annotated[Literal["original", "2048 px", "1024 px"], "The longer side; else the next smaller."] = "2048 px",
    search_again: Annotated[bool, "Search anew instead of taking what was found the first time."] = False,
    key_variable: Annotated[
        str, KeyVariable(), "The environment variable that holds your key of the Flickr API."
    ] = "FLICKR_API_KEY",
    threads: Annotated[int, Range(1, 16), "Downloads at the same time."] = 4,
    timeout: Annotated[float, Range(1, 300, unit="s"), "How long a server may be silent."] = 10.0,
    max_mb: Annotated[int, Range(1, 2000, unit="MB"), "Larger pictures are not downloaded."] = 50,
    alpha_colour: AlphaColour = "#ffffff",
    accept_truncated: AcceptTruncated = False,
    max_megapixels: MaxMegapixels = 200,
    context: Context,
) -> Found:
    """Finds photos on Flickr by words, under licences of your choice, and downloads them with author and licence.

    You need a key of the Flickr API, which Flickr gives for free, in the environment variable FLICKR_API_KEY. It is
    written nowhere. What was found is remembered in the folder with the pictures, so that the next run gives the same
    set and needs neither key nor network; "Search again" looks for what is new.

    Photographers choose the licence themselves, and nobody checks that they may. Keep the columns `author`, `license`
    and `page`: CC BY asks you to name them. Only photos that Flickr holds for safe are searched.
    """
    allowed = {
        "no_conditions": no_conditions,
        "attribution": attribution,
        "share_alike": share_alike,
        "non_commercial": non_commercial,
    }
    wanted = Search(query.strip(), _kinds(allowed), max_pictures, size)
    rules = Rules(timeout, max_mb * 10**6, cancelled=context.cancelled)
    recipe = str(Recipe(alpha_colour, accept_truncated, max_megapixels))
    order = Order(folder, rules, _MOST_BYTES, threads, per_host=threads)
    return from_flickr(wanted, order, os.environ.get(key_variable, ""), recipe, context, search_again=search_again)


def from_flickr(
    search: Search,
    order: Order,
    key: str,
    recipe: str,
    context: Context,
    *,
    search_again: bool = False,
    base: str = API,
) -> Found:
    """The photos of a search, remembered or asked for at `base`, as rows of downloaded files."""
    try:
        photos = _photos(search, order, key, search_again=search_again, rehearsal=context.rehearsal, base=base)
    except StoppedError:
        return found_rows([], COLUMNS, (), ["The run was stopped before Flickr had answered."])
    if photos is None:
        why = not_here_yet()
        skipped = [Skipped(f"photo {number + 1}", why.rule, why.reason) for number in range(search.most)]
        return found_rows([], COLUMNS, skipped, ["What Flickr finds is known once the graph runs."])
    return downloaded([_listed(photo) for photo in photos], order, COLUMNS, recipe, context)


def _photos(
    search: Search, order: Order, key: str, *, search_again: bool, rehearsal: bool, base: str
) -> list[Photo] | None:
    """The photos of a search, remembered or asked for; None where a rehearsal does not know them."""
    name = f"flickr-{search.key}.json"
    with unpacking(order.folder, most_bytes=order.most_bytes, only_read=rehearsal) as unpacked:
        known = remembered(unpacked.note(name))
        if known is not None and (rehearsal or not search_again):
            return known
        if rehearsal:
            return None
        if not key:
            raise problem(
                "no-api-key",
                "There is no key of the Flickr API in the environment.",
                "Get one at https://www.flickr.com/services/apps/create/ and start with FLICKR_API_KEY set to it.",
                param="key_variable",
            )
        photos = photos_of(search, key, order.rules, base)
        unpacked.set_note(name, to_remember(photos))
    return photos


def _listed(photo: Photo) -> Listed:
    named = {"license": photo.license, "author": photo.author, "page": photo.page}
    return Listed(photo.url, {"caption": photo.title, "tags": photo.tags, **named})


def _kinds(params: Mapping[str, Any]) -> list[str]:
    kinds = {
        "no_conditions": ["free"],
        "attribution": ["by"],
        "share_alike": ["by-sa"],
        "non_commercial": ["by-nc", "by-nc-sa"],
    }
    return [kind for name, those in kinds.items() if params[name] for kind in those]
