"""Saved models of TensorFlow, written by hand: just as much of one as its weights, tables and settings take."""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodes.measures.saved_model import VALUE_SUFFIX


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def field(number: int, value: int | bytes | str) -> bytes:
    """One field of a message of the protocol buffers."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def block(entries: Sequence[tuple[bytes, bytes]]) -> bytes:
    """A block of a sorted table, keys shortened by what they share with the one before; without its trailer."""
    out, before = b"", b""
    for key, value in entries:
        shared = max(at for at in range(len(key) + 1) if before.startswith(key[:at]))
        out += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        before = key
    return out + struct.pack("<II", 0, 1)


def index(entries: Mapping[str, bytes]) -> bytes:
    data = block(sorted((name.encode(), value) for name, value in entries.items()))
    handle = varint(0) + varint(len(data))
    pointers = block([(b"~", handle)])
    start = len(data) + 5
    footer = varint(0) + varint(0) + varint(start) + varint(len(pointers))
    return data + bytes(5) + pointers + bytes(5) + footer.ljust(40, b"\0") + b"\x57\xfb\x80\x8b\x24\x75\x47\xdb"


def constant(name: str, kind: int, fields: bytes) -> bytes:
    tensor = field(1, kind) + fields
    return field(1, field(1, name) + field(2, "Const") + field(5, field(1, "value") + field(2, field(8, tensor))))


def save_nsfw_head(
    path: Path,
    layers: Sequence[tuple[NDArray[Any], NDArray[Any]]],
    mean: NDArray[Any],
    variance: NDArray[Any],
    categories: Mapping[int, Sequence[str]],
) -> None:
    """A head as AutoKeras saves it: numbers at `categories` stand for 1, 2, ... in the order of their texts."""
    variables = {"layer_with_weights-1/mean": mean, "layer_with_weights-1/variance": variance}
    for number, (weight, bias) in enumerate(layers, start=2):
        variables |= {f"layer_with_weights-{number}/kernel": weight, f"layer_with_weights-{number}/bias": bias}
    data, entries = b"", {}
    for name, values in variables.items():
        shape = b"".join(field(2, field(1, side)) for side in values.shape)
        entry = field(1, 1) + field(2, shape) + field(4, len(data)) + field(5, values.size * 4)
        entries[name + VALUE_SUFFIX] = entry
        data += values.astype("<f4").tobytes()
    graph = b""
    for number, texts in enumerate(categories.values()):
        graph += constant(f"keys{number}", 7, b"".join(field(8, text) for text in texts))
        graph += constant(f"values{number}", 9, field(4, np.arange(1, len(texts) + 1, dtype="<i8").tobytes()))
        call = field(1, f"call{number}") + field(2, "StatefulPartitionedCall") + field(3, "table")
        graph += field(1, call + field(3, f"keys{number}") + field(3, f"values{number}"))
    how = ["int" if place in categories else "none" for place in range(mean.size)]
    described = {"config": {"layers": [{"class_name": "Custom>MultiCategoryEncoding", "config": {"encoding": how}}]}}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("head/saved_model.pb", field(2, field(2, graph)))
        archive.writestr("head/keras_metadata.pb", field(1, field(5, json.dumps(described))))
        archive.writestr("head/variables/variables.index", index(entries))
        archive.writestr("head/variables/variables.data-00000-of-00001", data)
