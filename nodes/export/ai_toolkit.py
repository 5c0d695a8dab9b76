"""The ai-toolkit export: JPEG and PNG pictures with whole captions, and a configuration that ai-toolkit runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from nodegraph.api import export
from nodegraph.context import Context
from nodegraph.data.imageset import ImageSet
from nodegraph.parameters import Folder, Main, Range
from nodegraph.results import Written
from nodes.export.captions import EmptyText, parted_by_caption
from nodes.export.card import card
from nodes.export.items import items_of
from nodes.export.manifest import Record
from nodes.export.names import folder_name, one_line
from nodes.export.order import Layout, Order
from nodes.export.pictures import ImageFormat, Wish
from nodes.export.training import Subset, subsets_of, trained_folder, trainer_root
from nodes.export.write import write_export

CONFIG = "config.yaml"
Family = Literal["flux", "sdxl", "sd"]
FAMILIES: Mapping[Family, Mapping[str, Any]] = {
    "flux": {"is_flux": True, "quantize": True},
    "sdxl": {"is_xl": True},
    "sd": {},
}
SCHEDULERS: Mapping[Family, str] = {"flux": "flowmatch", "sdxl": "ddpm", "sd": "ddpm"}
SMALLER = (512, 768)
MOST_PROMPTS = 4
USE = (
    "Run `python run.py config.yaml` in ai-toolkit. The configuration names the pictures by an absolute path: where "
    "the folder is moved, change `folder_path` in it. Each picture has its caption in a `.txt` file of the same name, "
    "which is read whole; `[trigger]` in a caption stands for the trigger word."
)


@export("export/ai_toolkit", rev=1, title="Export for ai-toolkit")
def ai_toolkit(
    images: ImageSet,
    *,
    folder: Annotated[str, Folder(writes=True), Main(), "The folder to write; replaced as a whole on the next run."],
    trigger_word: Annotated[str, Main(), "What [trigger] in captions stands for; put first where it is missing."] = "",
    family: Annotated[Family, "The kind of model to train."] = "flux",
    model: Annotated[str, "The model to train: a folder, or its name on the hub."] = "black-forest-labs/FLUX.1-dev",
    resolution: Annotated[int, Range(256, 4096, 64, "px"), "The side of the square of equal area."] = 1024,
    smaller_too: Annotated[bool, "Whether pictures are also shown smaller, at 512 and 768."] = True,
    repeats: Annotated[int, Range(1, 1000), "How often a picture is shown in an epoch."] = 1,
    steps: Annotated[int, Range(1, 1_000_000), "Training steps."] = 2000,
    image_format: Annotated[ImageFormat, "keep: JPEG and PNG stay; WebP and the rest is converted."] = "keep",
    strip_metadata: Annotated[bool, "Take out EXIF, XMP, IPTC and comments, camera positions among them."] = True,
    on_empty_caption: Annotated[EmptyText, "What becomes of a picture without a caption."] = "skip file",
    trainer_folder: Annotated[str, "Where the trainer finds the folder, if elsewhere, such as /workspace/set."] = "",
    replace_edited: Annotated[bool, "Replace files that were edited by hand since the last export."] = False,
    context: Context,
) -> Written:
    """Writes JPEG and PNG pictures with caption files and a config.yaml for ostris' ai-toolkit.

    The folder gets `train/name.jpg` with `name.txt`, and a `config.yaml` that trains a LoRA of it and shows samples of
    the first captions on the way. Captions come from the column `caption` and keep their lines: ai-toolkit reads them
    whole. A set without captions needs a trigger word. WebP is converted, since ai-toolkit has trouble with it.

    Where the set has a column `repeats`, pictures that are shown equally often share a folder (`train-x3`); rows whose
    column `is_reg` is true are its regularisation pictures. Other splits get a folder that the configuration leaves
    out: ai-toolkit knows no validation. `manifest.json` and `licenses.csv` have a row a file.

    It is planned first, written beside the folder, checked and swapped in as a whole; a folder with somebody's own
    files or edits is never replaced, and sources are only read.
    """
    trigger = one_line(trigger_word)
    has_captions = "caption" in images.columns
    subsets = subsets_of(images, repeats, "")
    places = {rid: trained_folder(subset, repeats) for rid, subset in subsets.items()}
    items, failed = parted_by_caption(
        items_of(images),
        on_empty_caption if has_captions or not trigger else "write empty text",
        has_column=has_captions,
    )
    written = {places[item.rid]: subsets[item.rid] for item in items}
    root = trainer_root(folder, trainer_folder, CONFIG)
    title = trigger or one_line(context.title) or "Picture set"
    settings = {
        "name": folder_name(title, "set").replace(" ", "_"),
        "trigger": trigger,
        "model": {"name_or_path": model.strip(), **FAMILIES[family]},
        "scheduler": SCHEDULERS[family],
        "resolutions": [side for side in SMALLER if smaller_too and side < resolution] + [resolution],
        "steps": steps,
    }

    def texts(records: Sequence[Record]) -> dict[str, str]:
        import yaml

        folders = {place: written[place] for place in sorted({record.top for record in records})}
        prompts = list(dict.fromkeys(one_line(record.caption) for record in records if record.caption))[:MOST_PROMPTS]
        config = config_of(settings, root, folders, prompts)
        about = card("folder.md.j2", title, records, context, stripped=strip_metadata, form="for ai-toolkit", use=USE)
        written_config = yaml.safe_dump(config, sort_keys=False, allow_unicode=True, width=1_000_000)
        return {CONFIG: written_config, "README.md": about}

    layout = Layout("ai-toolkit", lambda item: places[item.rid], lambda item: whole(item.caption), ".txt", texts)
    wish = Wish(image_format, strip_metadata, webp=False)
    return write_export(Order(folder, items, layout, wish, replace_edited, failed), context)


def whole(caption: str) -> str:
    """The caption with its lines, parted by a newline alone, each without control characters."""
    return "\n".join(one_line(line) for line in caption.splitlines()).strip()


def config_of(
    settings: Mapping[str, Any], root: str, folders: Mapping[str, Subset], prompts: Sequence[str]
) -> dict[str, Any]:
    """The content of config.yaml: a LoRA job, as in ai-toolkit's own examples (config/examples)."""
    datasets = [
        {
            "folder_path": f"{root}/{place}",
            "caption_ext": "txt",
            "caption_dropout_rate": 0.05,
            "num_repeats": subset.repeats,
            **({"is_reg": True} if subset.is_reg else {}),
            "shuffle_tokens": False,
            "cache_latents_to_disk": True,
            "resolution": settings["resolutions"],
        }
        for place, subset in folders.items()
        if subset.trained
    ]
    side = settings["resolutions"][-1]
    process = {
        "type": "sd_trainer",
        "training_folder": "output",
        "device": "cuda:0",
        **({"trigger_word": settings["trigger"]} if settings["trigger"] else {}),
        "network": {"type": "lora", "linear": 16, "linear_alpha": 16},
        "save": {"dtype": "float16", "save_every": 250, "max_step_saves_to_keep": 4},
        "datasets": datasets,
        "train": {
            "batch_size": 1,
            "steps": settings["steps"],
            "gradient_accumulation_steps": 1,
            "train_unet": True,
            "train_text_encoder": False,
            "gradient_checkpointing": True,
            "noise_scheduler": settings["scheduler"],
            "optimizer": "adamw8bit",
            "lr": 0.0001,
            "disable_sampling": not prompts,
            "dtype": "bf16",
        },
        "model": settings["model"],
        "sample": {
            "sampler": settings["scheduler"],
            "sample_every": 250,
            "width": side,
            "height": side,
            "prompts": list(prompts),
            "neg": "",
            "seed": 42,
            "walk_seed": True,
            "guidance_scale": 4,
            "sample_steps": 20,
        },
    }
    return {"job": "extension", "config": {"name": settings["name"], "process": [process]}}
