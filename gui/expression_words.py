"""The words that are offered while a condition is typed: columns, functions, and what stands between them."""

from __future__ import annotations

from collections.abc import Iterable

from nodegraph.expressions import FUNCTIONS

BETWEEN = ("and", "or", "not", "is null", "is not null", "between", "in", "like", "true", "false")


def expression_words(columns: Iterable[str]) -> list[str]:
    """The columns first."""
    return [*columns, *(f"{name}(" for name in sorted(FUNCTIONS)), *BETWEEN]
