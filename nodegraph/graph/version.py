"""The name and the version of the graph's file format."""

FORMAT = "nodegraph"

VERSION = 2
"""The version that is written. Version 1 wrote edges as pairs and called the title `name`."""
