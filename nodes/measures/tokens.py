"""Tokens of a text: how many a CLIP or a T5 text encoder makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any

from nodegraph import ModelFiles, ModelOf, ModelUse, Words, measure, problem

MARKS = 2
"""CLIP puts one token before a text and one after it."""


@measure("tokens.clip", rev=1, takes=Words())
def clip_tokens(text: str) -> int:
    """Tokens of CLIP's byte-pair encoding (Radford et al., 2021) with the two marks at its ends; "" has 2."""
    return len(_clip_tokenizer().encode(text)) + MARKS


@cache
def _clip_tokenizer() -> Any:
    from open_clip.tokenizer import SimpleTokenizer  # its vocabulary comes with the library

    return SimpleTokenizer()


def load_tokenizer(files: ModelFiles, device: str) -> Any:
    """The tokenizer in `files.folder`, a tokenizer.json; nothing is cut off or filled up.

    Raises ProblemError where it cannot be loaded.
    """
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(files.folder / "tokenizer.json"))
    except Exception as error:  # the library raises bare exceptions
        raise problem(
            "broken-model",
            f"The tokenizer {files.entry.id} cannot be loaded: {error}.",
            f"Delete {files.folder} so that it is fetched again, or choose another one.",
            param="tokenizer",
            value=files.entry.id,
        ) from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


@measure("tokens", rev=1, takes=Words(), model=ModelUse(load_tokenizer, setting="tokenizer"))
def tokens(handle: Any, batch: Sequence[str], *, tokenizer: Annotated[str, ModelOf("tokenizer")]) -> Sequence[int]:
    """Tokens that a tokenizer makes of texts, with the marks that it puts around them."""
    return [len(handle.encode(text).ids) for text in batch]
