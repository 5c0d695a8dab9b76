"""Parameters: the annotations a node author writes, and the checks, forms and JSON Schema made from them.

A parameter is a keyword of a node function with an annotation: `low: Annotated[float | None, Range(0, 1), "Help."]`.
The annotation's type says what values it takes; facets such as `Range` or `Column` narrow it; a string is its help.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin

from nodegraph.columns import ColumnKind
from nodegraph.problems import Problem


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `low` to `high`, both allowed; `step` is what a slider moves by."""

    low: float | None = None
    high: float | None = None
    step: float | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """The name of a column that is there upstream, of this kind. `optional`: it plays no part where it is not there."""

    kind: ColumnKind | Literal["any"] = "any"
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ColumnTerms:
    """Lines that each name a column upstream: "-noise" where lower is better, "aesthetic:2" where one counts more.

    The node reads the lines itself and says in `needs` which of the columns must be there.
    """

    kind: ColumnKind | Literal["any"] = "number"

    def column_in(self, line: str) -> str:
        """The name that a line holds."""
        return line.strip().lstrip("+-").partition(":")[0].strip()


@dataclass(frozen=True, slots=True)
class NewColumn:
    """The name of a column that the node adds."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder. `writes`: the node makes it and writes there; otherwise it must exist and is only read."""

    writes: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """A file. `writes`: the node makes it; otherwise it must exist and is only read."""

    writes: bool = False
    suffixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """Free text; `lines` is the height of its field."""

    lines: int = 1


SHORT: Mapping[str, str] = {word.lower(): word for word in ("URL", "MB", "GB", "MP", "EXIF", "ICC", "HTML")}
"""Words of names that are written in capitals."""


@dataclass(frozen=True, slots=True)
class ModelOf:
    """The id of a model of this kind ("clip", "captioner") in the model catalogue.

    With `hub` also any model of the Hugging Face hub, named by repository and commit: "hf:owner/name@commit".
    """

    kind: str
    hub: bool = False


@dataclass(frozen=True, slots=True)
class Expression:
    """A condition over columns in the expression language of `nodegraph.expressions`."""


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour as "#rrggbb"."""


@dataclass(frozen=True, slots=True)
class KeyVariable:
    """The name of an environment variable that holds a key.

    It lets one in and changes nothing of what one gets: a measure's values are remembered without it.
    """


@dataclass(frozen=True, slots=True)
class Main:
    """One of the two or three parameters that matter most: shown on the node itself."""


Facet = (
    Range | Column | ColumnTerms | NewColumn | Folder | File | Text | ModelOf | Expression | Colour | KeyVariable | Main
)
FACETS = (Range, Column, ColumnTerms, NewColumn, Folder, File, Text, ModelOf, Expression, Colour, KeyVariable, Main)

FacetT = TypeVar("FacetT")

NAME_PATTERN = r"^[A-Za-z][A-Za-z0-9_]{0,62}$"
COLOUR_PATTERN = r"^#[0-9A-Fa-f]{6}$"


class _Required:
    """The default of a parameter that must be given."""

    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED: Any = _Required()


@dataclass(frozen=True)
class Parameter:
    """One parameter of a node or one setting of a measure: name, type, default, facets, help."""

    name: str
    type: Any
    default: Any = REQUIRED
    facets: tuple[Facet, ...] = ()
    help: str = ""

    @property
    def required(self) -> bool:
        """Whether a value must be given."""
        return self.default is REQUIRED

    @property
    def label(self) -> str:
        """The name as a person reads it: "keep_tokens" is "Keep tokens", "max_mb" is "Max MB"."""
        words = [SHORT.get(word, word) for word in self.name.split("_")]
        return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])

    @property
    def nullable(self) -> bool:
        """Whether None is a value of it."""
        return type(None) in union_members(self.type)

    def facet(self, kind: type[FacetT]) -> FacetT | None:
        """The facet of this class, or None."""
        return next((facet for facet in self.facets if isinstance(facet, kind)), None)

    @cached_property
    def _adapter(self) -> Any:
        from pydantic import ConfigDict, Field, TypeAdapter

        annotated: Any = self.type
        for facet in self.facets:
            if isinstance(facet, Range):
                annotated = Annotated[annotated, Field(ge=facet.low, le=facet.high)]
        return TypeAdapter(annotated, config=ConfigDict(strict=True, allow_inf_nan=False))

    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema of its values."""
        schema: dict[str, Any] = self._adapter.json_schema()
        if self.help:
            schema["description"] = self.help
        if not self.required:
            schema["default"] = self.default
        return schema

    def check(self, value: object) -> Problem | None:
        """The problem with `value`, or None when it fits. Knows nothing of columns, files or models."""
        from pydantic import ValidationError

        try:
            self._adapter.validate_python(value, strict=True)
        except ValidationError as error:
            return self._bad(value, "; ".join(_plain(detail) for detail in error.errors()[:3]))
        texts = [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]  # pyright: ignore[reportUnknownVariableType]
        return next((found for text in texts if (found := self._check_text(text))), None)

    def surely_fits(self, value: object) -> bool:
        """Whether `value` is plainly of its type and in its range, as defaults mostly are; False says nothing.

        Pydantic takes a third of a millisecond to get ready for a parameter, and listing the nodes reads hundreds.
        """
        plain = any(_is_plainly(member, value) for member in union_members(self.type))
        items = cast(list[object], value) if isinstance(value, list) else [value]
        return plain and self._in_range(value) and not any(isinstance(i, str) and self._check_text(i) for i in items)

    def _in_range(self, value: Any) -> bool:
        span = self.facet(Range)
        if span is None or not isinstance(value, int | float):
            return span is None or value is None
        return (span.low is None or value >= span.low) and (span.high is None or value <= span.high)

    def _check_text(self, value: str) -> Problem | None:
        import re

        if "\x00" in value:
            return self._bad(value, "it holds a NUL character")
        if not (self.facet(Folder) or self.facet(File)) and re.search("[\ud800-\udfff]", value):
            return self._bad(value, "it holds bytes that are no text")  # file names may, what is read as text may not
        if self.facet(NewColumn) and not re.match(NAME_PATTERN, value):
            return self._bad(value, "a column's name is letters, digits and underscores and starts with a letter")
        if self.facet(Colour) and not re.match(COLOUR_PATTERN, value):
            return self._bad(value, 'a colour is written like "#ffffff"')
        return None

    def _bad(self, value: object, why: str) -> Problem:
        shown = repr(value) if len(repr(value)) <= 60 else repr(value)[:57] + "..."
        return Problem(
            "bad-parameter",
            f"{self.label} cannot be {shown}: {why}.",
            self._advice(),
            param=self.name,
            value=value,
        )

    def _advice(self) -> str:
        span = self.facet(Range)
        if span and span.low is not None and span.high is not None:
            return f"Give a value from {span.low:,.15g} to {span.high:,.15g}."
        choices = [choice for member in union_members(self.type) for choice in literal_choices(member)]
        if choices:
            return f"Choose one of: {', '.join(map(str, choices))}."
        return "" if self.required else f"The default is {self.default!r}."


