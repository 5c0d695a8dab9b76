"""Tests of finding, downloading and loading models."""
