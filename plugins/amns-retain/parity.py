"""Writes parity.json: the contrastive loss over relabelled forget pairs and retain pairs in one batch, by PyTorch in float64.

    python plugins/amns-retain/parity.py > plugins/amns-retain/parity.json
"""

import json
import sys

import torch
import torch.nn.functional as F

BATCH, DIM = 4, 6

torch.manual_seed(5)
features = {
    name: torch.randn(BATCH, DIM, dtype=torch.float64, requires_grad=True)
    for name in ["forget.image", "forget.text", "retain.image", "retain.text"]
}
scale = torch.tensor(2.3, dtype=torch.float64, requires_grad=True)
image = F.normalize(torch.cat([features["forget.image"], features["retain.image"]]), dim=-1)
text = F.normalize(torch.cat([features["forget.text"], features["retain.text"]]), dim=-1)
logits, matching = scale.exp() * image @ text.T, torch.arange(2 * BATCH)
loss = (F.cross_entropy(logits, matching) + F.cross_entropy(logits.T, matching)) / 2
loss.backward()
features["retain.scale"] = scale
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