def _plain(detail: Any) -> str:
    return str(detail["msg"]).removeprefix("Value error, ").replace("Input should", "it should")


def _is_plainly(annotation: Any, value: object) -> bool:
    if annotation in (bool, int, float, str, types.NoneType):
        return type(value) is annotation and (annotation is not float or isfinite(cast(float, value)))
    if get_origin(annotation) is Literal:
        return any(value == choice and type(value) is type(choice) for choice in get_args(annotation))
    return (
        annotation == list[str] and type(value) is list and all(type(item) is str for item in cast(list[object], value))
    )


def union_members(annotation: Any) -> tuple[Any, ...]:
    """The members of a union, or the annotation alone."""
    if get_origin(annotation) in (Union, types.UnionType):
        return get_args(annotation)
    return (annotation,)


def literal_choices(annotation: Any) -> tuple[Any, ...]:
    """The values of a `Literal`, or nothing."""
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def parameter_of(name: str, annotation: Any, default: Any = REQUIRED) -> Parameter:
    """The parameter that a keyword with this annotation and default declares.

    Raises TypeError where the default does not fit its own annotation: a mistake of the node's author.
    """
    facets: list[Facet] = []
    help_text = ""
    while get_origin(annotation) is Annotated:
        annotation, *metadata = get_args(annotation)
        for item in metadata:
            if isinstance(item, FACETS):
                facets.append(item)
            elif isinstance(item, str):
                help_text = item
            else:
                raise TypeError(f"parameter {name}: {item!r} in its annotation is neither a facet nor a help text")
    parameter = Parameter(name, annotation, default, tuple(facets), help_text)
    if not parameter.required and not parameter.surely_fits(default) and (found := parameter.check(default)):
        raise TypeError(f"parameter {name}: its own default does not fit: {found.message}")
    return parameter


def with_defaults(parameters: Mapping[str, Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of all parameters: those given, and the defaults of the rest. Unknown names are left out."""
    values = {name: parameter.default for name, parameter in parameters.items() if not parameter.required}
    return values | {name: value for name, value in given.items() if name in parameters}
