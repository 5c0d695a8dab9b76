"""The whole app as a person uses it: real window, real mouse and keys, real engine."""
