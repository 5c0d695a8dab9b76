"""The model catalogue of the node library."""

MODELS: tuple[object, ...] = ()
