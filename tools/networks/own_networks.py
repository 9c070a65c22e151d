"""Networks that no package of models defines as they are trained."""

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


class _ShuffleUnit(nn.Module):
    """Activates before each convolution; halves the map where it changes the channels."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.halves = inputs != outputs
        width = inputs if self.halves else inputs // 2
        stride = 2 if self.halves else 1
        self.branch = nn.Sequential(
            nn.ReLU(), nn.Conv2d(width, width, 1), nn.BatchNorm2d(width),
            nn.ReLU(), *self._depthwise(width, stride), *self._pointwise(width, outputs // 2))
        self.shortcut = nn.Sequential(nn.ReLU())
        if self.halves:
            self.shortcut.extend(
                [*self._depthwise(width, stride), *self._pointwise(width, outputs // 2)])

    @staticmethod
    def _depthwise(width, stride):
        return (nn.Conv2d(width, width, 3, stride, 1, groups=width), nn.BatchNorm2d(width))

    @staticmethod
    def _pointwise(inputs, outputs):
        return nn.Conv2d(inputs, outputs, 1), nn.BatchNorm2d(outputs)

    def forward(self, x):
        kept, changed = (x, x) if self.halves else x.chunk(2, dim=1)
        x = torch.cat([self.shortcut(kept), self.branch(changed)], dim=1)
        _, channels, height, width = x.shape
        x = x.reshape(-1, 2, channels // 2, height, width).transpose(1, 2)
        return x.reshape(-1, channels, height, width)


class ShuffleNetV2Cifar(nn.Module):
    """Ma et al. 2018 (arXiv:1807.11164), width 1, for images of 32 pixels.

    As weiaicunzai/pytorch-cifar100 has it, which Zeus trained: a stem of stride 1 without pooling,
    convolutions with biases, activations before them.
    """

    def __init__(self, classes=100, widths=(116, 232, 464), depths=(4, 8, 4), last=1024):
        super().__init__()
        layers = [nn.Conv2d(3, 24, 3, padding=1), nn.BatchNorm2d(24)]
        inputs = 24
        for width, depth in zip(widths, depths):
            for _ in range(depth):
                layers.append(_ShuffleUnit(inputs, width))
                inputs = width
        layers += [nn.ReLU(), nn.Conv2d(inputs, last, 1), nn.BatchNorm2d(last), nn.ReLU()]
        self.features = nn.Sequential(*layers)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classify = nn.Linear(last, classes)

    def forward(self, x):
        return self.classify(self.pool(self.features(x)).flatten(1))
