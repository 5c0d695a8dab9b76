"""open_clip in a plain loop: preprocess, embed and score pictures. Usage: python scoring.py FOLDER MODEL PROMPT"""

from __future__ import annotations

import sys
from pathlib import Path

BATCH = 32
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


def main(folder: str, model_folder: str, prompt: str) -> None:
    """Scores every picture of the folder against the prompt, as open_clip's README shows it; prints how many."""
    import open_clip
    import torch
    from PIL import Image

    name = f"local-dir:{model_folder}"
    model, _, preprocess = open_clip.create_model_and_transforms(name)
    model.eval()
    tokens = open_clip.get_tokenizer(name)([prompt])
    paths = sorted(path for path in Path(folder).rglob("*") if path.suffix.lower() in SUFFIXES)
    scores: list[float] = []
    with torch.no_grad():
        text = model.encode_text(tokens)
        text /= text.norm(dim=-1, keepdim=True)
        for start in range(0, len(paths), BATCH):
            pictures = [preprocess(Image.open(path).convert("RGB")) for path in paths[start : start + BATCH]]
            features = model.encode_image(torch.stack(pictures))
            features /= features.norm(dim=-1, keepdim=True)
            scores += (features @ text.T)[:, 0].tolist()
    print(len(scores))


if __name__ == "__main__":
    main(*sys.argv[1:4])
