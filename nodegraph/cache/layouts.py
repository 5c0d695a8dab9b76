"""The cache's files and their tables. A change of a table is a new version: files of the old one are set aside."""

from __future__ import annotations

from nodegraph.cache.blobs import BLOB_TABLES
from nodegraph.cache.filememo import MEMO_TABLES
from nodegraph.cache.opening import Layout
from nodegraph.cache.timings import TIMING_TABLES

MEASURES_FILE = "measures.sqlite"
THUMBNAILS_FILE = "thumbnails.sqlite"

LAYOUTS = {
    THUMBNAILS_FILE: Layout(1, BLOB_TABLES),
    MEASURES_FILE: Layout(1, (*BLOB_TABLES, *MEMO_TABLES, *TIMING_TABLES)),
}
"""By file name, those first whose values are the cheaper to make again."""
