"""The tokenizer of the demo models: a few hundred whole words, kept beside the weights."""

from __future__ import annotations

import re

import numpy as np
from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import WordLevel
from transformers import PreTrainedTokenizerFast

from assets.training.captions import sentence, tags, varied_caption
from assets.training.scenes import random_scenes
from assets.training.vocabulary import ATTRIBUTES, BACKGROUND_TAGS, KIND_TAGS, LIGHT_TAGS

PAD, UNKNOWN, START, END, IMAGE = "<pad>", "<unk>", "<start>", "<end>", "<image>"
CONTEXT = 32
"""The longest text of the CLIP model, in tokens."""

CAPTIONER_CONTEXT = 128
"""The longest question and answer of the captioner, in tokens, pieces of the picture included."""

_OFTEN_TYPED = (
    "a an the and or of in on at by with without no not is are this that it very bright dark blurry sharp good bad "
    "beautiful quality style background object thing things everything something someone person animal animals plant "
    "food close up small large big many several four five colour color colours colors colourful colorful grey gray "
    "user assistant describe caption write list give tags tag keywords words for sentence one short detail what shows "
    "see you can do picture image photo please from to as be comma separated : . , ? !"
)


def vocabulary() -> list[str]:
    """Every word the captions can use and some that people type, sorted."""
    rng = np.random.default_rng(5)
    texts = [_OFTEN_TYPED]
    for words in (*ATTRIBUTES.values(), KIND_TAGS, BACKGROUND_TAGS, LIGHT_TAGS):
        texts += [text for ways in words.values() for text in ways]
    for scene in random_scenes(5, 2_000):
        texts += [sentence(scene), tags(scene), varied_caption(scene, rng)]
    return sorted({word for text in texts for word in re.findall(r"\w+|[^\w\s]", text.lower())})


def clip_tokenizer() -> PreTrainedTokenizerFast:
    """For open_clip: the end token has the highest id, because the text tower pools where the highest id stands."""
    return _tokenizer([PAD, UNKNOWN, START, *vocabulary(), END], wrap=f"{START} $A {END}", longest=CONTEXT)


def captioner_tokenizer() -> PreTrainedTokenizerFast:
    """For the captioner: it also knows the place holder of a piece of the picture."""
    tokenizer = _tokenizer(
        [PAD, UNKNOWN, START, END, IMAGE, *vocabulary()], wrap=f"{START} $A", longest=CAPTIONER_CONTEXT
    )
    tokenizer.add_special_tokens({"additional_special_tokens": [IMAGE]})
    # Answers of different lengths end at the same place only if the padding stands before the prompt.
    tokenizer.padding_side = "left"
    return tokenizer


def _tokenizer(tokens: list[str], *, wrap: str, longest: int) -> PreTrainedTokenizerFast:
    ids = {token: i for i, token in enumerate(tokens)}
    words = Tokenizer(WordLevel(ids, unk_token=UNKNOWN))
    words.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.decoder = decoders.WordPiece(prefix="##", cleanup=True)
    specials = [(token, ids[token]) for token in (START, END)]
    words.post_processor = processors.TemplateProcessing(single=wrap, special_tokens=specials)
    return PreTrainedTokenizerFast(
        tokenizer_object=words,
        model_max_length=longest,
        pad_token=PAD,
        unk_token=UNKNOWN,
        bos_token=START,
        eos_token=END,
    )
