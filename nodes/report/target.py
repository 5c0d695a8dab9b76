"""Where a report goes: never into a source, never over somebody's file, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from nodegraph.context import Context
from nodegraph.problems import ProblemError, problem

MARK = b'<meta name="generator" content="nodegraph report">'


def checked_page(file: str, context: Context, mark: bytes = MARK) -> Path:
    """The place of a page that may be written: where there is none, or one with this mark. Raises ProblemError."""
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
    check_ours(target, mark, file)
    return target


def check_ours(target: Path, mark: bytes, file: str) -> None:
    """Raises ProblemError where something is there that does not begin with a report's mark."""
    if target.is_dir() or (target.exists() and not _has(target, mark)):
        raise _not_ours(target, file)


def write_files(files: dict[Path, bytes], summary: str, file: str) -> str:
    """Writes what is not there already just so; the summary with what was done. Raises ProblemError."""
    try:
        changed = {path: data for path, data in files.items() if not (path.exists() and path.read_bytes() == data)}
        for path, data in changed.items():
            _replace(path, data)
    except OSError as error:
        first = next(iter(files))
        raise problem(
            "cannot-write",
            f"{first} cannot be written: {error.strerror or error}.",
            "Choose a place that you may write to.",
            param="file",
            value=file,
        ) from error
    if not changed:
        return f"{summary}, nothing to change"
    return f"{summary} ({sum(map(len, files.values())) / 1e6:.1f} MB)"


def _has(target: Path, mark: bytes) -> bool:
    try:
        with target.open("rb") as page:
            return mark in page.read(2000)
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
