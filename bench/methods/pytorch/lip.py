"""Lip (arXiv 2407.07485): images by activation maximisation, then smoothing of the layers with the largest gradients."""

import copy
import math

import torch
import torch.nn.functional as F

STD = [0.1, 0.3, 0.5, 0.7, 1, 1.5, 2]
IMAGE = [0, 2, 5, 8, 10, 15, 20]
TEXT_VIT, TEXT_RESNET = [0, 2, 5, 8, 10, 15, 20], [0, 2, 7, 13, 20, 25, 30]


def unlearn(run):
    pixels, labels = synthesise(run)
    return {"accepted": len(labels), **forget(run, pixels, labels)}


def synthesise(run):
    """Ascends s cos(f(x), g(t_c)) - 1e-3 ||x|| by steps of fixed length; an accepted image stays as it is."""
    p, model = run.parameters, run.model
    size, mean, std = model.visual.image_size, model.visual.preprocess_cfg["mean"], model.visual.preprocess_cfg["std"]
    side = size[0] if isinstance(size, tuple) else size
    low = torch.tensor([-m / s for m, s in zip(mean, std)]).view(1, 3, 1, 1)
    high = torch.tensor([(1 - m) / s for m, s in zip(mean, std)]).view(1, 3, 1, 1)
    with torch.no_grad():
        texts = model.encode_text(run.prompts, normalize=True)
    scale = model.logit_scale.exp()
    made, labels = [], []
    for c in (run.classes.index(name) for name in run.forgotten):
        x = run.drawn[f"noise.{c}"] if f"noise.{c}" in run.drawn else torch.randn(p["perClass"], 3, side, side)
        x = run.laid(x)
        jitter = run.drawn.get(f"jitter.{c}")
        done = torch.zeros(len(x), dtype=torch.bool)
        for i in range(p["iterations"]):
            looking = i % 10 == 9
            shift = [0, 0] if looking else (torch.randint(p["jitter"] + 1, (2,)) if jitter is None else jitter[i]).tolist()
            seen = x.roll(shift, dims=(3, 2)).requires_grad_()
            logits = scale * model.encode_image(seen, normalize=True) @ texts.T
            likeness = (logits[:, c] - 1e-3 * seen.flatten(1).norm(dim=1)).sum()
            (gradient,) = torch.autograd.grad(likeness, seen)
            run.first("synthesise", likeness)
            with torch.no_grad():
                if looking:
                    probabilities = logits.softmax(-1)
                    own = probabilities[:, c]
                    done |= (own >= p["confidence"]) & (own == probabilities.amax(-1))
                direction = gradient.roll([-shift[0], -shift[1]], dims=(3, 2))
                norms = direction.flatten(1).norm(dim=1).clamp_min(1e-30).view(-1, 1, 1, 1)
                moved = (x + p["stepLength"] * direction / norms).clamp(low, high)
                if looking:
                    moved = blur(moved, 0.5)
                x = torch.where(done.view(-1, 1, 1, 1), x, moved)
            if done.all():
                break
        made.append(x[done])
        labels += [c] * int(done.sum())
    return run.laid(torch.cat(made)), torch.tensor(labels)


def blur(images, sigma):
    """Gaussian blur cut off at four sigma, the image mirrored with its edge."""
    radius, side = math.ceil(4 * sigma), images.shape[-1]
    kernel = torch.exp(-(torch.arange(-radius, radius + 1) ** 2) / (2 * sigma**2))
    kernel = (kernel / kernel.sum()).expand(3, 1, -1)
    at = torch.arange(-radius, side + radius)
    at = torch.where(at < 0, -1 - at, torch.where(at >= side, 2 * side - 1 - at, at))
    images = F.conv2d(images[..., at], kernel.unsqueeze(2), groups=3)
    return F.conv2d(images[:, :, at], kernel.unsqueeze(3), groups=3)


def forget(run, pixels, labels):
    p, model = run.parameters, run.model
    resnet = hasattr(model.visual, "attnpool")
    frozen = ["embedding", "conv", "downsample"] if resnet else ["embedding"]
    image = [w for n, w in model.named_parameters() if n.startswith("visual.") and not any(word in n for word in frozen)]
    text = [w for n, w in model.named_parameters() if n.startswith("transformer.")]
    base, growth = (p["resnetLayers"], TEXT_RESNET) if resnet else (p["vitLayers"], TEXT_VIT)
    moving = image + text
    for weight in moving:
        weight.requires_grad_()
    optimiser = torch.optim.Adam(
        moving, lr=p["learningRate"], betas=(0.9, 0.98), eps=1e-6, weight_decay=p["weightDecay"], fused=True
    )

    def accuracy():
        with torch.inference_mode():
            texts = model.encode_text(run.prompts, normalize=True)
        return run.accuracy(pixels, labels, texts)

    def state():
        return [weight.detach().clone() for weight in moving], copy.deepcopy(optimiser.state_dict())

    level, best, begun = 0, accuracy(), state()
    accuracies = [best]
    size = min(p["batchSize"], len(labels))
    per_epoch = math.ceil(len(labels) / size)
    orders = run.orders("forget", len(labels), size)
    for step in range(run.steps["forget"]):
        rows = next(orders)
        loss = lipschitz(run, pixels[rows], labels[rows], STD[level] * p["noise"], first=step == 0)
        run.first("forget", loss)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        for group, count in [(image, base + IMAGE[level]), (text, base + growth[level])]:
            strengths = torch.stack([w.grad.abs().mean() if w.grad is not None else torch.tensor(-1.0) for w in group])
            chosen = set(strengths.topk(min(count, len(group))).indices.tolist())
            for i, weight in enumerate(group):
                if i not in chosen:
                    weight.grad = None
        optimiser.step()
        if (step + 1) % per_epoch == 0:
            accuracies.append(accuracy())
            if accuracies[-1] < best:
                best, begun = accuracies[-1], state()
            else:
                with torch.no_grad():
                    for weight, kept in zip(moving, begun[0]):
                        weight.copy_(kept)
                optimiser.load_state_dict(copy.deepcopy(begun[1]))
                level = min(level + 1, len(STD) - 1)
    return {"level": level + 1, "accuracies": accuracies}


def lipschitz(run, x, labels, std, first):
    """1 / 2n sum_i |sum_b (||g - f(x')|| + ||f(x) - f(x')||) / (2 ||x - x'||)|."""
    model, draws = run.model, run.parameters["draws"]
    present, row = labels.unique(return_inverse=True)
    f, g = model.encode_image(x), model.encode_text(run.prompts[present])[row]
    total = 0
    for draw in range(draws):
        with torch.no_grad():
            normal = run.drawn["normals"][draw] if first and "normals" in run.drawn else torch.randn_like(x)
            noisy = (x + std * normal).clamp(x.min(), x.max())
            target = model.encode_image(run.laid(noisy))
            distance = (x - noisy).flatten(1).norm(dim=1)
        moved = (g - target).norm(dim=-1) + (f - target).norm(dim=-1)
        total = total + (moved / (2 * distance)).sum().abs()
    return total / (2 * draws)
