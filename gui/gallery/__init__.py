"""The gallery: the pictures of a node, kept and dropped, at any size, and compared. It decodes nothing on the app's thread."""
