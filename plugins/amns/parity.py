"""Writes parity.json: the contrastive loss of images with relabelled captions, by PyTorch in float64.

    python plugins/amns/parity.py > plugins/amns/parity.json
"""

import json
import sys

import torch
import torch.nn.functional as F

BATCH, DIM = 5, 6

torch.manual_seed(13)
features = {
    name: torch.randn(BATCH, DIM, dtype=torch.float64, requires_grad=True) for name in ["forget.image", "forget.text"]
}
scale = torch.tensor(2.3, dtype=torch.float64, requires_grad=True)
logits = scale.exp() * F.normalize(features["forget.image"], dim=-1) @ F.normalize(features["forget.text"], dim=-1).T
matching = torch.arange(BATCH)
loss = (F.cross_entropy(logits, matching) + F.cross_entropy(logits.T, matching)) / 2
loss.backward()
features["forget.scale"] = scale
json.dump(
    {
        "parameters": {},
        "batch": BATCH,
        "dim": DIM,
        "features": {name: t.detach().flatten().tolist() for name, t in features.items()},
        "terms": {"relabelled": loss.item()},
        "loss": loss.item(),
        "gradients": {name: t.grad.flatten().tolist() for name, t in features.items()},
    },
    sys.stdout,
)
