"""Measures: pure functions of one image's (or text's) content and a few settings, whose values are remembered for ever.

A measure never sees a node, a table or a path. Its value is kept under (content, name, rev, settings, model revision).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import numpy as np

from nodegraph.parameters import Parameter, parameter_of

ValueKind = Literal["number", "integer", "text", "flag", "vector", "record"]

REDUCED_SIDE = 720
"""The reduced decode of every image has a long side in [720, 1440), or the image's own where that is smaller."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """Asks for the upright sRGB picture as a read-only uint8 array, (h, w) for "L" and (h, w, 3) for "RGB".

    It comes from the reduced decode, so `max_side` (the longer side, never enlarged) is at most 720; None gives the
    reduced decode as it is. The array depends on the file's bytes and this request alone, never on what else is
    measured.
    """

    mode: Literal["RGB", "L"] = "RGB"
    max_side: int | None = None

    def __post_init__(self) -> None:
        if self.max_side is not None and not 1 <= self.max_side <= REDUCED_SIDE:
            raise TypeError(f"Pixels(max_side={self.max_side}): must be from 1 to {REDUCED_SIDE}, or None")


@dataclass(frozen=True, slots=True)
class Picture:
    """Asks for the same picture as `Pixels`, as a Pillow image of mode "L" or "RGB".

    It saves two copies where a measure works with Pillow. All measures are given the same object: it is never changed.
    """

    mode: Literal["RGB", "L"] = "RGB"
    max_side: int | None = None

    @property
    def pixels(self) -> Pixels:
        """The same request for an array."""
        return Pixels(self.mode, self.max_side)


@dataclass(frozen=True, slots=True)
class Sizes:
    """Asks for the picture in the sizes that are shared, where only the model says how large it must be.

    It gives a `nodegraph.data.pixels.Decoded`, of which `at_least(side)` is the smallest picture that will do.
    """


@dataclass(frozen=True, slots=True)
class Detail:
    """Asks for the middle of the upright sRGB picture at its full size: a read-only uint8 array as for `Pixels`.

    At most `side` px wide and high, the whole picture where that is smaller. For what is lost when a picture is made
    smaller: fine noise, traces of compression and enlargement. A large picture is decoded in full for it, which takes
    several times as long as its reduced decode.
    """

    mode: Literal["RGB", "L"] = "L"
    side: int = 1024


@dataclass(frozen=True, slots=True)
class FileHeader:
    """Asks for what the file says of itself without decoding its pixels: a `nodegraph.data.pixels.Header`."""


@dataclass(frozen=True, slots=True)
class Readability:
    """Asks whether the picture can be decoded.

    It gives {"rule": "", "reason": "", "truncated": bool}, with the rule that refuses it where one does. The only
    request that does not fail on an unreadable file.
    """


@dataclass(frozen=True, slots=True)
class Words:
    """Asks for a text. Its content id is the hash of the text."""


Takes = Pixels | Picture | Sizes | Detail | FileHeader | Readability | Words


@dataclass(frozen=True, slots=True)
class ModelUse:
    """How a measure uses a model: it is loaded once, prepared inputs go through it in batches on the model lane.

    `load(files, device)` gives a handle; `files` is a `nodegraph.models.catalogue.ModelFiles`, `device` "cpu", "cuda"
    or "mps".
    `prepare(handle, input, **settings)` runs in the decoding threads; what it gives is what the measure's function gets
    a list of.
    `setting` names the setting that holds the model's id.
    """

    load: Callable[[Any, str], Any]
    prepare: Callable[..., Any] | None = None
    setting: str = "model"


@dataclass(frozen=True, eq=False)
class Measure:
    """The frozen description of a measure, made by `@measure`. Call it like the function it was made from."""

    name: str
    rev: int
    takes: Takes
    gives: ValueKind
    function: Callable[..., Any]
    settings: Mapping[str, Parameter]
    model: ModelUse | None = None
    help: str = ""

    def __call__(self, *args: Any, **settings: Any) -> Any:
        return self.function(*args, **settings)

    def __repr__(self) -> str:
        return f"Measure({self.name!r}, rev={self.rev})"


@dataclass(frozen=True, slots=True)
class Take:
    """In the annotation of a node's keyword: these are the values of `measure`.

    Settings of the measure are bound to the node's parameters of the same name. `texts(images, params)` gives the
    texts of a measure that takes `Words`; the node then gets a `TextValues` instead of a `Values`.
    `where(images, params)` flags the rows that are measured at all; the others get None. `port` names the input whose
    rows are measured, "" the first.
    """

    measure: Measure
    texts: Callable[..., Sequence[str]] | None = None
    where: Callable[..., Any] | None = None
    port: str = ""


@dataclass(frozen=True, slots=True)
class Values:
    """What one measure gave for the rows of an image set, in row order. No row is missing: failed rows were dropped."""

    items: Sequence[Any]

    def __len__(self) -> int:
        return len(self.items)

    def list(self, key: str | None = None) -> list[Any]:
        """The values, or one entry `key` of each where the measure gives records."""
        return list(self.items) if key is None else [item[key] for item in self.items]

    def matrix(self) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Vectors as rows of a float32 matrix, shape (n, d); (0, 0) when there are none."""
        if not self.items:
            return np.zeros((0, 0), np.float32)
        arrays = [np.asarray(item) for item in self.items]
        if len({(array.shape, array.dtype) for array in arrays}) > 1 or not arrays[0].shape:
            return np.stack(arrays).astype(np.float32)
        # one after the other and then in rows: a stack goes through Python for each of them
        return np.concatenate(arrays).reshape(len(arrays), *arrays[0].shape).astype(np.float32)


