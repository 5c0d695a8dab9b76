"""The graph: an immutable value, edits as data, its file, its migrations and its checks. Runs nothing."""
