"""Benchmarks: scripts that measure how fast the engine is and print what they found. Not part of the tests."""
