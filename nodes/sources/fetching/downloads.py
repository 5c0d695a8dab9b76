"""Downloads: many addresses brought into a folder, several at a time and few at once from the same host."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from nodes.sources.fetching.answers import Answer, Rules, StoppedError, patiently
from nodes.sources.unpacking import Entry, RefusedError, Unpacked, not_here_yet


@dataclass(frozen=True, slots=True)
class Wanted:
    """An address to fetch, a name for its file, and what is known of it, for the index."""

    url: str
    name: str
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])


Brought = Entry | RefusedError | None
"""The picture, why there is none, or None where the run was cancelled before."""


def host_of(url: str) -> str:
    """The host of an address in lower case, or nothing."""
    try:
        return (urlsplit(url.strip()).hostname or "").lower()
    except ValueError:
        return ""


def bring_all(
    wanted: Sequence[Wanted],
    unpacked: Unpacked,
    rules: Rules,
    *,
    threads: int,
    per_host: int,
    again: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> list[Brought]:
    """What became of each address, in the order of `wanted`; each address may come only once.

    What is in the folder already is not fetched, and what was refused for good is asked for only when `again`.
    Raises a problem when the disk is full or cannot be written; what came until then is kept.
    """
    results: list[Brought] = [_known(one, unpacked, rules, again) for one in wanted]
    left = [(number, host_of(wanted[number].url)) for number, result in enumerate(results) if result is None]
    queues = _Queues(left, per_host)
    done, lock = sum(result is not None for result in results), threading.Lock()
    failed = threading.Event()
    stoppable = replace(rules, cancelled=lambda: failed.is_set() or rules.cancelled())

    def work() -> None:
        nonlocal done
        try:
            while not stoppable.cancelled() and (item := queues.take()) is not None:
                number, host = item
                try:
                    results[number] = _bring(wanted[number], unpacked, stoppable)
                finally:
                    queues.give_back(host)
                with lock:
                    done += 1
                    progress(done, len(wanted))
        except StoppedError:
            pass
        except BaseException:
            failed.set()
            raise

    progress(done, len(wanted))
    count = min(threads, max(1, len(wanted) - done))
    with ThreadPoolExecutor(count, thread_name_prefix="download") as pool:
        working = [pool.submit(work) for _ in range(count)]
        try:
            for one in working:
                one.result()
        except BaseException:
            failed.set()
            raise
    return results


def _known(one: Wanted, unpacked: Unpacked, rules: Rules, again: bool) -> Brought:
    entry = unpacked.known(one.url)
    if entry is None and unpacked.only_reads:
        return not_here_yet()
    if entry is None or entry.file:
        return entry
    moot = again or (entry.rule == "robots" and not rules.respect_robots)
    if moot:
        return not_here_yet() if unpacked.only_reads else None
    return RefusedError(entry.rule, entry.reason, for_good=True)


def _bring(one: Wanted, unpacked: Unpacked, rules: Rules) -> Entry | RefusedError:
    def keep(answer: Answer) -> Entry:
        facts = {**one.facts, "http_status": answer.status}
        if answer.url != one.url:
            facts["came_from"] = answer.url
        return unpacked.add(one.url, one.name, answer.parts, most_bytes=rules.most_bytes, facts=facts)

    try:
        return patiently(one.url, rules, keep)
    except RefusedError as error:
        if error.for_good:
            unpacked.refuse(one.url, error)
        return error


class _Queues:
    """What is still to do, by host: at most `most` of a host are under way, and the hosts take turns."""

    def __init__(self, items: Sequence[tuple[int, str]], most: int) -> None:
        self._waiting: dict[str, deque[int]] = {}
        for number, host in items:
            self._waiting.setdefault(host, deque()).append(number)
        self._turns = deque(self._waiting)
        self._under_way = dict.fromkeys(self._waiting, 0)
        self._most = most
        self._changed = threading.Condition()

    def take(self) -> tuple[int, str] | None:
        """The next item and its host. Waits while every host has enough to do; None at the end."""
        with self._changed:
            while self._turns:
                for _ in range(len(self._turns)):
                    host = self._turns[0]
                    self._turns.rotate(-1)
                    if self._under_way[host] < self._most:
                        number = self._waiting[host].popleft()
                        if not self._waiting[host]:
                            self._turns.remove(host)
                        self._under_way[host] += 1
                        return number, host
                self._changed.wait()
            return None

    def give_back(self, host: str) -> None:
        """Says that an item of this host is done."""
        with self._changed:
            self._under_way[host] -= 1
            self._changed.notify_all()
