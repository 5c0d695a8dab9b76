"""Popups that find things by typing: nodes to add, commands to give, nodes of the graph; and the help of a node."""
