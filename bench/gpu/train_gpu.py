#!/usr/bin/env python3
"""Trains one network on random data and marks its epochs: what bench/gpu/run measures.

The number of steps in an epoch is chosen beforehand so that it takes about --epoch-seconds.
"""

import argparse
import json
import pathlib
import sys
import time

import torch

import networks

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "examples" / "pytorch"))
from joulecast_marks import mark  # noqa: E402

PRECISIONS = ("fp32", "tf32", "bf16")


class Training:
    def __init__(self, options):
        torch.manual_seed(0)
        self.options = options
        self.cuda = options.device.startswith("cuda")
        torch.backends.cuda.matmul.allow_tf32 = options.precision != "fp32"
        torch.backends.cudnn.allow_tf32 = options.precision != "fp32"
        torch.backends.cudnn.benchmark = True
        self.model, self.host_batch, self.loss = networks.make(options.network, options.batch)
        if self.cuda:
            self.host_batch = [part.pin_memory() for part in self.host_batch]
        self.model.to(options.device)
        if options.frozen_epochs:
            self.freeze(True)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-4)

    def freeze(self, frozen):
        for parameter in self.model.parameters():
            parameter.requires_grad_(not frozen)
        for parameter in networks.head_of(self.model).parameters():
            parameter.requires_grad_(True)

    def trainable(self):
        return sum(p.numel() for p in self.model.parameters() if p.requires_grad)

    def forward(self):
        batch = [part.to(self.options.device, non_blocking=True) for part in self.host_batch]
        bf16 = self.options.precision == "bf16"
        with torch.autocast("cuda" if self.cuda else "cpu", dtype=torch.bfloat16, enabled=bf16):
            return self.loss(self.model, *batch)

    def step(self):
        loss = self.forward()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss.detach()

    def steps_in(self, seconds):
        """How many steps fit, by trying; never fewer than two."""
        for _ in range(3):
            self.step()
        self.wait()
        begin, steps = time.monotonic(), 0
        while time.monotonic() - begin < min(1.0, seconds / 3):
            self.step()
            self.wait()
            steps += 1
        return max(2, round(steps * seconds / (time.monotonic() - begin)))

    def train(self, steps):
        self.model.train()
        loss = None
        for _ in range(steps):
            loss = self.step()
        return loss.item()  # Waits for the GPU.

    @torch.no_grad()
    def evaluate(self, steps):
        self.model.eval()
        for _ in range(steps):
            loss = self.forward()
        return loss.item()

    def wait(self):
        if self.cuda:
            torch.cuda.synchronize()


def run(training, options):
    steps = options.steps or training.steps_in(options.epoch_seconds)
    edges = []
    mark("plan", epochs=options.epochs)
    for epoch in range(1, options.epochs + 1):
        if options.frozen_epochs and epoch in (1, options.frozen_epochs + 1):
            training.freeze(epoch == 1)
            mark("phase", "frozen" if epoch == 1 else "fine-tune")
        begin = time.monotonic()
        mark("epoch_begin", epoch)
        loss = training.train(steps)
        mark("evaluation_begin")
        val_loss = training.evaluate(max(1, steps // 10))
        mark("evaluation_end")
        mark("epoch_end", epoch, loss=loss, val_loss=val_loss, steps=steps,
             samples=steps * options.batch, trainable_parameters=training.trainable(),
             batch_size=options.batch)
        edges.append((begin, time.monotonic()))
        print(f"epoch {epoch}/{options.epochs} loss {loss:.3f} val_loss {val_loss:.3f}", flush=True)
    return steps, edges


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--network", default="resnet50")
    options.add_argument("--batch", type=int, default=64)
    options.add_argument("--precision", choices=PRECISIONS, default="bf16")
    options.add_argument("--epochs", type=int, default=8)
    options.add_argument("--epoch-seconds", type=float, default=3.0)
    options.add_argument("--steps", type=int, help="steps in an epoch, instead of --epoch-seconds")
    options.add_argument("--frozen-epochs", type=int, default=0)
    options.add_argument("--device", default="cuda")
    options.add_argument("--edges", help="writes the epochs' moments (CLOCK_MONOTONIC) there")
    options = options.parse_args()
    if options.device == "cpu":
        torch.set_num_threads(1)
    steps, edges = run(Training(options), options)
    if options.edges:
        result = {"epochs": edges, "steps": steps, "batch": options.batch,
                  "torch": torch.__version__}
        pathlib.Path(options.edges).write_text(json.dumps(result), encoding="ascii")


if __name__ == "__main__":
    main()
