"""The node that takes out files that are no pictures, or broken ones, before anything dearer looks at them."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from nodegraph import ImageSet, Keep, Readability, Take, Values, filter_, measure


@measure("readability", rev=1, takes=Readability())
def readability(report: dict[str, object]) -> dict[str, object]:
    """Whether the picture can be decoded: the rule that refuses it ("" where none does), the reason, if it is cut."""
    return report


@filter_("inspect/readable", rev=1, title="Readable")
def readable(images: ImageSet, *, reports: Annotated[Values, Take(readability)]) -> Keep:
    """Keep files that can be decoded; drop broken, empty, cut-off and oversized ones and files that are no pictures.

    Put it first: the files it drops are then listed with a plain reason and are not counted as errors of later nodes.
    Files that are cut off are dropped unless the source accepts them ("Accept truncated").
    """
    rules = pl.Series("rule", reports.list("rule"), dtype=pl.String)
    reasons = pl.Series("reason", reports.list("reason"), dtype=pl.String)
    return Keep(rules == "", rule=rules, reason=reasons)


NODES = (readable,)
