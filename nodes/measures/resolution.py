"""True resolution of one picture: whether it was enlarged, and how many times, seen in its finest detail."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nodegraph import Detail, measure

Spectrum = NDArray[np.float64]

SEGMENT = 128
"""Pixels of the stretches whose spectra are averaged (Welch's method); a picture with a shorter side is not judged."""

SCALES = (1.25, 1.33, 1.5, 1.75, 2.0, 2.25, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 8.0)
"""Enlargements that are tried: one by s leaves nothing between 1/s and 1 of the finest detail that the pixels allow."""

SLOPE = -8.0
"""Decibels an octave by which detail may fall off at least before that counts; photos have about 6 to 7."""

FLOOR = 0.05
"""Power of what is not looked at, in squared grey levels: rounding to 256 levels alone makes 1/12."""

STEP = 5.5
"""Decibels that detail must lie below the expected fall for an enlargement; 2 % of photos do that by themselves."""

LOST = 6.0
"""Decibels below the expected fall from which on detail counts as lost."""

SHARE = 0.4
"""A larger enlargement is believed rather than a smaller one when its step is at least this share of the largest."""

REPEATED = 6.0
"""Times that differences between repeated pixels and their neighbours must exceed those among the repeated ones."""

MOST_REPEATED = 7


@measure("effective_scale", rev=1, takes=Detail("L", 1024))
def effective_scale(image: NDArray[np.uint8]) -> float:
    """How many times a picture (h, w) seems to have been enlarged; 1 when it was not, 0 when it is too small to tell.

    Pixels that were repeated are found by their differences. Smooth enlargement is found by the spectrum: the power of
    natural pictures falls by a steady number of decibels an octave (Field, 1987), that of an enlarged one drops at the
    old limit. Scale and threshold were fitted on photos made larger by known factors.
    """
    if min(image.shape) < SEGMENT:
        return 0.0
    repeated = repeated_pixels(image)
    return repeated if repeated > 1 else lost_detail(power_spectrum(image))


def power_spectrum(image: NDArray[np.uint8]) -> Spectrum:
    """Power at 0 to 0.5 cycles a pixel, along rows and columns together, shape (65,), in squared grey levels."""
    window = np.hanning(SEGMENT).astype(np.float32)
    total = np.zeros(SEGMENT // 2 + 1)
    for lines in (image, image.T):
        starts = range(0, lines.shape[1] - SEGMENT + 1, SEGMENT // 2)
        power = np.zeros_like(total)
        for start in starts:
            part = lines[:, start : start + SEGMENT].astype(np.float32)
            part -= part.mean(axis=1, keepdims=True)
            power += np.square(np.abs(np.fft.rfft(part * window, axis=1))).mean(axis=0)
        total += power / len(starts)
    return total / (2 * float(np.square(window).sum()))


def lost_detail(spectrum: Spectrum) -> float:
    """How many times larger a picture with this spectrum is than its detail; 1 where the spectrum has no step."""
    frequency = np.arange(spectrum.size) / SEGMENT
    octave = np.log2(np.maximum(frequency, 1 / SEGMENT))
    decibels = 10 * np.log10(spectrum + FLOOR)
    steps, lines = [], []
    for scale in SCALES:
        limit = 0.5 / scale
        coarse = (frequency >= 2 / SEGMENT) & (frequency <= 0.85 * limit)
        below = (frequency >= 0.55 * limit) & (frequency <= 0.85 * limit)
        above = (frequency >= 1.15 * limit) & (frequency <= min(1.6 * limit, 0.49))
        if min(below.sum(), above.sum()) < 2 or coarse.sum() < 4:
            steps.append(-np.inf)
            lines.append(decibels)
            continue
        slope = min(float(np.polyfit(octave[coarse], decibels[coarse], 1)[0]), SLOPE)
        expected = decibels[below].mean() + slope * (octave - octave[below].mean())
        steps.append(float((expected - decibels)[above].mean()))
        lines.append(expected)
    largest = max(steps)
    if largest < STEP:
        return 1.0
    best = max(place for place, step in enumerate(steps) if step >= SHARE * largest)
    lost = (lines[best] - decibels >= LOST) & (frequency >= 0.25 / SCALES[best])
    return max(1.0, 0.5 / float(frequency[lost.argmax()])) if lost.any() else SCALES[best]


def repeated_pixels(image: NDArray[np.uint8]) -> float:
    """How many times pixels were repeated along both sides, 1 when they were not: nearest-neighbour enlargement.

    The usual difference (median) between neighbouring columns is looked at for each place in a period. Where `kept` of
    `period` differences are far above the others, `kept` pixels became `period`. Periods go up to 7, because the blocks
    of a JPEG have one of 8.
    """
    found, largest = 1.0, REPEATED
    for period in range(2, MOST_REPEATED + 1):
        across, down = _places(image, period), _places(image.T, period)
        for kept in range(1, period):
            excess = min((sides[kept - 1] + 0.02) / (sides[kept] + 0.02) for sides in (across, down))
            if excess >= largest:
                found, largest = period / kept, 1.2 * excess  # a multiple of the true period must do clearly better
    return found


def _places(image: NDArray[np.uint8], period: int) -> list[float]:
    """The usual difference at each place in the period, the largest first, in grey levels."""
    differences = np.abs(np.diff(image.astype(np.int16), axis=1)).mean(axis=0)
    count = differences.size // period
    return sorted(np.median(differences[: count * period].reshape(count, period), axis=0).tolist(), reverse=True)
