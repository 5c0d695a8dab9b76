"""The app: a client of the engine. Knows nodegraph's public rooms and nothing of nodes/: it learns of them from specs."""
