"""Writes parity.json: weights with noise of a Fisher information's size, by PyTorch in float32.

    python plugins/fisher/parity.py > plugins/fisher/parity.json
"""

import json
import sys

import torch

torch.manual_seed(3)
weight, fisher, scale = torch.randn(64), torch.rand(64), 0.2
state = torch.get_rng_state()
normal = torch.randn(64)
torch.set_rng_state(state)
scrambled = torch.normal(weight, scale * fisher.sqrt())
json.dump(
    {"weight": weight.tolist(), "fisher": fisher.tolist(), "scale": scale, "normal": normal.tolist(), "scrambled": scrambled.tolist()},
    sys.stdout,
)
