"""Which pictures lie in `assets/samples`: good ones with or without captions, and the mess every real folder has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from assets.training.scenes import Companion, Scene

CaptionStyle = Literal["none", "sentence", "tags", "empty"]

_FIRST_SEED = 77_000
"""Far from the seeds of the training and the held-out scenes."""


@dataclass(frozen=True)
class Sample:
    """One good picture."""

    file: str
    scene: Scene
    size: tuple[int, int]
    caption: CaptionStyle = "none"


Flaw = Literal[
    "exact_copy",
    "resized",
    "recompressed",
    "brightened",
    "mirrored",
    "cropped",
    "blurred",
    "dark",
    "overexposed",
    "tiny",
    "greyscale",
    "exif_rotated",
    "truncated",
]


@dataclass(frozen=True)
class Planted:
    """A file made from a good picture by doing something to it."""

    file: str
    flaw: Flaw
    source: str


@dataclass(frozen=True)
class Junk:
    """A file that is no picture, or that an import must not take for one."""

    file: str
    planted: str
    content: bytes


def _scene(words: str, seed: int) -> Scene:
    """`kind background light finish count colour noun`, and `+ colour noun` for a second object."""
    first, _, second = words.partition(" + ")
    kind, background, light, finish, count, colour, noun = first.split()
    companion = None
    if second:
        its_colour, its_noun = second.split()
        companion = Companion(its_noun, its_colour)
    return Scene(kind, background, light, finish, count, colour, noun, seed, companion, upright=True)


_SQUARE, _WIDE, _TALL, _SMALL = (512, 512), (640, 448), (448, 640), (384, 384)

_ROWS: tuple[tuple[str, str, tuple[int, int], CaptionStyle], ...] = (
    # A set of paintings: the niche of the example graphs.
    ("paintings/fish 01.jpg", "watercolour water bright matte one orange fish", _SQUARE, "sentence"),
    ("paintings/fish 02.jpg", "watercolour water bright striped one yellow fish", _SQUARE, "sentence"),
    ("paintings/fish 03.jpg", "watercolour water cool dotted one red fish", _WIDE, "sentence"),
    ("paintings/fish 04.jpg", "watercolour water bright matte two pink fish", _SQUARE, "sentence"),
    ("paintings/fish 05.jpg", "watercolour water golden matte one red fish", _SQUARE, "none"),
    ("paintings/fish 06.jpg", "watercolour water bright striped three orange fish", _WIDE, "none"),
    ("paintings/fish 07.jpg", "watercolour plain bright dotted one purple fish", _SQUARE, "sentence"),
    ("paintings/fish 08.jpg", "watercolour beach bright matte one red fish", _SQUARE, "none"),
    ("paintings/fish 09.jpg", "watercolour water cool matte two white fish", _SQUARE, "none"),
    ("paintings/fish 10.jpg", "watercolour plain bright striped one green fish", _TALL, "empty"),
    ("paintings/boat 01.jpg", "watercolour water bright matte one red boat", _SQUARE, "sentence"),
    ("paintings/boat 02.jpg", "watercolour beach golden striped two blue boat", _WIDE, "none"),
    ("paintings/cat 01.jpg", "watercolour meadow bright matte one orange cat", _SQUARE, "sentence"),
    ("paintings/cat 02.jpg", "watercolour plain golden striped one brown cat", _SQUARE, "none"),
    ("paintings/flowers.jpg", "watercolour meadow bright matte three pink flower", _SQUARE, "sentence"),
    ("paintings/leaf.jpg", "watercolour plain bright matte one green leaf", _TALL, "none"),
    # Product and still life photographs.
    ("studio/cup red.jpg", "photo wood bright glossy one red cup", _SQUARE, "tags"),
    ("studio/cup blue dots.jpg", "photo plain bright dotted one blue cup", _SQUARE, "tags"),
    ("studio/cups.jpg", "photo wood golden glossy two white cup", _WIDE, "tags"),
    ("studio/bottle.jpg", "photo plain bright glossy one green bottle", _TALL, "tags"),
    ("studio/bottles.jpg", "photo bricks golden glossy three purple bottle", _SQUARE, "none"),
    ("studio/lamp.jpg", "photo bricks dim matte one yellow lamp", _SQUARE, "tags"),
    ("studio/chair.jpg", "photo plain bright matte one orange chair", _TALL, "none"),
    ("studio/hat.jpg", "photo wood bright matte one black hat", _SQUARE, "tags"),
    ("studio/apples.jpg", "photo wood bright glossy three red apple", _SQUARE, "tags"),
    ("studio/key.jpg", "photo bricks bright glossy one yellow key", _WIDE, "none"),
    ("studio/cup and apple.jpg", "photo wood bright matte one blue cup + green apple", _WIDE, "none"),
    # Photographs from outdoors.
    ("outdoors/fish.jpg", "photo water bright glossy one red fish", _SQUARE, "none"),
    ("outdoors/fish pair.jpg", "photo water cool matte two blue fish", _WIDE, "none"),
    ("outdoors/tree winter.jpg", "photo snow cool matte one green tree", _SQUARE, "sentence"),
    ("outdoors/trees.jpg", "photo meadow bright matte three green tree", _WIDE, "none"),
    ("outdoors/house.jpg", "photo snow bright matte one red house", _SQUARE, "sentence"),
    ("outdoors/car.jpg", "photo beach golden glossy one blue car", _WIDE, "none"),
    ("outdoors/balloons.jpg", "photo meadow bright glossy three red balloon", _SQUARE, "none"),
    ("outdoors/bird.jpg", "photo meadow bright matte one blue bird", _SQUARE, "sentence"),
    ("outdoors/butterfly.jpg", "photo meadow golden dotted one orange butterfly", _SQUARE, "none"),
    ("outdoors/mushrooms.jpg", "photo meadow bright matte two red mushroom", _SQUARE, "none"),
    ("outdoors/umbrella.jpg", "photo beach bright striped one yellow umbrella", _SQUARE, "none"),
    ("outdoors/boat night.jpg", "photo night dim matte one white boat", _WIDE, "none"),
    # Line drawings.
    ("sketches/cat.png", "line plain bright matte one white cat", _SQUARE, "sentence"),
    ("sketches/house.png", "line meadow bright matte one orange house", _SQUARE, "none"),
    ("sketches/bird.png", "line beach bright striped one green bird", _SQUARE, "none"),
    ("sketches/fish.png", "line water bright dotted one yellow fish", _SQUARE, "sentence"),
    ("sketches/rocket.png", "line snow bright matte two red rocket", _SQUARE, "none"),
    ("sketches/cups.jpg", "line wood golden matte two brown cup", _WIDE, "none"),
    ("sketches/butterfly.jpg", "line bricks bright dotted one pink butterfly", _SQUARE, "none"),
    # Flat and pixel artwork.
    ("artwork/heart.png", "flat plain bright glossy one red heart", _SMALL, "none"),
    ("artwork/rocket.png", "flat night bright striped one white rocket", _SMALL, "tags"),
    ("artwork/stars.png", "flat night bright matte three yellow star", _SMALL, "tags"),
    ("artwork/beach ball.png", "flat beach bright striped one red ball", _SMALL, "none"),
    ("artwork/cars.jpg", "flat bricks bright matte two yellow car", _WIDE, "none"),
    ("artwork/pixel/cat.png", "pixel meadow bright matte one black cat", _SMALL, "tags"),
    ("artwork/pixel/fish.png", "pixel water bright matte one orange fish", _SMALL, "none"),
    ("artwork/pixel/house.png", "pixel snow bright matte one blue house", _SMALL, "tags"),
    ("artwork/pixel/mushroom.png", "pixel meadow bright dotted one purple mushroom", _SMALL, "none"),
    ("artwork/pixel/tree.png", "pixel night bright matte one green tree", _SMALL, "none"),
    ("artwork/flower.webp", "flat meadow bright matte one pink flower", _SQUARE, "none"),
    # What collected in the download folder.
    ("downloads/banner.jpg", "photo beach bright matte three blue umbrella", (960, 240), "none"),
    ("downloads/bookmark.jpg", "flat bricks golden dotted one green bottle", (216, 768), "none"),
    ("downloads/IMG_0412.JPG", "photo water golden glossy one orange boat", _SQUARE, "none"),
)

SAMPLES: tuple[Sample, ...] = tuple(
    Sample(file, _scene(words, _FIRST_SEED + i), size, caption) for i, (file, words, size, caption) in enumerate(_ROWS)
)

CUTOUTS: tuple[Sample, ...] = (
    Sample("artwork/star cutout.png", _scene("flat plain bright glossy one yellow star", 77_500), _SMALL),
    Sample("artwork/apple cutout.png", _scene("flat plain bright matte one red apple", 77_501), _SMALL),
)
"""Pictures with a transparent ground."""

PLANTED: tuple[Planted, ...] = (
    Planted("downloads/fish 01 (1).jpg", "exact_copy", "paintings/fish 01.jpg"),
    Planted("downloads/old/copy of cup red.jpg", "exact_copy", "studio/cup red.jpg"),
    Planted("downloads/old/house.png", "exact_copy", "artwork/pixel/house.png"),
    Planted("downloads/fish 04 small.jpg", "resized", "paintings/fish 04.jpg"),
    Planted("downloads/tree preview.jpg", "resized", "outdoors/tree winter.jpg"),
    Planted("downloads/fish 03 chat.jpg", "recompressed", "paintings/fish 03.jpg"),
    Planted("downloads/apples whatsapp.jpg", "recompressed", "studio/apples.jpg"),
    Planted("downloads/bird edited.jpg", "brightened", "outdoors/bird.jpg"),
    Planted("downloads/fish 02 edited.jpg", "brightened", "paintings/fish 02.jpg"),
    Planted("downloads/cat flipped.jpg", "mirrored", "paintings/cat 01.jpg"),
    Planted("downloads/car flipped.jpg", "mirrored", "outdoors/car.jpg"),
    Planted("downloads/balloons crop.jpg", "cropped", "outdoors/balloons.jpg"),
    Planted("studio/lamp shaky.jpg", "blurred", "studio/lamp.jpg"),
    Planted("outdoors/fish shaky.jpg", "blurred", "outdoors/fish.jpg"),
    Planted("paintings/fish out of focus.jpg", "blurred", "paintings/fish 08.jpg"),
    Planted("outdoors/house underexposed.jpg", "dark", "outdoors/house.jpg"),
    Planted("outdoors/umbrella flash.jpg", "overexposed", "outdoors/umbrella.jpg"),
    Planted("downloads/old/favicon fish.jpg", "tiny", "paintings/fish 05.jpg"),
    Planted("downloads/old/thumb cups.jpg", "tiny", "studio/cups.jpg"),
    Planted("studio/hat grey.jpg", "greyscale", "studio/hat.jpg"),
    Planted("outdoors/mushrooms phone.jpg", "exif_rotated", "outdoors/mushrooms.jpg"),
    Planted("downloads/old/broken download.jpg", "truncated", "outdoors/trees.jpg"),
)

JUNK: tuple[Junk, ...] = (
    Junk("downloads/old/empty.jpg", "zero_bytes", b""),
    Junk("downloads/old/notes.jpg", "text_named_jpg", b"Shopping list: paper, indigo, brush no. 6\n"),
    Junk("downloads/Thumbs.db", "system_file", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(120)),
    Junk(
        "downloads/old/lost picture.txt",
        "caption_without_picture",
        b"a photo of a green star on a beach in bright light",
    ),
)

HIDDEN = Sample("outdoors/.hidden.jpg", _scene("photo meadow bright matte one red ball", 77_600), (128, 128))
"""A hidden file, which an import leaves out."""
