"""Writes parity.json: importance, alignment and Pareto front of random layers of two towers, by PyTorch.

    python plugins/slug/parity.py > plugins/slug/parity.json

Written from the paper's definitions (arXiv 2407.11867, section 3) alone; shares nothing with layers.ts.
"""

import json
import sys

import torch
import torch.nn.functional as F

torch.manual_seed(7)
names = [f"{tower}layer{i}.weight" for tower in ["visual.", "transformer."] for i in range(9)]
extra = ["visual.layer0.bias", "visual.positional_embedding", "token_embedding.weight", "logit_scale"]
draw = lambda spread: {name: torch.randn(20) * spread() for name in names + extra}
original, forget = draw(lambda: 1.0), draw(lambda: torch.rand(()))
retain = {name: torch.randn(20) + 0.5 * forget[name] / forget[name].norm() for name in forget}

importance = {name: (forget[name].norm() / original[name].norm()).item() for name in names}
alignment = {name: F.cosine_similarity(forget[name], retain[name], dim=0).abs().item() for name in names}


def dominated(name):
    tower = [other for other in names if other.startswith("visual.") == name.startswith("visual.")]
    return any(importance[o] > importance[name] and alignment[o] < alignment[name] for o in tower)


as_lists = lambda tensors: {name: t.tolist() for name, t in tensors.items()}
json.dump(
    {
        "original": as_lists(original),
        "forget": as_lists(forget),
        "retain": as_lists(retain),
        "importance": importance,
        "alignment": alignment,
        "pareto": [name for name in names if not dominated(name)],
    },
    sys.stdout,
)
