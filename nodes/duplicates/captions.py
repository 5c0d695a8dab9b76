"""Caption duplicates: pictures whose captions say the same in nearly the same words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np

from nodegraph import Column, ColumnTerms, Context, ImageSet, Keep, Main, NewColumn, Range, Text, dedup
from nodes.captions.authorship import blank_to_null
from nodes.captions.phrases import common_phrases, without, words_of
from nodes.duplicates.grouping import groups_of, hash_distances, near_hashes
from nodes.duplicates.shingles import distances, near_texts, shingles_of, simhashes
from nodes.duplicates.verdict import (
    PREFER,
    Content,
    GroupHelp,
    KeepHelp,
    KeepRule,
    PreferHelp,
    apart_among,
    best_first,
    gives,
    verdict,
)
from nodes.reasons import number_text

COMMON = 0.8
"""A phrase in more than this share of the captions is taken for a part of the template."""


@dedup("duplicates/captions", rev=1, title="Caption duplicates", gives=gives)
def by_caption(
    images: ImageSet,
    *,
    context: Context,
    column: Annotated[str, Column("text"), "The text to compare."] = "caption",
    method: Annotated[
        Literal["likeness", "simhash"], "The share of words that two captions have in common, or a quick code of them."
    ] = "likeness",
    likeness: Annotated[
        float, Range(0.5, 1, step=0.01), Main(), "How much two captions must have in common; 1 is all."
    ] = 0.8,
    bits: Annotated[int, Range(0, 16, unit="bits"), "For simhash: how many of 64 bits may differ."] = 3,
    trigger: Annotated[str, Main(), "The trigger word; it is taken out first."] = "",
    ignore: Annotated[list[str], Text(lines=2), "Further phrases to take out first, one a line."] = [],  # noqa: B006
    ignore_common: Annotated[bool, "Take out phrases that stand in more than 80 % of the captions."] = True,
    keep: Annotated[KeepRule, Main(), KeepHelp] = "best",
    prefer: Annotated[list[str], ColumnTerms(), PreferHelp] = PREFER,
    group: Annotated[str, NewColumn(), GroupHelp] = "caption_group",
) -> Keep:
    """Finds pictures whose captions say nearly the same, and keeps one of each group.

    Captions are compared by their runs of three words, short ones (under 12 words) by runs of five characters;
    likeness is the share of runs that both have. Trigger words and the fixed text of a template are taken out first,
    because they would make all captions alike. Where nothing else is left, the whole caption is compared. Capitals and
    punctuation do not count. Rows without a caption are never duplicates.

    Two different pictures can have the same short caption, and one picture two different ones: use it to thin out what
    is said too often, with *keep all* to look first, and the other finders for the pictures themselves. The code of
    simhash is quicker and coarser: it misses more, above all among short captions.
    """
    order = best_first(images, prefer if keep != "first" else ())
    said = blank_to_null(images[column]).to_list()
    rows = [row for row in order if said[row] is not None]
    cids = images.cids
    contents = [Content(cids[row], (row,)) for row in rows]
    texts = [
        shingles_of(words)
        for words in _telling([words_of(said[row]) for row in rows], [trigger, *ignore], ignore_common)
    ]
    if method == "simhash":
        told = np.flatnonzero(np.array([text.size > 0 for text in texts], np.bool_))
        codes = simhashes([text.own for text in texts])
        pairs, limit = told[near_hashes(codes[told], bits, context)], float(bits)
        between = hash_distances(codes)
    else:
        pairs, limit, between = near_texts(texts, likeness, context), 1 - likeness, distances(texts)
    groups = groups_of(pairs, limit, between, apart_among(contents, context))
    return verdict(
        images, contents, groups, keep, column=group, limit=number_text(limit), same="nearly the same caption as"
    )


def _telling(captions: Sequence[Sequence[str]], ignored: Sequence[str], ignore_common: bool) -> list[Sequence[str]]:
    """The words of each caption that tell it from others; all of them where none would be left."""
    named = [tuple(words_of(phrase)) for phrase in ignored]
    plain = [without(words, named) for words in captions]
    if ignore_common:
        common = common_phrases([words for words in plain if words], COMMON)
        plain = [without(words, common) for words in plain]
    return [words or whole for words, whole in zip(plain, captions, strict=True)]


NODES = (by_caption,)
