"""Writes parity.json: EMMN's losses, of the noise and of the weights, by PyTorch in float64.

    python plugins/emmn/parity.py > plugins/emmn/parity.json
"""

import json
import sys

import torch
import torch.nn.functional as F

BATCH, DIM, CLASSES, SIDE, PENALTY = 4, 6, 3, 2, 0.1

torch.manual_seed(14)
double = torch.float64
labels = {"forget": [0, 0, 0, 0], "retain": [1, 2, 2, 1]}


def cross_entropy(image, prompts, scale, own):
    logits = scale.exp() * F.normalize(image, dim=-1) @ F.normalize(prompts, dim=-1).T
    return F.cross_entropy(logits, torch.tensor(own))


features = {}
for name in ["forget", "retain"]:
    features[f"{name}.image"] = torch.randn(BATCH, DIM, dtype=double, requires_grad=True)
    features[f"{name}.prompts"] = torch.randn(CLASSES, DIM, dtype=double, requires_grad=True)
    features[f"{name}.scale"] = torch.tensor(2.3, dtype=double, requires_grad=True)
terms = {
    "forgetting": cross_entropy(*(features[f"forget.{part}"] for part in ["image", "prompts", "scale"]), labels["forget"]),
    "retention": cross_entropy(*(features[f"retain.{part}"] for part in ["image", "prompts", "scale"]), labels["retain"]),
}
loss = -terms["forgetting"] + terms["retention"]
loss.backward()

pixels = torch.randn(BATCH, 3, SIDE, SIDE, dtype=double, requires_grad=True)
projection = torch.randn(3 * SIDE * SIDE, DIM, dtype=double)
prompts = torch.randn(CLASSES, DIM, dtype=double)
error = cross_entropy(pixels.flatten(1) @ projection, prompts, torch.tensor(2.3, dtype=double), labels["forget"])
noise = -error + PENALTY * (pixels**2).sum(dim=(1, 2, 3)).mean()
noise.backward()

json.dump(
    {
        "impair": {
            "parameters": {},
            "batch": BATCH,
            "dim": DIM,
            "classes": CLASSES,
            "labels": labels,
            "features": {name: t.detach().flatten().tolist() for name, t in features.items()},
            "terms": {name: term.item() for name, term in terms.items()},
            "loss": loss.item(),
            "gradients": {name: t.grad.flatten().tolist() for name, t in features.items()},
        },
        "noise": {
            "side": SIDE,
            "pixels": pixels.detach().flatten().tolist(),
            "projection": projection.flatten().tolist(),
            "prompts": prompts.flatten().tolist(),
            "scale": 2.3,
            "loss": noise.item(),
            "gradient": pixels.grad.flatten().tolist(),
        },
    },
    sys.stdout,
)
