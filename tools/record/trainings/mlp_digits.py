#!/usr/bin/env python3
"""A small multi-layer perceptron on handwritten digits: 50 epochs without any evaluation."""

import torch
from torch import nn

import digits
import marks
import training

EPOCHS, BATCH, VIEWS, NOISE = 50, 16, 36, 0.15


def noisy_batches(images, labels):
    """Batches of one epoch: every image VIEWS times, each time with fresh pixel noise."""
    for _ in range(VIEWS):
        order = torch.randperm(len(labels))
        for start in range(0, len(labels) - BATCH + 1, BATCH):
            chosen = order[start:start + BATCH]
            yield images[chosen] + NOISE * torch.randn(BATCH, images.shape[1]), labels[chosen]


def main():
    """Train, marking each epoch."""
    training.prepare()
    images, labels, _, _ = digits.split()
    images = images.flatten(1)
    network = nn.Sequential(nn.Linear(64, 384), nn.ReLU(), nn.Linear(384, 384), nn.ReLU(), nn.Linear(384, 10))
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9)
    marks.about(title="Small MLP on handwritten digits, never evaluated", planned_epochs=EPOCHS,
                framework=training.framework(), network="MLP 64-384-384-10",
                dataset=f"scikit-learn digits (1797 images of 8x8), {VIEWS} noisy views an epoch",
                batch_size=BATCH, optimizer="SGD, lr 0.01, momentum 0.9", parameters=training.parameters(network),
                phases="train (1-50), no evaluation")
    for number in range(1, EPOCHS + 1):
        with marks.epoch(number) as epoch:
            epoch.loss, epoch.samples = training.train_pass(network, optimizer, noisy_batches(images, labels))
        print(f"epoch {number}: loss {epoch.loss:.4f}", flush=True)


if __name__ == "__main__":
    main()
