"""The canvas: draws the graph, turns mouse and keys into edits. It holds no state that the document could hold."""
