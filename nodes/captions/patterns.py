"""Search patterns over texts: regular expressions whose time grows with the text alone, whatever the pattern.

They are polars' (the Rust crate `regex`): no backreferences and no look-around, so no pattern can hang.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from nodegraph import Problem


def pattern_problem(pattern: str, param: str) -> Problem | None:
    """The problem with a regular expression, or None where it can be used."""
    try:
        pl.Series([""]).str.contains(pattern)
    except pl.exceptions.ComputeError as error:
        why = _why(str(error))
        return Problem(
            "bad-pattern",
            f"The pattern {pattern!r} cannot be used: {why}.",
            "Patterns are Rust regular expressions: without look-around, without references back, and not too large.",
            param=param,
            value=pattern,
        )
    return None


def _why(text: str) -> str:
    """The one line of the library's message that says what is wrong."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    said = next((line for line in lines if line.startswith("error: ")), lines[0] if lines else "it is not valid")
    return said.removeprefix("regex error: ").removeprefix("error: ").rstrip(".:")


def words_pattern(words: Iterable[str]) -> str:
    """A pattern that finds any of these as words of their own, in upper or lower case; longer ones are tried first.

    White space in them stands for any white space. Without words it finds nothing.
    """
    wanted = sorted({" ".join(word.split()) for word in words if word.strip()}, key=lambda word: (-len(word), word))
    if not wanted:
        return r"[^\s\S]"
    choices = "|".join(r"\s+".join(pl.escape_regex(part) for part in word.split()) for word in wanted)
    return rf"(?i)\b{{start-half}}(?:{choices})\b{{end-half}}"


def replacement(text: str) -> str:
    """`text` as the replacement of a pattern, in which a dollar sign is a dollar sign."""
    return text.replace("$", "$$")
