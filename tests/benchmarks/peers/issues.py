"""cleanvision: all its issues for the pictures of a folder. Usage: python issues.py FOLDER"""

from __future__ import annotations

import sys


def main(folder: str) -> None:
    """Finds every issue cleanvision knows with its own worker processes and prints how many pictures it judged."""
    from cleanvision import Imagelab

    lab = Imagelab(data_path=folder)
    lab.find_issues(verbose=False)
    print(len(lab.issues))


if __name__ == "__main__":
    main(sys.argv[1])
