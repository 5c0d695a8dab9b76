"""Tests of nodegraph.data: decode, headers, content ids, paths."""
