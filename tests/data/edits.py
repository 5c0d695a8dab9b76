"""Edits of any kind, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from nodegraph.data.edits import Blur, Cover, Crop, Cut, Jitter, Mirror, Resize, Rotate

SHARES = st.floats(0, 1)
PARTS = st.floats(0.01, 1)
SIDES = st.integers(1, 200)
FACTORS = st.floats(0.5, 1.5)
BOXES = st.lists(st.tuples(SHARES, SHARES, PARTS, PARTS), min_size=1, max_size=4).map(tuple)
EDIT = st.one_of(
    st.builds(Crop, SHARES, SHARES, PARTS, PARTS),
    st.builds(Cut, st.integers(0, 300), st.integers(0, 300), SIDES, SIDES),
    st.builds(Resize, SIDES, SIDES),
    st.builds(Cover, SIDES, SIDES, SHARES, SHARES),
    st.builds(Mirror),
    st.builds(Rotate, st.floats(-45, 45)),
    st.builds(Jitter, FACTORS, FACTORS, FACTORS),
    st.builds(Blur, BOXES),
)
EDITS = st.lists(EDIT, max_size=5).map(tuple)
