"""Gestures: one class for each thing that a drag does. A gesture changes the document once, when it ends; Esc ends it without."""
