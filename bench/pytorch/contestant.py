"""Contestant: python contestant.py FOLDER BATCH OPTIONS(JSON); one training step for each line on standard input.

The model is OpenCLIP's, which has PyTorch's own modules and scaled dot-product attention; Adam is PyTorch's fused one.
"""

import json
import resource
import sys
import time
from pathlib import Path

import open_clip
import torch
from safetensors.torch import load_file

folder, batch, options = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
torch.set_num_threads(options["threads"])
print(json.dumps({"torch": torch.__version__, "open_clip": open_clip.__version__}), flush=True)

# evaluation mode is that of BatchNorm; the loss is trained all the same
model = open_clip.create_model(f"local-dir:{folder}", precision="fp32").eval()
batch = load_file(batch)
pixels, ids = batch["pixels"], batch["ids"]
if options["channelsLast"]:
    model = model.to(memory_format=torch.channels_last)
    pixels = pixels.contiguous(memory_format=torch.channels_last)

for name, parameter in model.named_parameters():
    parameter.requires_grad_(name in options["trainable"])
missing = set(options["trainable"]) - {name for name, _ in model.named_parameters()}
assert not missing, f"OpenCLIP's model does not have {missing}"
adam = options["adam"]
optimiser = torch.optim.Adam(
    [p for p in model.parameters() if p.requires_grad],
    lr=adam["learningRate"], betas=tuple(adam["betas"]), eps=adam["eps"], weight_decay=adam["weightDecay"], fused=True,
)
labels = torch.arange(len(pixels))
cross_entropy = torch.nn.functional.cross_entropy


def step():
    image, text, scale = model.encode_image(pixels, True), model.encode_text(ids, True), model.logit_scale.exp()
    logits = scale * image @ text.T
    loss = (cross_entropy(logits, labels) + cross_entropy(logits.T, labels)) / 2
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    optimiser.step()
    return loss.item()


def peak():
    if sys.platform != "linux":
        return None
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def processor_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if sys.platform == "linux":
    Path("/proc/self/clear_refs").write_text("5")
print("ready", flush=True)
for _ in sys.stdin:
    cpu, started = processor_seconds(), time.perf_counter()
    loss = step()
    milliseconds = 1000 * (time.perf_counter() - started)
    report = dict(
        milliseconds=milliseconds, processorMilliseconds=1000 * (processor_seconds() - cpu), loss=loss, peakBytes=peak()
    )
    print(json.dumps(report), flush=True)
