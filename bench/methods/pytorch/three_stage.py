"""Forget, remind, restore (arXiv 2506.03117)."""

import math

import torch
import torch.nn.functional as F
from torch.nn.utils import parametrize


def unlearn(run):
    with torch.no_grad():
        # the text tower stands still throughout
        run.texts = run.model.encode_text(run.prompts, normalize=True)
    weights = {n: w for n, w in run.model.named_parameters() if n.startswith("visual.")}
    original = {n: w.detach().clone() for n, w in weights.items()}
    selected = select(run, weights)
    learned = align(run)
    forget(run, selected)
    remind(run, weights, original, learned)
    return {"selected": selected, **restore(run, weights, original)}


def even_batches(count, largest):
    """0..count-1 in order, in batches whose sizes differ by one at most."""
    return torch.arange(count).tensor_split(math.ceil(count / largest))


def similarity(run, pixels, labels):
    return (run.model.encode_image(pixels, normalize=True) * run.texts[labels]).sum(-1).mean()


def select(run, weights):
    """The matrices with the largest mean ||gradient||^2 on the forget set relative to the retain set."""
    lengths = {}
    for weight in weights.values():
        weight.requires_grad_()
    for name in ["forget", "retain"]:
        pixels, labels = run.sets[name]
        total = torch.zeros(len(weights))
        for rows in even_batches(len(labels), run.parameters["fisherBatch"]):
            loss = similarity(run, pixels[rows], labels[rows])
            run.first(f"fisher of {name}", loss)
            gradients = torch.autograd.grad(loss, list(weights.values()))
            total += torch.stack([g.square().sum() for g in gradients]) * len(rows) / len(labels)
        lengths[name] = total
    for weight in weights.values():
        weight.requires_grad_(False)
    ratios = zip((lengths["forget"] / lengths["retain"]).tolist(), weights.items())
    matrices = [(r, n) for r, (n, w) in ratios if math.isfinite(r) and w.ndim >= 2 and "embedding" not in n]
    return [n for _, n in sorted(matrices, reverse=True)[: run.parameters["layers"]]]


