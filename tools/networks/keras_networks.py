"""Which Keras applications are exported."""

import dataclasses

import keras
from keras import applications

ORIGIN = f"Keras {keras.__version__} applications"


@dataclasses.dataclass
class KerasNetwork:
    name: str
    family: str
    definition: str
    image_size: int
    aliases: list = dataclasses.field(default_factory=list)
    arguments: dict = dataclasses.field(default_factory=dict)

    def make(self):
        keras.backend.clear_session()  # Else layers are numbered on from the network before.
        size = self.image_size
        return getattr(applications, self.definition)(
            weights=None, input_shape=(size, size, 3), **self.arguments)


_DENSENETS = [KerasNetwork(f"densenet{n}", "DenseNet", f"DenseNet{n}", 224)
              for n in (121, 169, 201)]
_EFFICIENTNETS = [KerasNetwork(f"efficientnet_b{n}", "EfficientNet", f"EfficientNetB{n}", size)
                  for n, size in enumerate((224, 240, 260, 300, 380, 456, 528, 600))]
_EFFICIENTNETS_V2 = [
    KerasNetwork(f"efficientnet_v2_{kind.lower()}", "EfficientNetV2", f"EfficientNetV2{kind}", size)
    for kind, size in (("B0", 224), ("B1", 240), ("B2", 260), ("B3", 300), ("S", 384), ("M", 480),
                       ("L", 480))]
_MOBILENETS = [
    KerasNetwork("mobilenet" if alpha == 1 else f"mobilenet_{alpha}", "MobileNet", "MobileNet",
                 224, ["mobilenet_v1"] if alpha == 1 else [], {"alpha": alpha})
    for alpha in (0.25, 0.5, 0.75, 1.0)]
_MOBILENETS_V2 = [
    KerasNetwork("mobilenet_v2" if alpha == 1 else f"mobilenet_v2_{alpha}",
                 "MobileNetV2", "MobileNetV2", 224,
                 ["keras/mobilenet_v2_1.0"] if alpha == 1 else [], {"alpha": alpha})
    for alpha in (0.35, 0.5, 0.75, 1.0, 1.3, 1.4)]
_RESNETS = [KerasNetwork(f"resnet{n}", "ResNet", f"ResNet{n}", 224) for n in (50, 101, 152)]
_RESNETS_V2 = [KerasNetwork(f"resnet{n}_v2", "ResNet", f"ResNet{n}V2", 224)
               for n in (50, 101, 152)]
_VGGS = [KerasNetwork(f"vgg{n}", "VGG", f"VGG{n}", 224) for n in (16, 19)]

NETWORKS = [
    *_DENSENETS, *_EFFICIENTNETS, *_EFFICIENTNETS_V2,
    KerasNetwork("inception_resnet_v2", "Inception", "InceptionResNetV2", 299),
    KerasNetwork("inception_v3", "Inception", "InceptionV3", 299),
    *_MOBILENETS, *_MOBILENETS_V2,
    KerasNetwork("mobilenet_v3_large", "MobileNetV3", "MobileNetV3Large", 224),
    KerasNetwork("mobilenet_v3_small", "MobileNetV3", "MobileNetV3Small", 224),
    KerasNetwork("nasnet_large", "NASNet", "NASNetLarge", 331, ["nasnet_a_large"]),
    KerasNetwork("nasnet_mobile", "NASNet", "NASNetMobile", 224, ["nasnet", "nasnet_a_mobile"]),
    *_RESNETS, *_RESNETS_V2, *_VGGS,
    KerasNetwork("xception", "Xception", "Xception", 299),
]
