"""What the trainings share: one thread, a fixed seed, a training pass and an evaluation pass."""

import torch
from torch.nn import functional

import digits


def prepare():
    """One thread and a fixed seed, so that a run can be repeated and leaves the other cores alone."""
    torch.set_num_threads(1)
    torch.manual_seed(digits.SEED)


def framework():
    """The framework's name and public version."""
    return "PyTorch " + torch.__version__.partition("+")[0]


def parameters(network):
    """How many trainable and frozen numbers the network has."""
    return sum(weights.numel() for weights in network.parameters())


def train_pass(network, optimizer, batches):
    """One pass over `batches`; return (mean loss, samples seen)."""
    total, seen = 0.0, 0
    for inputs, labels in batches:
        optimizer.zero_grad(set_to_none=True)
        loss = functional.cross_entropy(network(inputs), labels)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(labels)
        seen += len(labels)
    return total / seen, seen


@torch.no_grad()
def evaluate(network, inputs, labels, batch_size=64):
    """Return (mean loss, share right) over a validation set; the network is back in its mode afterwards."""
    was_training = network.training
    network.eval()
    loss, right = 0.0, 0
    for start in range(0, len(labels), batch_size):
        part = labels[start:start + batch_size]
        scores = network(inputs[start:start + batch_size])
        loss += functional.cross_entropy(scores, part, reduction="sum").item()
        right += (scores.argmax(1) == part).sum().item()
    network.train(was_training)
    return loss / len(labels), right / len(labels)
