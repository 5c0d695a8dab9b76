"""The threshold editor: a column's histogram with limits to drag, and the pictures on both sides of each limit."""
