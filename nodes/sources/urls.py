"""The URL source: pictures at the addresses of a list, downloaded once into a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from nodegraph import ColumnInfo, Context, File, Folder, Found, Main, Problem, Range, Skipped, problem, source
from nodegraph.data.recipe import Recipe
from nodes.sources.downloaded import DOWNLOAD_COLUMNS, Listed, Order, downloaded
from nodes.sources.fetching.answers import Rules
from nodes.sources.rows import AcceptTruncated, AlphaColour, MaxMegapixels
from nodes.sources.sidecars import UnusableError
from nodes.sources.tables import SUFFIXES, first_text, further_columns, further_problems, further_values, table_rows

_URLS = ("url", "URL", "image_url", "image", "link")
_CAPTIONS = ("caption", "CAPTION", "text", "TEXT", "title")
_LICENSES = ("license", "LICENSE", "licence")
_AUTHORS = ("author", "creator", "artist", "owner")


def _columns(params: Mapping[str, Any]) -> dict[str, ColumnInfo]:
    return {**DOWNLOAD_COLUMNS, **further_columns(params.get("text_columns", ()), params.get("number_columns", ()))}


def _check(params: Mapping[str, Any]) -> list[Problem]:
    return further_problems(params["text_columns"], params["number_columns"], DOWNLOAD_COLUMNS)


@source("source/urls", rev=1, title="URL list", gives=_columns, check=_check)
def urls(
    *,
    file: Annotated[str, File(suffixes=SUFFIXES), Main(), "The list: .csv, .tsv, .jsonl or .parquet."],
    folder: Annotated[str, Folder(writes=True), Main(), "The pictures are downloaded to this folder, once."],
    url_column: Annotated[str, "Where the address is; empty: url, image_url, image or link."] = "",
    caption_column: Annotated[str, "Where the caption is; empty: caption, text or title."] = "",
    license_column: Annotated[str, "Where the licence is; empty: license or licence."] = "",
    author_column: Annotated[str, "Where the author is; empty: author, creator, artist or owner."] = "",
    text_columns: Annotated[list[str], "Further columns of the list to take over as text."] = [],  # noqa: B006
    number_columns: Annotated[list[str], "Further columns of the list to take over as numbers."] = [],  # noqa: B006
    max_pictures: Annotated[int, Range(1, 10_000_000), "Only that many rows of the list are looked at."] = 10_000,
    threads: Annotated[int, Range(1, 64), "Downloads at the same time."] = 16,
    per_host: Annotated[int, Range(1, 16), "Downloads at the same time from one host."] = 4,
    timeout: Annotated[float, Range(1, 300, unit="s"), "How long a server may be silent."] = 10.0,
    max_mb: Annotated[int, Range(1, 2000, unit="MB"), "Larger pictures are not downloaded."] = 50,
    max_gb: Annotated[int, Range(1, 10_000, unit="GB"), "What all pictures may take."] = 100,
    respect_robots: Annotated[bool, "Leave pictures alone whose site forbids their use (X-Robots-Tag)."] = True,
    retry_failed: Annotated[bool, "Ask again for addresses that were refused for good before."] = False,
    allow_private: Annotated[bool, "Let addresses lead into your own network too."] = False,
    alpha_colour: AlphaColour = "#ffffff",
    accept_truncated: AcceptTruncated = False,
    max_megapixels: MaxMegapixels = 200,
    context: Context,
) -> Found:
    """Downloads the pictures at the addresses of a list, with the captions, licences and authors beside them.

    Pictures are kept in a folder of yours, so that the next run fetches only what is not there yet; a run that was
    stopped goes on where it was. An address that gives no picture is skipped with the reason: not there (404), too
    slow, too large, a web page, a site that forbids the use of its pictures for training. Those that are gone for good
    are not asked for again.

    Lists come from strangers: addresses inside your own network are refused unless you allow them. That a picture can
    be downloaded does not say that you may use it: look at the licence.
    """
    names = {
        "caption": [caption_column] if caption_column else _CAPTIONS,
        "license": [license_column] if license_column else _LICENSES,
        "author": [author_column] if author_column else _AUTHORS,
    }
    addresses = [url_column] if url_column else _URLS
    rows = _rows(Path(file), addresses)
    listed: list[Listed] = []
    skipped: list[Skipped] = []
    for number, row in enumerate(rows[:max_pictures]):
        url = first_text(row, addresses)
        if url is None:
            skipped.append(Skipped(f"row {number + 1}", "no-url", "the row has no address"))
            continue
        values = {column: first_text(row, wanted) for column, wanted in names.items()}
        listed.append(Listed(url, {**values, **further_values(row, text_columns, number_columns)}))
    cut = f"The list has {len(rows):,} rows; only the first {max_pictures:,} count."
    rules = Rules(timeout, max_mb * 10**6, respect_robots, allow_private, cancelled=context.cancelled)
    return downloaded(
        listed,
        Order(folder, rules, max_gb * 10**9, threads, per_host, retry_failed),
        {**DOWNLOAD_COLUMNS, **further_columns(text_columns, number_columns)},
        str(Recipe(alpha_colour, accept_truncated, max_megapixels)),
        context,
        skipped=skipped,
        notices=[cut] if len(rows) > max_pictures else [],
    )


def _rows(path: Path, addresses: Sequence[str]) -> list[dict[str, Any]]:
    try:
        rows = table_rows(path)
    except UnusableError as error:
        fix = "Choose a .csv, .tsv, .jsonl or .parquet file."
        raise problem(
            "unusable-list", f"{path} cannot be read: {error}.", fix, param="file", value=str(path)
        ) from error
    names = {name for row in rows for name in row}
    if rows and not names & {*addresses}:
        raise problem(
            "no-url-column",
            f"{path} has no column {' or '.join(addresses)}; it has {', '.join(sorted(names)[:10]) or 'none'}.",
            "Say with Url column where the addresses are.",
            param="url_column",
            value=addresses[0],
        )
    return rows
