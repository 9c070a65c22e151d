#!/usr/bin/env python3
"""A small residual network on handwritten digits whose batch grows from 4 to 64 at epoch 16 of 30."""

import pathlib
import tempfile

import torch
from torch import nn
from torch.nn import functional

import digits
import marks
import training

EPOCHS, GROWS_AT, SMALL, LARGE, SIDE = 30, 16, 4, 64, 24


class Block(nn.Module):
    """Two convolutions beside a shortcut."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1, stride, bias=False)

    def forward(self, images):
        """The block's output: batch x outputs x side/stride x side/stride."""
        hidden = functional.relu(self.first_norm(self.first(images)))
        return functional.relu(self.second_norm(self.second(hidden)) + self.shortcut(images))


def build():
    """Six blocks of 32, 64 and 128 channels: a ResNet-14."""
    blocks = [Block(32, 32, 1), Block(32, 32, 1), Block(32, 64, 2), Block(64, 64, 1), Block(64, 128, 2),
              Block(128, 128, 1)]
    return nn.Sequential(nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Linear(128, 10))


def main():
    """Train, marking each epoch; a checkpoint is written at the end of each."""
    training.prepare()
    images, labels, val_images, val_labels = digits.split()
    images, val_images = digits.scaled(images, SIDE), digits.scaled(val_images, SIDE)
    data = torch.utils.data.TensorDataset(images, labels)
    network = build()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
    marks.about(title="Small ResNet on handwritten digits, batch size changes at epoch 16", planned_epochs=EPOCHS,
                framework=training.framework(), network="ResNet-14, 32 to 128 channels",
                dataset=f"scikit-learn digits (1797 images), scaled to {SIDE}x{SIDE}",
                batch_size=SMALL, batch_size_later=LARGE, optimizer="SGD, momentum 0.9, lr 0.01, then 0.05",
                parameters=training.parameters(network),
                phases=f"train (1-15): batch {SMALL}; large-batch (16-30): batch {LARGE}; a checkpoint each epoch")
    with tempfile.TemporaryDirectory() as scratch:
        for number in range(1, EPOCHS + 1):
            large = number >= GROWS_AT
            if number == GROWS_AT:
                optimizer.param_groups[0]["lr"] = 0.05
            batches = digits.loader(data, LARGE if large else SMALL, workers=0)
            with marks.epoch(number, "large-batch" if large else "train") as epoch:
                epoch.loss, epoch.samples = training.train_pass(network, optimizer, batches)
                with epoch.evaluation():
                    epoch.val_loss, epoch.accuracy = training.evaluate(network, val_images, val_labels)
                torch.save(network.state_dict(), pathlib.Path(scratch) / "checkpoint.pt")
            print(f"epoch {number}: loss {epoch.loss:.4f}, accuracy {epoch.accuracy:.4f}", flush=True)


if __name__ == "__main__":
    main()
