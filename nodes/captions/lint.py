"""Caption lint: what is wrong with captions before anything is trained on them, one by one and over the whole set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import polars as pl

from nodegraph import Column, ColumnInfo, Columns, ImageSet, Main, Problem, Range, Text, scorer
from nodes.captions.authorship import blank_to_null
from nodes.captions.patterns import words_pattern
from nodes.captions.phrases import common_phrases, without, words_of

REFUSALS = (
    "as an ai", "as a language model", "as an artificial intelligence", "i'm sorry", "i am sorry", "i apologize",
    "i cannot", "i can't", "i'm unable", "i am unable", "i'm not able", "unable to assist", "can't assist",
    "cannot assist", "cannot provide", "can't provide", "no image was provided", "i don't see an image",
)  # fmt: skip
"""What language models say where they do not answer."""

RULES: Mapping[str, str] = {
    "empty": "There is no caption",
    "short": "It has fewer words than asked for",
    "long": "It has more words or tokens than asked for",
    "lines": "It has several lines, of which most trainers read the first",
    "refusal": "A model refused, or speaks of itself",
    "banned": "It has a phrase that is not wanted",
    "trigger": "The trigger word is missing",
    "repeats": "A word is repeated over and over",
    "common": "It has a phrase that stands in most captions of the set",
    "duplicate": "Another picture has the same caption",
}
"""Rules and what each finds; a rule's flag is the column `lint_<rule>`."""

GIVES = {
    "lint": ColumnInfo("text", 'What is wrong with the caption, "" when nothing is'),
    "lint_problems": ColumnInfo("integer", "How many things are wrong with it", best="low"),
    **{f"lint_{rule}": ColumnInfo("flag", help) for rule, help in RULES.items()},
}

RUN = 3
"""A word this many times in a row is repeated over and over; so is a phrase of two to five words."""


@dataclass(frozen=True, slots=True)
class _Caption:
    text: str
    words: Sequence[str]


def _check(params: Any) -> Sequence[Problem]:
    least, most = params.get("min_words"), params.get("max_words")
    if least is not None and most is not None and least > most:
        message = f"At least {least} and at most {most} words: every caption breaks one of the two."
        return (Problem("limits-crossed", message, "Swap them.", param="min_words", value=least),)
    return ()


@scorer(
    "caption/lint", rev=1, title="Lint captions", gives=GIVES, needs={"caption": "text"}, whole_set=True, check=_check
)
def lint(
    images: ImageSet,
    *,
    trigger: Annotated[str, Main(), "The trigger word that every caption must have; empty: none."] = "",
    share: Annotated[
        float, Range(0.05, 1, step=0.05), Main(), "A phrase in more than this share of the captions is too common."
    ] = 0.8,
    phrase_words: Annotated[int, Range(1, 12), "Words that a phrase has at least to be counted."] = 3,
    min_words: Annotated[int | None, Range(1, 1000), "A caption of fewer words is too short."] = 3,
    max_words: Annotated[int | None, Range(1, 1000), Main(), "A caption of more words is too long."] = 60,
    tokens: Annotated[
        str | None, Column("number"), "The column with the number of tokens, such as Caption statistics gives."
    ] = None,
    max_tokens: Annotated[
        int | None, Range(1, 4096), "A caption of more tokens is too long; CLIP reads 77, its two end marks included."
    ] = 77,
    banned: Annotated[list[str], Text(lines=3), "Words and phrases that no caption may have, one a line."] = [],  # noqa: B006
) -> Columns:
    """Says what is wrong with each caption: `lint` in words, `lint_<rule>` as flags, `lint_problems` how many.

    The rules: no caption (empty), too few words (short), too many words or tokens (long), several lines (lines), "as an
    AI" and refusals (refusal), phrases you forbid (banned), no trigger word (trigger), a word or phrase three times in
    a row (repeats), a phrase that stands in most captions (common), and the same caption as another picture
    (duplicate). Nothing is dropped: *Drop marked* takes the flags, *Threshold* the number.

    A phrase that is in nearly every caption is learned as part of your subject or not at all; the trigger word is not
    counted. The rules read words and do not look at the picture: a caption can pass them all and be wrong.
    """
    captions = [_Caption(text, words_of(text)) for text in blank_to_null(images["caption"]).fill_null("").to_list()]
    filled = [caption for caption in captions if caption.text]
    unmarked = [without(caption.words, [tuple(words_of(trigger))]) for caption in captions]
    common = common_phrases([words for words in unmarked if words], share, phrase_words)
    same = Counter(" ".join(caption.words) for caption in filled)
    counts = images[tokens].to_list() if tokens else [None] * len(images)
    texts = pl.Series([caption.text for caption in captions], dtype=pl.String)
    hits = {
        "refusal": _found(texts.str.replace_all("’", "'"), REFUSALS),
        "banned": _found(texts, banned),
        "trigger": _found(texts, [trigger]),
    }
    found: list[dict[str, str]] = []
    for row, (caption, count) in enumerate(zip(captions, counts, strict=True)):
        if not caption.text:
            found.append({"empty": "no caption"})
            continue
        size = len(caption.words)
        said: dict[str, str | None] = {
            "short": f"{size} words, under {min_words}" if min_words and size < min_words else None,
            "long": _length(size, max_words, count, max_tokens),
            "lines": "several lines" if len(caption.text.strip().splitlines()) > 1 else None,
            "refusal": _quoted("says", hits["refusal"][row]),
            "banned": _quoted("has", hits["banned"][row]),
            "trigger": f"no {trigger.strip()}" if trigger.strip() and not hits["trigger"][row] else None,
            "repeats": _quoted("repeats", _repeated(caption.words)),
            "common": _quoted("has, like most,", next((" ".join(p) for p in common if _holds(unmarked[row], p)), None)),
            "duplicate": _same(same[" ".join(caption.words)]),
        }
        found.append({rule: text for rule, text in said.items() if text is not None})
    return {
        "lint": ["; ".join(said.values()) for said in found],
        "lint_problems": [len(said) for said in found],
        **{f"lint_{rule}": [rule in said for said in found] for rule in RULES},
    }


def _found(texts: pl.Series, phrases: Sequence[str]) -> list[str | None]:
    """The first of the phrases in each text, as it is written there."""
    return texts.str.extract(words_pattern(phrases), 0).to_list()


def _quoted(verb: str, text: str | None) -> str | None:
    return None if text is None else f'{verb} "{" ".join(text.split())}"'


def _length(words: int, max_words: int | None, tokens: float | None, max_tokens: int | None) -> str | None:
    if max_words is not None and words > max_words:
        return f"{words} words, over {max_words}"
    if tokens is not None and max_tokens is not None and tokens > max_tokens:
        return f"{tokens:g} tokens, over {max_tokens}"
    return None


def _same(times: int) -> str | None:
    return f"the same caption as {times - 1} other{'s' if times > 2 else ''}" if times > 1 else None


def _holds(words: Sequence[str], phrase: Sequence[str]) -> bool:
    return any(tuple(words[at : at + len(phrase)]) == phrase for at in range(len(words) - len(phrase) + 1))


def _repeated(words: Sequence[str]) -> str | None:
    """The shortest phrase, of one to five words, that stands `RUN` times in a row; the first of these."""
    for size in range(1, 6):
        matches = 0  # words in a row that are the same as the one `size` before
        for at in range(size, len(words)):
            matches = matches + 1 if words[at] == words[at - size] else 0
            if matches == size * (RUN - 1):
                return " ".join(words[at - size + 1 : at + 1])
    return None


NODES = (lint,)