@dataclass(frozen=True, slots=True)
class TextValues:
    """What one measure gave for texts."""

    items: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def of(self, text: str) -> Any:
        """The value for `text`, which must be one that the node asked for."""
        return self.items[text]

    def matrix(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        """The vectors of `texts` as rows of a float32 matrix, shape (n, d)."""
        return np.stack([np.asarray(self.items[text], np.float32) for text in texts])


def measure(
    name: str, *, rev: int, takes: Takes, model: ModelUse | None = None
) -> Callable[[Callable[..., Any]], Measure]:
    """Makes a measure of a function.

    Without a model the function is `f(input, **settings) -> value`; with one it is `f(handle, batch, **settings) ->
    sequence of values`, one for each of the batch, each independent of what else is in the batch. The return annotation
    says what it gives: float, int, str, bool, NDArray (a vector) or dict (a record of plain values).
    """

    def decorate(function: Callable[..., Any]) -> Measure:
        keywords = [p for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY]
        hints = _hints(function, {"return", *(p.name for p in keywords)})
        settings = {
            p.name: parameter_of(p.name, hints[p.name], p.default) for p in keywords if p.default is not p.empty
        }
        settings |= {p.name: parameter_of(p.name, hints[p.name]) for p in keywords if p.default is p.empty}
        if model is not None and model.setting not in settings:
            raise TypeError(f"measure {name}: it uses a model, so it needs a keyword {model.setting!r}")
        gives = _value_kind(name, hints.get("return"), batched=model is not None)
        return Measure(name, rev, takes, gives, function, settings, model, inspect.getdoc(function) or "")

    return decorate


def _hints(function: Callable[..., Any], names: Collection[str]) -> dict[str, Any]:
    """The annotations of these names alone: that of the input may name a type that is imported for type checks only."""
    written = {name: text for name, text in function.__annotations__.items() if name in names}
    there: dict[str, Any] = getattr(inspect.unwrap(function), "__globals__", {})
    return get_type_hints(SimpleNamespace(__annotations__=written), there, include_extras=True)


_KINDS: dict[Any, ValueKind] = {
    float: "number",
    int: "integer",
    str: "text",
    bool: "flag",
    np.ndarray: "vector",
    dict: "record",
}


def _value_kind(name: str, annotation: Any, *, batched: bool) -> ValueKind:
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if batched:
        annotation = (get_args(annotation) or (annotation,))[0]
    kind = _KINDS.get(annotation) or _KINDS.get(get_origin(annotation))
    if kind is None:
        raise TypeError(f"measure {name}: its return annotation {annotation!r} is no value that can be remembered")
    return kind
