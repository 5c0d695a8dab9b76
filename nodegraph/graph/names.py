"""Names that were probably meant: the suggestion in a problem about an unknown node, port, parameter or column."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

SHOWN = 8
"""So many names are listed where none is near."""


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name most like `name` (difflib's ratio, at least 0.6; case does not count), or None."""
    folded = {known.casefold(): known for known in sorted(names, reverse=True)}
    found = get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def did_you_mean(name: str, names: Iterable[str], *, what: str = "There is") -> str:
    """A sentence that names the nearest, or lists what there is: 'Did you mean "low"?', 'There is: high, low.'"""
    known = sorted(set(names))
    near = nearest(name, known)
    if near is not None:
        return f'Did you mean "{near}"?'
    if not known:
        return f"{what}: none."
    return f"{what}: {', '.join(known[:SHOWN])}{' and more' if len(known) > SHOWN else ''}."
