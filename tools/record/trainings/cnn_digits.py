#!/usr/bin/env python3
"""A convolutional network on handwritten digits: 40 epochs, an evaluation in each, one phase."""

import torch
from torch import nn

import digits
import marks
import training

EPOCHS, BATCH, SIDE, VIEWS = 40, 32, 32, 1


def build():
    """Four convolutions, two poolings, one dense layer."""
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(64, 96, 3, padding=1), nn.ReLU(),
        nn.Conv2d(96, 128, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Dropout(0.3), nn.Linear(128 * (SIDE // 4) ** 2, 10))


def main():
    """Train, marking each epoch."""
    training.prepare()
    images, labels, val_images, val_labels = digits.split()
    val_images = digits.scaled(val_images, SIDE)
    batches = digits.loader(digits.Augmented(images, labels, VIEWS, SIDE), BATCH, workers=1)
    network = build()
    optimizer = torch.optim.Adam(network.parameters(), lr=5e-4)
    marks.about(title="CNN on handwritten digits, evaluated in every epoch", planned_epochs=EPOCHS,
                framework=training.framework(), network="CNN, 4 convolutions of 32 to 128 channels",
                dataset=f"scikit-learn digits (1797 images), scaled to {SIDE}x{SIDE}, augmented by one worker process",
                batch_size=BATCH, optimizer="Adam, lr 5e-4", parameters=training.parameters(network),
                phases="train (1-40)")
    for number in range(1, EPOCHS + 1):
        with marks.epoch(number) as epoch:
            epoch.loss, epoch.samples = training.train_pass(network, optimizer, batches)
            with epoch.evaluation():
                epoch.val_loss, epoch.accuracy = training.evaluate(network, val_images, val_labels)
        print(f"epoch {number}: loss {epoch.loss:.4f}, accuracy {epoch.accuracy:.4f}", flush=True)


if __name__ == "__main__":
    main()
