"""Caption duplicates: against comparing all with all, and what is taken out before anything is compared."""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations, islice
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph import Context, ImageSet
from nodes.captions.phrases import words_of
from nodes.duplicates.captions import by_caption
from nodes.duplicates.minhash import _agreeing, bands, sketches
from nodes.duplicates.shingles import jaccard, likeness, near_texts, shingles_of, simhashes
from tests.nodes.tables import images, kept, shuffled

LONG = "a small red cup stands on the old wooden table beside a window with white curtains"
CONTEXT = Context("node")
CAPTIONS_OF_PHOTOS = Path(__file__).parents[2] / ".." / "shared" / "data" / "photos" / "captions.csv"


def groups(captions: list[str | None], **params: Any) -> list[str | None]:
    """The group of each row; rows are called by their number."""
    rows = images([str(number) for number in range(len(captions))], caption=captions)
    return by_caption.function(rows, context=CONTEXT, **params).columns["caption_group"].to_list()


def test_jaccard_is_the_share_of_pieces_that_both_have() -> None:
    assert jaccard(frozenset("abc"), frozenset("bcd")) == 2 / 4
    assert jaccard(frozenset(), frozenset()) == 0.0


def test_long_texts_are_compared_by_three_words_and_short_ones_by_five_characters() -> None:
    assert likeness(shingles_of(["abcdefg"]), shingles_of(["abcdef"])) == 2 / 3  # abcde bcdef (cdefg)
    one = [str(number) for number in range(12)]
    assert likeness(shingles_of(one), shingles_of([*one, "x"])) == 10 / 11
    assert shingles_of(["ab"]).characters == {"ab"}


def test_texts_of_very_different_length_are_not_alike() -> None:
    assert likeness(shingles_of(["a"] * 9), shingles_of(["a"] * 40)) == 0.0


def test_bands_find_what_is_just_alike_enough() -> None:
    for least in (0.5, 0.7, 0.8, 0.9, 0.99):
        count, rows = bands(least)
        assert count * rows <= 128
        assert 1 - (1 - least**rows) ** count >= 0.995


def altered(words: list[str], chance: random.Random) -> list[str]:
    """The words with some of them replaced, so that likenesses of all sizes come up."""
    share = chance.choice([0, 0.03, 0.06, 0.1, 0.3])
    return [f"new{chance.randrange(500)}" if chance.random() < share else word for word in words]


@pytest.mark.parametrize("size", [6, 11, 12, 30])
def test_pairs_are_those_that_comparing_all_with_all_finds(size: int) -> None:
    chance = random.Random(size)
    vocabulary = [f"word{number}" for number in range(300)]
    texts = []
    for _ in range(60):
        first = chance.choices(vocabulary, k=size)
        texts += [shingles_of(first), *(shingles_of(altered(first, chance)[chance.randrange(2) :]) for _ in range(4))]
    true = {pair for pair in combinations(range(len(texts)), 2) if likeness(texts[pair[0]], texts[pair[1]]) >= 0.8}
    found = {tuple(pair) for pair in near_texts(texts, 0.8).tolist()}
    assert found <= true
    # texts with the same pieces are joined to the first of them alone
    firsts = {
        item: min([item, *(one for one, two in true if two == item and texts[one] == texts[item])])
        for item in range(len(texts))
    }
    through_firsts = {tuple(sorted((firsts[one], firsts[two]))) for one, two in true} - {
        (item, item) for item in firsts.values()
    }
    assert len(through_firsts) > 20
    assert len(through_firsts - found) <= 0.005 * len(through_firsts) + 1


def test_nearly_the_same_captions_make_a_group_and_others_none() -> None:
    captions = [LONG, LONG.replace("cup", "mug"), "two boats in the harbour at night", None, "  ", LONG.upper() + "!"]
    assert groups(captions, likeness=0.6) == ["0", "0", None, None, None, "0"]
    assert groups(captions) == ["0", None, None, None, None, "0"]


def test_the_trigger_and_the_template_are_taken_out_first() -> None:
    things = ["a cup", "a boat", "seven geese", "grandmother", "fog", "a cup"]
    captions: list[str | None] = [f"ohwx, photo of the niche style in the evening sun, {thing}" for thing in things]
    assert groups(captions) == ["0", None, None, None, None, "0"]
    template = {"trigger": "ohwx", "ignore": ["Photo of the niche style, in the evening sun"], "ignore_common": False}
    assert groups(captions, **template) == ["0", None, None, None, None, "0"]
    assert groups(captions, ignore_common=False) != ["0", None, None, None, None, "0"]


def test_captions_that_are_nothing_but_template_are_compared_whole() -> None:
    assert groups([LONG] * 6) == ["0"] * 6
    assert groups(["ohwx", "ohwx", "other"], trigger="ohwx") == ["0", "0", None]


def test_hundreds_of_near_copies_make_one_group_and_few_pairs() -> None:
    texts = [shingles_of(words_of(f"{LONG} and the number {number}")) for number in range(400)]
    assert len(near_texts(texts, 0.8)) < 400 * 64
    captions: list[str | None] = [f"{LONG} and the number {number}" for number in range(400)]
    assert groups(captions, ignore_common=False) == ["0"] * 400


