#!/usr/bin/env python3
"""Train small networks for 150 epochs each and keep their validation curves.

    train_curves.py --out ../../tests/data/curves [--runs 96]

Writes curves.csv (run,epoch,val_loss,val_accuracy) and runs.csv (what each run was). Every run is
drawn from its own seed: data set, network, optimizer, learning rate, schedule, batch size, share of
the training data and share of wrong labels, so that the curves fall, level off, step down, rise
again or never learn, as real ones do. The data are scikit-learn's bundled sets and this machine's
licence texts; nothing is downloaded. One thread; needs PyTorch and scikit-learn.
"""

import argparse
import csv
import pathlib
import random
import time

import sklearn
import torch
from sklearn import datasets
from torch import nn
from torch.nn import functional

EPOCHS = 150
CONTEXT = 12
RUN_COLUMNS = ["run", "data", "network", "optimizer", "learning_rate", "schedule", "batch", "dropout",
               "weight_decay", "train_samples", "validation_samples", "wrong_labels"]


def licence_text():
    """The first 40 000 characters of the licences that Debian installs, as (inputs, targets)."""
    text = ""
    for path in sorted(pathlib.Path("/usr/share/common-licenses").iterdir()):
        if path.is_file() and not path.is_symlink():
            text += path.read_text(encoding="utf-8", errors="replace")
    text = text[:40_000]
    alphabet = {character: index for index, character in enumerate(sorted(set(text)))}
    codes = torch.tensor([alphabet[character] for character in text])
    windows = codes.unfold(0, CONTEXT + 1, 9)
    return windows[:, :-1], windows[:, -1], len(alphabet)


def load(name):
    """Return (inputs, targets, classes); classes is 0 where the target is a number."""
    if name == "licences":
        return licence_text()
    data = getattr(datasets, "load_" + name)()
    inputs = torch.tensor(data.data, dtype=torch.float32)
    if name == "digits":
        inputs = inputs / 16
    else:
        inputs = (inputs - inputs.mean(0)) / (inputs.std(0) + 1e-6)
    if name == "diabetes":
        targets = torch.tensor(data.target, dtype=torch.float32)
        return inputs, (targets - targets.mean()) / targets.std(), 0
    return inputs, torch.tensor(data.target), len(data.target_names)


class Recurrent(nn.Module):
    """Reads an 8 x 8 image row by row."""

    def __init__(self, width, classes):
        super().__init__()
        self.rows = nn.LSTM(8, width, batch_first=True)
        self.output = nn.Linear(width, classes)

    def forward(self, inputs):
        return self.output(self.rows(inputs.view(-1, 8, 8))[0][:, -1])


def build(setup, features, outputs):
    """The network that `setup` names."""
    drop = setup["dropout"]
    kind, _, size = setup["network"].partition("-")
    size = int(size)
    if kind == "lstm":
        return Recurrent(size, outputs)
    if kind == "cnn":
        return nn.Sequential(nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, size, 3, padding=1), nn.BatchNorm2d(size),
                             nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(size, size, 3, padding=1), nn.ReLU(),
                             nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(drop), nn.Linear(size * 4, outputs))
    if kind == "embed":
        return nn.Sequential(nn.Embedding(features, 8), nn.Flatten(), nn.Linear(8 * CONTEXT, size), nn.ReLU(),
                             nn.Dropout(drop), nn.Linear(size, outputs))
    layers = [nn.Linear(features, size), nn.ReLU(), nn.Dropout(drop)]
    if kind == "deep":
        layers += [nn.Linear(size, size), nn.ReLU(), nn.Dropout(drop)]
    return nn.Sequential(*layers, nn.Linear(size, outputs))


