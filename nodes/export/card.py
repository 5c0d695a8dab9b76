"""Dataset cards: the README.md of an export, from templates and the records of its pictures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

from nodegraph.context import Context, NodeCount
from nodes.export.manifest import Record
from nodes.export.names import one_line

UNKNOWN_LICENSE = "not known"
HUB_LICENSES = {
    "cc0": "cc0-1.0",
    "cc0 1.0": "cc0-1.0",
    "public domain": "cc0-1.0",
    "cc by 2.0": "cc-by-2.0",
    "cc by 3.0": "cc-by-3.0",
    "cc by 4.0": "cc-by-4.0",
    "cc by sa 3.0": "cc-by-sa-3.0",
    "cc by sa 4.0": "cc-by-sa-4.0",
    "cc by nc 4.0": "cc-by-nc-4.0",
    "apache 2.0": "apache-2.0",
    "mit": "mit",
}
"""Licence names as people write them, without hyphens, to the ids that the Hugging Face Hub knows."""

SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def card(template: str, title: str, records: Sequence[Record], context: Context, **more: Any) -> str:
    """The card made by `template` from the pictures, sorted by file, and the counts of the nodes above the export."""
    text = (
        _environment()
        .get_template(template)
        .render(
            title=one_line(title) or "Picture set",
            count=len(records),
            converted=sum(record.converted for record in records),
            splits=splits_of(records),
            licenses=licenses_of(records),
            funnel=[count for count in context.upstream if count.rows_in or count.rows_out],
            examples=list(dict.fromkeys(record.caption for record in records if record.caption))[:3],
            authors=len({record.author for record in records if record.author}),
            **more,
        )
    )
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("nodes.export"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        autoescape=False, keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters["cell"] = cell
    environment.filters["name"] = name_of
    return environment


def splits_of(records: Sequence[Record]) -> dict[str, int]:
    """Pictures a split, train first."""
    counts = Counter(record.split for record in records)
    return {split: counts[split] for split in sorted(counts, key=lambda split: (split != "train", split))}


def licenses_of(records: Sequence[Record]) -> list[tuple[str, int]]:
    """Pictures a licence, most frequent first."""
    counts = Counter(one_line(record.license) or UNKNOWN_LICENSE for record in records)
    return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))


def hub_license(records: Sequence[Record]) -> str:
    """The licence id for the card's header: that of all pictures, "unknown" when none is known, else "other"."""
    names = [name for name, _count in licenses_of(records)]
    if names in ([], [UNKNOWN_LICENSE]):
        return "unknown"
    ids = {HUB_LICENSES.get(" ".join(name.lower().replace("-", " ").replace("_", " ").split())) for name in names}
    found = ids.pop() if len(ids) == 1 else None
    return found or "other"


def size_category(count: int) -> str:
    """The size class of the Hugging Face Hub."""
    return next((name for limit, name in SIZES if count < limit), "n>1M")


def cell(text: object) -> str:
    """`text` as a cell of a Markdown table or a line of its own, in which nothing is markup."""
    line = one_line(str(text))
    return "".join(f"\\{c}" if c in "\\`*_[]<>|#!" else c for c in line)


def name_of(count: NodeCount) -> str:
    """What a person calls the node: its label, or its type."""
    return count.label or count.type
