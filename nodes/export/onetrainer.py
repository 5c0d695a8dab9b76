"""The OneTrainer export: pictures with one-line caption files, and the concepts.json that OneTrainer reads."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from nodegraph.api import export
from nodegraph.context import Context
from nodegraph.data.imageset import ImageSet
from nodegraph.parameters import Folder, Main, Range
from nodegraph.results import Written
from nodes.export.captions import EmptyText, parted_by_caption
from nodes.export.card import card
from nodes.export.items import items_of
from nodes.export.manifest import Record
from nodes.export.names import one_line
from nodes.export.order import Layout, Order
from nodes.export.pictures import ImageFormat, Wish
from nodes.export.training import Subset, subsets_of, trained_folder, trainer_root
from nodes.export.write import write_export
from nodes.training_columns import VALIDATION

CONCEPTS = "concepts.json"
CONCEPT_VERSION = 2
USE = (
    "Open the tab *concepts* in OneTrainer and load `concepts.json`. It names the pictures by an absolute path: where "
    "the folder is moved, change `path` in it. Each picture has its caption on one line in a `.txt` file of the same "
    "name; OneTrainer would draw one of several lines at random."
)


@export("export/onetrainer", rev=1, title="Export for OneTrainer")
def onetrainer(
    images: ImageSet,
    *,
    folder: Annotated[str, Folder(writes=True), Main(), "The folder to write; replaced as a whole on the next run."],
    name: Annotated[str, Main(), "Name of the concept in OneTrainer; the graph's title by default."] = "",
    repeats: Annotated[int, Range(1, 1000), "How often a picture is shown in an epoch."] = 1,
    shuffle_tags: Annotated[bool, "Whether the trainer shuffles the tags of a caption, parted by commas."] = False,
    keep_tags: Annotated[int, Range(0, 100), "The first tags that are not shuffled."] = 1,
    image_format: Annotated[ImageFormat, "keep: as it is where trainers read it; else converted."] = "keep",
    strip_metadata: Annotated[bool, "Take out EXIF, XMP, IPTC and comments, camera positions among them."] = True,
    on_empty_caption: Annotated[EmptyText, "What becomes of a picture without a caption."] = "skip file",
    trainer_folder: Annotated[str, "Where the trainer finds the folder, if elsewhere, such as D:/sets/cat."] = "",
    replace_edited: Annotated[bool, "Replace files that were edited by hand since the last export."] = False,
    context: Context,
) -> Written:
    """Writes pictures with caption files and a concepts.json for OneTrainer.

    The folder gets `train/name.jpg` with `name.txt`, the same in `validation/` for the validation split, and a
    `concepts.json` with a concept for each folder. Captions come from the column `caption` and are put on one line,
    since OneTrainer draws one line of several at random. Other splits get a folder and no concept.

    Where the set has a column `repeats`, pictures that are shown equally often share a folder (`train-x3`). Rows whose
    column `is_reg` is true become a prior prediction concept. `manifest.json` and `licenses.csv` have a row a file.

    It is planned first, written beside the folder, checked and swapped in as a whole; a folder with somebody's own
    files or edits is never replaced, and sources are only read.
    """
    subsets = subsets_of(images, repeats, "")
    places = {rid: trained_folder(subset, repeats) for rid, subset in subsets.items()}
    items, failed = parted_by_caption(items_of(images), on_empty_caption, has_column="caption" in images.columns)
    written = {places[item.rid]: subsets[item.rid] for item in items}
    root = trainer_root(folder, trainer_folder, CONCEPTS)
    title = one_line(name) or one_line(context.title) or "Picture set"
    text = {"enable_tag_shuffling": shuffle_tags, "tag_delimiter": ",", "keep_tags_count": keep_tags}

    def texts(records: Sequence[Record]) -> dict[str, str]:
        folders = {place: written[place] for place in sorted({record.top for record in records})}
        concepts = concepts_of(title, root, folders, text)
        about = card("folder.md.j2", title, records, context, stripped=strip_metadata, form="for OneTrainer", use=USE)
        return {CONCEPTS: json.dumps(concepts, ensure_ascii=False, indent=4) + "\n", "README.md": about}

    layout = Layout("onetrainer", lambda item: places[item.rid], lambda item: one_line(item.caption), ".txt", texts)
    return write_export(
        Order(folder, items, layout, Wish(image_format, strip_metadata), replace_edited, failed), context
    )


def concepts_of(title: str, root: str, folders: Mapping[str, Subset], text: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The content of concepts.json; keys that are left out take OneTrainer's defaults (ConceptConfig.py)."""
    return [
        {
            "__version": CONCEPT_VERSION,
            "name": title if place == "train" else f"{title} ({place})",
            "path": f"{root}/{place}",
            "seed": 0,  # left out, it is drawn anew each time
            "enabled": True,
            "type": _type_of(subset),
            "include_subdirectories": False,
            "balancing": float(subset.repeats),
            "balancing_strategy": "REPEATS",
            "text": {"prompt_source": "sample", **text},
        }
        for place, subset in folders.items()
        if subset.trained or subset.split == VALIDATION
    ]


def _type_of(subset: Subset) -> str:
    if subset.is_reg:
        return "PRIOR_PREDICTION"
    return "STANDARD" if subset.trained else "VALIDATION"
