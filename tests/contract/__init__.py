"""What every node of the library must hold to, tried on each of them."""
