"""imagededup: the perceptual hashes of all pictures of a folder. Usage: python hashing.py FOLDER"""

from __future__ import annotations

import sys


def main(folder: str) -> None:
    """Encodes the folder with imagededup's own worker processes and prints how many hashes there are."""
    from imagededup.methods import PHash

    print(len(PHash(verbose=False).encode_images(image_dir=folder, recursive=True)))


if __name__ == "__main__":
    main(sys.argv[1])
