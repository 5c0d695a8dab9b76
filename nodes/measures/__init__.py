"""The measures that nodes take: pure functions of one image or text."""
