"""Models: which there are, where their files come from, which of them are loaded. Knows nothing of graphs or nodes."""
