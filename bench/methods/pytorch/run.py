"""One whole run: python run.py OPTIONS.json; prints what it cost and found as one line of JSON.

Loads a checkpoint by OpenCLIP and images from their archive, unlearns by the method's equations, writes the weights. PyTorch
as its documentation would have it: channels-last for convolutions, scaled dot-product attention, fused Adam, frozen features
computed once, no gradients where none are needed.
"""

import json
import resource
import sys
import tarfile
import time
from io import BytesIO
from pathlib import Path

import open_clip
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

import lip
import three_stage


class Run:
    """The model, the sets and the class prompts; `drawn` holds random numbers when the caller gives them, to compare losses."""

    def __init__(self, options):
        self.parameters = options["parameters"]
        self.channels_last = options["channelsLast"]
        self.classes, self.forgotten = options["classes"], options["forgotten"]
        self.steps = options["steps"]
        self.drawn = load_file(options["drawn"]) if options["drawn"] else {}
        self.losses = {}
        folder = f"local-dir:{options['checkpoint']}"
        # evaluation mode is that of BatchNorm
        self.model, _, self.preprocess = open_clip.create_model_and_transforms(folder, precision="fp32")
        self.model.eval().requires_grad_(False)
        if self.channels_last:
            self.model.to(memory_format=torch.channels_last)
        tokenizer = open_clip.get_tokenizer(folder)
        self.prompts = tokenizer([self.parameters["prompt"].replace("{}", name) for name in self.classes])
        self.sets = {name: self.read(**images) for name, images in options["sets"].items()}

    def read(self, source, samples):
        with tarfile.open(source) as archive:
            files = {member.name.removeprefix("./"): archive.extractfile(member).read() for member in archive if member.isfile()}
        images = [self.preprocess(Image.open(BytesIO(files[sample["name"]]))) for sample in samples]
        return self.laid(torch.stack(images)), torch.tensor([self.classes.index(sample["label"]) for sample in samples])

    def laid(self, images):
        """In the memory format of the model."""
        return images.contiguous(memory_format=torch.channels_last) if self.channels_last else images

    def first(self, stage, loss):
        """Keeps a stage's first loss."""
        self.losses.setdefault(stage, loss.item())

    def orders(self, stage, count, size):
        """Rows of each step without end: shuffled anew for each pass, batches running across the borders of passes."""
        if stage in self.drawn:
            yield from self.drawn[stage]
        rows = torch.randperm(count)
        while True:
            while len(rows) < size:
                rows = torch.cat([rows, torch.randperm(count)])
            yield rows[:size]
            rows = rows[size:]

    @torch.inference_mode()
    def accuracy(self, pixels, labels, texts):
        hits = sum(
            ((self.model.encode_image(x) @ texts.T).argmax(-1) == y).sum().item()
            for x, y in zip(pixels.split(64), labels.split(64))
        )
        return hits / len(labels)


def peak():
    if sys.platform != "linux":
        return None
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024


def main():
    started, before = time.perf_counter(), processor_seconds()
    options = json.loads(Path(sys.argv[1]).read_text())
    torch.set_num_threads(options["threads"])
    torch.manual_seed(options["seed"])
    run = Run(options)
    facts = {"lip": lip, "three-stage": three_stage}[options["method"]].unlearn(run)
    save_file({n: t.contiguous() for n, t in run.model.state_dict().items()}, Path(options["scratch"]) / "model.safetensors")
    print(
        json.dumps(
            dict(
                versions=dict(torch=torch.__version__, open_clip=open_clip.__version__),
                workSeconds=time.perf_counter() - started,
                workProcessorSeconds=processor_seconds() - before,
                processorSeconds=processor_seconds(),
                peakBytes=peak(),
                losses=run.losses,
                facts=facts,
            )
        )
    )


def processor_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
