"""Parameters: what plainly fits is told without pydantic, and never differs from what pydantic says."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.parameters import Colour, NewColumn, Range, parameter_of

TYPES: list[Any] = [
    bool,
    int,
    float,
    str,
    int | None,
    float | None,
    str | None,
    list[str],
    Literal["a", "b"],
    Literal[8, 16] | None,
    Annotated[int, Range(0, 10)],
    Annotated[float | None, Range(0, 1)],
    Annotated[str, NewColumn()],
    Annotated[str, Colour()],
]
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-20, 20),
    st.floats(),
    st.sampled_from(["a", "b", "", "#ffffff", "two words", "nul\x00"]),
    st.lists(st.one_of(st.sampled_from(["a", "nul\x00"]), st.integers(0, 1)), max_size=2),
)


@given(st.sampled_from(TYPES), VALUES)
def test_what_surely_fits_does_fit(annotation: Any, value: Any) -> None:
    parameter = parameter_of("given", annotation)
    if parameter.surely_fits(value):
        assert parameter.check(value) is None


@pytest.mark.parametrize(
    ("annotation", "value"),
    [(bool, True), (int, 3), (float, 0.5), (str, "x"), (list[str], ["x"]), (int | None, None), (Literal["a"], "a")],
)
def test_usual_defaults_surely_fit(annotation: Any, value: Any) -> None:
    assert parameter_of("given", annotation).surely_fits(value)


@pytest.mark.parametrize(
    ("annotation", "default"),
    [(int, "3"), (Annotated[int, Range(0, 10)], 11), (Literal["a"], "b"), (list[str], ["a", 1]), (float, float("nan"))],
)
def test_a_default_that_does_not_fit_is_a_mistake_of_the_author(annotation: Any, default: Any) -> None:
    with pytest.raises(TypeError, match="its own default does not fit"):
        parameter_of("given", annotation, default)
