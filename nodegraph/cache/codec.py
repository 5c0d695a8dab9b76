"""The codec: values of measures to bytes and back, exactly, without pickle.

The first byte says what follows, so that bytes are never read as another kind of value than was written. A vector keeps
its dtype and shape and comes back read-only.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

import numpy as np

if TYPE_CHECKING:
    from nodegraph.measures import ValueKind

TAGS: dict[ValueKind, bytes] = {
    "number": b"n",
    "integer": b"i",
    "text": b"t",
    "flag": b"f",
    "vector": b"v",
    "record": b"r",
}

TOGETHER = 2_000
"""Values that are read at once: to read them one by one takes several times as long."""

_FLOAT = struct.Struct("<d")
_ITEM_KINDS = "biuf"
_AS_IT_IS = frozenset((str, int, float, bool, type(None)))


def encode(kind: ValueKind, value: object) -> bytes:
    """The bytes of `value`. Raises TypeError for a value that is not of this kind: a mistake of the measure's author.

    number: a float; integer: an int of any size; vector: an array of bools, ints or floats of at most 8 bytes, of any
    shape; record: dicts with text keys, lists, texts, numbers (NaN and infinities too), flags and None, nested; tuples
    become lists.
    """
    return TAGS[kind] + _ENCODERS[kind](value)


def decode(kind: ValueKind, data: bytes) -> Any:
    """The value that `data` is of. Raises ValueError where it is not the bytes of a value of this kind."""
    if data[:1] != TAGS[kind]:
        raise ValueError(f"not the bytes of a {kind}")
    try:
        return _DECODERS[kind](data)
    except (ValueError, TypeError, struct.error, RecursionError) as error:
        raise ValueError(f"not the bytes of a {kind}: {error}") from error


def decode_all(kind: ValueKind, blobs: Mapping[str, bytes]) -> dict[str, Any]:
    """The values of many bytes under the same names, without those that are not the bytes of a value of this kind."""
    values: dict[str, Any] = {}
    tag = TAGS[kind]
    rest = iter([(name, data) for name, data in blobs.items() if data[:1] == tag])
    while some := list(islice(rest, TOGETHER)):
        found = _TOGETHER[kind]([data for _, data in some]) if kind in _TOGETHER else None
        if found is not None and len(found) == len(some):
            values.update(zip([name for name, _ in some], found, strict=True))
            continue
        for name, data in some:
            with suppress(ValueError):
                values[name] = decode(kind, data)
    return values


def _encode_number(value: object) -> bytes:
    number = _unboxed(value)
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise TypeError(f"{value!r} is not a number")
    try:
        return _FLOAT.pack(float(number))
    except OverflowError as error:
        raise TypeError("an integer of more than 300 digits is no number of 64 bits") from error


def _encode_integer(value: object) -> bytes:
    number = _unboxed(value)
    if isinstance(number, bool) or not isinstance(number, int):
        raise TypeError(f"{value!r} is not an integer")
    return number.to_bytes(number.bit_length() // 8 + 1, "little", signed=True)


def _encode_text(value: object) -> bytes:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value.encode("utf-8", "surrogatepass")


def _encode_flag(value: object) -> bytes:
    flag = _unboxed(value)
    if not isinstance(flag, bool):
        raise TypeError(f"{value!r} is not a flag")
    return b"\x01" if flag else b"\x00"


def _encode_vector(value: object) -> bytes:
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{type(value).__name__} is not an array")
    array = cast("np.ndarray[Any, Any]", value)
    if array.dtype.kind not in _ITEM_KINDS or array.dtype.itemsize > 8:
        raise TypeError(f"an array of {array.dtype} cannot be remembered")
    head = f"{array.dtype.str}{','.join(map(str, array.shape))}".encode("ascii")
    return bytes([len(head)]) + head + array.tobytes()


def _encode_record(value: object) -> bytes:
    if not isinstance(value, dict):
        raise TypeError(f"{type(value).__name__} is not a record")
    plain = _plain(cast("dict[Any, Any]", value))
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _unboxed(value: object) -> object:
    """The Python scalar of a numpy scalar; anything else as it is."""
    return cast(Any, value).item() if isinstance(value, np.generic) else value


def _plain(value: object) -> Any:
    if type(value) in _AS_IT_IS:
        return value
    value = _unboxed(value)
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        entries = cast("dict[Any, Any]", value)
        if wrong := [key for key in entries if not isinstance(key, str)]:
            raise TypeError(f"the key {wrong[0]!r} of a record is not a text")
        return {key: _plain(item) for key, item in entries.items()}
    raise TypeError(f"{type(value).__name__} is not a plain value of a record")


def _decode_integer(data: bytes) -> int:
    if len(data) < 2:
        raise ValueError("it is empty")
    return int.from_bytes(data[1:], "little", signed=True)


def _decode_flag(data: bytes) -> bool:
    if data[1:] not in (b"\x00", b"\x01"):
        raise ValueError("it is neither true nor false")
    return data[1] == 1


def _decode_vector(data: bytes) -> np.ndarray[Any, Any]:
    start = 2 + data[1] if len(data) > 1 else 2
    dtype, shape = _vector_head(data[2:start])
    return np.frombuffer(data, dtype, offset=start, count=math.prod(shape)).reshape(shape)


@lru_cache(maxsize=256)
def _vector_head(head: bytes) -> tuple[np.dtype[Any], tuple[int, ...]]:
    text = head.decode("ascii")
    dtype = np.dtype(text[:3])
    if dtype.kind not in _ITEM_KINDS:
        raise ValueError(f"an array of {dtype}")
    return dtype, tuple(int(side) for side in text[3:].split(",") if side)


def _records_together(parts: Sequence[bytes]) -> list[Any] | None:
    """The records as one list, which is read at once, so that they share their keys. None where one is damaged."""
    text = b"[%b]" % b",".join([data[1:] for data in parts])
    try:
        return json.loads(text.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        return None


def _vectors_together(parts: Sequence[bytes]) -> list[Any] | None:
    """The vectors as rows of one array where they are of one dtype and shape, else None."""
    head = parts[0][: 2 + parts[0][1]] if len(parts[0]) > 1 else b""
    try:
        dtype, shape = _vector_head(head[2:])
    except (ValueError, TypeError):
        return None
    length = len(head) + math.prod(shape) * dtype.itemsize
    if not shape or any(len(data) != length or not data.startswith(head) for data in parts):
        return None
    joined = b"".join([data[len(head) :] for data in parts])
    return list(np.frombuffer(joined, dtype).reshape(len(parts), *shape))


_TOGETHER: dict[ValueKind, Callable[[Sequence[bytes]], list[Any] | None]] = {
    "record": _records_together,
    "vector": _vectors_together,
}

_ENCODERS: dict[ValueKind, Callable[[object], bytes]] = {
    "number": _encode_number,
    "integer": _encode_integer,
    "text": _encode_text,
    "flag": _encode_flag,
    "vector": _encode_vector,
    "record": _encode_record,
}

_DECODERS: dict[ValueKind, Callable[[bytes], Any]] = {
    "number": lambda data: _FLOAT.unpack_from(data, 1)[0],
    "integer": _decode_integer,
    "text": lambda data: data[1:].decode("utf-8", "surrogatepass"),
    "flag": _decode_flag,
    "vector": _decode_vector,
    "record": lambda data: json.loads(data[1:].decode("utf-8", "surrogatepass")),
}
