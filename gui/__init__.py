"""The app: a client of the engine. Knows nodegraph's rooms and nothing of nodes/: it learns of them from specs."""
