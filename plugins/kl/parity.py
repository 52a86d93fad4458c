"""Writes parity.json: KL minimisation on random features, over class prompts and over pairs, by PyTorch in float64.

    python plugins/kl/parity.py > plugins/kl/parity.json

Written from the equation (ascend on D_f, KL to the original's predictions on D_r) alone; shares nothing with index.ts.
"""

import json
import sys

import torch
import torch.nn.functional as F

BATCH, DIM, CLASSES = 5, 7, 4


def logits(image, text, scale):
    return scale.exp() * F.normalize(image, dim=-1) @ F.normalize(text, dim=-1).T


def divergence(original, current):
    return F.kl_div(current.log_softmax(-1), original.log_softmax(-1), reduction="batchmean", log_target=True)


def case(seed, kind, ascent, weight):
    torch.manual_seed(seed)
    sides = ["forget", "retain", "original.retain"]
    names = [f"{side}.{part}" for side in sides for part in ["image", "text", "prompts", "scale"]]
    shapes = {"image": (BATCH, DIM), "text": (BATCH, DIM), "prompts": (CLASSES, DIM), "scale": ()}
    f = {n: torch.randn(shapes[n.split(".")[-1]], dtype=torch.float64, requires_grad=not n.startswith("original")) for n in names}
    labels = torch.tensor([2, 0, 3, 2, 1])
    of = lambda side, over: logits(f[f"{side}.image"], f[f"{side}.{over}"], f[f"{side}.scale"])
    if kind == "zero-shot":
        forgetting = F.cross_entropy(of("forget", "prompts"), labels)
        consistency = divergence(of("original.retain", "prompts"), of("retain", "prompts"))
    else:
        pairs, matching = of("forget", "text"), torch.arange(BATCH)
        forgetting = (F.cross_entropy(pairs, matching) + F.cross_entropy(pairs.T, matching)) / 2
        original, current = of("original.retain", "text"), of("retain", "text")
        consistency = divergence(original, current) + divergence(original.T, current.T)
    loss = -ascent * forgetting + weight * consistency
    loss.backward()
    return {
        "parameters": {"loss": kind, "ascent": ascent, "divergence": weight},
        "batch": BATCH,
        "dim": DIM,
        "classes": CLASSES,
        "labels": {"forget": labels.tolist(), "retain": labels.tolist()},
        "features": {name: t.detach().flatten().tolist() for name, t in f.items()},
        "terms": {"forgetting": forgetting.item(), "consistency": consistency.item()},
        "loss": loss.item(),
        "gradients": {name: t.grad.flatten().tolist() for name, t in f.items() if t.grad is not None},
    }


json.dump([case(1, "zero-shot", 1.0, 1.0), case(2, "contrastive", 0.5, 2.0)], sys.stdout)
