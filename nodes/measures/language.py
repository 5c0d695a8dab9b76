"""What language a text is in, and how likely the text is by a language model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

from nodegraph import ModelFiles, ModelOf, ModelUse, Words, measure, problem
from nodes.extras import needed
from nodes.measures.quiet import no_progress_bar

KEPT_DETECTORS = 4
DIGITS = 6


@measure("language", rev=1, takes=Words())
def language(text: str, *, languages: list[str]) -> dict[str, Any]:
    """The likeliest of `languages` (ISO 639-1), {"language": "en", "confidence": 0 to 1}; "" for a text without words.

    By lingua: n-grams of one to five letters, and the letters themselves. Confidences of all languages add up to 1.
    Raises ProblemError where lingua is not installed.
    """
    found = _detector(tuple(sorted(languages))).compute_language_confidence_values(text)
    # lingua adds up in any order, so the last digits of its confidences change from call to call
    sure = {item.language.iso_code_639_1.name.lower(): round(float(item.value), DIGITS) for item in found}
    best = max(sure, key=lambda code: (sure[code], code), default="")
    return {"language": best if sure.get(best) else "", "confidence": sure.get(best, 0.0)}


@lru_cache(maxsize=KEPT_DETECTORS)
def _detector(languages: tuple[str, ...]) -> Any:
    lingua: Any = needed("lingua", "language")
    codes = [getattr(lingua.IsoCode639_1, code.upper()) for code in languages]
    return lingua.LanguageDetectorBuilder.from_iso_codes_639_1(*codes).build()


@dataclass(frozen=True, eq=False)
class LanguageModel:
    """A loaded causal language model. `start` is the token put before a text, `window` how many tokens it can see."""

    model: Any
    tokenizer: Any
    start: int
    window: int
    device: str


def load_language_model(files: ModelFiles, device: str) -> LanguageModel:
    """Loads the model in `files.folder`: only local files, only safetensors, never code that came with the model.

    Raises ProblemError where it cannot be loaded.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer

    local: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    from_pretrained: Any = AutoModelForCausalLM.from_pretrained  # its annotation names a private mixin
    try:
        with no_progress_bar():
            tokenizer: Any = AutoTokenizer.from_pretrained(files.folder, **local)
            model = from_pretrained(files.folder, use_safetensors=True, **local)
        start = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.eos_token_id
        window = int(model.config.max_position_embeddings)
        if start is None or window < 2:
            raise ValueError("it has no token that begins a text")
    except Exception as error:  # transformers raises what it likes: all of it means that these files are no such model
        raise problem(
            "broken-model",
            f"The model {files.entry.id} cannot be loaded: {type(error).__name__}: {error}.",
            f"Delete {files.folder} so that it is fetched again, or choose another model.",
            param="model",
            value=files.entry.id,
        ) from error
    return LanguageModel(model.float().eval().requires_grad_(False).to(device), tokenizer, start, window, device)


@measure("perplexity", rev=1, takes=Words(), model=ModelUse(load_language_model))
def perplexity(
    handle: LanguageModel, batch: Sequence[str], *, model: Annotated[str, ModelOf("language-model")]
) -> Sequence[float]:
    """Perplexities of texts, 1 and up: exp of the mean negative log likelihood of their tokens; NaN without a token.

    Each text is preceded by the model's first token, so that its first word counts too, as in Hugging Face's evaluate.
    A text longer than the model's window (1024 for GPT-2) is read in windows that overlap by half; each token counts
    once, where it has most before it. Texts go through the model one by one, so nothing is padded.
    """
    return [_perplexity(handle, text) for text in batch]


def _perplexity(handle: LanguageModel, text: str) -> float:
    import torch

    tokens = [handle.start, *handle.tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]]
    if len(tokens) < 2:
        return math.nan
    total, counted = 0.0, 1
    while counted < len(tokens):
        first = 0 if counted == 1 else counted - handle.window // 2
        window = torch.tensor([tokens[first : first + handle.window]], device=handle.device)
        with torch.inference_mode():
            likelihoods = handle.model(window).logits[0, :-1].float().log_softmax(dim=-1)
        own = likelihoods.gather(1, window[0, 1:, None])[counted - first - 1 :]
        total -= float(own.sum(dtype=torch.float64))
        counted = first + window.shape[1]
    return math.exp(min(total / (len(tokens) - 1), 700.0))
