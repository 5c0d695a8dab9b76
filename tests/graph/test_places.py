"""Lines are found for the values of a JSON text."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from nodegraph.graph.places import Path, lines_of, places, shown_path
from tests.graph.test_edit import VALUES


def _paths(value: Any, path: Path = ()) -> list[Path]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for step, one in inner for found in _paths(one, (*path, step)))]


@given(VALUES, st.sampled_from([None, 0, 2]))
def test_every_value_of_a_text_is_found_where_it_is_written(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    found = list(places(text))
    assert [place.path for place in found] == _paths(value)
    for place in found:
        assert text.startswith(place.token, place.offset)


def test_a_value_that_is_missing_is_where_the_object_around_it_begins() -> None:
    assert lines_of('{"a": 1,\n"b": {\n}}', {("b", "c")}) == {("b", "c"): 2}


def test_a_path_reads_like_code() -> None:
    assert shown_path(("nodes", 3, "params", "low")) == "nodes[3].params.low"
