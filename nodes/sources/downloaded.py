"""Downloaded pictures: a list of addresses with what is known of each becomes rows of files in a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from nodegraph import ColumnInfo, Context, Found, Skipped
from nodegraph.data.paths import path_text
from nodes.sources.fetching.answers import Rules
from nodes.sources.fetching.downloads import Wanted, bring_all, host_of
from nodes.sources.rows import FILE_COLUMNS, file_row, found_rows
from nodes.sources.unpacking import RefusedError, unpacking

DOWNLOAD_COLUMNS = {
    **FILE_COLUMNS,
    "source": ColumnInfo("text", "The host that it is from"),
    "url": ColumnInfo("text", "Where it was downloaded from"),
    "http_status": ColumnInfo("integer", "What the server answered"),
    "caption": ColumnInfo("text", "Caption from the list"),
    "license": ColumnInfo("text", "Licence from the list"),
    "author": ColumnInfo("text", "Author from the list"),
}
_LONGEST_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Listed:
    """An address and the values of the row that its picture becomes."""

    url: str
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Order:
    """Where and how to download. `again`: ask for what was refused for good before; `most_bytes` for all together."""

    folder: str
    rules: Rules
    most_bytes: int
    threads: int = 16
    per_host: int = 4
    again: bool = False


def downloaded(
    listed: Sequence[Listed],
    order: Order,
    columns: Mapping[str, ColumnInfo],
    recipe: str,
    context: Context,
    *,
    skipped: Sequence[Skipped] = (),
    notices: Sequence[str] = (),
) -> Found:
    """The pictures at these addresses, in their order; an address that comes twice counts the first time."""
    lost = list(skipped)
    unique: dict[str, Listed] = {}
    for one in listed:
        if unique.setdefault(one.url, one) is not one:
            lost.append(Skipped(shown(one.url), "same-url", "the address is in the list before"))
    wanted = [Wanted(one.url, name_in(one.url), _facts(one)) for one in unique.values()]
    with unpacking(order.folder, most_bytes=order.most_bytes, only_read=context.rehearsal) as unpacked:
        brought = bring_all(
            wanted,
            unpacked,
            order.rules,
            threads=order.threads,
            per_host=order.per_host,
            again=order.again,
            progress=context.progress,
        )
    rows: list[dict[str, Any]] = []
    for one, result in zip(unique.values(), brought, strict=True):
        if isinstance(result, RefusedError):
            lost.append(Skipped(shown(one.url), result.rule, result.reason))
        elif result is None:
            lost.append(Skipped(shown(one.url), "stopped", "the run was stopped before it came"))
        else:
            row = file_row(result.file, unpacked.path_of(result), result.bytes, recipe, host_of(one.url))
            rows.append({**row, "url": one.url, "http_status": result.facts.get("http_status"), **one.values})
    told = [*notices, *([] if rows else ["No picture was downloaded."])]
    return found_rows(rows, columns, lost, told)


def name_in(url: str) -> str:
    """The last part of the path of an address, or its host: what a file from there is named after."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "picture"
    return unquote(parts.path.rstrip("/").rpartition("/")[2]) or parts.hostname or "picture"


def shown(url: str) -> str:
    """An address as it is shown to people."""
    text = path_text(url)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 3] + "..."


def _facts(one: Listed) -> dict[str, Any]:
    return {name: one.values[name] for name in ("license", "author") if one.values.get(name)}
