"""What holds for all tests: the hub's client reads its environment once, hypothesis tries the same cases each time."""

from __future__ import annotations

import huggingface_hub.constants  # noqa: F401  (before any test changes what it reads)
from hypothesis import settings

# A busy machine is no reason to fail, and a test that fails must fail again.
settings.register_profile("house", deadline=None, derandomize=True, database=None)
settings.load_profile("house")