def draw(seed):
    """What the run of this seed trains."""
    dice = random.Random(seed)
    data = dice.choices(["digits", "licences", "diabetes", "breast_cancer", "wine"], [8, 3, 2, 2, 1])[0]
    networks = {"digits": ["mlp-32", "mlp-128", "deep-64", "cnn-8", "cnn-16", "lstm-32"],
                "licences": ["embed-64", "embed-128"]}.get(data, ["mlp-8", "mlp-32", "deep-32"])
    optimizer = dice.choice(["sgd", "momentum", "adam"])
    low, high = {"sgd": (0.01, 0.5), "momentum": (0.002, 0.1), "adam": (1e-4, 1e-2)}[optimizer]
    return {"data": data, "network": dice.choice(networks), "optimizer": optimizer,
            "learning_rate": float(f"{low * (high / low) ** dice.random():.3g}"),
            "schedule": dice.choices(["constant", "step", "cosine", "plateau"], [5, 2, 2, 1])[0],
            "batch": dice.choice([32, 64, 128]), "dropout": dice.choice([0.0, 0.0, 0.3]),
            "weight_decay": dice.choice([0.0, 0.0, 1e-3]), "share": dice.choice([0.2, 0.5, 1.0]),
            "wrong_labels": dice.choice([0.0, 0.0, 0.0, 0.15])}


def schedule_of(setup, optimizer):
    """A function to call after each epoch with its validation loss."""
    kind = setup["schedule"]
    if kind == "plateau":
        return torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.3, patience=8).step
    if kind == "step":
        scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [50, 100], 0.2)
    elif kind == "cosine":
        scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    else:
        return lambda loss: None
    return lambda loss: scheduler.step()


def train(seed):
    """Train one network; return (setup with the sizes filled in, [(loss, accuracy or None)])."""
    setup = draw(seed)
    torch.manual_seed(seed)
    inputs, targets, classes = load(setup["data"])
    order = torch.randperm(len(targets))
    split = len(targets) // 4
    validation, training = order[:split], order[split:]
    training = training[:max(24, int(len(training) * setup.pop("share")))]
    x, y, vx, vy = inputs[training], targets[training].clone(), inputs[validation], targets[validation]
    if classes and setup["wrong_labels"]:
        wrong = torch.rand(len(y)) < setup["wrong_labels"]
        y[wrong] = torch.randint(classes, (int(wrong.sum()),))
    setup["train_samples"], setup["validation_samples"] = len(y), len(vy)

    network = build(setup, classes if setup["data"] == "licences" else x.shape[1], classes or 1)
    algorithm = torch.optim.Adam if setup["optimizer"] == "adam" else torch.optim.SGD
    extra = {"momentum": 0.9} if setup["optimizer"] == "momentum" else {}
    optimizer = algorithm(network.parameters(), lr=setup["learning_rate"], weight_decay=setup["weight_decay"],
                          **extra)
    after_epoch = schedule_of(setup, optimizer)

    def loss_of(scores, wanted):
        if classes:
            return functional.cross_entropy(scores, wanted)
        return functional.mse_loss(scores.squeeze(1), wanted)

    curve = []
    for _ in range(EPOCHS):
        network.train()
        for rows in torch.randperm(len(y)).split(setup["batch"]):
            optimizer.zero_grad(set_to_none=True)
            loss_of(network(x[rows]), y[rows]).backward()
            optimizer.step()
        network.eval()
        with torch.no_grad():
            scores = network(vx)
            loss = loss_of(scores, vy).item()
            accuracy = (scores.argmax(1) == vy).float().mean().item() if classes else None
        curve.append((loss, accuracy))
        after_epoch(loss)
    return setup, curve


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--runs", type=int, default=96)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    arguments.out.mkdir(parents=True, exist_ok=True)
    print("PyTorch", torch.__version__, "scikit-learn", sklearn.__version__)
    with open(arguments.out / "curves.csv", "w", newline="", encoding="utf-8") as curves, \
            open(arguments.out / "runs.csv", "w", newline="", encoding="utf-8") as runs:
        rows = csv.writer(curves, lineterminator="\n")
        rows.writerow(["run", "epoch", "val_loss", "val_accuracy"])
        table = csv.DictWriter(runs, RUN_COLUMNS, lineterminator="\n")
        table.writeheader()
        for run in range(1, arguments.runs + 1):
            began = time.monotonic()
            setup, curve = train(run)
            table.writerow({"run": run, **setup})
            for epoch, (loss, accuracy) in enumerate(curve, 1):
                rows.writerow([run, epoch, f"{loss:.5g}", "" if accuracy is None else f"{accuracy:.5g}"])
            print(run, f"{time.monotonic() - began:.1f} s", setup, flush=True)
            curves.flush()
            runs.flush()


if __name__ == "__main__":
    main()
