"""Tests of nodegraph.graph."""
