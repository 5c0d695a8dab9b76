"""Lines on the terminal: what graphs, files and models are called neither ends a line nor steers the terminal."""

from __future__ import annotations

import re

LONGEST = 1000
"""Characters of one line: a value in a problem can be as long as a file."""

_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def line_of(said: object) -> str:
    """A problem or another text on one line: control characters as escapes, what is too long without its middle."""
    text = str(said)
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]} ... {text[-LONGEST // 2 :]}"
    return _STEERING.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)
