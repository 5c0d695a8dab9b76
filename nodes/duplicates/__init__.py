"""Duplicates: finders of rows that show the same picture, what to keep of them, and what a reference set has too."""

from __future__ import annotations

from nodes.duplicates.captions import NODES as CAPTIONS
from nodes.duplicates.crops import by_crops
from nodes.duplicates.embeddings import by_embedding
from nodes.duplicates.exact import exact
from nodes.duplicates.hashes import by_hash
from nodes.duplicates.keep_best import keep_best
from nodes.duplicates.reference import exclude_reference

NODES = (exact, by_hash, by_crops, by_embedding, keep_best, exclude_reference, *CAPTIONS)
