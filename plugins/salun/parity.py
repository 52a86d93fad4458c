"""Writes parity.json: the saliency mask of random gradients, ranked over all weights together, by PyTorch.

    python plugins/salun/parity.py > plugins/salun/parity.json
"""

import json
import sys

import torch

SHARE = 0.3

torch.manual_seed(4)
gradient = {"small": torch.randn(40) * 0.1, "large": torch.randn(30), "matrix": torch.randn(5, 6) * 0.5}
saliency = torch.cat([g.flatten().abs() for g in gradient.values()])
kept = torch.topk(saliency, int(len(saliency) * SHARE)).indices
mask = torch.zeros_like(saliency)
mask[kept] = 1
parts = mask.split([g.numel() for g in gradient.values()])
json.dump(
    {
        "share": SHARE,
        "gradient": {name: g.flatten().tolist() for name, g in gradient.items()},
        "mask": {name: part.int().tolist() for name, part in zip(gradient, parts)},
    },
    sys.stdout,
)
