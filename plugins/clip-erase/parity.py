"""Writes parity.json: CLIPErase's three terms and their gradients, computed by PyTorch in float64 from random features.

    python plugins/clip-erase/parity.py > plugins/clip-erase/parity.json

Written from the paper's equations (arXiv 2410.23330, section 3) alone; shares nothing with index.ts.
"""

import json
import sys

import torch
import torch.nn.functional as F

BATCH, DIM = 5, 7
WEIGHTS = {"lambda1": 1.0, "lambda2": 3.0, "lambda3": 2.0}


def logits(image, text, scale):
    return scale.exp() * F.normalize(image, dim=-1) @ F.normalize(text, dim=-1).T


def divergence(original, current):
    return F.kl_div(current.log_softmax(-1), original.log_softmax(-1), reduction="batchmean", log_target=True)


def case(seed):
    torch.manual_seed(seed)
    features = {
        name: torch.randn(BATCH, DIM, dtype=torch.float64, requires_grad=not name.startswith("original"))
        for name in ["forget.image", "forget.text", "retain.image", "retain.text", "original.image", "original.text"]
    }
    scale = torch.tensor(2.3, dtype=torch.float64, requires_grad=True)
    original_scale = torch.tensor(2.1, dtype=torch.float64)

    forgetting = (features["forget.image"] * features["forget.text"]).sum(-1).mean()
    retain = logits(features["retain.image"], features["retain.text"], scale)
    matching = torch.arange(BATCH)
    retention = (F.cross_entropy(retain, matching) + F.cross_entropy(retain.T, matching)) / 2
    original = logits(features["original.image"], features["original.text"], original_scale)
    consistency = divergence(original, retain) + divergence(original.T, retain.T)
    loss = WEIGHTS["lambda1"] * forgetting + WEIGHTS["lambda2"] * retention + WEIGHTS["lambda3"] * consistency
    loss.backward()

    gradients = {name: tensor.grad.flatten().tolist() for name, tensor in features.items() if tensor.grad is not None}
    gradients["retain.scale"] = [scale.grad.item()]
    return {
        "features": {name: tensor.detach().flatten().tolist() for name, tensor in features.items()},
        "scales": {"retain.scale": scale.item(), "original.scale": original_scale.item()},
        "terms": {"forgetting": forgetting.item(), "retention": retention.item(), "consistency": consistency.item()},
        "loss": loss.item(),
        "gradients": gradients,
    }


json.dump({"torch": torch.__version__, "batch": BATCH, "dim": DIM, "weights": WEIGHTS, "cases": [case(1), case(2)]}, sys.stdout, indent=1)
