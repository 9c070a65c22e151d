"""Writes ONNX files with weights, as users export them, to try the reader on.

samples.py torch FOLDER: a small network of one's own by the default exporter, and ResNet-50, which
makes a file of about 100 MB. samples.py keras FOLDER: a small network by Keras' own export.
Prints what the frameworks themselves count.
"""

import argparse
import pathlib


def _torch(folder):
    import torch
    import torchvision
    from torch import nn
    from torch.utils.flop_counter import FlopCounterMode

    class Small(nn.Module):
        """Convolutions with a residual, attention over what they see, and a classifier."""

        def __init__(self):
            super().__init__()
            self.stem = nn.Sequential(nn.Conv2d(3, 32, 3, 2, 1), nn.BatchNorm2d(32), nn.SiLU())
            self.deep = nn.Conv2d(32, 32, 3, 1, 1, groups=32)
            self.attention = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True)
            self.classify = nn.Linear(32, 10)

        def forward(self, x):
            x = self.stem(x)
            x = x + self.deep(x)
            x = self.attention(x.flatten(2).transpose(1, 2))
            return self.classify(x.mean(1))

    batch = torch.export.Dim("batch", min=1, max=4096)
    for name, module, size in (("torch_small", Small(), 32),
                               ("torch_resnet50", torchvision.models.resnet50(), 224)):
        x = torch.randn(2, 3, size, size)
        torch.onnx.export(module.eval(), (x,), folder / f"{name}.onnx", dynamo=True,
                          dynamic_shapes=({0: batch},), external_data=False, verbose=False)
        with torch.device("meta"), FlopCounterMode(display=False) as counter, torch.no_grad():
            module.train().to("meta")(torch.empty(1, 3, size, size, device="meta"))
        parameters = sum(parameter.numel() for parameter in module.parameters())
        print(f"{name}.onnx, {size} x {size} pixels: {counter.get_total_flops() // 2} MACs, "
              f"{parameters} parameters (torch.utils.flop_counter)")


def _keras(folder):
    import keras
    from keras import layers

    model = keras.Sequential([
        keras.Input((64, 64, 3)),
        layers.Conv2D(32, 3, strides=2, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.SeparableConv2D(64, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    model(keras.ops.zeros((1, 64, 64, 3)))  # The export wants a model that has been called.
    model.export(folder / "keras_small.onnx", format="onnx", verbose=False)
    from check_frameworks import keras_macs
    print(f"keras_small.onnx, 64 x 64 pixels: {keras_macs(model, 64)} MACs, "
          f"{model.count_params()} parameters with the batch norm's 64 means and variances "
          "(TensorFlow's profiler, count_params)")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("framework", choices=["torch", "keras"])
    parser.add_argument("folder", type=pathlib.Path)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    (_torch if options.framework == "torch" else _keras)(options.folder)


if __name__ == "__main__":
    main()
