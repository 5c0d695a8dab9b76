"""The inspector: forms made from node specs, the list of problems, the threshold editor. Knows no node by name."""
