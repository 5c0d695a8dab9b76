"""Caption editing: a list of operations, one a line, done in order on every caption that no person wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

import polars as pl

from nodegraph import Columns, ImageSet, Main, Problem, ProblemError, Text, captioner, problem
from nodes.captions.authorship import IN_USE, captions_of, edited
from nodes.captions.patterns import pattern_problem, replacement, words_pattern

Verb = Literal[
    "replace", "word", "regex", "strip", "tag", "remove", "sort", "dedupe", "lower", "upper", "sentence", "prepend",
    "append",
]  # fmt: skip
CHANGES = ("replace", "word", "regex", "tag")
WANT_TEXT = ("remove", "prepend", "append")
WANT_NONE = ("sort", "dedupe", "lower", "upper", "sentence")
ARROW = "=>"

LONGEST = 100_000
"""Characters that a caption may grow to: enough for any trainer, and little enough that no list of operations hurts."""

OPENERS = (
    "a photo of", "a photograph of", "a picture of", "an image of", "a close up of", "a close-up of", "the image shows",
    "this image shows", "the picture shows", "this picture shows", "the photo shows", "this photo shows",
    "the image depicts", "this image depicts", "the image features", "this image features", "in this image",
    "in the image", "in this picture", "in this photo", "there is", "there are", "we see", "we can see", "arafed",
)  # fmt: skip
"""How captioners begin whatever they see; "arafed" is a word that BLIP made up."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One change: what to do, with which text, and for changes of one text into another, the new one."""

    verb: Verb
    text: str = ""
    new: str = ""


def operation_of(line: str) -> Operation:
    """The operation that a line says: "verb", "verb: text" or "verb: old => new". Raises ProblemError."""
    name, _, rest = line.partition(":")
    verb, rest = name.strip().lower(), rest.strip()
    if verb not in get_args(Verb):
        raise _bad(line, f"{name.strip()!r} is no operation", f"Begin with one of: {', '.join(get_args(Verb))}.")
    if verb in CHANGES:
        old, arrow, new = rest.partition(ARROW)
        if not arrow or not old.strip():
            raise _bad(line, "it does not say what becomes what", f"Write it like {verb}: old {ARROW} new")
        if verb == "regex" and (found := pattern_problem(old.strip(), "operations")):
            raise ProblemError([found])
        return Operation(verb, old.strip(), new.strip())
    if verb in WANT_TEXT and not rest:
        raise _bad(line, "it does not say which text", f"Write it like {verb}: text")
    if verb in WANT_NONE and rest:
        raise _bad(line, "it is always done to the whole caption", f"Write {verb} alone.")
    return Operation(verb, rest)  # type: ignore[arg-type]  (held against Verb above)


def _bad(line: str, why: str, fix: str) -> ProblemError:
    shown = line if len(line) <= 60 else f"{line[:57]}..."
    return problem(
        "bad-operation", f"The operation {shown!r} cannot be done: {why}.", fix, param="operations", value=line
    )


def _check(params: Any) -> Sequence[Problem]:
    problems: list[Problem] = []
    for line in params.get("operations", ()):
        try:
            operation_of(line)
        except ProblemError as error:
            problems += error.problems
    if not params.get("operations"):
        message, fix = "There are no operations, so every caption stays as it is.", "Write one, such as: strip"
        problems.append(Problem("no-operation", message, fix, param="operations", severity="warning"))
    return problems


@captioner("caption/edit", rev=1, title="Edit captions", gives=IN_USE, check=_check)
def edit(
    images: ImageSet,
    *,
    operations: Annotated[
        list[str], Text(lines=6), Main(), "What to do, one a line, in order, such as: replace: grey => gray"
    ] = [],  # noqa: B006  (a form's default, never changed)
    separator: Annotated[str, "What stands between tags."] = ",",
) -> Columns:
    """Changes captions by a list of operations, one a line, from the top to the bottom.

    - `replace: old => new` changes a text wherever it stands; `word: old => new` as a word of its own, in upper or
      lower case; `tag: old => new` a whole tag. An empty new text takes the old one out.
    - `regex: pattern => new` changes what a pattern finds; `$1` is its first group. Patterns are Rust regular
      expressions.
    - `strip` takes off the usual beginnings of captioners ("a photo of", "this image shows"); `strip: once upon; a
      drawing of` those you name.
    - `remove: blurry, watermark` takes out tags, `sort` puts tags in order, `dedupe` leaves each tag once.
    - `lower`, `upper` and `sentence` (a capital first) set the case.
    - `prepend: text` and `append: text` write in front and behind.

    A caption that a person wrote is never changed. One of which nothing is left counts as missing. Look at a few
    pictures before and after: a replacement also hits where you did not think of it.
    """
    captions, _ = captions_of(images)
    for operation in map(operation_of, operations):
        captions = apply(operation, captions, separator)
        longest = captions.str.len_chars().max()
        if isinstance(longest, int) and longest > LONGEST:
            raise problem(
                "caption-too-long",
                f"After {operation.verb}: {operation.text} a caption has {longest} characters, over {LONGEST}.",
                "See whether an operation finds more than you meant.",
                param="operations",
            )
    return edited(images, captions)


def apply(operation: Operation, captions: pl.Series, separator: str = ",") -> pl.Series:
    """The captions after one operation; nulls stay null, and so do the lengths of the column and of its name."""
    text, new = operation.text, operation.new
    match operation.verb:
        case "replace":
            return captions.str.replace_all(text, new, literal=True)
        case "word":
            return captions.str.replace_all(words_pattern([text]), replacement(new))
        case "regex":
            return captions.str.replace_all(text, new)
        case "strip":
            return captions.str.replace(_beginning(text), "")
        case "lower":
            return captions.str.to_lowercase()
        case "upper":
            return captions.str.to_uppercase()
        case "sentence":
            trimmed = captions.str.strip_chars()
            return trimmed.str.head(1).str.to_uppercase() + trimmed.str.tail(-1)
        case "prepend":
            return pl.Series([text]) + " " + captions.str.strip_chars_start()
        case "append":
            gap = "" if text[0] in ",.;:!?" else " "
            return captions.str.strip_chars_end() + f"{gap}{text}"
        case "tag" | "remove" | "sort" | "dedupe":
            found = [None if said is None else _retagged(operation, said, separator) for said in captions.to_list()]
            return pl.Series(captions.name, found, pl.String)


def _beginning(text: str) -> str:
    wanted = [part for part in text.split(";") if part.strip()] or OPENERS
    return rf"^(?:\s*{words_pattern(wanted)}[\s,:;–-]*)+"


def _retagged(operation: Operation, caption: str, separator: str) -> str:
    mark = separator.strip() or None  # None splits at white space
    tags = [tag for part in caption.split(mark) if (tag := part.strip())]
    named = {part.strip().casefold() for part in operation.text.split(mark)}
    match operation.verb:
        case "tag":
            wanted = operation.text.casefold()
            tags = [operation.new if tag.casefold() == wanted else tag for tag in tags]
        case "remove":
            tags = [tag for tag in tags if tag.casefold() not in named]
        case "sort":
            tags = sorted(tags, key=lambda tag: (tag.casefold(), tag))
        case _:
            tags = list({tag.casefold(): tag for tag in reversed(tags)}.values())[::-1]
    return f"{mark or ''} ".join(tag for tag in tags if tag)


NODES = (edit,)
