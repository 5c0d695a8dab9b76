"""Tests of the node library, a file per family."""
