"""The run: carries out a plan, streams stages, calls nodes, writes receipts. The only room that does work."""
