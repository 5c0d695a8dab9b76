"""Quiet: libraries that would draw into the run's output are kept from it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def no_progress_bar() -> Generator[None, None, None]:
    """While a model of transformers is loaded it draws no bar of its own."""
    from transformers.utils import logging

    enabled = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if enabled:
            logging.enable_progress_bar()
