"""The filter that keeps the rows for which a condition over columns holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from nodegraph import Expression, ImageSet, Keep, Main, Problem, ProblemError, filter_
from nodegraph.expressions import columns_of, evaluate
from nodes.reasons import NOT_MEASURED, OnNull, texts, value_text, with_nulls


def _columns(params: Any) -> Mapping[str, str]:
    try:
        return dict.fromkeys(columns_of(params.get("condition", "")), "any")
    except ProblemError:  # `check` tells of it
        return {}


def _check(params: Any) -> Sequence[Problem]:
    try:
        columns_of(params.get("condition", ""))
    except ProblemError as error:
        return [found.at(param="condition") for found in error.problems]
    return ()


@filter_("filter/expression", rev=1, outputs=("kept", "dropped", "review"), needs=_columns, check=_check)
def expression(
    images: ImageSet,
    *,
    condition: Annotated[str, Expression(), Main(), "What must hold, such as: aesthetic > 5 and not is_dark"],
    on_null: Annotated[
        OnNull, "What to do with rows where the condition hangs on a value that was not measured."
    ] = "review",
) -> Keep:
    """Keeps the pictures for which a condition over their columns holds.

    Conditions compare columns with numbers and texts: `width >= 768 and (aesthetic > 5.5 or source = 'studio')`.
    Texts stand in single quotes. There are + - * / %, between, in ('a', 'b'), like '%cat%', ilike (any case), is null,
    case when, and functions such as abs, round, lower, length, contains, starts_with, regexp_like, coalesce.
    A comparison with a value that was not measured is neither true nor false.
    """
    verdict = evaluate(condition, images.table)
    mask, review = with_nulls(verdict, on_null)
    names = columns_of(condition)
    read = images.table.select(names) if names else None

    def found(row: int) -> str:
        values = read.row(row, named=True) if read is not None else {}
        return ", ".join(f"{name} {value_text(value)}" for name, value in values.items())

    def reason(row: int) -> str:
        verb = "cannot be judged" if verdict[row] is None else "does not hold"
        return f"{condition} {verb}: {found(row)}" if names else f"{condition} {verb}"

    return Keep(
        mask,
        rule=texts(~mask, lambda row: NOT_MEASURED if verdict[row] is None else "condition"),
        reason=texts(~mask, reason),
        column=names[0] if len(names) == 1 else None,
        value=texts(~mask, found),
        limit=condition,
        review=review,
    )


NODES = (expression,)
