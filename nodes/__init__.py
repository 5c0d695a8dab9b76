"""The node library: a file per family, measures beside them. Knows nodegraph's public API and nothing of gui/."""

NODES: tuple[object, ...] = ()
