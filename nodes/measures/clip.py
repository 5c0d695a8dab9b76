"""CLIP embeddings of pictures and of texts, by open_clip. Both towers of a model share one loaded handle."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from numpy.typing import NDArray

from nodegraph import ModelFiles, ModelOf, ModelUse, Sizes, Words, measure, problem
from nodegraph.models.importing import importing, without

if TYPE_CHECKING:
    from nodegraph.data.pixels import Decoded

Vector = NDArray[np.float16]

REDUCING_GAP = 2
"""How many times larger than the model's input a picture may be before its pixels are averaged in blocks first."""

ELSEWHERE = "a part of it lies in another repository, which is not fetched"

SAFE_WEIGHTS = (".safetensors", ".pt", ".pth")


@dataclass(frozen=True, eq=False)
class ClipModel:
    """A loaded CLIP.

    `preprocess` is open_clip's own; its `geometry` (resize and crop) runs on the CPU and its normalisation, `mean` and
    `deviation` a channel, on the device. `side` is the side of the input in pixels.
    """

    model: Any
    preprocess: Any
    geometry: Callable[[Any], Any]
    mean: Any
    deviation: Any
    tokenizer: Any
    side: int
    device: str
    dtype: Any  # of the autocast on a CUDA device, else None
    tokenizer_lock: threading.Lock = field(default_factory=threading.Lock)


def load_clip(files: ModelFiles, device: str) -> ClipModel:
    """Loads the CLIP in `files.folder`; never uses the network.

    A folder with an `open_clip_config.json` is loaded by open_clip's local directories; any other needs
    `details.architecture` in its catalogue entry, and a weights file. Raises ProblemError where it cannot be loaded.
    """
    _check_folder(files)
    import torch

    try:
        model, preprocess, tokenizer = _open_clip_parts(files)
    except Exception as error:  # open_clip raises what it likes: all of it means that these files are no such model
        raise _broken(files, f"{type(error).__name__}: {error}") from error
    model.eval().requires_grad_(False)
    on_cuda = device.startswith("cuda")
    # pictures come channel by channel last, so weights that lie the same way save a copy in each layer
    model.to(device, **({} if device == "mps" else {"memory_format": torch.channels_last}))
    geometry, mean, deviation = _split(preprocess)
    size = model.visual.image_size
    return ClipModel(
        model=model,
        preprocess=preprocess,
        geometry=geometry,
        mean=torch.tensor(mean, device=device).view(1, 3, 1, 1),
        deviation=torch.tensor(deviation, device=device).view(1, 3, 1, 1),
        tokenizer=tokenizer,
        side=max(size) if isinstance(size, (tuple, list)) else int(size),
        device=device,
        dtype=(torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16) if on_cuda else None,
    )


def prepare_image(handle: ClipModel, decoded: Decoded, *, model: str) -> NDArray[np.uint8]:
    """The picture resized and cropped as the model wants it, uint8, (side, side, 3)."""
    picture = decoded.at_least(handle.side * REDUCING_GAP)
    factor = min(picture.size) // (handle.side * REDUCING_GAP)
    return np.asarray(handle.geometry(picture.reduce(factor) if factor > 1 else picture))


@measure("clip_image", rev=2, takes=Sizes(), model=ModelUse(load_clip, prepare_image))
def clip_image(
    handle: ClipModel, batch: Sequence[NDArray[np.uint8]], *, model: Annotated[str, ModelOf("clip")]
) -> Sequence[Vector]:
    """Embeddings of pictures: float16 vectors of length one."""
    import torch

    pixels = torch.from_numpy(np.stack(batch))
    if handle.dtype is not None:
        pixels = pixels.pin_memory()
    with torch.inference_mode(), _precision(handle):
        # (n, h, w, 3) seen as (n, 3, h, w) is channels_last already: nothing is copied
        given = pixels.to(handle.device, non_blocking=True).permute(0, 3, 1, 2).float().div_(255)
        features = handle.model.encode_image((given - handle.mean) / handle.deviation)
    return _unit_vectors(features)


