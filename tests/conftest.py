"""What holds for all tests: the hub's client reads its environment once, before any of them changes it."""

from __future__ import annotations

import huggingface_hub.constants  # noqa: F401