@given(st.lists(st.frozensets(st.text(max_size=3), min_size=1, max_size=6), min_size=1, max_size=8))
def test_sets_sketched_together_are_sketched_as_alone(sets: list[frozenset[str]]) -> None:
    alone = np.concatenate([sketches([one]) for one in sets])
    assert np.array_equal(sketches(sets), alone)


def test_of_thousands_of_near_copies_no_more_are_looked_at_than_are_wanted() -> None:
    class Counted(list[int]):
        read = 0

        def __getitem__(self, key: Any) -> Any:
            part = super().__getitem__(key)
            Counted.read += len(part) if isinstance(key, slice) else 0
            return part

    equal = np.zeros((10_000, 4), np.uint32)
    bucket = Counted(range(10_000))
    assert list(islice(_agreeing(equal, 9_999, [bucket], 4), 64)) == list(range(64))
    assert Counted.read == 64
    assert list(_agreeing(equal, 9_001, [bucket, range(0, 10_000, 3)], 4)) == list(range(9_001))


def test_sketches_agree_as_often_as_sets_are_alike() -> None:
    one, other = ({f"piece {number}" for number in range(start, start + 300)} for start in (0, 100))
    agreeing = (np.diff(sketches([one, other]), axis=0) == 0).mean()
    assert abs(agreeing - jaccard(frozenset(one), frozenset(other))) < 0.13  # three standard deviations


def test_the_better_one_stays_and_the_reason_names_it() -> None:
    rows = images(["a", "b"], caption=[LONG, LONG], megapixels=[1.0, 2.0])
    verdict = by_caption.function(rows, context=CONTEXT)
    assert kept(rows, verdict) == {"b"}
    assert verdict.reason.to_list() == ["nearly the same caption as b, distance 0", None]
    assert by_caption.function(rows, context=CONTEXT, keep="all").mask.all()


def test_the_codes_of_like_texts_differ_in_few_bits() -> None:
    chance = random.Random(1)
    words = [f"w{number}" for number in range(400)]
    texts = [words, [*words[:200], "other", *words[201:]], chance.sample(words, 400)]
    codes = simhashes([shingles_of(text).own for text in texts])
    apart = np.bitwise_count(codes ^ codes[0])[:, 0]
    assert apart[1] <= 6
    assert 16 <= apart[2] <= 48  # 32 of 64 bits are expected of strangers, 4 is the standard deviation
    assert simhashes([frozenset()]).tolist() == [[0]]


def test_simhash_finds_copies_and_no_strangers() -> None:
    captions = [LONG, LONG + ".", "two boats in the harbour at night", None, "Two boats, in the harbour at night"]
    assert groups(captions, method="simhash") == ["0", "0", "2", None, "2"]


def test_no_rows_and_no_captions_have_no_duplicates() -> None:
    for method in ("likeness", "simhash"):
        assert groups([], method=method) == []
        assert groups([None, " "], method=method) == [None, None]


CAPTIONS = st.lists(
    st.none() | st.sampled_from([LONG, LONG[:-8], LONG[8:], "a cup", "a cups", "ohwx", "é\x00"]), max_size=8
)


@settings(max_examples=40)
@given(CAPTIONS, st.sampled_from(["likeness", "simhash"]), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_plays_no_part(captions: list[str | None], method: str, chance: Any) -> None:
    rows = images(len(captions), caption=pl.Series(captions, dtype=pl.String))
    order = list(range(len(rows)))
    chance.shuffle(order)
    other: ImageSet = shuffled(rows, order)
    found = by_caption.function(rows, context=CONTEXT, method=method)
    assert kept(other, by_caption.function(other, context=CONTEXT, method=method)) == kept(rows, found)


def test_words_of_a_hostile_text_are_words_like_others() -> None:
    assert groups(["<script>alert('x')</script> " * 50, "<script>alert('x')</script> " * 50]) == ["0", "0"]
    assert words_of("<b>") == ["b"]


def test_captions_of_real_photos_are_joined_by_what_they_show_and_not_by_their_template() -> None:
    """817 captions, nearly all "a photo of <label>": those of one label belong together, those of two do not.

    Two labels differ by the brand of the same milk alone and are nearly the same by any measure of words.
    """
    if not CAPTIONS_OF_PHOTOS.is_file():
        pytest.skip(f"the file {CAPTIONS_OF_PHOTOS} is not there")
    captions = pl.read_csv(CAPTIONS_OF_PHOTOS)["caption"].to_list()
    found: dict[str, set[str]] = {}
    for caption, group in zip(captions, groups(captions), strict=True):
        found.setdefault(str(group), set()).add(" ".join(words_of(caption)))
    alone = found.pop("None")
    twice = {text for text, times in Counter(" ".join(words_of(text)) for text in captions).items() if times > 1}
    assert not alone & twice
    milk = {f"a photo of {brand} ecological medium fat milk in a grocery store" for brand in ("arla", "garant")}
    assert [texts for texts in found.values() if len(texts) > 1] == [milk]
