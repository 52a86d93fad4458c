"""Writes parity.json: Lip's loss and its gradients, by PyTorch in float64, with a linear map for an image encoder.

    python plugins/lip/parity.py > plugins/lip/parity.json

Written from the paper's equations 4 and 5 as the released code reads them (arXiv 2407.07485); shares nothing with index.ts.
"""

import json
import sys

import torch

DRAWS, STD, BATCH, SIDE, DIM = 3, 0.5, 4, 2, 5

torch.manual_seed(11)
pixels = torch.randn(BATCH, 3, SIDE, SIDE, dtype=torch.float64)
projection = torch.randn(3 * SIDE * SIDE, DIM, dtype=torch.float64, requires_grad=True)
text = torch.randn(BATCH, DIM, dtype=torch.float64, requires_grad=True)
normals = [torch.randn_like(pixels) for _ in range(DRAWS)]


def encode(x):
    return x.flatten(1) @ projection


loss = 0
for normal in normals:
    noisy = (pixels + STD * normal).clamp(pixels.min(), pixels.max())
    target = encode(noisy).detach()
    moved = (text - target).norm(dim=-1) + (encode(pixels) - target).norm(dim=-1)
    loss = loss + (moved / (2 * (pixels - noisy).flatten(1).norm(dim=-1))).sum().abs()
loss = loss / (2 * DRAWS)
loss.backward()

json.dump(
    {
        "draws": DRAWS,
        "std": STD,
        "batch": BATCH,
        "side": SIDE,
        "dim": DIM,
        "pixels": pixels.flatten().tolist(),
        "projection": projection.detach().flatten().tolist(),
        "text": text.detach().flatten().tolist(),
        "normals": [normal.flatten().tolist() for normal in normals],
        "loss": loss.item(),
        "gradients": {"projection": projection.grad.flatten().tolist(), "text": text.grad.flatten().tolist()},
    },
    sys.stdout,
)
