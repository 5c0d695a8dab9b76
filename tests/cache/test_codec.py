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

from nodegraph.cache.codec import TAGS, TOGETHER, decode, decode_all, encode

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


def same_value(left: Any, right: Any) -> bool:
    """As `same`, and for arrays dtype, shape and bytes."""
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        return (left.dtype, left.shape, left.tobytes()) == (right.dtype, right.shape, right.tobytes())
    return same(left, right)


@given(st.lists(st.dictionaries(texts, plain, max_size=3), max_size=5))
def test_records_read_together_are_those_read_alone(values: list[dict[str, Any]]) -> None:
    blobs = {str(number): encode("record", value) for number, value in enumerate(values)}
    found = decode_all("record", blobs)
    assert list(found) == list(blobs)
    assert all(same(found[name], decode("record", data)) for name, data in blobs.items())


@given(st.lists(arrays, max_size=4), st.integers(1, 3))
def test_vectors_read_together_are_those_read_alone(values: list[np.ndarray], times: int) -> None:
    blobs = {str(number): encode("vector", value) for number, value in enumerate(values * times)}
    found = decode_all("vector", blobs)
    assert list(found) == list(blobs)
    assert all(same_value(found[name], decode("vector", data)) for name, data in blobs.items())
    assert not any(vector.flags.writeable for vector in found.values())


@pytest.mark.parametrize("damaged", [b"r", b"r{", b"r{},{}", b"", b"!", b"n12345678"])
def test_one_damaged_record_costs_no_other(damaged: bytes) -> None:
    blobs = {str(number): encode("record", {"n": number}) for number in range(TOGETHER + 10)} | {"7": damaged}
    found = decode_all("record", blobs)
    assert found == {str(number): {"n": number} for number in range(TOGETHER + 10) if number != 7}


@pytest.mark.parametrize("damaged", [b"v", b"v\x05<f4,3", b"v\x04<f42\x00", b"r{}", b""])
def test_one_damaged_vector_costs_no_other(damaged: bytes) -> None:
    whole = encode("vector", np.arange(2, dtype=np.float32))
    for blobs in ({"a": whole, "b": damaged, "c": whole}, {"b": damaged, "a": whole, "c": whole}):
        assert set(decode_all("vector", blobs)) == {"a", "c"}
