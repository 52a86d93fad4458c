"""The Python half of scripts/oracle/clip-parity.ts: writes random CLIPs as transformers and open_clip do, with what they
compute, and loads what we export and ship.

    python clip_models.py make CASE FOLDER       model/, inputs.safetensors, float32.safetensors, float64.safetensors
    python clip_models.py verify CASE_FOLDER EXPORT=FOLDER ...   prints the relative error of each export's embeddings
    python clip_models.py use LIBRARY CHECKPOINT FOLDER   reads images/*.jpg and texts.json, writes what they become
    python clip_models.py versions
"""

import copy
import json
import sys
from pathlib import Path

import open_clip
import torch
import transformers
from open_clip.model import CLIP, build_model_from_openai_state_dict
from PIL import Image
from safetensors.torch import load_file, save_file
from transformers import CLIPConfig, CLIPModel, CLIPProcessor, CLIPTextModel, CLIPTextModelWithProjection

# Two threads that share a busy machine's cores mostly wait for each other.
torch.set_num_threads(1)
B32 = dict(image_size=224, patch_size=32, layers=12, width=768)
L14 = dict(image_size=224, patch_size=14, layers=24, width=1024)
RN50 = dict(image_size=224, layers=[3, 4, 6, 3], width=64)
# As deep as RN50, where its float32 gradients lose most, and small enough for an interpreter in float64.
SMALL_RN50 = dict(image_size=96, layers=[3, 4, 6, 3], width=32)
TEXT_512 = dict(context_length=77, vocab_size=49408, width=512, heads=8, layers=12)
TEXT_768 = dict(context_length=77, vocab_size=49408, width=768, heads=12, layers=12)
TINY_VIT = dict(image_size=64, patch_size=16, layers=3, width=128)
TINY_RN = dict(image_size=64, layers=[1, 2, 1, 1], width=8)
TINY_TEXT = dict(context_length=77, vocab_size=49408, width=64, heads=1, layers=2)
CASES = {
    "tiny-vit-hugging-face": ("hugging-face", 64, TINY_VIT, TINY_TEXT, True, "F32"),
    "tiny-vit-open-clip": ("open-clip", 64, TINY_VIT, TINY_TEXT, False, "BF16"),
    "tiny-vit-openai": ("openai", 64, TINY_VIT, TINY_TEXT, True, "F16"),
    "tiny-resnet-open-clip": ("open-clip", 64, TINY_RN, TINY_TEXT, False, "F32"),
    "tiny-resnet-openai": ("openai", 64, TINY_RN, TINY_TEXT, True, "F16"),
    "small-rn50-open-clip": ("open-clip", 64, SMALL_RN50, TINY_TEXT, False, "F32"),
    "vit-b-32-hugging-face": ("hugging-face", 512, B32, TEXT_512, True, "F32"),
    "vit-b-32-open-clip": ("open-clip", 512, B32, TEXT_512, False, "F32"),
    "rn50-open-clip": ("open-clip", 1024, RN50, TEXT_512, False, "F32"),
    "rn50-openai": ("openai", 1024, RN50, TEXT_512, True, "F16"),
    "vit-l-14-hugging-face": ("hugging-face", 768, L14, TEXT_768, True, "BF16"),
}
DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


def build(layout, embed_dim, vision, text, quick_gelu):
    if layout != "hugging-face":
        return CLIP(embed_dim, vision, text, quick_gelu=quick_gelu)
    act = "quick_gelu" if quick_gelu else "gelu"
    return CLIPModel(
        CLIPConfig(
            projection_dim=embed_dim,
            text_config=dict(
                vocab_size=text["vocab_size"], hidden_size=text["width"], intermediate_size=4 * text["width"], hidden_act=act,
                num_hidden_layers=text["layers"], num_attention_heads=text["heads"], max_position_embeddings=text["context_length"],
                bos_token_id=49406, eos_token_id=49407,
            ),
            vision_config=dict(
                hidden_size=vision["width"], intermediate_size=4 * vision["width"], num_hidden_layers=vision["layers"], hidden_act=act,
                num_attention_heads=vision["width"] // 64, image_size=vision["image_size"], patch_size=vision["patch_size"],
            ),
        )
    )


@torch.no_grad()
def randomise(model, size, dtype):
    """Biases, norms and running statistics leave the zeros and ones that would hide a mistake; then the stored type rounds."""
    generator = torch.Generator().manual_seed(3)
    # Rounding turns some of a deep ResNet's ReLUs on or off; strong residual branches make that one in a thousand of the gradient.
    deep = len([name for name, _ in model.named_parameters() if name.endswith("bn3.weight")]) > 8
    for name, parameter in model.named_parameters():
        if parameter.ndim == 1 and name != "logit_scale":
            if name.endswith("bn3.weight"):
                parameter.fill_(0.1 if deep else 0.3)
            parameter.add_((0.02 if deep else 0.1) * torch.randn(parameter.shape, generator=generator))
    if hasattr(model, "visual") and hasattr(model.visual, "layer1"):
        # Running statistics of the model's own activations: with others, sixteen blocks multiply to infinity or nothing.
        for module in model.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.momentum = None
        model.train()
        for _ in range(2):
            model.encode_image(smooth_images(8, size, generator))
    return model.to(dtype).float().eval()


def smooth_images(count, size, generator):
    """Noise in each pixel would average out to the same embedding for all images."""
    coarse = torch.randn(count, 3, 7, 7, generator=generator)
    return torch.nn.functional.interpolate(coarse, size=(size, size), mode="bicubic").contiguous()


def inputs(size, batch):
    generator = torch.Generator().manual_seed(4)
    pixels = smooth_images(batch, size, generator)
    ids = torch.full((batch, 77), 49407)
    for row in range(batch):
        length = 3 + 20 * row
        ids[row, 0] = 49406
        ids[row, 1 : 1 + length] = torch.randint(0, 49406, (length,), generator=generator)
    return pixels, ids


