"""Values to bytes and back."""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nodegraph.cache.codec import TAGS, decode, encode

texts = st.text(st.characters(), max_size=20)  # lone surrogates included
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
arrays = hnp.arrays(
    dtype=st.one_of(
        hnp.boolean_dtypes(),
        hnp.integer_dtypes(),
        hnp.unsigned_integer_dtypes(),
        hnp.floating_dtypes(sizes=(16, 32, 64)),
    ),
    shape=hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5),
)


def same(left: Any, right: Any) -> bool:
    """Equal in type and value, NaN equal to NaN and -0.0 not to 0.0."""
    if type(left) is not type(right):
        return False
    if isinstance(left, float):
        return (math.isnan(left) and math.isnan(right)) or struct.pack("d", left) == struct.pack("d", right)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return list(left) == list(right) and all(map(same, left.values(), right.values()))
    return left == right


@given(st.floats())
def test_a_number_comes_back_bit_for_bit(value: float) -> None:
    assert same(decode("number", encode("number", value)), value)


@given(st.integers())
def test_an_integer_of_any_size_comes_back(value: int) -> None:
    assert same(decode("integer", encode("integer", value)), value)


@given(texts)
def test_a_text_comes_back(value: str) -> None:
    assert same(decode("text", encode("text", value)), value)


@given(st.booleans())
def test_a_flag_comes_back(value: bool) -> None:
    assert decode("flag", encode("flag", value)) is value


@given(arrays)
def test_a_vector_comes_back_with_its_dtype_and_shape(value: np.ndarray) -> None:
    found = decode("vector", encode("vector", value))
    assert (found.dtype, found.shape) == (value.dtype, value.shape)
    assert found.tobytes() == value.tobytes()


@given(st.dictionaries(texts, plain, max_size=5))
def test_a_record_comes_back(value: dict[str, Any]) -> None:
    assert same(decode("record", encode("record", value)), value)


def test_a_vector_that_is_a_view_comes_back() -> None:
    value = np.arange(24, dtype=np.float32).reshape(4, 6)[::2, ::-3].T
    assert np.array_equal(decode("vector", encode("vector", value)), value)


def test_a_vector_that_comes_back_is_read_only() -> None:
    found = decode("vector", encode("vector", np.zeros(3, np.float16)))
    with pytest.raises(ValueError, match="read-only"):
        found[0] = 1


def test_numpy_scalars_count_as_plain_values() -> None:
    value = {"a": np.float32(0.5), "b": np.int64(3), "c": np.bool_(True), "d": (np.uint8(1), 2)}
    assert decode("record", encode("record", value)) == {"a": 0.5, "b": 3, "c": True, "d": [1, 2]}
    assert decode("number", encode("number", np.float32(0.5))) == 0.5
    assert decode("flag", encode("flag", np.bool_(False))) is False


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("number", "1"),
        ("number", None),
        ("number", True),
        ("number", 10**400),
        ("integer", 1.0),
        ("integer", False),
        ("text", b"a"),
        ("flag", 1),
        ("vector", [1.0, 2.0]),
        ("vector", np.array(["a"])),
        ("vector", np.array([{}], dtype=object)),
        ("vector", np.zeros(2, np.complex128)),
        ("record", [1]),
        ("record", {1: 2}),
        ("record", {"a": {2: 3}}),
        ("record", {"a": b"bytes"}),
        ("record", {"a": np.zeros(2)}),
        ("record", {"a": 1j}),
    ],
)
def test_a_value_of_another_kind_is_refused(kind: Any, value: object) -> None:
    with pytest.raises(TypeError):
        encode(kind, value)


@pytest.mark.parametrize("written", TAGS)
@pytest.mark.parametrize("read", TAGS)
def test_bytes_are_only_read_as_the_kind_they_were_written_as(written: Any, read: Any) -> None:
    values = {"number": 1.0, "integer": 1, "text": "1", "flag": True, "vector": np.ones(1), "record": {}}
    data = encode(written, values[written])
    if read == written:
        assert decode(read, data) == values[read]
    else:
        with pytest.raises(ValueError, match=f"not the bytes of a {read}"):
            decode(read, data)


@pytest.mark.parametrize(
    "data", [b"", b"n123", b"i", b"f\x02", b"t\xff", b"v", b"v\x05<f4", b"v\x04<f43", b"r{", b"r\xff"]
)
@pytest.mark.parametrize("kind", TAGS)
def test_bytes_of_no_value_are_a_value_error(kind: Any, data: bytes) -> None:
    with pytest.raises(ValueError, match="not the bytes"):
        decode(kind, data)


def test_a_record_is_kept_as_json() -> None:
    assert json.loads(encode("record", {"b": 1, "a": [None, "é"]})[1:]) == {"b": 1, "a": [None, "é"]}
