"""Models: which there are, where their files come from and which of them are loaded. Knows nothing of graphs or nodes."""
