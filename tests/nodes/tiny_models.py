"""Models of random weights, small enough to make in a test, saved as real ones are so that the real code loads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nodegraph import ModelEntry, ModelFiles

WORDS = ["<pad>", "<unk>", "<start>", "<end>", "<image>", "user:", "assistant:", "describe", "a", "red", "cat", "on"]


def files_of(folder: Path, kind: str, **details: Any) -> ModelFiles:
    """The files in `folder` as the engine hands them to a loader."""
    entry = ModelEntry(f"tiny-{kind}", kind, f"Tiny {kind}", "Apache-2.0", 1, asset="tiny", details=details)
    return ModelFiles(entry, folder, "revision")


def save_clip(folder: Path) -> ModelFiles:
    """A vision transformer and a text transformer of one layer, embeddings of 24 numbers, pictures of 32 px."""
    import torch
    from open_clip.model import CLIP
    from safetensors.torch import save_file

    config: dict[str, Any] = {
        "embed_dim": 24,
        "vision_cfg": {"image_size": 32, "layers": 1, "width": 32, "head_width": 16, "patch_size": 8},
        "text_cfg": {"context_length": 16, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1},
    }
    normalisation = {"mean": [0.48, 0.46, 0.41], "std": [0.27, 0.26, 0.28]}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": config, "preprocess_cfg": normalisation}))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        model = CLIP(**config)
    save_file(model.state_dict(), folder / "open_clip_model.safetensors")
    return files_of(folder, "clip")


def save_llava(folder: Path, *, chat: bool = True) -> ModelFiles:
    """A LLaVA of one layer a tower, with a tokenizer of a dozen words; with a chat template or without."""
    import torch
    from transformers import CLIPVisionConfig, LlamaConfig, LlavaConfig, LlavaForConditionalGeneration, LlavaProcessor

    vision = CLIPVisionConfig(
        hidden_size=16, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2, image_size=16, patch_size=8
    )
    text = LlamaConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=2,
        pad_token_id=0,
        bos_token_id=2,
        eos_token_id=3,
    )
    config = LlavaConfig(vision_config=vision, text_config=text, image_token_index=4, pad_token_id=0)
    template = (
        "{% for message in messages %}{{ message['role'] }}: {% for part in message['content'] %}"
        "{% if part['type'] == 'image' %}<image> {% else %}{{ part['text'] }} {% endif %}{% endfor %}{% endfor %}"
        "{% if add_generation_prompt %}assistant:{% endif %}"
    )
    processor = LlavaProcessor(
        _image_processor(16),
        _tokenizer(extra_special_tokens={"image_token": "<image>"}),
        patch_size=8,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=template if chat else None,
    )
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(3)
        model = LlavaForConditionalGeneration(config)
        for weight in model.parameters():
            weight.mul_(8)  # so that answers depend on the picture
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return files_of(folder, "captioner")


def save_blip(folder: Path) -> ModelFiles:
    """A BLIP of one layer a tower, with a tokenizer of a dozen words."""
    import torch
    from transformers import BertTokenizer, BlipConfig, BlipForConditionalGeneration, BlipImageProcessor, BlipProcessor

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[DEC]", *WORDS[7:]]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(words))
    small = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    text = {
        "vocab_size": len(words),
        "encoder_hidden_size": 16,
        "bos_token_id": 5,
        "eos_token_id": 3,
        "sep_token_id": 3,
        "pad_token_id": 0,
    }
    config = BlipConfig(text_config={**small, **text}, vision_config={**small, "image_size": 16, "patch_size": 8})
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        model = BlipForConditionalGeneration(config)
    model.save_pretrained(folder)
    tokenizer = BertTokenizer(str(folder / "vocab.txt"), bos_token="[DEC]")
    BlipProcessor(BlipImageProcessor(size={"height": 16, "width": 16}), tokenizer).save_pretrained(folder)
    return files_of(folder, "captioner")


def save_vit_classifier(folder: Path, labels: list[str]) -> ModelFiles:
    """A vision transformer of one layer that tells these labels apart, as transformers saves it."""
    import torch
    from transformers import ViTConfig, ViTForImageClassification, ViTImageProcessor

    config = ViTConfig(
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        image_size=16,
        patch_size=8,
        id2label=dict(enumerate(labels)),
        label2id={label: number for number, label in enumerate(labels)},
    )
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(7)
        model = ViTForImageClassification(config)
        model.classifier.weight.normal_()  # so that answers depend on the picture
    model.save_pretrained(folder)
    ViTImageProcessor(size={"height": 16, "width": 16}).save_pretrained(folder)
    return files_of(folder, "classifier")


def save_gpt2(folder: Path, window: int = 16) -> ModelFiles:
    """A GPT-2 of one layer that sees `window` tokens, with a tokenizer of a dozen words."""
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    config = GPT2Config(
        vocab_size=len(WORDS), n_positions=window, n_embd=16, n_layer=1, n_head=2, bos_token_id=2, eos_token_id=3
    )
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(9)
        model = GPT2LMHeadModel(config)
        for weight in model.parameters():
            weight.mul_(20)  # so that words differ in how likely they are
    model.save_pretrained(folder)
    _tokenizer().save_pretrained(folder)
    return files_of(folder, "language-model")


def save_timm_classifier(folder: Path, labels: list[str]) -> ModelFiles:
    """A vision transformer of timm's, saved as timm saves to the hub: a config of its own make and no preprocessor."""
    import timm
    import torch
    from safetensors.torch import save_file

    config = {"architecture": "test_vit", "num_classes": len(labels), "label_names": labels}
    small = {"img_size": 32, "patch_size": 8}
    folder.mkdir(parents=True, exist_ok=True)
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(7)
        model = timm.create_model("test_vit", num_classes=len(labels), **small)
        model.get_classifier().weight.normal_()
    save_file(model.state_dict(), folder / "model.safetensors")
    pretrained = {
        "input_size": [3, 32, 32],
        "interpolation": "bicubic",
        "crop_pct": 1.0,
        "mean": [0.5] * 3,
        "std": [0.5] * 3,
        "first_conv": "patch_embed.proj",
        "classifier": "head",
    }
    (folder / "config.json").write_text(json.dumps({**config, "model_args": small, "pretrained_cfg": pretrained}))
    return files_of(folder, "classifier")


def _image_processor(side: int) -> Any:
    from transformers import CLIPImageProcessor

    size = {"height": side, "width": side}
    return CLIPImageProcessor(size=size, crop_size=size, do_center_crop=False)


def _tokenizer(**more: Any) -> Any:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import WhitespaceSplit
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        unk_token="<unk>",
        bos_token="<start>",
        eos_token="<end>",
        **more,
    )
