"""The report node: one self-contained HTML page that opens anywhere and loads nothing."""

from __future__ import annotations

from typing import Annotated

from nodegraph.api import export
from nodegraph.context import Context
from nodegraph.data.imageset import ImageSet
from nodegraph.parameters import File, Main, Range
from nodegraph.results import Written
from nodes.report.page import page_of
from nodes.report.rendering import rendered
from nodes.report.target import checked_page, write_files


@export("report/html", rev=1, title="Report")
def html(
    images: ImageSet,
    *,
    file: Annotated[str, File(writes=True, suffixes=(".html",)), Main(), "The page to write."],
    title: Annotated[str, "Title of the page; the graph's title by default."] = "",
    samples: Annotated[int, Range(0, 48), "Pictures shown at each node; twice as many of the set."] = 12,
    max_megabytes: Annotated[int, Range(0, 100, 1, "MB"), "The most that all thumbnails together may take."] = 8,
    context: Context,
) -> Written:
    """Writes a page that tells what was kept, what was dropped at which node, and why.

    The page shows the funnel (rows in, kept and dropped a node), reasons with an example each, thumbnails of dropped
    and kept pictures, histograms of the scores with the limits that were set, splits, licences and captions. It is one
    file without scripts that loads nothing, and the same input gives the same bytes.
    """
    target = checked_page(file, context)
    page = page_of(
        title.strip() or context.title.strip() or "Picture set",
        images,
        context.upstream,
        context.thumbnail,
        samples=samples,
        max_bytes=max_megabytes * 1_000_000,
    )
    summary = f"{target}: {page.kept} kept, {page.dropped} dropped"
    return Written([target], write_files({target: rendered("report.html.j2", page).encode()}, summary, file))
