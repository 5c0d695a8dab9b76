"""The catalogue is read strictly, and the shipped one keeps the rules it is meant to keep."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nodegraph.models.catalogue import ModelFiles, read_catalogue
from nodegraph.models.places import asset_folder
from nodes.models import MODELS

GOOD = """
[[model]]
id = "one"
kind = "clip"
title = "One"
licence = "MIT"
bytes = 5
repo = "some/one"
revision = "0123456789abcdef0123456789abcdef01234567"
files = ["config.json", "model.safetensors"]
details = { width = 8 }
"""


def read(folder: Path, text: str) -> object:
    path = folder / "catalogue.toml"
    path.write_text(text, encoding="utf-8")
    return read_catalogue(path)


def test_an_entry_is_read_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.toml"
    path.write_text(GOOD, encoding="utf-8")
    (entry,) = read_catalogue(path)
    assert (entry.id, entry.files, entry.details["width"]) == ("one", ("config.json", "model.safetensors"), 8)


def test_values_are_remembered_under_the_revision_and_the_details(tmp_path: Path) -> None:
    def identity(text: str) -> str:
        path = tmp_path / "catalogue.toml"
        path.write_text(text, encoding="utf-8")
        (entry,) = read_catalogue(path)
        return ModelFiles(entry, tmp_path, entry.revision).identity

    first = identity(GOOD)
    assert first == identity(GOOD.replace("One", "A better title"))
    assert first != identity(GOOD.replace("width = 8", "width = 9"))
    assert first != identity(GOOD.replace("0123456789", "9876543210"))
    assert identity(GOOD.replace("details = { width = 8 }", "")) == "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('id = "one"', 'id = "One Model"'), "its id"),
        (('licence = "MIT"', 'licence = ""'), "licence"),
        (("bytes = 5", ""), "bytes"),
        (("bytes = 5", "bytes = 5\ncolour = 1"), "colour"),
        (('repo = "some/one"', ""), "exactly one of"),
        (('repo = "some/one"', 'repo = "some/one"\nasset = "models/one"'), "exactly one of"),
        (("0123456789abcdef0123456789abcdef01234567", "main"), "no full commit"),
        (("model.safetensors", "pytorch_model.bin"), "may run code"),
        (("model.safetensors", "*"), "may run code"),
        (("model.safetensors", "head.pth"), "may run code"),
        (("details =", 'sha256 = { "config.json" = "abc" }\ndetails ='), "sha256"),
        (('repo = "some/one"', 'urls = { "config.json" = "https://x/y" }'), "an address and a sha256"),
    ],
)
def test_an_entry_that_breaks_a_rule_is_refused_with_its_name(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    with pytest.raises(ValueError, match=f"model .*{re.escape(said)}"):
        read(tmp_path, GOOD.replace(*change, 1))


def test_two_models_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="more than one model is called one"):
        read(tmp_path, GOOD + GOOD)


def test_the_shipped_catalogue_offers_embedded_and_real_models_of_each_kind() -> None:
    kinds = {kind: [entry for entry in MODELS if entry.kind == kind] for kind in ("clip", "captioner")}
    assert all(sum(entry.embedded for entry in entries) == 1 for entries in kinds.values())
    assert sum(not entry.embedded for entry in MODELS) >= 12


def test_every_shipped_model_has_a_size_and_all_but_named_exceptions_are_pinned() -> None:
    assert [entry.id for entry in MODELS if entry.bytes <= 0] == []
    assert [entry.id for entry in MODELS if entry.repo and not entry.revision] == ["mobileclip-s2"]


def test_every_aesthetic_head_names_clip_models_of_its_width() -> None:
    widths = {entry.id: entry.details["width"] for entry in MODELS if entry.kind == "clip"}
    heads = [entry for entry in MODELS if entry.kind == "aesthetic-head"]
    assert {head.details["version"] for head in heads} == {"v1", "v2"}
    assert all(widths[clip] == head.details["width"] for head in heads for clip in head.details["clip"])


def test_the_shipped_heads_are_the_published_files() -> None:
    weights = Path(__file__).parents[2] / ".." / "shared" / "data" / "weights"
    if not weights.is_dir():
        pytest.skip("the published aesthetic heads are not beside the checkout")
    from nodegraph.models.inventory import sha256_of

    there = {path.name: (sha256_of(path), path.stat().st_size) for path in weights.rglob("*.pth")}
    heads = [entry for entry in MODELS if entry.kind == "aesthetic-head"]
    assert [(head.sha256[head.files[0]], head.bytes) for head in heads] == [there[head.files[0]] for head in heads]


def test_the_embedded_models_size_is_that_of_their_files() -> None:
    for entry in MODELS:
        if entry.embedded:
            folder = asset_folder(entry.asset)
            assert folder is not None
            assert entry.bytes > max(path.stat().st_size for path in folder.glob("*.safetensors"))
