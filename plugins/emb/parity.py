"""Writes parity.json: Emb's loss and its gradients for both norms, by PyTorch in float64, with a linear map for an image encoder.

    python plugins/emb/parity.py > plugins/emb/parity.json
"""

import json
import sys

import torch

DRAWS, STD, BATCH, SIDE, DIM, ALPHA = 2, 0.7, 4, 2, 5, 0.3

torch.manual_seed(12)
pixels = torch.randn(BATCH, 3, SIDE, SIDE, dtype=torch.float64)
normals = [torch.randn_like(pixels) for _ in range(DRAWS)]
start = torch.randn(3 * SIDE * SIDE, DIM, dtype=torch.float64)
caption = torch.randn(BATCH, DIM, dtype=torch.float64)


def case(norm):
    projection, text = start.clone().requires_grad_(), caption.clone().requires_grad_()
    features = pixels.flatten(1) @ projection
    smoothness = 0
    for normal in normals:
        target = ((pixels + STD * normal).clamp(pixels.min(), pixels.max()).flatten(1) @ projection).detach()
        smoothness += ((features - target).norm(p=norm, dim=-1) + (text - target).norm(p=norm, dim=-1)).mean() / DRAWS
    loss = smoothness + ALPHA * (features + text).norm(p=norm, dim=-1).mean()
    loss.backward()
    gradients = {"projection": projection.grad.flatten().tolist(), "text": text.grad.flatten().tolist()}
    return {"norm": str(norm), "loss": loss.item(), "gradients": gradients}


json.dump(
    {
        "draws": DRAWS,
        "std": STD,
        "batch": BATCH,
        "side": SIDE,
        "dim": DIM,
        "alpha": ALPHA,
        "pixels": pixels.flatten().tolist(),
        "projection": start.flatten().tolist(),
        "text": caption.flatten().tolist(),
        "normals": [normal.flatten().tolist() for normal in normals],
        "cases": [case(1), case(2)],
    },
    sys.stdout,
)
