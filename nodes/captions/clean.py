"""Caption clean-up: what files, web pages and language models leave in captions that no trainer wants."""

from __future__ import annotations

import html
from typing import Annotated

import polars as pl

from nodegraph import Columns, ImageSet, Main, captioner
from nodes.captions.authorship import IN_USE, captions_of, edited

HTML_TAG = (
    r"(?i)</?(?:a|b|blockquote|br|code|div|em|h[1-6]|hr|i|img|li|ol|p|pre|small|span|strong|sub|sup|u|ul)"
    r"(?:\s[^<>]*)?/?>"
)
MARKDOWN = (
    (r"(?m)^\s{0,3}#{1,6}\s+", ""),
    (r"(?m)^\s*[-*+•]\s+", ""),
    (r"(?m)^\s*>\s+", ""),
    (r"(?m)^\s*```\w*\s*$", ""),
    (r"!?\[([^\[\]]*)\]\([^()\s]*\)", "$1"),
    (r"\*\*([^*]+)\*\*", "$1"),
    (r"__([\p{L}\p{N}][^_]*)__", "$1"),
    (r"\*([\p{L}\p{N}][^*]*)\*", "$1"),
    (r"`([^`]*)`", "$1"),
)
"""Headings, lists, quotations, fences, links, bold, italic, code. Kaomoji such as *_* are none of them."""

_EMOJI = (
    r"(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\x{FE0F}|[0-9#*]\x{FE0F}?\x{20E3})"
    r"[\x{1F3FB}-\x{1F3FF}]?\x{FE0F}?"
)
EMOJI = rf"{_EMOJI}(?:\x{{200D}}{_EMOJI})*"
"""Emoji as pictures, with skin tones and joined ones; not signs such as ™ or →."""

LINE_BREAK = r"\r\n|[\n\r\x0b\x0c\x{85}\x{2028}\x{2029}]"
CONTROL = r"[[\p{Cc}\p{Cf}]--[\n\t\x{200c}\x{200d}]]"
"""Characters that cannot be seen, but for the joiners that some scripts and emoji need."""

ENTITIES_IN_ENTITIES = 3
"""How often a text may have been escaped on its way: "&amp;amp;" is an ampersand escaped twice."""


@captioner("caption/clean", rev=1, title="Clean up captions", gives=IN_USE)
def clean(
    images: ImageSet,
    *,
    one_line: Annotated[bool, Main(), "Join lines: most trainers read the first line alone."] = True,
    html: Annotated[bool, "Turn &amp; and the like into characters and take out HTML tags."] = True,
    markdown: Annotated[bool, "Take out headings, list marks, **bold**, links and other marks of Markdown."] = True,
    quotes: Annotated[bool, "Make curly quotes straight and take off quotes round the whole caption."] = True,
    commas: Annotated[bool, "Take out doubled, leading and trailing commas and the space before one."] = True,
    emoji: Annotated[bool, Main(), "Take out emoji."] = False,
    trailing_dots: Annotated[bool, Main(), "Take off the dots at the end; for captions made of tags."] = False,
) -> Columns:
    """Cleans up the text of captions without changing what they say.

    Always: characters that can be written in two ways are written in one (Unicode NFC), invisible and control
    characters go, and white space becomes single spaces. The rest can be chosen. Captions that came from web pages want
    HTML, those that a language model wrote want Markdown and quotes.

    A caption that a person wrote is never changed. One of which nothing is left counts as missing.
    """
    captions, _ = captions_of(images)
    if html:
        captions = pl.Series([unescaped(text) for text in captions.to_list()], dtype=pl.String)
    rules: list[tuple[str, str]] = [(LINE_BREAK, "\n")]
    if html:
        rules.append((HTML_TAG, " "))
    if markdown:
        rules += MARKDOWN
    if one_line:
        rules.append((r"\n", " "))
    if emoji:
        rules.append((EMOJI, " "))
    rules += [(CONTROL, ""), (r"[\s--\n]+", " "), (r" ?\n[\s]*", "\n")]
    if commas:
        rules += [(r"\s+,", ","), (r",(?:\s*,)+", ","), (r"^[\s,]+|[\s,]+$", "")]
    if quotes:
        rules += [(r"[“”„‟«»]", '"'), (r"[‘’‚‛]", "'"), (r'^\s*"([^"]*)"\s*$', "$1")]
    if trailing_dots:
        rules.append((r"[\s.…]+$", ""))
    for pattern, new in rules:
        captions = captions.str.replace_all(pattern, new)
    return edited(images, captions.str.normalize("NFC").str.strip_chars())


def unescaped(text: str | None) -> str | None:
    """The text with the entities of HTML as the characters they stand for, escaped once or several times."""
    if text is None:
        return None
    for _ in range(ENTITIES_IN_ENTITIES):
        plain = html.unescape(text)
        if plain == text:
            break
        text = plain
    return text


NODES = (clean,)
