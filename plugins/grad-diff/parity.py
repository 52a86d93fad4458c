"""Writes parity.json: gradient difference on random features, both kinds of forget loss, by PyTorch in float64.

    python plugins/grad-diff/parity.py > plugins/grad-diff/parity.json

Written from the equation (ascend on D_f, descend the contrastive loss on D_r) alone; shares nothing with index.ts.
"""

import json
import sys

import torch
import torch.nn.functional as F

BATCH, DIM, CLASSES = 5, 7, 4


def logits(image, text, scale):
    return scale.exp() * F.normalize(image, dim=-1) @ F.normalize(text, dim=-1).T


def contrastive(image, text, scale):
    pairs, matching = logits(image, text, scale), torch.arange(BATCH)
    return (F.cross_entropy(pairs, matching) + F.cross_entropy(pairs.T, matching)) / 2


def case(seed, kind, ascent, descent):
    torch.manual_seed(seed)
    leaf = lambda *shape: torch.randn(*shape, dtype=torch.float64, requires_grad=True)
    features = {name: leaf(BATCH, DIM) for name in ["forget.image", "forget.text", "retain.image", "retain.text"]}
    features["forget.prompts"] = leaf(CLASSES, DIM)
    features["forget.scale"] = torch.tensor(2.2, dtype=torch.float64, requires_grad=True)
    features["retain.scale"] = torch.tensor(2.3, dtype=torch.float64, requires_grad=True)
    labels = torch.tensor([2, 0, 3, 2, 1])
    if kind == "zero-shot":
        forgetting = F.cross_entropy(logits(features["forget.image"], features["forget.prompts"], features["forget.scale"]), labels)
    else:
        forgetting = contrastive(features["forget.image"], features["forget.text"], features["forget.scale"])
    retention = contrastive(features["retain.image"], features["retain.text"], features["retain.scale"])
    loss = -ascent * forgetting + descent * retention
    loss.backward()
    return {
        "parameters": {"loss": kind, "ascent": ascent, "descent": descent},
        "batch": BATCH,
        "dim": DIM,
        "classes": CLASSES,
        "labels": {"forget": labels.tolist()},
        "features": {name: t.detach().flatten().tolist() for name, t in features.items()},
        "terms": {"forgetting": forgetting.item(), "retention": retention.item()},
        "loss": loss.item(),
        "gradients": {name: t.grad.flatten().tolist() for name, t in features.items() if t.grad is not None},
    }


json.dump([case(1, "zero-shot", 1.0, 1.0), case(2, "contrastive", 0.5, 2.0)], sys.stdout)
