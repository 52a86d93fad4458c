"""Writes parity.json: one step's Lipschitz loss and its gradient, with a linear map for an encoder, by PyTorch in float64.

    python plugins/ulip/parity.py > plugins/ulip/parity.json

Written draw by draw, as the paper's algorithm is; shares nothing with index.ts, which noises all copies at once.
"""

import json
import sys

import torch

DRAWS, STD, BATCH, SIDE, DIM = 3, 0.4, 4, 2, 5

torch.manual_seed(6)
pixels = torch.randn(BATCH, 3, SIDE, SIDE, dtype=torch.float64)
projection = torch.randn(3 * SIDE * SIDE, DIM, dtype=torch.float64, requires_grad=True)
normal = torch.randn(DRAWS, BATCH, 3, SIDE, SIDE, dtype=torch.float64)
encode = lambda x: x.flatten(1) @ projection

out, loss = encode(pixels), 0
for draw in normal:
    noisy = torch.clamp(pixels + STD * draw, pixels.min(), pixels.max())
    with torch.no_grad():
        noisy_out = encode(noisy)
    change = torch.linalg.vector_norm(out - noisy_out, dim=1)
    distance = torch.linalg.vector_norm((pixels - noisy).flatten(1), dim=1)
    loss = loss + (change / distance).sum()
loss = loss / DRAWS
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
        "normal": normal.flatten().tolist(),
        "loss": loss.item(),
        "gradient": projection.grad.flatten().tolist(),
    },
    sys.stdout,
)
