"""What stands in for programs that a node talks to: there is no network in tests."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from nodes.measures import chat

ANSWER = b'{"choices": [{"message": {"content": "a drawn scene"}}]}'


@pytest.fixture(scope="module", autouse=True)
def endpoint() -> Generator[None]:
    """Every question about a picture gets the same answer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chat, "asked", lambda _question: ANSWER)
        yield
