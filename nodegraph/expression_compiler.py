"""The rules of the expression language: each part it knows as a polars expression; what has no rule is refused."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from nodegraph.expression_functions import FUNCTIONS, POLARS, Function, Kind, Typed, measured
from nodegraph.problems import Problem, ProblemError

ADVICE = "Write a condition such as: aesthetic > 5 and caption like '%cat%'"


def bad_expression(text: str, why: str, fix: str = "") -> ProblemError:
    """The problem that the condition `text` does not work, and why."""
    message = f"The condition {_short(text)!r} does not work: {why}."
    return ProblemError(Problem("bad-expression", message, fix, value=text))


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."


def compile_condition(text: str, tree: Any, kinds: Mapping[str, Kind]) -> pl.Expr:
    """The parsed condition as an expression that gives flags, over columns of these kinds. Raises ProblemError."""
    compiled = _Compiler(text, kinds).part(tree)
    if compiled.kind not in ("flag", "null"):
        raise bad_expression(text, f"it gives a {compiled.kind}, not true or false", "Compare it with something.")
    return compiled.expression


class _Compiler:
    """Turns the parts of one parsed condition into polars expressions, from the leaves up."""

    def __init__(self, text: str, kinds: Mapping[str, Kind]) -> None:
        self.text = text
        self.kinds = kinds

    def part(self, node: Any) -> Typed:
        """The part of the tree under `node`; raises ProblemError for whatever is not in the language."""
        name = type(node).__name__
        if name in _RULES:
            rule, understood = _RULES[name]
            self._refuse_more_than(node, understood)
            return rule(self, node)
        if (function := FUNCTIONS.get(_function_name(node))) is not None:
            self._refuse_more_than(node, ("this", "expression", "expressions", "decimals", "ignore_nulls"))
            return self._call(node, function)
        raise self.refusal(node)

    def of_kind(self, node: Any, wanted: Kind) -> pl.Expr:
        """The part under `node`, which must be of this kind; a null becomes one of it."""
        return self._as(wanted, node, self.part(node))

    def of_one_kind(self, nodes: Sequence[Any]) -> tuple[list[pl.Expr], Kind]:
        """The parts under `nodes`, which must all be of the same kind, whichever it is."""
        parts = [self.part(node) for node in nodes]
        known: list[Kind] = [kind for kind in POLARS if any(part.kind == kind for part in parts)]
        if len(known) > 1:
            found = ", ".join(f"{_shown(node)} is a {part.kind}" for node, part in zip(nodes, parts, strict=True))
            raise self.problem(f"values of different kinds do not go together: {found}", _hint(*known))
        kind = known[0] if known else "flag"
        return [self._as(kind, node, part) for node, part in zip(nodes, parts, strict=True)], kind

    def _as(self, wanted: Kind, node: Any, typed: Typed) -> pl.Expr:
        if typed.kind not in (wanted, "null"):
            raise self.problem(f"{_shown(node)} is a {typed.kind} where a {wanted} is needed", _hint(typed.kind))
        return typed.expression.cast(POLARS[wanted]) if typed.kind == "null" else typed.expression

    def problem(self, why: str, fix: str = "") -> ProblemError:
        """A problem with this condition."""
        return bad_expression(self.text, why, fix)

    def refusal(self, node: Any) -> ProblemError:
        """The problem of a part that is not in the language."""
        if name := _function_name(node):
            near = difflib.get_close_matches(name, FUNCTIONS, n=1)
            hint = f"Did you mean {near[0]}? " if near else ""
            return self.problem(f"{name}() is not allowed", f"{hint}Functions: {', '.join(sorted(FUNCTIONS))}.")
        what = _PLAIN_NAMES.get(type(node).__name__, f"{_shown(node)} ({type(node).__name__.lower()})")
        return self.problem(
            f"{what} is not allowed",
            "Use columns, values, comparisons, and/or/not, arithmetic and the named functions.",
        )

    def _refuse_more_than(self, node: Any, understood: Sequence[str]) -> None:
        # an option of the grammar that a rule does not look at would change the meaning without a word
        more = [name for name, value in node.args.items() if name not in understood and value not in (None, False, [])]
        if more:
            raise self.problem(f"{_shown(node)} is not allowed here ({', '.join(more)})", ADVICE)

    def _call(self, node: Any, function: Function) -> Typed:
        arguments = _arguments(node)
        if not function.least <= len(arguments) <= (function.most or len(arguments)):
            raise self.problem(f"{_shown(node)} has {len(arguments)} values", f"Write {function.usage}.")
        if not function.kinds:
            expressions, kind = self.of_one_kind(arguments)
            return Typed(function.make(expressions), kind)
        expressions = [self.of_kind(item, kind) for item, kind in zip(arguments, function.kinds, strict=False)]
        return Typed(measured(function.make(expressions), function.gives), function.gives)

    def column(self, node: Any) -> Typed:
        name = node.name
        if name not in self.kinds:
            near = difflib.get_close_matches(name, list(self.kinds), n=1, cutoff=0.5)
            hint = f"Did you mean {near[0]}? " if near else ""
            quoted = f"A text is written in single quotes: '{name}'." if node.this.args.get("quoted") else ""
            columns = f"Columns here: {', '.join(sorted(self.kinds)[:20]) or 'none'}."
            message = f"The condition {_short(self.text)!r} does not work: there is no column {name}."
            raise ProblemError(Problem("unknown-column", message, f"{hint}{quoted or columns}", value=name))
        kind = self.kinds[name]
        column = pl.col(name)
        return Typed(measured(column.cast(pl.Float64), kind) if kind == "number" else column, kind)

    def literal(self, node: Any) -> Typed:
        if node.is_string:
            return Typed(pl.lit(node.this, pl.String), "text")
        return Typed(pl.lit(self.number(node), pl.Float64), "number")

    def number(self, node: Any) -> float:
        """The number that is written out at `node`."""
        try:
            number = float(node.this)
        except (TypeError, ValueError):
            number = math.nan
        if not math.isfinite(number):
            raise self.problem(f"{_shown(node)} is no number that can be used")
        return number

    def logic(self, node: Any) -> Typed:
        left, right = self.of_kind(node.this, "flag"), self.of_kind(node.expression, "flag")
        return Typed(left & right if type(node).__name__ == "And" else left | right, "flag")

    def arithmetic(self, node: Any) -> Typed:
        left, right = self.of_kind(node.this, "number"), self.of_kind(node.expression, "number")
        name = type(node).__name__
        if name in ("Div", "Mod"):
            right = pl.when(right != 0).then(right)
        return Typed(measured(_ARITHMETIC[name](left, right), "number"), "number")

    def comparison(self, node: Any) -> Typed:
        (left, right), _ = self.of_one_kind((node.this, node.expression))
        return Typed(_COMPARISONS[type(node).__name__](left, right), "flag")

    def between(self, node: Any) -> Typed:
        (value, low, high), _ = self.of_one_kind((node.this, node.args["low"], node.args["high"]))
        return Typed((value >= low) & (value <= high), "flag")

    def in_list(self, node: Any) -> Typed:
        if not node.expressions:
            raise self.problem(f"{_shown(node)} has no list of values", "Write: label in ('cat', 'dog')")
        (value, *choices), _ = self.of_one_kind((node.this, *node.expressions))
        return Typed(pl.any_horizontal(value == choice for choice in choices), "flag")

    def is_(self, node: Any) -> Typed:
        typed = self.part(node.this)
        match type(node.expression).__name__:
            case "Null":
                return Typed(typed.expression.is_null(), "flag")
            case "Boolean":
                flag = self._as("flag", node.this, typed)
                return Typed((flag == node.expression.this).fill_null(value=False), "flag")
            case _:
                raise self.problem(f"{_shown(node)} is not allowed", "After `is` comes null, true or false.")

    def like(self, node: Any) -> Typed:
        value, pattern = self.of_kind(node.this, "text"), node.expression
        if type(pattern).__name__ != "Literal" or not pattern.is_string:
            raise self.problem(f"the pattern {_shown(pattern)} must be a text", "Write: caption like '%cat%'")
        flags = "(?is)" if type(node).__name__ == "ILike" else "(?s)"
        steps = (".*" if sign == "%" else "." if sign == "_" else pl.escape_regex(sign) for sign in pattern.this)
        matches = value.str.contains(f"{flags}^{''.join(steps)}$")
        return Typed(~matches if node.args.get("negate") else matches, "flag")

    def case(self, node: Any) -> Typed:
        ifs: list[Any] = node.args["ifs"]
        results: list[Any] = [branch.args["true"] for branch in ifs]
        if node.args.get("default") is not None:
            results.append(node.args["default"])
        expressions, kind = self.of_one_kind(results)
        otherwise = expressions.pop() if len(expressions) > len(ifs) else pl.lit(None, POLARS[kind])
        for branch, value in reversed(list(zip(ifs, expressions, strict=True))):
            otherwise = pl.when(self._condition(node, branch)).then(value).otherwise(otherwise)
        return Typed(otherwise, kind)

    def _condition(self, node: Any, branch: Any) -> pl.Expr:
        if node.this is None:
            return self.of_kind(branch.this, "flag")
        (subject, value), _ = self.of_one_kind((node.this, branch.this))
        return subject == value


def _shown(node: Any) -> str:
    return _short(node.sql(dialect="duckdb"), 40)


def _hint(*kinds: Kind) -> str:
    if "flag" in kinds:
        return "Comparisons are joined with `and`: low < score and score < high."
    return "A text is written in single quotes, a number without." if "text" in kinds else ""


def _function_name(node: Any) -> str:
    from sqlglot import exp

    if isinstance(node, exp.Anonymous):
        return node.name.lower()
    return node.sql_names()[0].lower() if isinstance(node, exp.Func) else ""


def _arguments(node: Any) -> list[Any]:
    single = [node.args.get(name) for name in ("this", "expression", "decimals")]
    return [item for item in single if item is not None] + list(node.expressions)


_ARITHMETIC: Mapping[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "Add": pl.Expr.__add__,
    "Sub": pl.Expr.__sub__,
    "Mul": pl.Expr.__mul__,
    "Div": pl.Expr.__truediv__,
    "Mod": pl.Expr.__mod__,
}
_COMPARISONS: Mapping[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "EQ": pl.Expr.eq,
    "NEQ": pl.Expr.ne,
    "LT": pl.Expr.lt,
    "LTE": pl.Expr.le,
    "GT": pl.Expr.gt,
    "GTE": pl.Expr.ge,
}
_PLAIN_NAMES = {
    "Block": "a second statement after ;",
    "Subquery": "a subquery",
    "Select": "a subquery",
    "Window": "a window (over)",
    "Star": "*",
    "ArrayOverlaps": "&&",
    "DPipe": "||",
}

_BINARY = ("this", "expression")
_RULES: Mapping[str, tuple[Callable[[_Compiler, Any], Typed], Sequence[str]]] = {
    "Column": (_Compiler.column, ("this",)),
    "Literal": (_Compiler.literal, ("this", "is_string")),
    "Boolean": (lambda _compiler, node: Typed(pl.lit(node.this, pl.Boolean), "flag"), ("this",)),
    "Null": (lambda _compiler, _node: Typed(pl.lit(None), "null"), ()),
    "Paren": (lambda compiler, node: compiler.part(node.this), ("this",)),
    "Not": (lambda compiler, node: Typed(~compiler.of_kind(node.this, "flag"), "flag"), ("this",)),
    "Neg": (lambda compiler, node: Typed(-compiler.of_kind(node.this, "number"), "number"), ("this",)),
    **dict.fromkeys(("And", "Or"), (_Compiler.logic, _BINARY)),
    **dict.fromkeys(_ARITHMETIC, (_Compiler.arithmetic, (*_BINARY, "typed", "safe"))),
    **dict.fromkeys(_COMPARISONS, (_Compiler.comparison, _BINARY)),
    **dict.fromkeys(("Like", "ILike"), (_Compiler.like, (*_BINARY, "negate"))),
    "Between": (_Compiler.between, ("this", "low", "high")),
    "In": (_Compiler.in_list, ("this", "expressions")),
    "Is": (_Compiler.is_, _BINARY),
    "Case": (_Compiler.case, ("this", "ifs", "default")),
}
