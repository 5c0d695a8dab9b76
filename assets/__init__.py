"""What ships beside the code: the embedded demo models, sample pictures, and the scripts that made them.

Nothing here is imported by the engine; a caller asks `asset()` for a path and reads the files itself. The scripts in
`assets/training/` need torch and are never imported by the app.
"""

from __future__ import annotations

from pathlib import Path

_ROOM = Path(__file__).resolve().parent


def asset(name: str) -> Path:
    """The path of a file or folder shipped in this package, e.g. `asset("models/demo-clip")`."""
    path = (_ROOM / name).resolve()
    if not path.is_relative_to(_ROOM) or not path.exists():
        raise FileNotFoundError(f"no asset named {name!r} in {_ROOM}")
    return path
