"""Captioners: loading by transformers, answers that depend on one picture alone, and the node that keeps captions."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from nodegraph import ImageSet, ModelFiles, ProblemError, Values
from nodegraph.parameters import with_defaults
from nodes.captions.model import caption_model, rows_to_ask
from nodes.measures.captions import Captioner, asked_of, caption_image, load_captioner, prepare_caption
from tests.nodes.golden.pictures import golden_pictures
from tests.nodes.tables import images
from tests.nodes.tiny_models import files_of, save_blip, save_llava

PICTURES = [picture.convert("RGB") for picture in golden_pictures().values()]


@pytest.fixture(scope="module")
def llava_files(tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    return save_llava(tmp_path_factory.mktemp("llava"))


@pytest.fixture(scope="module")
def llava(llava_files: ModelFiles) -> Captioner:
    return load_captioner(llava_files, "cpu")


@pytest.fixture(scope="module")
def blip(tmp_path_factory: pytest.TempPathFactory) -> Captioner:
    return load_captioner(save_blip(tmp_path_factory.mktemp("blip")), "cpu")


def captions(handle: Captioner, pictures: list[Any], prompt: str = "", tokens: int = 6) -> list[str]:
    settings: dict[str, Any] = {"model": "tiny", "prompt": prompt, "max_new_tokens": tokens}
    return list(caption_image(handle, [prepare_caption(handle, item, **settings) for item in pictures], **settings))


def test_a_caption_does_not_depend_on_what_else_is_in_the_batch(llava: Captioner) -> None:
    together = captions(llava, PICTURES)
    assert len(set(together)) > 1
    assert together == [captions(llava, [picture])[0] for picture in PICTURES]


def test_captions_are_the_same_each_time(llava: Captioner) -> None:
    assert captions(llava, PICTURES[:3]) == captions(llava, PICTURES[:3])


def test_a_chat_model_answers_without_repeating_what_it_was_asked(llava: Captioner) -> None:
    answers = captions(llava, PICTURES, "describe a red cat")
    assert not any("user:" in answer or "<image>" in answer or "describe a red cat" in answer for answer in answers)


def test_no_more_than_the_allowed_tokens_are_written(llava: Captioner) -> None:
    assert all(len(answer.split()) <= 2 for answer in captions(llava, PICTURES, tokens=2))


def test_a_model_with_image_tokens_and_no_chat_template_gets_its_token(tmp_path: Path) -> None:
    plain = load_captioner(save_llava(tmp_path, chat=False), "cpu")
    tensors = prepare_caption(plain, PICTURES[0], model="", prompt="describe a cat", max_new_tokens=4)
    assert (tensors["input_ids"] == 4).sum() == 4
    assert len(captions(plain, PICTURES[:2], "describe a cat")) == 2


def test_blip_is_asked_nothing_by_default(blip: Captioner) -> None:
    assert list(prepare_caption(blip, PICTURES[0], model="", prompt="", max_new_tokens=4)) == ["pixel_values"]
    assert captions(blip, PICTURES[:1])[0]


def test_the_prompt_that_blip_continues_is_not_in_the_caption(blip: Captioner) -> None:
    assert not any(answer.startswith("describe") for answer in captions(blip, PICTURES, "Describe a cat"))


def test_the_catalogue_says_what_a_model_is_asked_by_default(llava_files: ModelFiles) -> None:
    named = load_captioner(files_of(llava_files.folder, "captioner", prompt="describe a cat"), "cpu")
    silent = prepare_caption(named, PICTURES[0], model="", prompt="  ", max_new_tokens=4)
    asked = prepare_caption(named, PICTURES[0], model="", prompt="describe a cat", max_new_tokens=4)
    assert silent["input_ids"].tolist() == asked["input_ids"].tolist()


def test_loading_opens_no_connection_and_draws_no_bar(
    llava_files: ModelFiles, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_args: Any) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    load_captioner(llava_files, "cpu")
    assert "Loading" not in "".join(capfd.readouterr())


def test_a_folder_that_is_no_captioner_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as raised:
        load_captioner(files_of(tmp_path, "captioner"), "cpu")
    (problem,) = raised.value.problems
    assert (problem.code, problem.param) == ("broken-model", "model")


def run(given_set: ImageSet, answer: str = "made up", **given: Any) -> pl.DataFrame:
    """The node's columns where the model says `answer` of every row that it is asked about."""
    params = with_defaults(caption_model.parameters, given)
    asked = rows_to_ask(given_set, params)
    answers = Values([answer if flag else None for flag in asked])
    return pl.DataFrame(caption_model.function(given_set, answers=answers, **params))


def test_only_rows_without_a_caption_are_asked_about() -> None:
    flags = rows_to_ask(images(4, caption=["old", None, "  ", "x"]), {"only_empty": True})
    assert flags.to_list() == [False, True, True, False]


