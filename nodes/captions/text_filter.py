"""The text filter: keeps and drops rows by their captions, by length, patterns, words and language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import polars as pl

from nodegraph import Column, ImageSet, Keep, Main, Problem, Range, Text, filter_
from nodes.captions.authorship import blank_to_null
from nodes.captions.patterns import pattern_problem, words_pattern
from nodes.captions.phrases import words_of
from nodes.reasons import NOT_MEASURED, OnNull, number_text, texts, with_nulls

OUTPUTS = ("kept", "dropped", "review")
LIMITS = ("min_words", "max_words", "min_characters", "max_characters", "allow", "block", "blocked_words", "language")


@dataclass(frozen=True, slots=True)
class _Rule:
    """One rule: flags of the rows that break it (null: cannot be told), what was found there and what was asked."""

    name: str
    broken: pl.Series
    found: pl.Series
    limit: str
    reason: str


def _check(params: Any) -> Sequence[Problem]:
    problems: list[Problem] = []
    for name in ("allow", "block"):
        if params.get(name) and (found := pattern_problem(params[name], name)):
            problems.append(found)
    for unit in ("words", "characters"):
        least, most = params.get(f"min_{unit}"), params.get(f"max_{unit}")
        if least is not None and most is not None and least > most:
            message = f"At least {least} and at most {most} {unit}: nothing can be kept."
            problems.append(Problem("limits-crossed", message, "Swap them.", param=f"min_{unit}", value=least))
    if params.get("language") and not params.get("language_column"):
        message = "A language is asked for but no column says which language a caption is in."
        fix = "Put Caption language above this node and choose its column."
        problems.append(Problem("no-language-column", message, fix, param="language_column"))
    if not any(params.get(name) for name in LIMITS):
        message, fix = "No limit is set, so every row with a text is kept.", "Set one of the limits."
        problems.append(Problem("no-limit", message, fix, param="min_words", severity="warning"))
    return problems


@filter_("filter/text", rev=1, title="Text filter", outputs=OUTPUTS, check=_check)
def text_filter(
    images: ImageSet,
    *,
    column: Annotated[str, Column("text"), "The text to look at."] = "caption",
    min_words: Annotated[int | None, Range(0, 100_000), Main(), "The fewest words to keep."] = 1,
    max_words: Annotated[int | None, Range(0, 100_000), Main(), "The most words to keep."] = 200,
    min_characters: Annotated[int | None, Range(0, 1_000_000), "The fewest characters to keep."] = None,
    max_characters: Annotated[int | None, Range(0, 1_000_000), "The most characters to keep."] = None,
    allow: Annotated[str, "A pattern that the text must have somewhere; empty: any text will do."] = "",
    block: Annotated[str, "A pattern that the text must not have anywhere; empty: none."] = "",
    blocked_words: Annotated[
        list[str], Text(lines=3), Main(), "Words and phrases that drop a row, one a line, in upper or lower case."
    ] = [],  # noqa: B006  (a form's default, never changed)
    language: Annotated[str, "The language to keep, as its two-letter code such as en; empty: any."] = "",
    language_column: Annotated[str | None, Column("text"), "The column with the code of the language."] = None,
    confidence_column: Annotated[str | None, Column("number"), "The column with how sure that is, 0 to 1."] = None,
    min_confidence: Annotated[float, Range(0, 1, step=0.05), "How sure the language must be."] = 0.8,
    on_null: Annotated[
        OnNull, "What to do with rows without a text: send them to review, keep or drop them."
    ] = "review",
) -> Keep:
    r"""Keeps the pictures whose caption has the length, the words and the language you ask for.

    Patterns are Rust regular expressions, such as `\bred\b`, or `(?i)photo|picture` for either word in any case; they
    take no longer on hostile texts. Words to block are found as words of their own: "art" does not find "cart".

    The language is that of a column, such as *Caption language* gives. Short captions are hard to tell: give it ten
    words or more, and look at what goes. A row whose language was not told is treated like one without a text.
    """
    said = blank_to_null(images[column])
    rules = _rules(
        said,
        lengths={
            "words": (pl.Series([None if t is None else len(words_of(t)) for t in said.to_list()], dtype=pl.Int64),
                      min_words, max_words),
            "characters": (said.str.strip_chars().str.len_chars().cast(pl.Int64), min_characters, max_characters),
        },
        allow=allow, block=block, blocked_words=blocked_words,
    )  # fmt: skip
    if language.strip() and language_column:
        sure = images[confidence_column].cast(pl.Float64) if confidence_column else None
        rules += _language_rules(images[language_column].cast(pl.String), language.strip(), sure, min_confidence)
    unknown = said.is_null()
    first: list[_Rule | None] = [None] * len(images)
    for rule in reversed(rules):
        unknown = unknown | rule.broken.is_null()
        first = [rule if flag else old for flag, old in zip(rule.broken.to_list(), first, strict=True)]
    # a rule that is broken drops a row even where another could not be told
    verdict = pl.Series("mask", [rule is None for rule in first], pl.Boolean)
    verdict = verdict.set(verdict & unknown, None)
    mask, review = with_nulls(verdict, on_null)

    def reason(row: int) -> str:
        rule = first[row]
        if rule is None:
            return f"{column} is empty" if said[row] is None else "its language was not told"
        return rule.reason.format(found=rule.found[row], limit=rule.limit, column=column)

    def of_rule(wanted: pl.Series, field: str) -> pl.Series:
        return texts(wanted, lambda row: str(getattr(first[row], field)))

    judged = pl.Series([rule is not None for rule in first], dtype=pl.Boolean)
    return Keep(
        mask,
        rule=texts(~mask, lambda row: NOT_MEASURED if (rule := first[row]) is None else rule.name),
        reason=texts(~mask, reason),
        column=column,
        value=texts(judged, lambda row: str(rule.found[row]) if (rule := first[row]) else ""),
        limit=of_rule(judged, "limit"),
        review=review,
    )


def _rules(
    said: pl.Series,
    lengths: dict[str, tuple[pl.Series, int | None, int | None]],
    *,
    allow: str,
    block: str,
    blocked_words: Sequence[str],
) -> list[_Rule]:
    rules: list[_Rule] = []
    for unit, (size, least, most) in lengths.items():
        if least is not None:
            rules.append(
                _Rule("short", size < least, size, str(least), f"{{column}} has {{found}} {unit}, under {{limit}}")
            )
        if most is not None:
            rules.append(
                _Rule("long", size > most, size, str(most), f"{{column}} has {{found}} {unit}, over {{limit}}")
            )
    if allow:
        nothing = pl.Series([""] * len(said), dtype=pl.String)
        rules.append(_Rule("not-allowed", ~said.str.contains(allow), nothing, allow, "{column} does not match {limit}"))
    for name, pattern, limit in (
        ("blocked", block, block),
        ("blocked-word", words_pattern(blocked_words) if blocked_words else "", ", ".join(blocked_words)),
    ):
        if pattern:
            found = said.str.extract(pattern, 0)
            rules.append(_Rule(name, said.str.contains(pattern), found, limit, '{column} has "{found}"'))
    return rules


def _language_rules(told: pl.Series, wanted: str, sure: pl.Series | None, least: float) -> list[_Rule]:
    rules = [
        _Rule(
            "language", told.str.to_lowercase() != wanted.lower(), told, wanted, "its language is {found}, not {limit}"
        )
    ]
    if sure is not None:
        shown = pl.Series(
            [None if value is None else number_text(value, least) for value in sure.to_list()], dtype=pl.String
        )
        reason = "its language is told with a confidence of {found}, under {limit}"
        rules.append(_Rule("language-unsure", sure < least, shown, number_text(least), reason))
    return rules


NODES = (text_filter,)
