"""Makes `assets/models/demo-clip`: a CLIP small enough to ship, which open_clip loads as `local-dir:<folder>`.

    python -m assets.training.train_clip

The image tower first learns the attributes of scenes, then both towers learn to match pictures with captions. At the
end the saved folder is loaded by open_clip's own loaders and measured on scenes that were never trained on.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import torch
from open_clip.model import CLIP
from safetensors.torch import save_file
from torch.nn import functional

from assets.training.captions import varied_caption
from assets.training.corpus import HELD_OUT_SEED, SIDE, TRAINING_SEED, Corpus, corpus, jittered
from assets.training.measure_clip import measured
from assets.training.pretraining import batches, head_accuracy, optimiser, pretrain
from assets.training.words import CONTEXT, clip_tokenizer

HOME = Path(__file__).resolve().parent.parent / "models" / "demo-clip"
EMBEDDING = 128
CAPTIONS_A_SCENE = 8


def model_settings(words: int) -> dict[str, Any]:
    """The `model_cfg` of open_clip for this model."""
    return {
        "embed_dim": EMBEDDING,
        "vision_cfg": {"image_size": SIDE, "layers": [1, 1, 1, 1], "width": 16, "patch_size": None},
        "text_cfg": {
            "context_length": CONTEXT,
            "vocab_size": words,
            "hf_tokenizer_name": "demo-clip",
            "width": 128,
            "heads": 4,
            "layers": 2,
        },
    }


def caption_tokens(data: Corpus, seed: int) -> torch.Tensor:
    """Several captions for each scene as token ids, shape (scene, caption, token)."""
    tokenizer = clip_tokenizer()
    rng = np.random.default_rng(seed)
    texts = [varied_caption(scene, rng) for scene in data.scenes for _ in range(CAPTIONS_A_SCENE)]
    ids = tokenizer(texts, max_length=CONTEXT, padding="max_length", truncation=True, return_tensors="pt").input_ids
    return ids.short().view(len(data), CAPTIONS_A_SCENE, CONTEXT)


def match(model: CLIP, data: Corpus, *, steps: int, seed: int) -> None:
    """The contrastive step: a picture's caption must lie nearer to it than every other caption of the batch."""
    tokens = caption_tokens(data, seed)
    adam, schedule = optimiser([model], 1.5e-3, steps)
    generator = torch.Generator().manual_seed(seed)
    model.train()
    started = time.monotonic()
    for step, rows in enumerate(batches(len(data), 384, steps, seed + 1)):
        chosen = torch.randint(CAPTIONS_A_SCENE, (len(rows),), generator=generator)
        images = model.encode_image(jittered(data.pictures[rows], generator), normalize=True)
        texts = model.encode_text(tokens[rows, chosen].long(), normalize=True)
        scores = model.logit_scale.exp() * images @ texts.T
        truth = torch.arange(len(rows))
        loss = (functional.cross_entropy(scores, truth) + functional.cross_entropy(scores.T, truth)) / 2
        adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()
        schedule.step()
        with torch.no_grad():
            model.logit_scale.clamp_(0, 4.6)
        if step % 100 == 0 or step == steps - 1:
            print(f"matching {step}/{steps} loss {loss.item():.3f} {time.monotonic() - started:.0f}s", flush=True)


def save(model: CLIP, settings: dict[str, Any], home: Path) -> None:
    """The folder as open_clip reads it, weights in half precision."""
    home.mkdir(parents=True, exist_ok=True)
    weights = {name: (t.half() if t.is_floating_point() else t).contiguous() for name, t in model.state_dict().items()}
    save_file(weights, home / "open_clip_model.safetensors", metadata={"format": "pt"})
    even = [0.5, 0.5, 0.5]
    preprocessing = {"mean": even, "std": even, "interpolation": "bicubic", "resize_mode": "squash"}
    config = {"model_cfg": settings, "preprocess_cfg": preprocessing}
    (home / "open_clip_config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    clip_tokenizer().save_pretrained(str(home))
    # The class is written under the name that every version of transformers knows.
    tokenizer_config = home / "tokenizer_config.json"
    named = json.loads(tokenizer_config.read_text(encoding="utf-8")) | {"tokenizer_class": "PreTrainedTokenizerFast"}
    tokenizer_config.write_text(json.dumps(named, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=int, default=40_000, help="number of training scenes")
    parser.add_argument("--pretraining-steps", type=int, default=2_000)
    parser.add_argument("--matching-steps", type=int, default=2_500)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--home", type=Path, default=HOME, help="folder to write")
    chosen = parser.parse_args()

    torch.set_num_threads(chosen.threads)
    torch.manual_seed(chosen.seed)
    started = time.monotonic()
    data, held_out = corpus(TRAINING_SEED, chosen.scenes), corpus(HELD_OUT_SEED, 1_000)
    settings = model_settings(len(clip_tokenizer()))
    model = CLIP(**settings).to(memory_format=torch.channels_last)
    heads = pretrain(model.visual, model.visual, EMBEDDING, data, steps=chosen.pretraining_steps, seed=chosen.seed)
    print("heads on held-out scenes:", head_accuracy(model.visual, model.visual, heads, held_out), flush=True)
    match(model, data, steps=chosen.matching_steps, seed=chosen.seed)
    save(model, settings, chosen.home)

    loaded: Any
    loaded, _, _ = open_clip.create_model_and_transforms(f"local-dir:{chosen.home}")
    report = measured(loaded, open_clip.get_tokenizer(f"local-dir:{chosen.home}"), held_out)
    report |= {
        "training": {
            "scenes": chosen.scenes,
            "pretraining_steps": chosen.pretraining_steps,
            "matching_steps": chosen.matching_steps,
            "seed": chosen.seed,
            "minutes": round((time.monotonic() - started) / 60, 1),
        }
    }
    (chosen.home / "accuracy.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
