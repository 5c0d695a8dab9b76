"""Tests of what the whole program must do."""
