"""Captions written by image-to-text models, by transformers. The answer to a picture depends on that picture alone."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from nodegraph import ModelFiles, ModelOf, ModelUse, Picture, Range, Text, measure, problem
from nodes.measures.quiet import no_progress_bar

if TYPE_CHECKING:
    from PIL import Image

Tensors = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Captioner:
    """A loaded captioner. `prompt` is what it is asked where the designer asks nothing."""

    model: Any
    processor: Any
    device: str
    dtype: Any
    prompt: str
    processor_lock: threading.Lock = field(default_factory=threading.Lock)


def load_captioner(files: ModelFiles, device: str) -> Captioner:
    """Loads the captioner in `files.folder`: only local files, only safetensors, never code that came with the model.

    Raises ProblemError where it cannot be loaded.
    """
    import torch
    from transformers import AutoModelForImageTextToText, AutoProcessor

    dtype = torch.float32
    if device.startswith("cuda"):
        dtype = torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    from_pretrained: Any = AutoModelForImageTextToText.from_pretrained  # its annotation names a private mixin
    local: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        with no_progress_bar():
            processor = AutoProcessor.from_pretrained(files.folder, **local)
            model = from_pretrained(files.folder, use_safetensors=True, dtype=dtype, **local)
    except Exception as error:  # transformers raises what it likes: all of it means that these files are no such model
        raise problem(
            "broken-model",
            f"The model {files.entry.id} cannot be loaded: {type(error).__name__}: {error}.",
            f"Delete {files.folder} so that it is fetched again, or choose another model.",
            param="model",
            value=files.entry.id,
        ) from error
    model.eval().requires_grad_(False)
    usual = str(files.entry.details.get("prompt") or _usual_prompt(processor))
    return Captioner(model.to(device), processor, device, dtype, usual)


def _usual_prompt(processor: Any) -> str:
    """What a model of this make is asked where its catalogue entry does not say. BLIP is asked nothing."""
    if _is_florence(processor):
        return "<DETAILED_CAPTION>"
    return "Describe the picture in one sentence." if getattr(processor, "chat_template", None) else ""


def prepare_caption(
    handle: Captioner,
    picture: Image.Image,
    *,
    model: str,
    prompt: str,
    max_new_tokens: int,
    fields: Sequence[str] = (),
    vocabulary: Sequence[str] = (),
) -> Tensors:
    """The tensors the model wants for one RGB picture and the prompt, each with a first axis of its own."""
    # a fast tokenizer that two threads use at once raises "Already borrowed"
    with handle.processor_lock:
        inputs = _processed(handle.processor, picture, asked_of(handle, prompt, fields, vocabulary))
    return {name: tensor for name, tensor in inputs.items() if hasattr(tensor, "shape")}


@measure("caption_image", rev=1, takes=Picture("RGB", None), model=ModelUse(load_captioner, prepare_caption))
def caption_image(
    handle: Captioner,
    batch: Sequence[Tensors],
    *,
    model: Annotated[str, ModelOf("captioner")],
    prompt: Annotated[str, Text(lines=3)] = "",
    max_new_tokens: Annotated[int, Range(1, 2048)] = 64,
    fields: list[str] = [],  # noqa: B006  (the default of a setting, never changed)
    vocabulary: list[str] = [],  # noqa: B006
) -> Sequence[str]:
    """Captions of pictures, one line each, without the prompt; "" where the model says nothing.

    Greedy decoding. Only pictures whose tensors have the same shapes go through the model together, so nothing is
    padded and no picture changes the answer to another.
    """
    groups: dict[tuple[Any, ...], list[int]] = {}
    for position, tensors in enumerate(batch):
        shapes = tuple((name, tuple(tensor.shape)) for name, tensor in sorted(tensors.items()))
        groups.setdefault(shapes, []).append(position)
    captions = [""] * len(batch)
    asked = asked_of(handle, prompt, fields, vocabulary)
    for positions in groups.values():
        answers = _generate(handle, [batch[position] for position in positions], asked, max_new_tokens)
        for position, answer in zip(positions, answers, strict=True):
            captions[position] = answer
    return captions


def asked_of(handle: Captioner, prompt: str, fields: Sequence[str], vocabulary: Sequence[str]) -> str:
    """What the model is asked: the prompt or its usual one, the names it may use, and the JSON it must answer with.

    Models that continue a text or take one of a few task words are asked the prompt alone.
    """
    asked = prompt.strip() or handle.prompt
    if not getattr(handle.processor, "chat_template", None):
        return asked
    names = ", ".join(" ".join(name.split()) for name in vocabulary)
    if names:
        asked += f" Where one of these is in the picture, call it by its name: {names}."
    if fields:
        keys = ", ".join(f'"{name}"' for name in fields)
        asked += f" Answer with one JSON object and nothing else. Its keys are {keys}; each value is a short text."
    return asked


def _processed(processor: Any, picture: Any, prompt: str) -> Mapping[str, Any]:
    if getattr(processor, "chat_template", None):
        words = [{"type": "text", "text": prompt}] if prompt else []
        messages = [{"role": "user", "content": [{"type": "image", "image": picture}, *words]}]
        return processor.apply_chat_template(
            messages, add_generation_prompt=True, tokenize=True, return_dict=True, return_tensors="pt"
        )
    if not prompt and not _wants_image_token(processor):
        return processor(images=picture, return_tensors="pt")
    text = prompt
    if _wants_image_token(processor) and processor.image_token not in prompt:
        text = f"{processor.image_token}{prompt}"
    return processor(images=picture, text=text, return_tensors="pt")


def _wants_image_token(processor: Any) -> bool:
    return hasattr(processor, "image_token") and not _is_florence(processor)


def _is_florence(processor: Any) -> bool:
    """Florence-2 puts the image's tokens first by itself, and its prompts are task tokens like <CAPTION>."""
    return type(processor).__name__.startswith("Florence2")


def _generate(handle: Captioner, inputs: Sequence[Tensors], prompt: str, max_new_tokens: int) -> list[str]:
    import torch

    together: dict[str, Any] = {}
    for name in inputs[0]:
        tensor = torch.cat([tensors[name] for tensors in inputs])
        kind = handle.dtype if tensor.is_floating_point() else tensor.dtype
        together[name] = tensor.to(handle.device, kind)
    before = together["input_ids"].clone() if "input_ids" in together else None
    with torch.inference_mode():
        tokens = handle.model.generate(
            **together,
            max_new_tokens=max_new_tokens,
            do_sample=False,
            num_beams=1,
            temperature=None,
            top_p=None,
            top_k=None,
        )
    echoed = _echoes(tokens, before)
    if echoed and before is not None:
        tokens = tokens[:, before.shape[1] :]
    answers = handle.processor.batch_decode(tokens, skip_special_tokens=True)
    if echoed or handle.model.config.is_encoder_decoder:
        return [_one_line(answer) for answer in answers]
    return [_without_prompt(_one_line(answer), _one_line(prompt)) for answer in answers]


def _echoes(tokens: Any, before: Any) -> bool:
    """Whether the model's answer begins with the tokens it was given, as decoder-only models do."""
    if before is None or tokens.shape[1] < before.shape[1]:
        return False
    return bool((tokens[:, : before.shape[1]] == before).all())


def _without_prompt(answer: str, prompt: str) -> str:
    """BLIP continues the prompt, in lower case and with other first tokens than it was given."""
    return answer[len(prompt) :].strip() if answer.casefold().startswith(prompt.casefold()) else answer


def _one_line(text: str) -> str:
    """Trainers read the first line of a caption file only."""
    return " ".join(text.split())
