"""Writes parity.json: CLIP's contrastive loss on a batch of pairs and its gradients, by PyTorch in float64.

    python plugins/fine-tune/parity.py > plugins/fine-tune/parity.json
"""

import json
import sys

import torch
import torch.nn.functional as F

BATCH, DIM = 6, 7

torch.manual_seed(4)
image = torch.randn(BATCH, DIM, dtype=torch.float64, requires_grad=True)
text = torch.randn(BATCH, DIM, dtype=torch.float64, requires_grad=True)
scale = torch.tensor(2.3, dtype=torch.float64, requires_grad=True)
logits = scale.exp() * F.normalize(image, dim=-1) @ F.normalize(text, dim=-1).T
matching = torch.arange(BATCH)
loss = (F.cross_entropy(logits, matching) + F.cross_entropy(logits.T, matching)) / 2
loss.backward()
json.dump(
    {
        "torch": torch.__version__,
        "batch": BATCH,
        "dim": DIM,
        "features": {"retain.image": image.flatten().tolist(), "retain.text": text.flatten().tolist(), "retain.scale": [scale.item()]},
        "loss": loss.item(),
        "gradients": {
            "retain.image": image.grad.flatten().tolist(),
            "retain.text": text.grad.flatten().tolist(),
            "retain.scale": [scale.grad.item()],
        },
    },
    sys.stdout,
    indent=1,
)
