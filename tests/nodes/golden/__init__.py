"""Numbers that other tools gave for pictures made here, and the scripts that asked them."""
