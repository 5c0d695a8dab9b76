"""The report tells where rows went, draws the scores, escapes everything and has the same bytes each time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.context import Context, NodeCount
from nodegraph.data.edits import Blur, Mirror
from nodegraph.data.imageset import ImageSet
from nodegraph.data.ledger import ledger_of
from nodegraph.data.recipe import Recipe
from nodegraph.problems import ProblemError
from nodegraph.results import Written
from nodes.report import html
from nodes.report.histogram import histogram, number
from nodes.report.page import Pictures, page_of, scores_of
from tests.nodes.exporting import coded, images_of, photos
from tests.nodes.pages import Page

HOSTILE = "<script>alert('x')</script> & \"quoted\""
UPSTREAM = (
    NodeCount("in", "source/folder", "Photos", 10, 9, 1, 1),
    NodeCount("sharp", "filter/threshold", HOSTILE, 9, 4, 5, 0),
)


def dropped(count: int = 5, **more: Any) -> pl.DataFrame:
    rows = {
        "rid": [f"dull {n}.jpg" for n in range(count)],
        "cid": [f"dull-{n}" for n in range(count)],
        "node": ["sharp"] * count,
        "rule": ["below"] * count,
        "reason": [f"sharpness {n} is under 60" for n in range(count)],
        "column": ["sharpness"] * count,
        "value": [f"{10 + n}" for n in range(count)],
        "limit": ["60"] * count,
    }
    return ledger_of(pl.DataFrame({**rows, **more}))


def a_set(folder: Path, **columns: Any) -> ImageSet:
    images = images_of(photos(folder / "in"), sharpness=[61.0, 70.0, None, 90.0], **columns)
    broken = ledger_of(
        pl.DataFrame(
            {"rid": [HOSTILE], "cid": [""], "node": ["in"], "rule": ["error"], "reason": ["the file is cut short"]}
        )
    )
    return replace(images, ledger=pl.concat([images.ledger, broken, dropped()]))


def reported(images: ImageSet, file: Path, context: Context | None = None, **params: Any) -> Written:
    defaults = {name: p.default for name, p in html.parameters.items() if not p.required}
    thumbnail = lambda cid: coded(len(cid), "WEBP") if cid else None  # noqa: E731
    context = context or Context(node="report", title=HOSTILE, upstream=UPSTREAM, thumbnail=thumbnail)
    return html.function(images, **{**defaults, "file": str(file), **params}, context=context)


def test_the_page_is_whole_loads_nothing_and_runs_nothing(tmp_path: Path) -> None:
    reported(a_set(tmp_path, caption=[HOSTILE] * 4, license=[HOSTILE] * 4), tmp_path / "report.html")
    page = Page((tmp_path / "report.html").read_text("utf-8"))
    assert "script" not in page.tags
    assert page.loads
    assert all(load.startswith("data:image/webp;base64,") for load in page.loads)
    assert HOSTILE in page.text


def test_the_funnel_tells_rows_at_each_node(tmp_path: Path) -> None:
    reported(a_set(tmp_path), tmp_path / "report.html")
    text = Page((tmp_path / "report.html").read_text("utf-8")).text
    assert "Photos source/folder 10 9 1" in text
    assert "filter/threshold 9 4 5" in text


def test_each_node_that_dropped_rows_tells_why_with_an_example(tmp_path: Path) -> None:
    page = page_of("t", a_set(tmp_path), UPSTREAM, lambda _cid: None)
    assert [(border.node, border.count) for border in page.borders] == [("in", 1), ("sharp", 5)]
    (reason,) = page.borders[1].reasons
    assert (reason.rule, reason.count, reason.example) == ("below", 5, "sharpness 0 is under 60")
    assert (page.rows_in, page.kept, page.dropped, page.errors) == (10, 4, 6, 1)


def test_a_node_that_is_not_above_is_told_by_its_id(tmp_path: Path) -> None:
    page = page_of("t", a_set(tmp_path), (), lambda _cid: None)
    assert [border.name for border in page.borders] == ["in", "sharp"]


@pytest.mark.parametrize("samples", [0, 1, 3])
def test_the_number_of_pictures_at_a_border_is_bounded(tmp_path: Path, samples: int) -> None:
    page = page_of("t", a_set(tmp_path), UPSTREAM, lambda _cid: coded(1, "WEBP"), samples=samples)
    assert [len(border.samples) for border in page.borders] == [min(1, samples), samples]
    assert len(page.samples) == min(4, 2 * samples)


def test_the_bytes_of_all_pictures_are_bounded(tmp_path: Path) -> None:
    picture = coded(1, "WEBP")
    page = page_of("t", a_set(tmp_path), UPSTREAM, lambda _cid: picture, max_bytes=2 * len(picture) + 1)
    drawn = [sample.uri for part in (page, *page.borders) for sample in part.samples if sample.uri]
    assert len(drawn) == 2


def test_a_picture_without_thumbnail_has_its_place(tmp_path: Path) -> None:
    reported(a_set(tmp_path), tmp_path / "report.html", Context(node="r", upstream=UPSTREAM))
    page = Page((tmp_path / "report.html").read_text("utf-8"))
    assert "img" not in page.tags
    assert page.text.count("no preview") == 10


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    images = a_set(tmp_path)
    reported(images, tmp_path / "a.html")
    reported(ImageSet(images.table.reverse(), images.ledger.reverse()), tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_an_unchanged_report_is_not_written_again(tmp_path: Path) -> None:
    images = a_set(tmp_path)
    reported(images, tmp_path / "report.html")
    before = (tmp_path / "report.html").stat()
    assert "nothing to change" in reported(images, tmp_path / "report.html").summary
    assert (tmp_path / "report.html").stat() == before


def test_an_empty_set_says_that_nothing_is_left(tmp_path: Path) -> None:
    reported(images_of([]), tmp_path / "report.html", Context(node="r"))
    assert "No picture is left" in Page((tmp_path / "report.html").read_text("utf-8")).text


def refused(images: ImageSet, file: Path, **context: Any) -> str:
    with pytest.raises(ProblemError) as caught:
        reported(images, file, Context(node="r", **context))
    return caught.value.problems[0].code


def test_a_file_that_is_no_report_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine.html").write_text("<p>mine</p>")
    assert refused(images_of([]), tmp_path / "mine.html") == "file-not-ours"
    assert (tmp_path / "mine.html").read_text() == "<p>mine</p>"


def test_a_report_is_never_written_into_a_source(tmp_path: Path) -> None:
    assert refused(a_set(tmp_path), tmp_path / "in" / "report.html", sources=[tmp_path / "in"]) == "target-in-source"


@pytest.mark.parametrize("name", ["", "report", "report.jpg"])
def test_a_report_is_an_html_file(tmp_path: Path, name: str) -> None:
    assert refused(images_of([]), tmp_path / name) == "bad-file"


def test_a_report_can_replace_a_report(tmp_path: Path) -> None:
    reported(images_of([]), tmp_path / "report.html")
    reported(a_set(tmp_path), tmp_path / "report.html")
    assert "the file is cut short" in (tmp_path / "report.html").read_text("utf-8")
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ""] == ["report.html"]


def test_a_histogram_stands_kept_and_dropped_values_beside_the_limit(tmp_path: Path) -> None:
    (score,) = scores_of(a_set(tmp_path, duplicate_group=[1, 1, 2, 2]))
    assert (score.column, score.kept, score.dropped, score.missing, score.median) == ("sharpness", 3, 5, 1, "70")
    assert [text for _position, text in score.limits] == ["60"]


VALUES = st.lists(
    st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True), st.integers(-5, 5).map(float)), max_size=40
)


@given(VALUES, st.lists(st.floats(-1e6, 1e6), max_size=9), st.lists(st.floats(-1e6, 1e6), max_size=3), st.booleans())
def test_a_histogram_holds_every_value_once(
    kept: list[float | None], lost: list[float], limits: list[float], whole: bool
) -> None:
    finite = [value for value in kept if value is not None and abs(value) <= 1e300]
    drawn = histogram("x", [v if v is None or v in finite else None for v in kept], lost, limits, whole=whole)
    if drawn is None:
        assert not finite
        assert not lost
        return
    assert sum(entry.kept for entry in drawn.bins) == drawn.kept == len(finite)
    assert sum(entry.dropped for entry in drawn.bins) == drawn.dropped == len(lost)
    assert all(-0.001 <= position <= 1.001 for position, _text in drawn.limits)
    assert drawn.bins[0].start == 0
    assert drawn.missing == len(kept) - len(finite)


def test_whole_numbers_have_a_bin_each() -> None:
    drawn = histogram("stars", [1, 2, 2, 5], whole=True)
    assert drawn is not None
    assert [entry.kept for entry in drawn.bins] == [1, 2, 0, 0, 1]
    assert (drawn.low, drawn.high) == ("1", "5")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.123456, "0.123"), (59.96, "60"), (123.4, "123"), (12345.6, "12,346"), (1e-7, "1.0e-07")],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert number(value) == text


def test_a_limit_that_is_none_of_the_score_does_not_stretch_its_axis() -> None:
    drawn = histogram("clip_score", [0.1, 0.2, 0.3], [0.05], [40.0])
    assert drawn is not None
    assert (drawn.limits, drawn.high) == ([], "0.3")


def test_a_score_that_is_the_same_everywhere_is_not_drawn(tmp_path: Path) -> None:
    assert not scores_of(images_of(photos(tmp_path / "in"), frames=[1, 1, 1, 1]))


def test_a_picture_whose_faces_are_blurred_is_never_shown_as_it_was() -> None:
    blurred = str(Recipe(edits=(Blur(((0.1, 0.1, 0.2, 0.2),)),)))
    before, after, turned = coded(1, "WEBP"), coded(2, "WEBP"), str(Recipe(edits=(Mirror(),)))
    known = {"one": before, "two": before, f"two+{blurred}": after, "three": before}
    pictures = Pictures(known.get, 1_000_000)
    assert pictures.uri_of("one", blurred) == ""
    assert pictures.uri_of("two", blurred) != pictures.uri("two") != ""
    assert pictures.uri_of("three", turned) == pictures.uri("three") != ""


def test_dropped_pictures_of_a_set_with_blurred_faces_are_not_shown(tmp_path: Path) -> None:
    images = a_set(tmp_path)
    show = lambda _cid: coded(1, "WEBP")  # noqa: E731
    assert any(sample.uri for border in page_of("", images, UPSTREAM, show).borders for sample in border.samples)
    blurred = str(Recipe(edits=(Blur(((0.1, 0.1, 0.2, 0.2),)),)))
    page = page_of("", images.with_columns({"recipe": [blurred] * len(images)}), UPSTREAM, show)
    assert all(sample.uri for sample in page.samples)
    assert not any(sample.uri for border in page.borders for sample in border.samples)
