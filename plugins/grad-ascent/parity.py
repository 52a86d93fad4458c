"""Writes parity.json: the two losses that gradient ascent climbs, and their gradients, by PyTorch in float64.

    python plugins/grad-ascent/parity.py > plugins/grad-ascent/parity.json
"""

import json
import sys

import torch
import torch.nn.functional as F

BATCH, DIM, CLASSES = 5, 7, 4

torch.manual_seed(3)
image = torch.randn(BATCH, DIM, dtype=torch.float64, requires_grad=True)
text = torch.randn(BATCH, DIM, dtype=torch.float64, requires_grad=True)
prompts = torch.randn(CLASSES, DIM, dtype=torch.float64)
labels = torch.tensor([2, 0, 3, 2, 1])
scale = torch.tensor(2.3, dtype=torch.float64)


def logits(a, b):
    return scale.exp() * F.normalize(a, dim=-1) @ F.normalize(b, dim=-1).T


def result(loss, wrt):
    return {"loss": loss.item(), "gradients": {n: g.flatten().tolist() for n, g in zip(wrt, torch.autograd.grad(loss, wrt.values()))}}


pairs = logits(image, text)
matching = torch.arange(BATCH)
contrastive = -(F.cross_entropy(pairs, matching) + F.cross_entropy(pairs.T, matching)) / 2
zero_shot = -F.cross_entropy(logits(image, prompts), labels)
json.dump(
    {
        "torch": torch.__version__,
        "batch": BATCH,
        "dim": DIM,
        "labels": labels.tolist(),
        "features": {"forget.image": image.flatten().tolist(), "forget.text": text.flatten().tolist(), "forget.prompts": prompts.flatten().tolist()},
        "scale": scale.item(),
        "contrastive": result(contrastive, {"forget.image": image, "forget.text": text}),
        "zero-shot": result(zero_shot, {"forget.image": image}),
    },
    sys.stdout,
    indent=1,
)
