"""How far a run is: one number for the whole of it, and the sentence beside the bar."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gui.translation import words

WINDOW_SECONDS = 12.0
"""The pace is taken over so many seconds: remembered rows that come all at once at the start do not count for long."""


@dataclass
class RunProgress:
    """Folded from a run's steps. `weights` are rows to measure by node, `times` seconds still expected by node."""

    weights: Mapping[str, float]
    times: Mapping[str, float] = field(default_factory=dict[str, float])
    text: str = ""
    done: int = 0
    rows: int | None = None
    _over: set[str] = field(default_factory=set[str])
    _nodes: tuple[str, ...] = ()
    _verb: str = ""
    _window: deque[tuple[float, int]] = field(default_factory=deque[tuple[float, int]])
    _fraction: float | None = None

    def step(self, verb: str, nodes: Iterable[str], rows: int | None) -> None:
        """A step begins."""
        self._over |= set(self._nodes)
        self._nodes, self._verb, self.rows, self.done = tuple(nodes), verb, rows, 0
        self._window.clear()
        self._write()

    def at(self, done: int, rows: int, seconds: float) -> None:
        """The step is so far, after so many seconds."""
        self.done, self.rows = done, rows
        self._window.append((seconds, done))
        while len(self._window) > 2 and seconds - self._window[0][0] > WINDOW_SECONDS:
            self._window.popleft()
        self._write()

    def download(self, title: str, done: int, total: int) -> None:
        """A model is coming."""
        self._fraction = done / total if total else None
        self.text = words("Downloading {title}: {done} of {total} MB").format(
            title=title, done=_megabytes(done), total=_megabytes(total)
        )

    @property
    def fraction(self) -> float | None:
        """How much of the run is done, from 0 to 1; None while that cannot be said."""
        return self._fraction

    @property
    def pace(self) -> float | None:
        """Rows a second, or None where it is too early to say."""
        if len(self._window) < 2:
            return None
        (first, before), (last, now) = self._window[0], self._window[-1]
        return (now - before) / (last - first) if last - first >= 0.5 and now > before else None

    def _write(self) -> None:
        total = sum(self.weights.values())
        over = sum(self.weights.get(node, 0.0) for node in self._over)
        here = sum(self.weights.get(node, 0.0) for node in self._nodes if node not in self._over)
        share = self.done / self.rows if self.rows else 0.0
        self._fraction = min(1.0, (over + here * share) / total) if total else None
        parts = [self._verb]
        if self.rows:
            so_far = words("{doing}: {done} of {rows}")
            parts = [so_far.format(doing=self._verb, done=f"{self.done:,}", rows=f"{self.rows:,}")]
        if (pace := self.pace) is not None and self.rows:
            speed = f"{pace:,.0f}" if pace >= 10 else f"{pace:.1f}"
            parts.append(words("{speed} images/s").format(speed=speed))
            later = sum(
                seconds for node, seconds in self.times.items() if node not in self._over and node not in self._nodes
            )
            parts.append(time_left((self.rows - self.done) / pace + later))
        self.text = ", ".join(parts)


def time_left(seconds: float) -> str:
    """ "about 2 min left": as exact as one can honestly be."""
    if seconds < 5:
        return words("a few seconds left")
    return words("about {span} left").format(span=span_text(round(seconds / 5) * 5 if seconds >= 10 else 10))


def span_text(seconds: float) -> str:
    """A span of time for people: "4.2 s", "40 s", "2 min", "1 h 20 min"."""
    if seconds < 9.95:
        return f"{max(seconds, 0.1):.1f} s"  # nothing takes no time
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes = max(1, round(seconds / 60))
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f}" if size >= 1e7 else f"{size / 1e6:.1f}"
