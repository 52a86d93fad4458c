"""Writes parity.json: what the three stages compute beside CLIP itself, by PyTorch in float64.

    python plugins/three-stage/parity.py > plugins/three-stage/parity.json

The relative Fisher information of some layers from per-sample gradients, the misalignment of two layers' statistics and its
gradient, the similarity that is minimised. Written from the paper's sections 3.2 to 3.4 (arXiv 2506.03117).
"""

import json
import sys

import torch
import torch.nn.functional as F

torch.manual_seed(15)
double = torch.float64


def fisher():
    gradients = {
        side: {f"layer{i}": torch.randn(6, 4 + i, dtype=double) * (1 + i if side == "forget" else 3) for i in range(4)}
        for side in ["forget", "retain"]
    }
    mean_squares = {
        side: {name: (g**2).mean(dim=0).tolist() for name, g in layers.items()} for side, layers in gradients.items()
    }
    ratios = {
        name: ((g**2).sum(dim=1).mean() / (gradients["retain"][name] ** 2).sum(dim=1).mean()).item()
        for name, g in gradients["forget"].items()
    }
    return {**mean_squares, "ratios": ratios}


def alignment():
    shapes = {"norm": (3, 4, 2, 2), "block": (3, 5, 6)}
    activations = {name: torch.randn(*shape, dtype=double, requires_grad=True) for name, shape in shapes.items()}
    targets, loss = {}, 0
    for name, x in activations.items():
        channels = x.shape[1] if x.dim() == 4 else x.shape[2]
        rows = x.transpose(0, 1).flatten(1) if x.dim() == 4 else x.flatten(0, 1).T
        mu, sigma2 = torch.randn(channels, dtype=double), torch.rand(channels, dtype=double)
        targets[name] = {"mean": mu.tolist(), "variance": sigma2.tolist()}
        loss = loss + (rows.mean(dim=1) - mu).norm() + (rows.var(dim=1, unbiased=False) - sigma2).norm()
    loss.backward()
    return {
        "shapes": shapes,
        "activations": {name: x.detach().flatten().tolist() for name, x in activations.items()},
        "targets": targets,
        "loss": loss.item(),
        "gradients": {name: x.grad.flatten().tolist() for name, x in activations.items()},
    }


def similarity():
    image = torch.randn(4, 6, dtype=double, requires_grad=True)
    text = torch.randn(4, 6, dtype=double, requires_grad=True)
    loss = F.cosine_similarity(image, text, dim=-1).mean()
    loss.backward()
    return {
        "image": image.detach().flatten().tolist(),
        "text": text.detach().flatten().tolist(),
        "loss": loss.item(),
        "gradients": {"image": image.grad.flatten().tolist(), "text": text.grad.flatten().tolist()},
    }


json.dump({"fisher": fisher(), "alignment": alignment(), "similarity": similarity()}, sys.stdout)
