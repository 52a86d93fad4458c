"""Writes parity.json: a negated task vector, θ0 - a (θ_ft - θ0), by PyTorch in float32.

    python plugins/task-negation/parity.py > plugins/task-negation/parity.json
"""

import json
import sys

import torch

torch.manual_seed(1)
original, tuned, a = torch.randn(64), torch.randn(64), 0.35
task = {"weight": tuned - original}
negated = original + a * -task["weight"]
json.dump({"coefficient": a, "original": original.tolist(), "tuned": tuned.tolist(), "negated": negated.tolist()}, sys.stdout)
