"""Makes `assets/models/demo-captioner`: a LLaVA-style captioner small enough to ship, loaded by transformers.

    python -m assets.training.train_captioner

The architecture is FastVLM: LLaVA with a convolutional image tower, because a convolutional tower learns from tens of
thousands of scenes in minutes where a transformer would need many more. The tower first learns the attributes of
scenes, then the whole model learns to answer prompts for a sentence and for tags. At the end the saved folder is loaded
by the public loaders and measured on scenes that were never trained on.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from transformers import (
    AutoModelForImageTextToText,
    AutoProcessor,
    CLIPImageProcessor,
    FastVlmConfig,
    FastVlmForConditionalGeneration,
    LlamaConfig,
    LlavaProcessor,
    TimmWrapperConfig,
)

from assets.training.conversation import CHAT_TEMPLATE, random_turn
from assets.training.corpus import HELD_OUT_SEED, SIDE, TRAINING_SEED, Corpus, corpus, jittered
from assets.training.measure_captioner import measured
from assets.training.pretraining import batches, head_accuracy, optimiser, pretrain
from assets.training.words import CAPTIONER_CONTEXT, END, IMAGE, PAD, START, captioner_tokenizer

HOME = Path(__file__).resolve().parent.parent / "models" / "demo-captioner"
TOWER_WIDTH = 192
PATCH = 16
PIECES = (SIDE // PATCH) ** 2
TURNS_A_SCENE = 4
_IGNORED = -100


@dataclass(frozen=True)
class Turns:
    """Questions with answers as token ids; labels are the answers alone. Shapes (scene, turn, token)."""

    ids: torch.Tensor
    labels: torch.Tensor


def new_model(words: int) -> FastVlmForConditionalGeneration:
    """The model with random weights."""
    ids = {token: captioner_tokenizer().convert_tokens_to_ids(token) for token in (PAD, START, END, IMAGE)}
    tower = TimmWrapperConfig(
        architecture="resnet10t",
        do_pooling=False,
        hidden_size=TOWER_WIDTH,
        model_args={"channels": [24, 48, 96, TOWER_WIDTH], "stem_width": 16, "output_stride": PATCH},
    )
    language = LlamaConfig(
        vocab_size=words,
        hidden_size=128,
        intermediate_size=256,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=CAPTIONER_CONTEXT,
        tie_word_embeddings=True,
        pad_token_id=ids[PAD],
        bos_token_id=ids[START],
        eos_token_id=ids[END],
    )
    config = FastVlmConfig(
        vision_config=tower,
        text_config=language,
        image_token_index=ids[IMAGE],
        image_seq_length=PIECES,
        tie_word_embeddings=True,
        pad_token_id=ids[PAD],
    )
    model = FastVlmForConditionalGeneration(config)
    model.generation_config.pad_token_id = ids[PAD]
    model.generation_config.bos_token_id = ids[START]
    model.generation_config.eos_token_id = ids[END]
    return model


def new_processor() -> LlavaProcessor:
    """Squashes pictures to the tower's square and puts a place holder for each piece of the picture in the text."""
    images = CLIPImageProcessor(
        size={"height": SIDE, "width": SIDE},
        do_center_crop=False,
        crop_size={"height": SIDE, "width": SIDE},
        image_mean=[0.5] * 3,
        image_std=[0.5] * 3,
    )
    return LlavaProcessor(
        image_processor=images,
        tokenizer=captioner_tokenizer(),
        patch_size=PATCH,
        vision_feature_select_strategy="full",
        chat_template=CHAT_TEMPLATE,
    )


def turns(data: Corpus, seed: int) -> Turns:
    """Several questions about each scene."""
    tokenizer = captioner_tokenizer()
    rng = np.random.default_rng(seed)
    drawn = [random_turn(scene, rng) for scene in data.scenes for _ in range(TURNS_A_SCENE)]
    asked = tokenizer([turn.question.replace(IMAGE, IMAGE * PIECES) for turn in drawn]).input_ids
    said = tokenizer([turn.answer + END for turn in drawn], add_special_tokens=False).input_ids
    longest = max(len(q) + len(a) for q, a in zip(asked, said, strict=True))
    ids = torch.full((len(drawn), longest), tokenizer.pad_token_id, dtype=torch.int16)
    labels = torch.full((len(drawn), longest), _IGNORED, dtype=torch.int16)
    for row, (q, a) in enumerate(zip(asked, said, strict=True)):
        # Padding stands at the end here: no answer looks beyond itself, so it needs no mask.
        ids[row, : len(q) + len(a)] = torch.tensor(q + a, dtype=torch.int16)
        labels[row, len(q) : len(q) + len(a)] = torch.tensor(a, dtype=torch.int16)
    shape = (len(data), TURNS_A_SCENE, longest)
    return Turns(ids.view(shape), labels.view(shape))


def converse(model: FastVlmForConditionalGeneration, data: Corpus, *, steps: int, seed: int) -> None:
    """The captioning step: the next word of the answer, from the picture, the question and the words before."""
    asked = turns(data, seed)
    adam, schedule = optimiser([model], 2e-3, steps)
    generator = torch.Generator().manual_seed(seed)
    model.train()
    started = time.monotonic()
    for step, rows in enumerate(batches(len(data), 128, steps, seed + 1)):
        chosen = torch.randint(TURNS_A_SCENE, (len(rows),), generator=generator)
        pictures = jittered(data.pictures[rows], generator)
        ids, labels = asked.ids[rows, chosen].long(), asked.labels[rows, chosen].long()
        loss = model(input_ids=ids, pixel_values=pictures, labels=labels, use_cache=False).loss
        adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()
        schedule.step()
        if step % 100 == 0 or step == steps - 1:
            print(f"captioning {step}/{steps} loss {loss.item():.4f} {time.monotonic() - started:.0f}s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=int, default=40_000, help="number of training scenes")
    parser.add_argument("--pretraining-steps", type=int, default=2_000)
    parser.add_argument("--captioning-steps", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--home", type=Path, default=HOME, help="folder to write")
    chosen = parser.parse_args()

    torch.set_num_threads(chosen.threads)
    torch.manual_seed(chosen.seed)
    started = time.monotonic()
    data, held_out = corpus(TRAINING_SEED, chosen.scenes), corpus(HELD_OUT_SEED, 1_000)
    model = new_model(len(captioner_tokenizer())).to(memory_format=torch.channels_last)
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters", flush=True)
    vision = model.model.vision_tower

    def tower(pictures: torch.Tensor) -> torch.Tensor:
        return vision(pictures).last_hidden_state.mean((2, 3))

    heads = pretrain(vision, tower, TOWER_WIDTH, data, steps=chosen.pretraining_steps, seed=chosen.seed)
    print("heads on held-out scenes:", head_accuracy(vision, tower, heads, held_out), flush=True)
    converse(model, data, steps=chosen.captioning_steps, seed=chosen.seed)
    model.half().save_pretrained(chosen.home)
    new_processor().save_pretrained(chosen.home)

    loaded = AutoModelForImageTextToText.from_pretrained(chosen.home, dtype=torch.float32)
    report = measured(loaded, AutoProcessor.from_pretrained(chosen.home), held_out)
    report |= {
        "training": {
            "scenes": chosen.scenes,
            "pretraining_steps": chosen.pretraining_steps,
            "captioning_steps": chosen.captioning_steps,
            "seed": chosen.seed,
            "minutes": round((time.monotonic() - started) / 60, 1),
        }
    }
    (chosen.home / "accuracy.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
