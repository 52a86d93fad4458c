"""Writes parity.json: weights dampened by random importances, by PyTorch in float32.

    python plugins/ssd/parity.py > plugins/ssd/parity.json

Written from the paper's equations (arXiv 2308.07707, section 3) alone; shares nothing with dampened.ts.
"""

import json
import sys

import torch

torch.manual_seed(2)
weight = torch.randn(96)
forget, retain = torch.rand(96) ** 4, torch.rand(96) ** 4
retain[:4] = 0.0


def case(selection, dampening, exponent):
    beta = torch.clamp((dampening * retain / forget) ** exponent, max=1.0)
    dampened = torch.where(forget > selection * retain, beta * weight, weight)
    return {"selection": selection, "dampening": dampening, "exponent": exponent, "dampened": dampened.tolist()}


json.dump(
    {
        "weight": weight.tolist(),
        "forget": forget.tolist(),
        "retain": retain.tolist(),
        "cases": [case(10.0, 1.0, 1.0), case(2.0, 0.5, 1.0), case(0.5, 1.5, 2.0)],
    },
    sys.stdout,
)
