"""Work in threads of its own, what was asked last first: what is on the screen now matters more than what was."""

from __future__ import annotations

import threading
from collections.abc import Callable

IDLE_SECONDS = 1.0


class LatestFirst:
    """Hands the names that are asked for to `work`, a few at a time. Threads begin when needed and end when idle.

    At most `longest` names wait; older ones are handed to `forgotten`, so that they can be asked for again.
    """

    def __init__(
        self,
        work: Callable[[list[str]], None],
        *,
        threads: int,
        batch: int,
        longest: int,
        forgotten: Callable[[list[str]], None] = lambda _names: None,
        name: str = "pictures",
    ) -> None:
        self._work, self._forgotten = work, forgotten
        self._most, self._batch, self._longest, self._name = threads, batch, longest, name
        self._changed = threading.Condition()
        self._waiting: list[str] = []
        self._threads: set[threading.Thread] = set()
        self._idle = 0
        self._closed = False

    def ask(self, name: str) -> None:
        """Puts a name in front."""
        dropped: list[str] = []
        with self._changed:
            if self._closed:
                return
            self._waiting.append(name)
            if len(self._waiting) > self._longest:
                half = self._longest // 2
                dropped, self._waiting = self._waiting[:half], self._waiting[half:]
            if not self._idle and len(self._threads) < self._most:
                thread = threading.Thread(target=self._serve, name=self._name, daemon=True)
                self._threads.add(thread)
                thread.start()
            self._changed.notify()
        if dropped:
            self._forgotten(dropped)

    def close(self) -> None:
        """Forgets what waits, and waits for what is under way."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()
            threads = list(self._threads)
        for thread in threads:
            thread.join()

    def _serve(self) -> None:
        while names := self._next():
            self._work(names)

    def _next(self) -> list[str]:
        with self._changed:
            self._idle += 1
            self._changed.wait_for(lambda: bool(self._waiting) or self._closed, IDLE_SECONDS)
            self._idle -= 1
            names = [self._waiting.pop() for _ in range(min(self._batch, len(self._waiting)))]
            if not names:
                self._threads.discard(threading.current_thread())
            return names
