#!/usr/bin/env python3
"""Transfer learning in two phases: a base that knows the digits 0-4 learns 5-9.

    transfer_digits.py --pretrain base.pt    make the base (not recorded)
    transfer_digits.py --base base.pt        base frozen for 10 epochs, then everything trains for 30
"""

import argparse

import torch
from torch import nn

import digits
import marks
import training

FROZEN, FINE_TUNE, BATCH, SIDE, VIEWS = 10, 30, 32, 32, 3


def build_base():
    """Four convolutions; 128 features for the head."""
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(),
        nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(64, 96, 3, padding=1), nn.BatchNorm2d(96), nn.ReLU(),
        nn.Conv2d(96, 128, 3, padding=1), nn.BatchNorm2d(128), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten())


def build_head():
    """Two dense layers for five classes."""
    return nn.Sequential(nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 5))


def pretrain(path):
    """Train a base on the digits 0-4 and keep it in `path`."""
    images, labels, _, _ = digits.split(range(5))
    base = build_base()
    network = nn.Sequential(base, build_head())
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    batches = digits.loader(digits.Augmented(images, labels, VIEWS, SIDE), BATCH, workers=0)
    for number in range(1, 6):
        loss, _ = training.train_pass(network, optimizer, batches)
        print(f"base, epoch {number}: loss {loss:.4f}", flush=True)
    torch.save(base.state_dict(), path)


def fine_tune(path):
    """Train on the digits 5-9 in two phases, marking each epoch."""
    images, labels, val_images, val_labels = digits.split(range(5, 10))
    val_images = digits.scaled(val_images, SIDE)
    batches = digits.loader(digits.Augmented(images, labels, VIEWS, SIDE), BATCH, workers=1)
    base, head = build_base(), build_head()
    base.load_state_dict(torch.load(path, weights_only=True))
    network = nn.Sequential(base, head)
    marks.about(title="Transfer learning: base frozen for 10 epochs, then everything trains",
                planned_epochs=FROZEN + FINE_TUNE, framework=training.framework(),
                network="CNN base of 4 convolutions with batch norm, pretrained on digits 0-4, and a dense head",
                dataset=f"scikit-learn digits 5-9 (896 images, {VIEWS} augmented views an epoch by one worker "
                        f"process), scaled to {SIDE}x{SIDE}",
                batch_size=BATCH, optimizer="Adam, lr 1e-3 frozen, 2e-4 fine-tune",
                parameters=training.parameters(network), parameters_frozen=training.parameters(base),
                phases="frozen (1-10): only the head trains; fine-tune (11-40): everything trains")
    base.requires_grad_(False)
    optimizer = torch.optim.Adam(head.parameters(), lr=1e-3)
    for number in range(1, FROZEN + FINE_TUNE + 1):
        if number == FROZEN + 1:
            base.requires_grad_(True)
            optimizer = torch.optim.Adam(network.parameters(), lr=2e-4)
        frozen = number <= FROZEN
        network.train()
        base.train(not frozen)
        with marks.epoch(number, "frozen" if frozen else "fine-tune") as epoch:
            epoch.loss, epoch.samples = training.train_pass(network, optimizer, batches)
            with epoch.evaluation():
                network.eval()
                epoch.val_loss, epoch.accuracy = training.evaluate(network, val_images, val_labels)
        print(f"epoch {number}: loss {epoch.loss:.4f}, accuracy {epoch.accuracy:.4f}", flush=True)


def main():
    """Make the base, or use it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    step = parser.add_mutually_exclusive_group(required=True)
    step.add_argument("--pretrain", metavar="FILE")
    step.add_argument("--base", metavar="FILE")
    options = parser.parse_args()
    training.prepare()
    if options.pretrain:
        pretrain(options.pretrain)
    else:
        fine_tune(options.base)


if __name__ == "__main__":
    main()
