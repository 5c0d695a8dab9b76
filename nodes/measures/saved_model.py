"""TensorFlow's saved models, read without TensorFlow: the weights, constants and Keras settings in a zip, as numbers.

Nothing of the model is run: the bytes are parsed, within bounds, and what does not parse raises ValueError.
"""

from __future__ import annotations

import json
import math
import struct
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_BYTES = 64 * 2**20
"""No member of the zip may be larger than this when unpacked."""

FOOTER_BYTES = 48
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
FLOAT, STRING, INT64 = 1, 7, 9
"""Numbers of the types in TensorFlow's `DataType`."""

VALUE_SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE"


@dataclass(frozen=True, slots=True)
class Lookup:
    """A table of the model: each text of `keys` stands for the number at the same place of `values`."""

    keys: tuple[str, ...]
    values: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SavedModel:
    """What a saved model holds: float32 `variables` by their path, `lookups` in order, Keras's `settings` by layer."""

    variables: Mapping[str, NDArray[np.float32]]
    lookups: tuple[Lookup, ...]
    settings: Mapping[str, Mapping[str, Any]]


def read_saved_model(path: Path) -> SavedModel:
    """The saved model in the zip at `path`. Raises ValueError, OSError or zipfile.BadZipFile for what is none."""
    with zipfile.ZipFile(path) as archive:
        members = {name.rpartition("/")[2]: name for name in archive.namelist() if not name.endswith("/")}

        def read(name: str) -> bytes:
            if name not in members:
                raise ValueError(f"there is no {name} in it")
            if archive.getinfo(members[name]).file_size > MOST_BYTES:
                raise ValueError(f"{name} in it is larger than {MOST_BYTES} bytes")
            return archive.read(members[name])

        try:
            return SavedModel(
                variables=_variables(read("variables.index"), read("variables.data-00000-of-00001")),
                lookups=tuple(_lookups(read("saved_model.pb"))),
                settings=_settings(read("keras_metadata.pb")),
            )
        except (IndexError, struct.error, UnicodeDecodeError) as error:
            raise ValueError(f"it is damaged ({error})") from error


def _variables(index: bytes, data: bytes) -> dict[str, NDArray[np.float32]]:
    """The float32 tensors of a checkpoint: `index` is a sorted table of LevelDB's make, `data` holds the numbers."""
    found: dict[str, NDArray[np.float32]] = {}
    for key, value in _table(index):
        name = key.decode("utf-8")
        entry = _message(value)
        if not name.endswith(VALUE_SUFFIX) or _first(entry, 1, 0) != FLOAT:
            continue
        shape = tuple(_first(_message(size), 1, 0) for size in _message(_first(entry, 2, b"")).get(2, ()))
        start, count = _first(entry, 4, 0), math.prod(shape)
        if start + 4 * count > len(data):
            raise ValueError(f"{name} lies outside of the data")
        tensor = np.frombuffer(data, "<f4", count=count, offset=start)
        found[name.removesuffix(VALUE_SUFFIX)] = tensor.reshape(shape).astype(np.float32)
    return found


def _table(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The entries of a sorted table: its footer points to a block of pointers to blocks of entries."""
    footer = data[-FOOTER_BYTES:]
    at = 0
    for _ in range(2):  # where the block of statistics lies comes first
        _, at = _varint(footer, at)
    start, at = _varint(footer, at)
    size, at = _varint(footer, at)
    for _, handle in _block(data, start, size):
        first, after = _varint(handle, 0)
        yield from _block(data, first, _varint(handle, after)[0])


def _block(data: bytes, start: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    if start + size >= len(data) or data[start + size] != 0:
        raise ValueError("its index is damaged or compressed")
    block = data[start : start + size]
    (restarts,) = struct.unpack_from("<I", block, len(block) - 4)
    end, at, key = len(block) - 4 * (restarts + 1), 0, b""
    while at < end:
        shared, at = _varint(block, at)
        own, at = _varint(block, at)
        length, at = _varint(block, at)
        key = key[:shared] + block[at : at + own]
        yield key, block[at + own : at + own + length]
        at += own + length


def _lookups(data: bytes) -> Iterator[Lookup]:
    """The tables that the graph fills when it is loaded, in the order of its nodes: calls of (table, keys, values)."""
    graph = _message(_first(_message(_first(_message(data), 2, b"")), 2, b""))
    nodes = [_message(node) for node in graph.get(1, ())]
    constants = {_first(node, 1, b""): node for node in nodes if _first(node, 2, b"") == b"Const"}
    for node in nodes:
        inputs = node.get(3, [])
        if len(inputs) != 3 or inputs[1] not in constants or inputs[2] not in constants:
            continue
        keys, values = (_tensor(constants[name]) for name in inputs[1:])
        if _first(keys, 1, 0) == STRING and _first(values, 1, 0) == INT64:
            yield Lookup(tuple(key.decode("utf-8") for key in keys.get(8, ())), _integers(values))


def _tensor(constant: Mapping[int, list[Any]]) -> dict[int, list[Any]]:
    for attribute in map(_message, constant.get(5, ())):
        if _first(attribute, 1, b"") == b"value":
            return _message(_first(_message(_first(attribute, 2, b"")), 8, b""))
    raise ValueError("a constant of it has no value")


def _integers(tensor: Mapping[int, list[Any]]) -> NDArray[np.int64]:
    if content := _first(tensor, 4, b""):
        return np.frombuffer(content, "<i8").astype(np.int64)
    packed, at, found = _first(tensor, 10, b""), 0, []
    while at < len(packed):
        number, at = _varint(packed, at)
        found.append(number)
    return np.asarray(found, np.int64)


def _settings(data: bytes) -> dict[str, Mapping[str, Any]]:
    """Keras's settings of each layer of the model, by class name."""
    for node in map(_message, _message(data).get(1, ())):
        described = json.loads(_first(node, 5, b"{}"))
        if layers := described.get("config", {}).get("layers"):
            return {layer["class_name"].rpartition(">")[2]: layer["config"] for layer in layers}
    raise ValueError("it does not say what its layers are")


def _message(data: bytes) -> dict[int, list[Any]]:
    """The fields of a message in the protocol buffers' wire form: numbers and bytes by field number."""
    found: dict[int, list[Any]] = {}
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        field, kind = key >> 3, key & 7
        if kind == VARINT:
            value, at = _varint(data, at)
        elif kind == BYTES:
            length, at = _varint(data, at)
            value, at = data[at : at + length], at + length
        elif kind in (FIXED32, FIXED64):
            size = 4 if kind == FIXED32 else 8
            value, at = data[at : at + size], at + size
        else:
            raise ValueError("it holds a field of an unknown kind")
        if at > len(data):
            raise ValueError("it is cut short")
        found.setdefault(field, []).append(value)
    return found


def _first(message: Mapping[int, list[Any]], field: int, default: Any) -> Any:
    return message.get(field, [default])[0]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError("it holds a number of more than 64 bits")
