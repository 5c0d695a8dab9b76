"""The report node: one self-contained HTML page that opens anywhere and loads nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from nodegraph.api import export
from nodegraph.context import Context
from nodegraph.data.imageset import ImageSet
from nodegraph.parameters import File, Main, Range
from nodegraph.problems import ProblemError, problem
from nodegraph.results import Written
from nodes.report.page import Page, page_of

MARK = b'<meta name="generator" content="nodegraph report">'


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
    target = _checked(file, context)
    page = page_of(
        title.strip() or context.title.strip() or "Picture set",
        images,
        context.upstream,
        context.thumbnail,
        samples=samples,
        max_bytes=max_megabytes * 1_000_000,
    )
    data = rendered(page).encode()
    summary = f"{target}: {page.kept} kept, {page.dropped} dropped"
    try:
        if target.exists() and target.read_bytes() == data:
            return Written([target], f"{summary}, nothing to change")
        _replace(target, data)
    except OSError as error:
        raise problem(
            "cannot-write",
            f"{target} cannot be written: {error.strerror or error}.",
            "Choose a place that you may write to.",
            param="file",
            value=file,
        ) from error
    return Written([target], f"{summary} ({len(data) / 1e6:.1f} MB)")


def rendered(page: Page) -> str:
    """The page as HTML; all text in it is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("nodes.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2").render(page=page).lstrip()


def _checked(file: str, context: Context) -> Path:
    target = Path(file).expanduser().resolve()
    if not file.strip() or target.suffix.lower() not in (".html", ".htm"):
        raise problem("bad-file", "The report is an .html file.", "Name it like report.html.", param="file", value=file)
    if any(target.is_relative_to(source.expanduser().resolve()) for source in context.sources):
        raise problem(
            "target-in-source",
            f"The report {target} would lie in a source folder, which is only read.",
            "Choose a place outside of all sources.",
            param="file",
            value=file,
        )
    if target.is_dir() or (target.exists() and not _is_ours(target)):
        raise _not_ours(target, file)
    return target


def _is_ours(target: Path) -> bool:
    try:
        with target.open("rb") as page:
            return MARK in page.read(2000)
    except OSError:
        return False


def _not_ours(target: Path, file: str) -> ProblemError:
    return problem(
        "file-not-ours",
        f"{target} is there already and no report; it is left as it is.",
        "Choose another name.",
        param="file",
        value=file,
    )


def _replace(target: Path, data: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name[:200]}.{os.getpid()}.part")
    try:
        with beside.open("wb") as page:
            page.write(data)
            page.flush()
            os.fsync(page.fileno())
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
