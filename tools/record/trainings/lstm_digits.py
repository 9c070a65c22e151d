#!/usr/bin/env python3
"""An LSTM that reads handwritten digits pixel by pixel; stops early when validation no longer improves."""

import torch
from torch import nn

import digits
import marks
import training

EPOCHS, PATIENCE, BATCH, HIDDEN = 60, 6, 16, 208


class PixelReader(nn.Module):
    """An LSTM over 64 pixels, one number at each step, and a dense layer on its last state."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(1, HIDDEN, num_layers=2, batch_first=True)
        self.output = nn.Linear(HIDDEN, 10)

    def forward(self, pixels):
        """Scores of the ten digits: batch x 10."""
        return self.output(self.lstm(pixels)[0][:, -1])


def main():
    """Train until validation loss has not improved for PATIENCE epochs, marking each epoch."""
    training.prepare()
    images, labels, val_images, val_labels = digits.split()
    sequences, val_sequences = images.flatten(1).unsqueeze(2), val_images.flatten(1).unsqueeze(2)
    data = torch.utils.data.TensorDataset(sequences, labels)
    batches = digits.loader(data, BATCH, workers=0)
    network = PixelReader()
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    marks.about(title="LSTM reading digits pixel by pixel, stopped early", planned_epochs=EPOCHS,
                framework=training.framework(), network=f"LSTM, 2 layers of {HIDDEN}, 64 steps",
                dataset="scikit-learn digits (1797 images) as sequences of 64 pixels", batch_size=BATCH,
                optimizer="Adam, lr 1e-3", parameters=training.parameters(network), phases="train",
                early_stopping={"monitor": "val_loss", "mode": "min", "patience": PATIENCE, "min_delta": 0.0,
                                "max_epochs": EPOCHS})
    best, best_at = float("inf"), 0
    for number in range(1, EPOCHS + 1):
        with marks.epoch(number) as epoch:
            epoch.loss, epoch.samples = training.train_pass(network, optimizer, batches)
            with epoch.evaluation():
                epoch.val_loss, epoch.accuracy = training.evaluate(network, val_sequences, val_labels)
        print(f"epoch {number}: loss {epoch.loss:.4f}, validation {epoch.val_loss:.4f}", flush=True)
        if epoch.val_loss < best:
            best, best_at = epoch.val_loss, number
        elif number - best_at >= PATIENCE:
            break


if __name__ == "__main__":
    main()
