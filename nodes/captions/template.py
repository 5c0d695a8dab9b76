"""Caption text: captions put together from a template, the trigger word and the columns of a row."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from nodegraph import Column, Columns, ImageSet, Main, Problem, ProblemError, Text, captioner
from nodes.captions.authorship import BY_PERSON, IN_USE
from nodes.reasons import number_text

Piece = tuple[str, bool]
"""A piece of a template: plain text, or the name of a field."""

_FIELD = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")

PLACE = "\ue000"
"""Stands for a caption while the template is tidied round it: a character that Unicode leaves without a meaning."""


def pieces_of(template: str) -> list[Piece]:
    """The plain texts and the field names of a template in order; `{{` and `}}` stand for the braces themselves.

    A field is a plain name without formats, attributes or indices. Raises ProblemError for anything else in braces.
    """
    return list(_pieces(template))


def _pieces(template: str) -> Iterator[Piece]:
    end = 0
    for found in _FIELD.finditer(template):
        yield template[end : found.start()], False
        end = found.end()
        if found[0] in ("{{", "}}"):
            yield found[0][0], False
        elif found[1] is not None and _NAME.fullmatch(found[1].strip()):
            yield found[1].strip(), True
        else:
            raise ProblemError(
                Problem(
                    "bad-template",
                    f"The template has {found[0]!r} at character {found.start() + 1}, which names no column.",
                    "Write a column's name in braces, like {label}; a brace itself is written twice.",
                    param="template",
                    value=template,
                )
            )
    yield template[end:], False


def _fields(params: Any) -> list[str]:
    try:
        return [text for text, is_field in pieces_of(params.get("template", "")) if is_field]
    except ProblemError:  # `check` tells of it
        return []


def _needs(params: Any) -> Mapping[str, str]:
    return {name: "any" for name in _fields(params) if name not in ("trigger", "caption")}


def _check(params: Any) -> Sequence[Problem]:
    template, trigger = params.get("template", ""), str(params.get("trigger", "")).strip()
    try:
        pieces_of(template)
    except ProblemError as error:
        return error.problems
    fields = _fields(params)
    if not template.strip():
        message, fix = "The template is empty, so every caption is too.", "Write one, such as {trigger}, {caption}"
        return (Problem("empty-template", message, fix, param="template", value=template),)
    if "trigger" in fields and not trigger:
        message, fix = "The template asks for a trigger word but none is given.", "Set it, or take {trigger} out."
        return (Problem("no-trigger", message, fix, param="trigger", severity="warning"),)
    if params.get("on_empty") == "label" and not params.get("instead"):
        message, fix = "A column is to stand in for missing captions but none is named.", "Choose one, such as label."
        return (Problem("no-stand-in", message, fix, param="instead", severity="warning"),)
    if params.get("instead") and params.get("on_empty", "template") != "label":
        message = f"The column {params['instead']} is not used: missing captions are treated in another way."
        return (Problem("unused-stand-in", message, 'Set On empty to "label".', param="on_empty", severity="warning"),)
    if trigger and "trigger" not in fields:
        message = f"The trigger word {trigger} is nowhere in the template."
        return (Problem("unused-trigger", message, "Put {trigger} in.", param="template", severity="warning"),)
    return ()


@captioner("caption/template", rev=2, title="Caption template", needs=_needs, gives=IN_USE, check=_check)
def template(
    images: ImageSet,
    *,
    template: Annotated[
        str, Text(lines=3), Main(), "Text with columns in braces, such as: {trigger}, {caption}, photo of {label}"
    ] = "{trigger}, {caption}",
    trigger: Annotated[
        str, Main(), "The made-up word that calls up what is trained, such as ohwx; written once only."
    ] = "",
    on_empty: Annotated[
        Literal["template", "keep", "label"],
        "Where there is no caption yet: fill in the template without it, leave it empty, or take the column below.",
    ] = "template",
    instead: Annotated[
        str | None, Column("text"), "The text that stands in for a missing caption, such as a label."
    ] = None,
) -> Columns:
    """Puts captions together from a template: a trigger word, the caption so far, and any column.

    `{trigger}` is the trigger word, `{caption}` the caption so far, `{label}` the column label. The trigger word is
    written once, however often it stands in the caption already. What has no value leaves no stray comma behind; where
    nothing has a value the caption counts as missing. The result is one line, because trainers read the first line
    alone. What a person wrote is put in word for word: a trigger word in it stays where it is and is then not written a
    second time, and a template without `{caption}` leaves it as it is.
    """
    pieces = pieces_of(template)
    captions, by = [], []
    for row in images.rows():
        before = str(row.get("caption") or "").strip()
        stand_in = str(row.get(instead) or "").strip() if instead and on_empty == "label" else ""
        if before and row.get("caption_by") == BY_PERSON:
            captions.append(around(pieces, row, trigger.strip()) if ("caption", True) in pieces else row["caption"])
            by.append(BY_PERSON)
            continue
        if not (before or stand_in) and on_empty == "keep":
            captions.append(row.get("caption"))
            by.append(row.get("caption_by"))
            continue
        text = filled(pieces, {**row, "caption": before or stand_in, "trigger": trigger}, trigger.strip())
        captions.append(text or None)
        by.append((row.get("caption_by") if before else "template") if text else None)
    return {"caption": captions, "caption_by": by}


def filled(pieces: Sequence[Piece], values: Mapping[str, object], trigger: str = "") -> str:
    """The template with the values in place, on one line, without the commas and spaces of what has no value.

    `trigger` is taken out of the values of the other fields where it is a word of its own.
    """
    word = _word(trigger) if trigger else None
    parts: list[str] = []
    written = False
    for text, is_field in pieces:
        if not is_field:
            parts.append(text)
        elif text == "trigger":
            parts.append("" if written else trigger)
            written = True
        else:
            value = _text_of(values.get(text))
            parts.append(word.sub("", value) if word and _has_trigger(pieces) else value)
    return _tidy("".join(parts))


def around(pieces: Sequence[Piece], row: Mapping[str, object], trigger: str = "") -> str:
    """The template round the caption of a row, on one line, in which the words of that caption are not changed."""
    caption = " ".join(str(row["caption"]).split())
    if trigger and _word(trigger).search(caption):
        pieces, trigger = [piece for piece in pieces if piece != ("trigger", True)], ""
    kept = filled(pieces, {**row, "caption": PLACE, "trigger": trigger}, trigger)
    return kept.replace(PLACE, caption)


def _word(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(text)}(?!\w)", re.IGNORECASE)


def _has_trigger(pieces: Sequence[Piece]) -> bool:
    return ("trigger", True) in pieces


def _text_of(value: object) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    return number_text(value) if isinstance(value, float) else str(value)


def _tidy(text: str) -> str:
    line = " ".join(text.split())
    line = re.sub(r"\s+([,;])", r"\1", line)
    line = re.sub(r"([,;])(?:\s*[,;])+", r"\1", line)
    return line.strip(" ,;")


NODES = (template,)
