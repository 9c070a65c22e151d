"""The networks that are trained, by name: (model, one batch of input, loss of output)."""

import torch
from torch import nn

IMAGE_CLASSES = 1000
TEXT_LENGTH = 128


def tiny():
    """For machines without a GPU: the path, not the figures."""
    return nn.Sequential(nn.Conv2d(3, 8, 3, stride=2), nn.ReLU(), nn.AdaptiveAvgPool2d(4),
                         nn.Flatten(), nn.Linear(128, IMAGE_CLASSES))


def torchvision_model(name):
    import torchvision

    return getattr(torchvision.models, name)(weights=None)


def timm_model(name):
    import timm

    return timm.create_model(name, pretrained=False)


def bert():
    import transformers

    return transformers.BertForMaskedLM(transformers.BertConfig())


def gpt2():
    import transformers

    return transformers.GPT2LMHeadModel(transformers.GPT2Config())


def make(name, batch):
    """A model with random weights, a batch of random input on the host, and its loss."""
    generator = torch.Generator().manual_seed(0)
    if name in ("bert", "gpt2"):
        model = {"bert": bert, "gpt2": gpt2}[name]()
        tokens = torch.randint(model.config.vocab_size, (batch, TEXT_LENGTH), generator=generator)
        return model, [tokens], lambda model, tokens: model(input_ids=tokens, labels=tokens).loss
    if name == "tiny":
        model = tiny()
    elif name.startswith("timm:"):
        model = timm_model(name.removeprefix("timm:"))
    else:
        model = torchvision_model(name)
    size = 32 if name == "tiny" else 224
    images = torch.randn(batch, 3, size, size, generator=generator)
    labels = torch.randint(IMAGE_CLASSES, (batch,), generator=generator)

    def loss(model, images, labels):
        return nn.functional.cross_entropy(model(images), labels)

    return model, [images, labels], loss


def head_of(model):
    """The last layer with parameters: what still trains while the rest is frozen."""
    layers = [m for m in model.modules() if isinstance(m, (nn.Linear, nn.Conv2d))]
    return layers[-1]