def test_captions_that_are_there_stay_and_say_they_came_from_the_source() -> None:
    found = run(images(2, caption=["old", None]))
    assert found["caption"].to_list() == ["old", "made up"]
    assert found["caption_by"].to_list() == ["source", "model:demo-captioner"]


def test_a_set_without_a_caption_column_is_captioned_whole() -> None:
    found = run(images(2), model="tiny")
    assert found["caption"].to_list() == ["made up"] * 2
    assert found["caption_by"].to_list() == ["model:tiny"] * 2


def test_captions_of_the_source_are_replaced_when_asked_for() -> None:
    found = run(images(2, caption=["old", "older"]), only_empty=False)
    assert found["caption"].to_list() == ["made up", "made up"]


def test_a_machine_never_replaces_what_a_person_wrote() -> None:
    given_set = images(2, caption=["by hand", "by model"], caption_by=["person", "model:other"])
    found = run(given_set, only_empty=False)
    assert found["caption"].to_list() == ["by hand", "made up"]
    assert found["caption_by"].to_list() == ["person", "model:demo-captioner"]


def test_an_empty_answer_leaves_things_as_they_were() -> None:
    found = run(images(2, caption=["old", None]), answer=" ", only_empty=False)
    assert found["caption"].to_list() == ["old", None]
    assert found["caption_by"].to_list() == ["source", None]


def test_a_second_captioner_leaves_the_first_ones_captions_alone() -> None:
    first = run(images(2, caption=["old", None]), answer="first", model="one")
    second = run(images(2).with_columns(first.to_dict()), answer="second", model="two")
    assert second.equals(first)


def test_an_empty_set_is_captioned() -> None:
    assert run(images(0)).height == 0


def test_names_and_fields_are_asked_for_in_the_prompt_of_models_that_follow_requests(
    llava: Captioner, blip: Captioner
) -> None:
    asked = asked_of(llava, "describe a cat", ["subject", "style"], ["Nice  Boat"])
    assert asked.startswith("describe a cat")
    assert '"subject", "style"' in asked
    assert "Nice Boat" in asked
    assert asked_of(llava, "describe a cat", [], []) == "describe a cat"
    assert asked_of(blip, "describe a cat", ["subject"], ["Nice Boat"]) == "describe a cat"


def test_fields_of_the_answer_become_columns_and_the_field_caption_the_caption() -> None:
    answer = 'Here: {"subject": "a niceboat", "Caption": "A NICEBOAT at sea", "style": null}'
    rows = images(3, caption=[None, "old", "by hand"], caption_by=[None, "source", "person"])
    found = run(rows, answer, fields=["subject", "caption", "style"], vocabulary=["NiceBoat"], only_empty=False)
    assert found["caption"].to_list() == ["A NiceBoat at sea", "A NiceBoat at sea", "by hand"]
    assert found["caption_by"].to_list() == ["model:demo-captioner", "model:demo-captioner", "person"]
    assert found["subject"].to_list() == ["a NiceBoat", "a NiceBoat", None]
    assert found["style"].to_list() == [None] * 3


def test_fields_without_a_caption_write_none_and_are_asked_of_every_row() -> None:
    rows = images(2, caption=["by hand", None], caption_by=["person", None])
    found = run(rows, '{"subject": "a cup"}', fields=["subject"])
    assert found["subject"].to_list() == ["a cup"] * 2
    assert found["caption"].to_list() == ["by hand", None]
    assert found["caption_model"].to_list() == ['{"subject": "a cup"}'] * 2


def test_a_field_keeps_what_its_column_held_where_the_model_was_not_asked() -> None:
    rows = images(2, caption=["old", None], subject=["a boat", "unknown"])
    found = run(rows, '{"subject": "a cup", "caption": "a red cup"}', fields=["caption", "subject"])
    assert found["subject"].to_list() == ["a boat", "a cup"]


def test_an_answer_that_is_no_json_leaves_fields_and_caption_as_they_were() -> None:
    found = run(images(2, caption=["old", None]), "a cup", fields=["caption", "subject"], only_empty=False)
    assert found["caption"].to_list() == ["old", None]
    assert found["subject"].to_list() == [None, None]


def test_names_are_spelled_in_captions_and_in_their_layer() -> None:
    found = run(images(1), "a nice-boat", vocabulary=["NiceBoat", "Nice Boat"])
    assert found["caption"].to_list() == found["caption_model"].to_list() == ["a Nice Boat"]


def test_fields_that_cannot_be_are_told_while_wiring() -> None:
    def codes(**given: Any) -> list[str]:
        return [found.code for found in caption_model.check(with_defaults(caption_model.parameters, given))]

    assert codes() == []
    assert codes(fields=["subject"], max_new_tokens=200) == []
    assert codes(fields=["subject"]) == ["few-tokens"]
    for name in ("two words", "rid", "caption_by", "caption_model", "ä"):
        assert codes(fields=[name], max_new_tokens=200) == ["bad-field"]
    assert codes(fields=["subject"], max_new_tokens=200, model="florence-2-base") == ["no-fields"]
