"""Real handwritten digits: the 1797 images of 8 x 8 pixels that come with scikit-learn (UCI, from NIST forms)."""

import math

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

SEED = 7


def split(classes=range(10)):
    """Return (train images, train labels, validation images, validation labels) of `classes`.

    Images are N x 1 x 8 x 8 in 0..1, labels count from 0; a fifth of each class validates.
    """
    data = load_digits()
    images = torch.tensor(data.images, dtype=torch.float32).unsqueeze(1) / 16
    labels = torch.tensor(data.target)
    wanted = torch.isin(labels, torch.tensor(list(classes)))
    images, labels = images[wanted], labels[wanted] - min(classes)
    train, validation = train_test_split(range(len(labels)), test_size=0.2, stratify=labels, random_state=SEED)
    return images[train], labels[train], images[validation], labels[validation]


def scaled(images, side):
    """Images brought to `side` x `side` pixels."""
    return functional.interpolate(images, size=(side, side), mode="bicubic", align_corners=False)


class Augmented(Dataset):
    """Each image `views` times an epoch, every time turned, scaled and moved a little."""

    def __init__(self, images, labels, views, side):
        self.images = scaled(images, side)
        self.labels = labels
        self.views = views

    def __len__(self):
        return len(self.labels) * self.views

    def __getitem__(self, index):
        index %= len(self.labels)
        image = self.images[index:index + 1]
        angle, scale, x, y = (torch.rand(4) * 2 - 1).tolist()
        angle, scale = angle * math.radians(15), 1 + 0.1 * scale
        turn = torch.tensor([[math.cos(angle) * scale, -math.sin(angle) * scale, 0.15 * x],
                             [math.sin(angle) * scale, math.cos(angle) * scale, 0.15 * y]])
        grid = functional.affine_grid(turn.unsqueeze(0), image.shape, align_corners=False)
        return functional.grid_sample(image, grid, align_corners=False)[0], self.labels[index]


def loader(dataset, batch_size, workers):
    """Shuffled batches; `workers` processes prepare them beside the training (0: none)."""
    return DataLoader(dataset, batch_size, shuffle=True, num_workers=workers, persistent_workers=workers > 0,
                      drop_last=True)