@measure("clip_text", rev=1, takes=Words(), model=ModelUse(load_clip))
def clip_text(handle: ClipModel, batch: Sequence[str], *, model: Annotated[str, ModelOf("clip")]) -> Sequence[Vector]:
    """Embeddings of texts: float16 vectors of length one. A text is cut where the model's context ends."""
    import torch

    with handle.tokenizer_lock:
        tokens = handle.tokenizer(list(batch))
    with torch.inference_mode(), _precision(handle):
        features = handle.model.encode_text(tokens.to(handle.device))
    return _unit_vectors(features)


def _unit_vectors(features: Any) -> list[Vector]:
    lengths = features.float()
    return list((lengths / lengths.norm(dim=-1, keepdim=True).clamp_min(1e-12)).half().cpu().numpy())


def _precision(handle: ClipModel) -> Any:
    import torch

    return torch.autocast("cuda", dtype=handle.dtype) if handle.dtype is not None else nullcontext()


def _open_clip_parts(files: ModelFiles) -> tuple[Any, Any, Any]:
    # open_clip wants transformers for text towers that lie in another repository, which `_check_folder` refuses
    with importing("open_clip"), without("transformers"):
        import open_clip

    if (files.folder / "open_clip_config.json").is_file():
        name, weights = f"local-dir:{files.folder}", None
    else:
        name, weights = str(files.entry.details["architecture"]), str(_weights(files))
        if "hf_model_name" in (open_clip.get_model_config(name) or {}).get("text_cfg", {}):
            raise ValueError(ELSEWHERE)
    model, _, preprocess = open_clip.create_model_and_transforms(name, pretrained=weights, weights_only=True)
    return model, preprocess, open_clip.get_tokenizer(name)


def _split(preprocess: Any) -> tuple[Callable[[Any], Any], Sequence[float], Sequence[float]]:
    """open_clip's preprocessing as what comes before the tensor is made, and the mean and deviation after it."""
    from torchvision.transforms import Compose, Normalize, ToTensor

    steps = list(preprocess.transforms)
    kinds = [isinstance(step, ToTensor) for step in steps]
    if kinds.count(True) != 1 or kinds.index(True) != len(steps) - 2 or not isinstance(steps[-1], Normalize):
        raise TypeError("open_clip's preprocessing no longer ends in ToTensor and Normalize")
    return Compose(steps[:-2]), list(steps[-1].mean), list(steps[-1].std)


def _check_folder(files: ModelFiles) -> None:
    """Refuses what would be loaded unsafely or would ask the network for a part of the model."""
    config_file = files.folder / "open_clip_config.json"
    if not config_file.is_file():
        if not files.entry.details.get("architecture"):
            raise _broken(files, f"there is no open_clip_config.json in {files.folder}")
    else:
        try:
            config = json.loads(config_file.read_text("utf-8"))["model_cfg"]
            text, vision = config["text_cfg"], config["vision_cfg"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _broken(files, f"its open_clip_config.json cannot be read ({error!r})") from error
        if "hf_model_name" in text or "hub:" in str(vision.get("timm_model_name", "")):
            raise _broken(files, ELSEWHERE)
    _weights(files)


def _weights(files: ModelFiles) -> Path:
    named = files.entry.details.get("weights")
    found = [files.folder / str(named)] if named else sorted(files.folder.iterdir(), key=_safest_first)
    for path in found:
        if path.suffix in SAFE_WEIGHTS and path.is_file():
            return path
    raise _broken(files, f"there is no weights file ({', '.join(SAFE_WEIGHTS)}) in {files.folder}")


def _safest_first(path: Path) -> tuple[bool, str]:
    return (path.suffix != ".safetensors", path.name)


def _broken(files: ModelFiles, why: str) -> Exception:
    return problem(
        "broken-model",
        f"The model {files.entry.id} cannot be loaded: {why}.",
        f"Delete {files.folder} so that it is fetched again, or choose another model.",
        param="model",
        value=files.entry.id,
    )
