"""Networks that no package of models defines as they are trained: U-Net, DeepSpeech2, NCF."""

import torch
from torch import nn


class _DoubleConvolution(nn.Sequential):
    def __init__(self, inputs, outputs):
        super().__init__(
            nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU())


class UNet(nn.Module):
    """Ronneberger et al. 2015 (arXiv:1505.04597), padded and with batch norms as it is used now."""

    def __init__(self, channels=3, classes=2, widths=(64, 128, 256, 512, 1024)):
        super().__init__()
        self.pool = nn.MaxPool2d(2)
        inputs = (channels, *widths[:-1])
        self.down = nn.ModuleList(_DoubleConvolution(i, w) for i, w in zip(inputs, widths))
        rising = list(zip(widths[::-1], widths[-2::-1]))
        self.up = nn.ModuleList(nn.ConvTranspose2d(i, w, 2, stride=2) for i, w in rising)
        self.merge = nn.ModuleList(_DoubleConvolution(i, w) for i, w in rising)
        self.classify = nn.Conv2d(widths[0], classes, 1)

    def forward(self, x):
        skips = []
        for index, block in enumerate(self.down):
            x = block(self.pool(x) if index else x)
            skips.append(x)
        for up, merge, skip in zip(self.up, self.merge, skips[-2::-1]):
            x = merge(torch.cat([skip, up(x)], dim=1))
        return self.classify(x)


class _Recurrent(nn.Module):
    """A bidirectional layer whose directions are summed, on batch-normalised steps."""

    def __init__(self, inputs, hidden, normalise):
        super().__init__()
        self.norm = nn.BatchNorm1d(inputs) if normalise else None
        self.rnn = nn.LSTM(inputs, hidden, bidirectional=True)
        self.hidden = hidden

    def forward(self, x):  # steps, batch, features
        if self.norm is not None:
            x = self.norm(x.permute(1, 2, 0)).permute(2, 0, 1)
        x, _ = self.rnn(x)
        return x[..., :self.hidden] + x[..., self.hidden:]


class DeepSpeech2(nn.Module):
    """Amodei et al. 2015 (arXiv:1512.02595), sized as the common PyTorch one is for LibriSpeech.

    161 frequencies (20 ms windows at 16 kHz) a step of 10 ms, 29 characters.
    """

    def __init__(self, frequencies=161, hidden=1024, layers=5, characters=29):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(1, 32, (41, 11), (2, 2), (20, 5)), nn.BatchNorm2d(32), nn.Hardtanh(0, 20),
            nn.Conv2d(32, 32, (21, 11), (2, 1), (10, 5)), nn.BatchNorm2d(32), nn.Hardtanh(0, 20))
        features = 32 * ((frequencies + 3) // 4)
        self.layers = nn.ModuleList(
            _Recurrent(hidden if i else features, hidden, i > 0) for i in range(layers))
        self.norm = nn.BatchNorm1d(hidden)
        self.classify = nn.Linear(hidden, characters, bias=False)

    def forward(self, x):  # batch, steps, frequencies
        x = self.conv(x.transpose(1, 2).unsqueeze(1))
        x = x.flatten(1, 2).permute(2, 0, 1)
        for layer in self.layers:
            x = layer(x)
        x = self.norm(x.permute(1, 2, 0)).permute(2, 0, 1)
        return self.classify(x)


class NeuMF(nn.Module):
    """He et al. 2017 (arXiv:1708.05031): 64 factors, four layers, MovieLens-1M's tables."""

    def __init__(self, users=6040, items=3706, factors=64, layers=(256, 128, 64)):
        super().__init__()
        self.user_gmf = nn.Embedding(users, factors)
        self.item_gmf = nn.Embedding(items, factors)
        self.user_mlp = nn.Embedding(users, layers[0] // 2)
        self.item_mlp = nn.Embedding(items, layers[0] // 2)
        self.mlp = nn.Sequential()
        for inputs, outputs in zip(layers, layers[1:]):
            self.mlp.extend([nn.Linear(inputs, outputs), nn.ReLU()])
        self.classify = nn.Linear(factors + layers[-1], 1)

    def forward(self, user, item):
        gmf = self.user_gmf(user) * self.item_gmf(item)
        mlp = self.mlp(torch.cat([self.user_mlp(user), self.item_mlp(item)], dim=1))
        return self.classify(torch.cat([gmf, mlp], dim=1))
