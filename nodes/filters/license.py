"""The licence and consent filter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import polars as pl

from nodegraph import Column, ColumnInfo, ImageSet, Keep, Main, Problem, filter_
from nodes.filters.licenses import License, normalised
from nodes.reasons import OnNull, texts

Allow = Literal["commercial and changes", "commercial", "changes", "public domain", "list"]

COLUMNS = {
    "license_id": ColumnInfo("text", "The licence by its SPDX name; empty where it is not known"),
    "license_commercial": ColumnInfo("flag", "Whether it allows commercial use"),
    "license_changes": ColumnInfo("flag", "Whether it allows changed works"),
    "license_attribution": ColumnInfo("flag", "Whether it asks that the author is named"),
}
YES = frozenset({"yes", "y", "true", "1", "granted", "given", "ok", "signed", "consented", "opt-in"})
NO = frozenset({"no", "n", "false", "0", "denied", "refused", "withdrawn", "revoked", "none", "opt-out"})
PUBLIC = frozenset({"CC0-1.0", "CC-PDM-1.0"})


def _check(params: Mapping[str, Any]) -> Sequence[Problem]:
    if params.get("allow") != "list":
        return ()
    names: list[str] = params.get("allowed") or []
    if not names:
        message = "The list of allowed licences is empty, so nothing can be kept."
        return (Problem("empty-list", message, "Name some, such as CC0-1.0 and CC-BY.", param="allowed"),)
    unknown = [name for name in names if normalised(name) is None]
    if not unknown:
        return ()
    message = f"{unknown[0]!r} is no licence that is known here, so no picture will have it."
    fix = "Write it as SPDX does, such as CC-BY-4.0."
    return (Problem("unknown-license", message, fix, param="allowed", value=unknown[0], severity="warning"),)


@filter_(
    "filter/license",
    rev=1,
    title="Licence & consent",
    outputs=("kept", "dropped", "review"),
    gives=COLUMNS,
    check=_check,
)
def license(
    images: ImageSet,
    *,
    column: Annotated[str, Column("text"), Main(), "The column with the licence, as a name or an address."] = "license",
    allow: Annotated[
        Allow, Main(), "What a licence must allow, that it is public domain, or that it is in your list."
    ] = "commercial and changes",
    allowed: Annotated[
        list[str], "Licences to keep where a list decides: CC-BY-4.0, or CC-BY for all versions of it."
    ] = ["CC0-1.0", "CC-PDM-1.0", "CC-BY", "CC-BY-SA"],  # noqa: B006  (a default is data of the form, never changed)
    unknown: Annotated[OnNull, Main(), "Pictures whose licence is missing or not known: review, keep or drop."] = (
        "review"
    ),
    consent: Annotated[str | None, Column("any"), "A column that says whether the people shown agreed."] = None,
    no_answer: Annotated[OnNull, "Pictures for which the consent column says neither yes nor no."] = "review",
) -> Keep:
    """Keeps pictures whose licence allows what you are going to do, and whose people have agreed.

    Licences are read however they are written ("cc by 4.0", "CC-BY-4.0", the address of the licence) and given back
    by their SPDX name, with what they allow. A model that is trained and sold is commercial use; cropping, captioning
    and training are commonly held to be changed works. Share-alike licences count as allowing both.

    This reads labels and is no legal advice: a label can be wrong, the people and brands in a picture have rights of
    their own, and laws on training differ. Where consent is asked for, a "no" drops a picture whatever its licence.
    """
    written = images[column].cast(pl.String).to_list()
    known = {text: normalised(text) for text in set(written)}
    found = [known[text] for text in written]
    agreed = _agreed(images, consent)
    listed = _families(allowed)
    verdicts = [
        _verdict(text, license, yes, allow, listed, unknown=unknown, no_answer=no_answer, column=column)
        for text, license, yes in zip(written, found, agreed, strict=True)
    ]
    mask = pl.Series("mask", [verdict[0] == "keep" for verdict in verdicts], pl.Boolean)
    return Keep(
        mask,
        rule=texts(~mask, lambda row: verdicts[row][1]),
        reason=texts(~mask, lambda row: verdicts[row][2]),
        column=column,
        value=pl.Series("value", [_short(text) for text in written], pl.String),
        limit=allow,
        review=pl.Series("review", [verdict[0] == "review" for verdict in verdicts], pl.Boolean),
        columns=_columns(found),
    )


def _verdict(
    text: str | None,
    license: License | None,
    agreed: bool | None,
    allow: Allow,
    listed: frozenset[str],
    *,
    unknown: OnNull,
    no_answer: OnNull,
    column: str,
) -> tuple[OnNull, str, str]:
    """What becomes of a picture, by which rule, and why. What drops goes before what is to be reviewed."""
    open_questions: list[tuple[OnNull, str, str]] = []
    if agreed is False:
        return "drop", "no-consent", "the people shown have not agreed"
    if license is None:
        said = f"{column} '{_short(text)}' is not known" if (text or "").strip() else f"{column} is empty"
        open_questions.append((unknown, "unknown-license", said))
    elif why := _refused(license, allow, listed):
        return "drop", "license", f"{license.id} {why}"
    if agreed is None:
        open_questions.append((no_answer, "no-answer", "it is not said whether the people shown have agreed"))
    for wanted in ("drop", "review"):
        for question in open_questions:
            if question[0] == wanted:
                return question
    return "keep", "", ""


def _refused(license: License, allow: Allow, listed: frozenset[str]) -> str:
    if allow == "list":
        return "" if {license.id, license.family} & listed else "is not in the list"
    if allow == "public domain":
        return "" if license.id in PUBLIC else "is not public domain"
    if not license.commercial and allow != "changes":
        return "does not allow commercial use"
    if not license.derivatives and allow != "commercial":
        return "does not allow changed works"
    return ""


def _families(allowed: Sequence[str]) -> frozenset[str]:
    """The names in a list as they are compared: with a version where one was given, else the family."""
    names: set[str] = set()
    for name in allowed:
        license = normalised(name)
        if license is not None:
            names.add(license.id if any(sign.isdigit() for sign in name) else license.family)
    return frozenset(names)


def _agreed(images: ImageSet, consent: str | None) -> list[bool | None]:
    if consent is None:
        return [True] * len(images)
    answers: list[bool | None] = []
    for value in images[consent].to_list():
        word = str(value).strip().casefold() if value is not None else ""
        word = word.removesuffix(".0")
        answers.append(True if word in YES else False if word in NO else None)
    return answers


def _columns(found: Sequence[License | None]) -> dict[str, pl.Series]:
    return {
        "license_id": pl.Series([one and one.id for one in found], dtype=pl.String),
        "license_commercial": pl.Series([one and one.commercial for one in found], dtype=pl.Boolean),
        "license_changes": pl.Series([one and one.derivatives for one in found], dtype=pl.Boolean),
        "license_attribution": pl.Series([one and one.attribution for one in found], dtype=pl.Boolean),
    }


def _short(text: str | None) -> str:
    words = " ".join((text or "").split())
    return words if len(words) <= 80 else words[:77] + "..."


NODES = (license,)
