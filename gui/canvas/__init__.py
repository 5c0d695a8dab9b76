"""The canvas: draws the graph and turns mouse and keys into edits of it. It holds no state that the document could hold."""
