"""Makes `assets/kohya-set`: a training folder as one finds them, with the mistakes that cost a night of training.

    python -m assets.training.make_kohya_set

Its pictures are those of `assets/samples`, so run `make_samples` first.
"""

from __future__ import annotations

import shutil
from pathlib import Path

ROOM = Path(__file__).parents[1]
HOME, SAMPLES = ROOM / "kohya-set", ROOM / "samples"

FISH, BOAT, REGULARISATION = "10_ohwx fish", "4_ohwx boat", "reg/1_fish"

PICTURES: dict[str, str] = {
    f"{FISH}/fish 01.jpg": "paintings/fish 01.jpg",
    f"{FISH}/fish 02.jpg": "paintings/fish 02.jpg",
    f"{FISH}/fish 03.jpg": "paintings/fish 03.jpg",
    f"{FISH}/fish 03 (1).jpg": "downloads/fish 03 chat.jpg",  # the same picture, sent through a chat
    f"{FISH}/fish 04.jpg": "paintings/fish 04.jpg",
    f"{FISH}/fish 05.Jpg": "paintings/fish 05.jpg",  # an extension that a trainer does not find on Linux
    f"{FISH}/fish 06.jpg": "paintings/fish 06.jpg",
    f"{FISH}/fish 07.jpg": "paintings/fish 07.jpg",
    f"{FISH}/fish blurred.jpg": "paintings/fish out of focus.jpg",
    f"{BOAT}/boat 01.jpg": "paintings/boat 01.jpg",
    f"{BOAT}/boat 02.jpg": "paintings/boat 02.jpg",
    f"{REGULARISATION}/fish.png": "sketches/fish.png",
    f"{REGULARISATION}/fish pair.jpg": "outdoors/fish pair.jpg",
    "unsorted/bird.jpg": "outdoors/bird.jpg",  # a folder whose name has no number is passed over
}
WORDS: dict[str, str] = {
    f"{FISH}/fish 01.txt": "ohwx fish, a watercolour painting of a matte orange fish on the water\n",
    f"{FISH}/fish 02.txt": "",  # on an empty file the trainer stops
    # a trainer reads line 1 alone
    f"{FISH}/fish 03.txt": "ohwx fish, a watercolour painting\nof a dotted red fish on the water\n",
    f"{FISH}/fish 04.txt": "This image shows a watercolour painting of two matte pink fish  on the water ..\n",
    f"{FISH}/fish 05.txt": "ohwx fish, ohwx fish, watercolour, watercolour, fish\n",
    f"{FISH}/fish 07.txt": "a dotted purple fish on a plain background",  # without the trigger word
    f"{BOAT}/boat 01.txt": "ohwx boat, a matte red boat on the water in bright light\n",
}


def main() -> None:
    """Writes the folder anew."""
    shutil.rmtree(HOME, ignore_errors=True)
    for name, sample in PICTURES.items():
        (HOME / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(SAMPLES / sample, HOME / name)
    for name, text in WORDS.items():
        (HOME / name).write_text(text, encoding="utf-8", newline="")


if __name__ == "__main__":
    main()
