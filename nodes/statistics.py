"""Statistics of small samples: how far a share that was counted can be from the true one."""

from __future__ import annotations

import math
from statistics import NormalDist


def wilson(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """The interval, low and high from 0 to 1, in which the true share lies, where `successes` of `n` were counted.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference" (1927), without continuity
    correction. It stays within [0, 1] and holds for small counts too. Nothing counted says nothing: (0, 1).
    Raises ValueError where `successes` is not from 0 to `n`, or `confidence` not between 0 and 1.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"successes must be from 0 to {n}, not {successes}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / n
    spread = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    middle, scale = share + z * z / (2 * n), 1 + z * z / n
    low = 0.0 if successes == 0 else max(0.0, (middle - spread) / scale)
    high = 1.0 if successes == n else min(1.0, (middle + spread) / scale)
    return low, high
