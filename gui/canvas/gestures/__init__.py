"""Gestures: one class for each thing that a drag does. Each changes the document once, when it ends; Esc undoes it."""
