"""What flows and what is read: image sets, their ledger, file content and pixels. Knows nothing of graphs or nodes."""