def encode(model, pixels, ids):
    if isinstance(model, CLIPModel):
        return model.get_image_features(pixel_values=pixels).pooler_output, model.get_text_features(input_ids=ids).pooler_output
    return model.encode_image(pixels), model.encode_text(ids)


def reference(model, pixels, ids):
    """Embeddings, and the gradients of the contrastive loss under the parameters' names."""
    model.zero_grad()
    image, text = encode(model, pixels, ids)
    unit = lambda x: x / x.norm(dim=-1, keepdim=True)
    logits = model.logit_scale.exp() * unit(image) @ unit(text).T
    labels = torch.arange(len(logits))
    cross_entropy = torch.nn.functional.cross_entropy
    ((cross_entropy(logits, labels) + cross_entropy(logits.T, labels)) / 2).backward()
    gradients = {f"gradient {name}": p.grad.contiguous() for name, p in model.named_parameters()}
    model.zero_grad()
    return dict(image=image.detach(), text=text.detach(), **gradients)


def make(case, folder):
    layout, embed_dim, vision, text, quick_gelu, dtype = CASES[case]
    torch.manual_seed(0)
    folder.mkdir(parents=True)
    model = randomise(build(layout, embed_dim, vision, text, quick_gelu), vision["image_size"], DTYPES[dtype])
    pixels, ids = inputs(vision["image_size"], 2 if vision["image_size"] == 224 else 4)
    save_file(dict(pixels=pixels, ids=ids), folder / "inputs.safetensors")
    save_file(reference(model, pixels, ids), folder / "float32.safetensors")
    # The largest model would need twice 10 GB.
    if vision["width"] <= 768:
        save_file(reference(copy.deepcopy(model).double(), pixels.double(), ids), folder / "float64.safetensors")
    files = folder / "model"
    files.mkdir()
    state = {n: t.to(DTYPES[dtype]).contiguous() if t.is_floating_point() else t for n, t in model.state_dict().items()}
    if layout == "hugging-face":
        model.to(DTYPES[dtype]).save_pretrained(files)
    elif layout == "openai":
        save_file(state, files / "model.safetensors")
    else:
        save_file(state, files / "open_clip_model.safetensors")
        cfg = dict(embed_dim=embed_dim, quick_gelu=quick_gelu, vision_cfg=vision, text_cfg=text)
        (files / "open_clip_config.json").write_text(json.dumps(dict(model_cfg=cfg, preprocess_cfg={})))


def load(library, folder):
    if library == "hugging-face":
        return CLIPModel.from_pretrained(folder, dtype=torch.float32)
    if library == "open-clip":
        return open_clip.create_model(f"local-dir:{folder}", precision="fp32")
    state = load_file(Path(folder) / "model.safetensors")
    model = build_model_from_openai_state_dict(dict(state), cast_dtype=torch.float32).float()
    # The builder rounds to half precision; the strict load of the same names undoes that.
    model.load_state_dict({n: t for n, t in state.items() if n not in ("input_resolution", "context_length", "vocab_size")})
    return model


@torch.no_grad()
def verify(case, *exports):
    inputs, expected = (load_file(Path(case) / f"{name}.safetensors") for name in ("inputs", "float32"))
    pixels, ids = inputs["pixels"], inputs["ids"]
    error = lambda a, name: ((a - expected[name]).norm() / expected[name].norm()).item()
    result = {}
    for library, folder in (export.split("=", 1) for export in exports):
        if library == "CLIPTextModelWithProjection":
            encoder = CLIPTextModelWithProjection.from_pretrained(folder, dtype=torch.float32).eval()
            result[library] = error(encoder(input_ids=ids).text_embeds, "text")
        elif library == "CLIPTextModel":
            # It has no projection: that of the model it was cut from, the last one loaded, serves.
            pooled = CLIPTextModel.from_pretrained(folder, dtype=torch.float32).eval()(input_ids=ids).pooler_output
            text = model.text_projection(pooled) if isinstance(model, CLIPModel) else pooled @ model.text_projection
            result[library] = error(text, "text")
        else:
            model = load(library, folder).eval()
            image, text = encode(model, pixels, ids)
            result[library] = max(error(image, "image"), error(text, "text"))
    print(json.dumps(result))


@torch.no_grad()
def use(library, checkpoint, folder):
    """As a user of the library does: its own loader, tokenizer and preprocessing, from the checkpoint's folder alone."""
    images = [Image.open(path) for path in sorted(Path(folder, "images").iterdir())]
    texts = json.loads(Path(folder, "texts.json").read_text())
    if library == "hugging-face":
        model = CLIPModel.from_pretrained(checkpoint).eval()
        batch = CLIPProcessor.from_pretrained(checkpoint)(
            text=texts, images=images, return_tensors="pt", padding="max_length", truncation=True
        )
        pixels, ids = batch["pixel_values"], batch["input_ids"]
    else:
        model, _, preprocess = open_clip.create_model_and_transforms(f"local-dir:{checkpoint}")
        model.eval()
        pixels = torch.stack([preprocess(image) for image in images])
        ids = open_clip.get_tokenizer(f"local-dir:{checkpoint}")(texts)
    image, text = encode(model, pixels, ids)
    save_file(dict(pixels=pixels, ids=ids, image=image, text=text), Path(folder, "theirs.safetensors"))


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    if command == "make":
        make(arguments[0], Path(arguments[1]))
    elif command in ("verify", "use"):
        dict(verify=verify, use=use)[command](*arguments)
    else:
        print(f"torch {torch.__version__}, transformers {transformers.__version__} and open_clip {open_clip.__version__}")
