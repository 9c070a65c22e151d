#!/usr/bin/env python3
"""A small transformer that writes licences, character by character: 30 epochs, an evaluation in every fifth."""

import argparse
import pathlib

import torch
from torch import nn
from torch.nn import functional

import marks
import training

EPOCHS, EVALUATE_EVERY, BATCH, CONTEXT, STRIDE = 30, 5, 32, 64, 32
WIDTH, HEADS, LAYERS = 96, 4, 2


def read_text(folder):
    """All regular files of `folder`, in the order of their names, as one text."""
    files = sorted(path for path in pathlib.Path(folder).iterdir() if path.is_file() and not path.is_symlink())
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in files)


def encode(text):
    """Return (characters as numbers, how many different ones)."""
    alphabet = {character: index for index, character in enumerate(sorted(set(text)))}
    return torch.tensor([alphabet[character] for character in text]), len(alphabet)


class CharTransformer(nn.Module):
    """A decoder-only transformer over characters."""

    def __init__(self, alphabet):
        super().__init__()
        self.characters = nn.Embedding(alphabet, WIDTH)
        self.positions = nn.Parameter(torch.zeros(CONTEXT, WIDTH))
        layer = nn.TransformerEncoderLayer(WIDTH, HEADS, 4 * WIDTH, dropout=0.1, batch_first=True, norm_first=True)
        self.blocks = nn.TransformerEncoder(layer, LAYERS, enable_nested_tensor=False)
        self.output = nn.Linear(WIDTH, alphabet)
        self.register_buffer("mask", nn.Transformer.generate_square_subsequent_mask(CONTEXT))

    def forward(self, characters):
        """Scores of the next character at each place: batch x CONTEXT x alphabet."""
        hidden = self.characters(characters) + self.positions
        return self.output(self.blocks(hidden, mask=self.mask, is_causal=True))


def batches(text, starts):
    """Blocks of CONTEXT characters beginning at `starts`, and the same blocks one character on."""
    for part in starts.split(BATCH):
        places = part.unsqueeze(1) + torch.arange(CONTEXT)
        yield text[places], text[places + 1]


def loss_of(network, inputs, targets):
    """Mean cross-entropy per character, in nats."""
    return functional.cross_entropy(network(inputs).flatten(0, 1), targets.flatten())


def train_pass(network, optimizer, text):
    """One pass over all blocks, cut at a random offset; return (mean loss, blocks seen)."""
    offset = int(torch.randint(CONTEXT, (1,)))
    starts = torch.arange(offset, len(text) - CONTEXT - 1, CONTEXT)
    starts = starts[torch.randperm(len(starts))]
    total = 0.0
    for inputs, targets in batches(text, starts):
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(network, inputs, targets)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(inputs)
    return total / len(starts), len(starts)


@torch.no_grad()
def evaluate(network, text):
    """Mean loss over blocks that overlap (every STRIDE characters)."""
    network.eval()
    starts = torch.arange(0, len(text) - CONTEXT - 1, STRIDE)
    total = sum(loss_of(network, inputs, targets).item() * len(inputs) for inputs, targets in batches(text, starts))
    network.train()
    return total / len(starts)


def main():
    """Train, marking each epoch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--text", default="/usr/share/common-licenses", help="folder of texts")
    options = parser.parse_args()
    training.prepare()
    text, alphabet = encode(read_text(options.text))
    cut = int(len(text) * 0.8)
    network = CharTransformer(alphabet)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3)
    marks.about(title="Character transformer on licence texts, evaluated in every fifth epoch",
                planned_epochs=EPOCHS, framework=training.framework(),
                network=f"decoder-only transformer, {LAYERS} layers, width {WIDTH}, {HEADS} heads, context {CONTEXT}",
                dataset=f"the licence texts of a Debian system, {len(text)} characters; a sample is a block of {CONTEXT}",
                batch_size=BATCH, optimizer="AdamW, lr 1e-3", parameters=training.parameters(network),
                phases=f"train (1-30), evaluation in every {EVALUATE_EVERY}th epoch")
    for number in range(1, EPOCHS + 1):
        with marks.epoch(number) as epoch:
            epoch.loss, epoch.samples = train_pass(network, optimizer, text[:cut])
            if number % EVALUATE_EVERY == 0:
                with epoch.evaluation():
                    epoch.val_loss = evaluate(network, text[cut:])
        print(f"epoch {number}: loss {epoch.loss:.4f}, validation {epoch.val_loss}", flush=True)


if __name__ == "__main__":
    main()
