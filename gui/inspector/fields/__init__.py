"""Fields: one widget a kind of parameter. A field shows a value and says when a person changed it; it edits nothing."""