def align(run):
    """Moves the retain images until what enters each norm (of a ViT, each block) has the statistics of the original."""
    p, visual = run.parameters, run.model.visual
    norms = [m for m in visual.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    layers = norms or list(visual.transformer.resblocks)
    found = {}

    def look(layer, inputs):
        x = inputs[0]
        variance, mean = torch.var_mean(x, (0, 2, 3) if x.ndim == 4 else (0, 1), correction=0)
        found[layer] = mean, variance

    handles = [layer.register_forward_pre_hook(look) for layer in layers]
    if norms:
        targets = {norm: (norm.running_mean, norm.running_var) for norm in norms}
    else:
        targets = {}
        pixels, _ = run.sets["calibration"]
        with torch.no_grad():
            for rows in even_batches(len(pixels), p["batchSize"]):
                run.model.encode_image(pixels[rows])
                for layer, (mean, variance) in found.items():
                    m, v = targets.get(layer, (0, 0))
                    targets[layer] = m + mean * len(rows) / len(pixels), v + variance * len(rows) / len(pixels)

    pixels, labels = (part[: p["remindSteps"] * p["batchSize"]] for part in run.sets["retain"])
    learned = torch.empty_like(pixels)
    for rows in even_batches(len(pixels), p["batchSize"]):
        x = run.laid(pixels[rows]).requires_grad_()
        optimiser = torch.optim.Adam([x], lr=p["alignRate"], fused=True)
        for _ in range(p["alignSteps"]):
            run.model.encode_image(x)
            loss = sum((found[layer][0] - m).norm() + (found[layer][1] - v).norm() for layer, (m, v) in targets.items())
            run.first("align", loss)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
        learned[rows] = x.detach()
    for handle in handles:
        handle.remove()
    return learned, labels


class LowRank(torch.nn.Module):
    """W + alpha / r B A."""

    def __init__(self, weight, rank, alpha, drawn):
        super().__init__()
        inputs = weight[0].numel()
        bound = inputs**-0.5
        self.a = torch.nn.Parameter(torch.empty(rank, inputs).uniform_(-bound, bound) if drawn is None else drawn)
        self.b = torch.nn.Parameter(torch.zeros(len(weight), rank))
        self.scale = alpha / rank

    def forward(self, weight):
        return weight + (self.scale * self.b @ self.a).view(weight.shape)


def forget(run, selected):
    p = run.parameters
    owners, factors = [], []
    for name in selected:
        path, _, attribute = name.rpartition(".")
        module = run.model.get_submodule(path)
        low_rank = LowRank(getattr(module, attribute), p["rank"], p["alpha"], run.drawn.get(f"a/{name}"))
        parametrize.register_parametrization(module, attribute, low_rank)
        owners.append((module, attribute))
        factors += [low_rank.a, low_rank.b]
    optimiser = torch.optim.Adam(factors, lr=p["forgetRate"], fused=True)
    pixels, labels = run.sets["forget"]
    size = min(p["batchSize"], len(labels))
    orders = run.orders("forget", len(labels), size)
    for _ in range(p["forgetEpochs"] * math.ceil(len(labels) / size)):
        rows = next(orders)
        loss = similarity(run, pixels[rows], labels[rows])
        run.first("forget", loss)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
    for module, attribute in owners:
        parametrize.remove_parametrizations(module, attribute, leave_parametrized=True)
    run.model.requires_grad_(False)


def remind(run, weights, original, learned):
    p, model = run.parameters, run.model
    # merged factors have made new parameters of some
    weights.update((n, w) for n, w in model.named_parameters() if n in weights)
    for weight in weights.values():
        weight.requires_grad_()
    average = {n: (original[n] if p["emaFrom"] == "original" else w.detach()).clone() for n, w in weights.items()}
    optimiser = torch.optim.Adam(weights.values(), lr=p["remindRate"], fused=True)
    pixels, labels = learned
    size = min(p["batchSize"], len(labels))
    targets, scale = torch.arange(size), model.logit_scale.exp()
    orders = run.orders("remind", len(labels), size)
    for _ in range(p["remindSteps"]):
        rows = next(orders)
        logits = scale * model.encode_image(pixels[rows], normalize=True) @ run.texts[labels[rows]].T
        loss = (F.cross_entropy(logits, targets) + F.cross_entropy(logits.T, targets)) / 2
        run.first("remind", loss)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        with torch.no_grad():
            torch._foreach_lerp_(list(average.values()), list(weights.values()), 1 - p["ema"])
    with torch.no_grad():
        for name, weight in weights.items():
            weight.requires_grad_(False).copy_(average[name])


def restore(run, weights, original):
    """Of the soups a reminded + (1 - a) original, the one best on the calibration set of those that have forgotten."""
    points, bound = run.parameters["points"], run.parameters["bound"]
    reminded = {n: w.detach().clone() for n, w in weights.items()}
    tried = []

    @torch.no_grad()
    def mix(a):
        for name, weight in weights.items():
            weight.copy_(a * reminded[name] + (1 - a) * original[name])

    def scan(low, high):
        for i in range(points + 1):
            a = low + (high - low) * i / points
            if not any(abs(soup["a"] - a) < 1e-9 for soup in tried):
                mix(a)
                tried.append({"a": a, **{name: run.accuracy(*images, run.texts) for name, images in run.sets.items()}})

    def best():
        return min(tried, key=lambda soup: (max(0, soup["forget"] - bound), -soup["calibration"], soup["a"]))

    scan(0, 1)
    a = best()["a"]
    scan(max(0, a - 1 / points), min(1, a + 1 / points))
    mix(best()["a"])
    return {"evaluations": len(tried), **best()}
