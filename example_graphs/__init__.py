"""Example graphs that run as they are, each the answer to one task of a designer."""
