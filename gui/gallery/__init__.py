"""The gallery: the pictures of a node at any size, and compared. Nothing is decoded on the app's thread."""
