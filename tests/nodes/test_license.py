"""Licences by any name, and the filter that keeps what may be used."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph import Keep
from nodegraph.columns import POLARS_TYPE
from nodes.filters.license import license
from nodes.filters.licenses import normalised
from tests.nodes.tables import images, kept

WRITTEN = {
    "CC0": "CC0-1.0",
    "cc0-1.0": "CC0-1.0",
    "CC Zero": "CC0-1.0",
    "https://creativecommons.org/publicdomain/zero/1.0/": "CC0-1.0",
    "https://creativecommons.org/publicdomain/mark/1.0/": "CC-PDM-1.0",
    "Public Domain": "CC-PDM-1.0",
    "PDM": "CC-PDM-1.0",
    "No known copyright restrictions": "CC-PDM-1.0",
    "United States Government Work": "CC-PDM-1.0",
    "cc-by": "CC-BY-4.0",
    "CC BY 4.0": "CC-BY-4.0",
    "CC_BY_2.0": "CC-BY-2.0",
    "CC BY-SA 3.0": "CC-BY-SA-3.0",
    "BY-NC-SA": "CC-BY-NC-SA-4.0",
    "by": "CC-BY-4.0",
    "Attribution-NonCommercial 2.0 Generic": "CC-BY-NC-2.0",
    "CC-BY-NC-ND-4.0": "CC-BY-NC-ND-4.0",
    "Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International": "CC-BY-NC-SA-4.0",
    "Creative Commons Attribution 2.5 Generic": "CC-BY-2.5",
    "Attribution-NoDerivs License (CC BY-ND 2.0)": "CC-BY-ND-2.0",
    "http://creativecommons.org/licenses/by-nc-nd/2.0/": "CC-BY-NC-ND-2.0",
    "https://creativecommons.org/licenses/by/3.0/de/legalcode": "CC-BY-3.0",
    "Licensed under CC\N{EN DASH}BY 4.0": "CC-BY-4.0",
    "All Rights Reserved": "LicenseRef-AllRightsReserved",
    "\N{COPYRIGHT SIGN} 2021 Somebody": "LicenseRef-AllRightsReserved",
    "http://rightsstatements.org/vocab/InC/1.0/": "LicenseRef-AllRightsReserved",
    "https://unsplash.com/license": "LicenseRef-Unsplash",
    "Pexels License": "LicenseRef-Pexels",
    "Apache License, Version 2.0": "Apache-2.0",
    "MIT": "MIT",
    "https://opensource.org/licenses/MIT": "MIT",
    "MIT (c) 2019 Somebody": "MIT",
    "BSD-2-Clause (c) 2017 Somebody": "BSD-2-Clause",
    'public domain (README: "All assets are public domain")': "CC-PDM-1.0",
    "CC-BY-4.0 (authors' photos) or Unsplash licence; see the dataset": "CC-BY-4.0",
    "GFDL": "GFDL-1.3-or-later",
}


@pytest.mark.parametrize(("text", "id"), WRITTEN.items())
def test_a_licence_is_known_however_it_is_written(text: str, id: str) -> None:
    found = normalised(text)
    assert found is not None
    assert found.id == id
    again = normalised(found.id)
    if not found.id.startswith("LicenseRef-All"):
        assert again == found


@pytest.mark.parametrize(
    "text",
    [
        "", "  ", None, "unknown", "Creative Commons", "by Jane Doe", "cc: photo by Jane", "limited", "cc", "permit",
        "CC BY-ND-SA", "not in the public domain", "CC BY 4.0 unless noted", "public domains of Jane", "MIT Media Lab",
    ],
)  # fmt: skip
def test_what_names_no_licence_is_not_known(text: str | None) -> None:
    assert normalised(text) is None


def test_what_a_licence_allows_is_told_by_its_parts() -> None:
    found = {text: normalised(text) for text in ("CC BY", "CC BY-NC", "CC BY-ND", "CC BY-SA", "CC0")}
    allowed = {text: (one.commercial, one.derivatives, one.attribution) for text, one in found.items() if one}
    assert allowed == {
        "CC BY": (True, True, True),
        "CC BY-NC": (False, True, True),
        "CC BY-ND": (True, False, True),
        "CC BY-SA": (True, True, True),
        "CC0": (True, True, False),
    }


def filtered(licenses: list[str | None], **params: Any) -> tuple[set[str], Keep]:
    more = params.pop("columns", {})
    rows = images(
        [str(number) for number in range(len(licenses))], license=pl.Series(licenses, dtype=pl.String), **more
    )
    verdict = license.function(rows, **params)
    return kept(rows, verdict), verdict


TEXTS = ["CC BY 4.0", "CC BY-NC 4.0", "CC BY-ND 4.0", "CC0", "who knows", None]


@pytest.mark.parametrize(
    ("allow", "left"),
    [
        ("commercial and changes", {"0", "3"}),
        ("commercial", {"0", "2", "3"}),
        ("changes", {"0", "1", "3"}),
        ("public domain", {"3"}),
        ("list", {"0", "3"}),
    ],
)
def test_each_wish_keeps_what_allows_it(allow: str, left: set[str]) -> None:
    names, verdict = filtered(TEXTS, allow=allow)
    assert names == left
    assert verdict.review is not None
    assert verdict.review.to_list() == [False] * 4 + [True, True]


def test_reasons_say_what_was_found() -> None:
    _, verdict = filtered(TEXTS)
    assert verdict.reason.to_list()[1:] == [
        "CC-BY-NC-4.0 does not allow commercial use",
        "CC-BY-ND-4.0 does not allow changed works",
        None,
        "license 'who knows' is not known",
        "license is empty",
    ]
    assert {name: series.dtype for name, series in verdict.columns.items()} == {
        name: POLARS_TYPE[info.kind] for name, info in license.gives({}).items()
    }


@pytest.mark.parametrize(("unknown", "left"), [("keep", 2), ("drop", 0), ("review", 0)])
def test_unknown_licences_go_where_they_are_sent(unknown: str, left: int) -> None:
    names, verdict = filtered(["who knows", None], unknown=unknown)
    assert len(names) == left
    assert verdict.review.sum() == (2 if unknown == "review" else 0)


def test_a_list_with_a_version_means_that_version() -> None:
    assert filtered(["CC BY 4.0", "CC BY 2.0"], allow="list", allowed=["CC-BY-2.0"])[0] == {"1"}
    assert filtered(["CC BY 4.0", "CC BY 2.0", "CC BY-SA 2.0"], allow="list", allowed=["cc by"])[0] == {"0", "1"}


def test_a_no_drops_whatever_the_licence_and_no_answer_is_reviewed() -> None:
    more = {"consent": ["yes", "No", "withdrawn", "perhaps", None, "1"]}
    names, verdict = filtered(["CC0"] * 6, consent="consent", columns=more)
    assert names == {"0", "5"}
    assert verdict.rule.to_list() == [None, "no-consent", "no-consent", "no-answer", "no-answer", None]
    assert verdict.review.to_list() == [False, False, False, True, True, False]


def test_consent_can_be_a_flag() -> None:
    assert filtered(["CC0"] * 3, consent="ok", columns={"ok": [True, False, None]}, no_answer="drop")[0] == {"0"}


@given(st.lists(st.none() | st.text(), max_size=8))
def test_any_text_is_judged(licenses: list[str | None]) -> None:
    clean = [None if text is None else text.encode("utf-8", "replace").decode() for text in licenses]
    names, verdict = filtered(clean, unknown="drop")
    assert verdict.reason.null_count() == len(names)


def test_wiring_says_what_is_wrong_with_a_list() -> None:
    assert [one.code for one in license.check({"allow": "list", "allowed": []})] == ["empty-list"]
    assert [one.code for one in license.check({"allow": "list", "allowed": ["CC-BYE"]})] == ["unknown-license"]
    assert license.check({"allow": "list", "allowed": ["CC-BY", "MIT"]}) == ()


@pytest.mark.parametrize(
    "text", ["CC BY 4.0, no commercial use", "CC BY, commercial use prohibited", "Public Domain (editorial)"]
)
def test_a_licence_that_takes_something_back_is_for_a_person_to_read(text: str) -> None:
    assert normalised(text) is None
