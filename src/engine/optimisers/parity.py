"""Writes parity.json: five steps of PyTorch's optimisers on fixed gradients. Run: python parity.py > parity.json (needs torch)."""

import json

import torch

START = {"a": [1.0, -2.0, 0.5], "b": [[0.25, -0.75], [3.0, 1e-3]]}
RATES = [0.1, 0.05, 0.2, 0.1, 0.01]
OPTIMISERS = {
    "sgd": lambda weights: torch.optim.SGD(weights, lr=1),
    "sgd momentum": lambda weights: torch.optim.SGD(weights, lr=1, momentum=0.9),
    "sgd nesterov weight decay": lambda weights: torch.optim.SGD(
        weights, lr=1, momentum=0.8, nesterov=True, weight_decay=0.05
    ),
    "adam": lambda weights: torch.optim.Adam(weights, lr=1),
    "adam l2": lambda weights: torch.optim.Adam(weights, lr=1, betas=(0.9, 0.98), eps=1e-6, weight_decay=0.2),
    "adamw": lambda weights: torch.optim.AdamW(weights, lr=1, betas=(0.8, 0.99), eps=1e-8, weight_decay=0.1),
}


def gradients():
    torch.manual_seed(0)
    steps = []
    for scale in (1.0, 10.0, 0.0, 1e-3, 100.0):
        steps.append({name: (scale * torch.randn(torch.tensor(value).shape)).double() for name, value in START.items()})
    return steps


def run(make, clip_norm):
    weights = {name: torch.nn.Parameter(torch.tensor(value).double()) for name, value in START.items()}
    optimiser = make(list(weights.values()))
    after = []
    for rate, step in zip(RATES, gradients()):
        for name, weight in weights.items():
            weight.grad = step[name].clone()
        if clip_norm is not None:
            torch.nn.utils.clip_grad_norm_(list(weights.values()), clip_norm)
        optimiser.param_groups[0]["lr"] = rate
        optimiser.step()
        after.append({name: weight.detach().flatten().tolist() for name, weight in weights.items()})
    return after


print(
    json.dumps(
        {
            "torch": torch.__version__,
            "rates": RATES,
            "start": {name: torch.tensor(value).flatten().tolist() for name, value in START.items()},
            "shapes": {name: list(torch.tensor(value).shape) for name, value in START.items()},
            "gradients": [{name: g.flatten().tolist() for name, g in step.items()} for step in gradients()],
            "runs": {
                name + (f" clipped to {clip}" if clip else ""): run(make, clip)
                for name, make in OPTIMISERS.items()
                for clip in (None, 2.0)
            },
        }
    )
)
