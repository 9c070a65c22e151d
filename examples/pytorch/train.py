#!/usr/bin/env python3
"""A real training, small enough for one CPU thread: a transformer learns to write licence texts.

    joulecast run -- python3 examples/pytorch/train.py               # 12 epochs, half a minute
    joulecast run -- python3 examples/pytorch/train.py --steps 2000  # one epoch, marked by step

Needs PyTorch (Debian: python3-torch) and no network: it reads the licences that every Debian system
has, else the texts of this repository. Joulecast's part is the lines with mark() in them.
"""

import argparse
import pathlib

import torch
from torch import nn

from joulecast_marks import mark

LICENCES = pathlib.Path("/usr/share/common-licenses")
REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def read_texts(paths):
    if not paths:
        paths = sorted(p for p in LICENCES.glob("*") if p.is_file() and not p.is_symlink())
    if not paths:
        paths = [REPOSITORY / "LICENSE", *sorted((REPOSITORY / "docs").glob("*.md"))]
    return b"\n".join(pathlib.Path(p).read_bytes() for p in paths)


class Writer(nn.Module):
    """Predicts each byte of a text from those before it."""

    def __init__(self, width, layers, context):
        super().__init__()
        self.bytes_in = nn.Embedding(256, width)
        self.positions = nn.Embedding(context, width)
        layer = nn.TransformerEncoderLayer(width, 4, 4 * width, dropout=0.1, batch_first=True,
                                           norm_first=True)
        self.layers = nn.TransformerEncoder(layer, layers)
        self.bytes_out = nn.Linear(width, 256)

    def forward(self, text):
        length = text.shape[1]
        future = torch.triu(torch.full((length, length), float("-inf")), diagonal=1)
        hidden = self.bytes_in(text) + self.positions(torch.arange(length))
        return self.bytes_out(self.layers(hidden, mask=future))


class Training:
    def __init__(self, options):
        torch.manual_seed(options.seed)
        text = torch.frombuffer(bytearray(read_texts(options.text)), dtype=torch.uint8).long()
        self.batch, self.context = options.batch, options.context
        validation = len(text) // 10
        self.train_text, self.validation_text = text[:-validation], text[-validation:]
        self.model = Writer(options.width, options.layers, options.context)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=options.learning_rate)
        self.parameters = sum(p.numel() for p in self.model.parameters())

    def loss(self, text, generator=None):
        starts = torch.randint(len(text) - self.context - 1, (self.batch,), generator=generator)
        windows = torch.stack([text[s : s + self.context + 1] for s in starts])
        guesses = self.model(windows[:, :-1])
        return nn.functional.cross_entropy(guesses.flatten(0, 1), windows[:, 1:].flatten())

    def step(self):
        self.model.train()
        loss = self.loss(self.train_text)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()

    @torch.no_grad()
    def validate(self, batches):
        self.model.eval()
        same = torch.Generator().manual_seed(0)
        return sum(self.loss(self.validation_text, same).item() for _ in range(batches)) / batches


def train_epochs(training, options):
    steps = max(1, round(options.steps_per_epoch * options.scale))
    mark("plan", epochs=options.epochs)
    for epoch in range(1, options.epochs + 1):
        mark("epoch_begin", epoch)
        loss = sum(training.step() for _ in range(steps)) / steps
        mark("evaluation_begin")
        val_loss = training.validate(max(1, steps // 10))
        mark("evaluation_end")
        mark("epoch_end", epoch, loss=loss, val_loss=val_loss, steps=steps,
             samples=steps * training.batch, trainable_parameters=training.parameters)
        print(f"epoch {epoch}/{options.epochs} loss {loss:.3f} val_loss {val_loss:.3f}", flush=True)


def train_steps(training, options):
    """A training of one long epoch: what is counted is its steps."""
    mark("plan", steps=options.steps)
    for step in range(1, options.steps + 1):
        loss = training.step()
        mark("step", step, tokens=step * training.batch * training.context, loss=loss)
        if step % 100 == 0 or step == options.steps:
            print(f"step {step}/{options.steps} loss {loss:.3f}", flush=True)
    print(f"val_loss {training.validate(20):.3f}", flush=True)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--epochs", type=int, default=12)
    options.add_argument("--steps", type=int, help="instead: a single epoch of this many steps")
    options.add_argument("--scale", type=float, default=1.0, help="how long an epoch is")
    options.add_argument("--steps-per-epoch", type=int, default=140)
    options.add_argument("--batch", type=int, default=8)
    options.add_argument("--context", type=int, default=32)
    options.add_argument("--width", type=int, default=48)
    options.add_argument("--layers", type=int, default=1)
    options.add_argument("--learning-rate", type=float, default=2e-3)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--text", nargs="+", help="files to learn from")
    options = options.parse_args()
    torch.set_num_threads(options.threads)
    training = Training(options)
    if options.steps:
        train_steps(training, options)
    else:
        train_epochs(training, options)


if __name__ == "__main__":
    main()
