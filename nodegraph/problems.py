"""Problems: every error that a user can cause, as data that says where, what and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a graph, a call, a file or a model.

    `code` is stable and kebab-case ("unknown-column"); `message` is a plain sentence; `fix` says what to do about it.
    `node`, `port` and `param` say where; `value` is what was found there.
    """

    code: str
    message: str
    fix: str = ""
    node: str | None = None
    port: str | None = None
    param: str | None = None
    value: object = None
    severity: Severity = "error"

    def at(self, *, node: str | None = None, port: str | None = None, param: str | None = None) -> Problem:
        """The same problem with the places filled in that it does not name yet."""
        return replace(self, node=self.node or node, port=self.port or port, param=self.param or param)

    @property
    def place(self) -> str:
        """Where it is, as "node.param", or "" when it belongs to no node."""
        return ".".join(part for part in (self.node, self.param or self.port) if part)

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}" if self.place else self.message
        return f"{text} {self.fix}".strip()


class ProblemError(Exception):
    """Carries one or more problems to whoever shows them to the user. Never a bug."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))


def problem(code: str, message: str, fix: str = "", *, param: str | None = None, value: object = None) -> ProblemError:
    """A `ProblemError` with one problem: `raise problem("no-such-folder", "...", "...")`."""
    return ProblemError(Problem(code, message, fix, param=param, value=value))
