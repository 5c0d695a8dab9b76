"""The cache: measures and thumbnails remembered for ever, keyed by content. Knows nothing of graphs or nodes."""
