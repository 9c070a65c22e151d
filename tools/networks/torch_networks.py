"""Which PyTorch networks are exported, and what their inputs are."""

import dataclasses
from typing import Callable

import timm
import torch
import torchvision

import own_networks

_TORCHVISION = f"torchvision {torchvision.__version__.split('+')[0]}"
_TIMM = f"timm {timm.__version__}"
_OWN = "tools/networks/own_networks.py"

_IMAGE = {"input": ("batch", "channels", "height", "width")}

_TRACED_SIZE = 128


@dataclasses.dataclass
class TorchNetwork:
    name: str
    family: str
    origin: str
    make: Callable[[], torch.nn.Module]
    image_size: int = 0
    sequence_length: int = 0
    any_size: bool = True
    aliases: list = dataclasses.field(default_factory=list)
    axes: dict = dataclasses.field(default_factory=lambda: _IMAGE)
    outputs: list = dataclasses.field(default_factory=lambda: ["output"])
    make_inputs: Callable[[int], tuple] | None = None

    def inputs(self, batch):
        if self.make_inputs:
            return self.make_inputs(batch)
        # Small where any size will do: tracing runs the network.
        size = min(self.image_size, _TRACED_SIZE) if self.any_size else self.image_size
        return (torch.randn(batch, 3, size, size),)

    def usual_inputs(self):
        """One sample of the usual size."""
        if self.image_size:
            return (torch.empty(1, 3, self.image_size, self.image_size),)
        if self.sequence_length:
            return (torch.empty(1, self.sequence_length, *self.make_inputs(1)[0].shape[2:]),)
        return self.make_inputs(1)


class _Ssd(torch.nn.Module):
    """Backbone and heads of an SSD; matching boxes is not the network's work."""

    def __init__(self):
        super().__init__()
        ssd = torchvision.models.detection.ssd300_vgg16(weights=None, weights_backbone=None)
        self.backbone, self.head = ssd.backbone, ssd.head

    def forward(self, x):
        outputs = self.head(list(self.backbone(x).values()))
        return outputs["bbox_regression"], outputs["cls_logits"]


# name: (family, image size, further aliases)
_TORCHVISION_NETWORKS = {
    "alexnet": ("AlexNet", 224, []),
    "convnext_tiny": ("ConvNeXt", 224, ["convnext", "convnext_t"]),
    "convnext_small": ("ConvNeXt", 224, ["convnext_s"]),
    "convnext_base": ("ConvNeXt", 224, ["convnext_b"]),
    "convnext_large": ("ConvNeXt", 224, ["convnext_l"]),
    "densenet121": ("DenseNet", 224, ["densenet"]),
    "densenet161": ("DenseNet", 224, []),
    "densenet169": ("DenseNet", 224, []),
    "densenet201": ("DenseNet", 224, []),
    "efficientnet_b0": ("EfficientNet", 224, ["efficientnet"]),
    "efficientnet_b1": ("EfficientNet", 240, []),
    "efficientnet_b2": ("EfficientNet", 288, []),
    "efficientnet_b3": ("EfficientNet", 300, []),
    "efficientnet_b4": ("EfficientNet", 380, []),
    "efficientnet_b5": ("EfficientNet", 456, []),
    "efficientnet_b6": ("EfficientNet", 528, []),
    "efficientnet_b7": ("EfficientNet", 600, []),
    "efficientnet_v2_s": ("EfficientNetV2", 384, ["efficientnet_v2", "efficientnet_v2_small"]),
    "efficientnet_v2_m": ("EfficientNetV2", 480, ["efficientnet_v2_medium"]),
    "efficientnet_v2_l": ("EfficientNetV2", 480, ["efficientnet_v2_large"]),
    "googlenet": ("GoogLeNet", 224, ["inception_v1"]),
    "inception_v3": ("Inception", 299, ["inception"]),
    "mnasnet0_5": ("MNASNet", 224, ["mnasnet_050"]),
    "mnasnet0_75": ("MNASNet", 224, ["mnasnet_075"]),
    "mnasnet1_0": ("MNASNet", 224, ["mnasnet", "mnasnet_100"]),
    "mnasnet1_3": ("MNASNet", 224, ["mnasnet_130"]),
    "mobilenet_v2": ("MobileNetV2", 224, ["mobilenet_v2_1.0", "mobilenet_v2_100"]),
    "mobilenet_v3_small": ("MobileNetV3", 224, ["mobilenet_v3_small_100"]),
    "mobilenet_v3_large": ("MobileNetV3", 224, ["mobilenet_v3", "mobilenet_v3_large_100"]),
    "regnet_x_400mf": ("RegNet", 224, []),
    "regnet_y_400mf": ("RegNet", 224, []),
    "regnet_y_1_6gf": ("RegNet", 224, []),
    "regnet_y_8gf": ("RegNet", 224, []),
    "resnet18": ("ResNet", 224, []),
    "resnet34": ("ResNet", 224, []),
    "resnet50": ("ResNet", 224, ["resnet", "resnet50_v1.5"]),
    "resnet101": ("ResNet", 224, []),
    "resnet152": ("ResNet", 224, []),
    "resnext50_32x4d": ("ResNeXt", 224, ["resnext50", "resnext"]),
    "resnext101_32x8d": ("ResNeXt", 224, ["resnext101"]),
    "shufflenet_v2_x0_5": ("ShuffleNet", 224, ["shufflenet_v2_0.5"]),
    "shufflenet_v2_x1_0": ("ShuffleNet", 224,
                           ["shufflenet", "shufflenet_v2", "shufflenet_v2_1.0"]),
    "shufflenet_v2_x1_5": ("ShuffleNet", 224, ["shufflenet_v2_1.5"]),
    "shufflenet_v2_x2_0": ("ShuffleNet", 224, ["shufflenet_v2_2.0"]),
    "squeezenet1_0": ("SqueezeNet", 224, ["squeezenet"]),
    "squeezenet1_1": ("SqueezeNet", 224, []),
    "swin_t": ("Swin", 224, ["swin", "swin_tiny", "swin_tiny_patch4_window7_224"]),
    "swin_s": ("Swin", 224, ["swin_small", "swin_small_patch4_window7_224"]),
    "swin_b": ("Swin", 224, ["swin_base", "swin_base_patch4_window7_224"]),
    "vgg11": ("VGG", 224, []),
    "vgg11_bn": ("VGG", 224, []),
    "vgg13": ("VGG", 224, []),
    "vgg13_bn": ("VGG", 224, []),
    "vgg16": ("VGG", 224, ["vgg"]),
    "vgg16_bn": ("VGG", 224, []),
    "vgg19": ("VGG", 224, []),
    "vgg19_bn": ("VGG", 224, []),
    "vit_b_16": ("ViT", 224, ["vit", "vit_b", "vit_base", "vit_base_16",
                              "vit_base_patch16_224"]),
    "vit_b_32": ("ViT", 224, ["vit_base_32", "vit_base_patch32_224"]),
    "vit_l_16": ("ViT", 224, ["vit_l", "vit_large", "vit_large_16", "vit_large_patch16_224"]),
    "wide_resnet101_2": ("ResNet", 224, ["wrn_101_2"]),
    "wide_resnet50_2": ("ResNet", 224, ["wide_resnet", "wrn_50_2"]),
}

# Windows and position embeddings are made for one image size.
_ONE_SIZE = ("swin_", "vit_")

_TIMM_NETWORKS = {
    "inception_resnet_v2": ("inception_resnet_v2", "Inception", 299, []),
    "inception_v4": ("inception_v4", "Inception", 299, []),
    "xception": ("legacy_xception", "Xception", 299, ["legacy_xception"]),
}

# Those that timm alone defines, by families: name: (image size, whether others are possible).
_TIMM_FAMILIES = {
    "CSPNet": {"cspdarknet53": (256, True), "cspresnext50": (256, True), "darknet53": (256, True)},
    "ConvNeXt": {"convnext_nano": (224, True)},
    "DLA": {"dla34": (224, True), "dla60": (224, True), "dla102": (224, True)},
    "DPN": {"dpn68": (224, True), "dpn92": (224, True)},
    "EfficientNet": {"efficientnet_lite0": (224, True), "efficientnet_es": (224, True),
                     "efficientnet_em": (240, True), "mixnet_s": (224, True),
                     "mixnet_xl": (224, True), "tinynet_a": (192, True)},
    "GhostNet": {"ghostnet_130": (224, True)},
    "HRNet": {"hrnet_w18": (224, True), "hrnet_w30": (224, True)},
    "LCNet": {"lcnet_100": (224, True)},
    "LeViT": {"levit_128": (224, False)},
    "MLP": {"mixer_b16_224": (224, False), "mixer_s32_224": (224, False),
            "resmlp_12_224": (224, False), "gmlp_ti16_224": (224, False)},
    "MNASNet": {"mnasnet_140": (224, True), "semnasnet_100": (224, True),
                "spnasnet_100": (224, True), "fbnetc_100": (224, True)},
    "MobileNetV2": {"mobilenetv2_050": (224, True), "mobilenetv2_140": (224, True)},
    "MobileNetV3": {"mobilenetv3_small_050": (224, True), "mobilenetv3_large_075": (224, True)},
    "PoolFormer": {"poolformer_s12": (224, True), "poolformer_s36": (224, True)},
    "RegNet": {f"regnet{kind}": (224, True) for kind in (
        "x_002", "x_008", "x_016", "x_032", "x_080", "x_160", "y_002", "y_008", "y_032", "y_080",
        "y_160")},
    "RepVGG": {"repvgg_a2": (224, True), "repvgg_b0": (224, True)},
    "ReXNet": {"rexnet_100": (224, True), "rexnet_200": (224, True)},
    "ResNeSt": {"resnest14d": (224, True), "resnest50d": (224, True)},
    "ResNet": {"resnet26d": (224, True), "resnet50d": (224, True), "resnet101d": (256, True),
               "resnet200": (224, True), "resnetv2_50": (224, True), "resnetv2_101": (224, True),
               "resnetblur50": (224, True)},
    "Res2Net": {"res2net50_26w_4s": (224, True)},
    "SENet": {"seresnet50": (224, True), "seresnet152d": (256, True),
              "seresnext50_32x4d": (224, True), "ecaresnet50d": (224, True),
              "skresnet50": (224, True)},
    "SelecSLS": {"selecsls60b": (224, True)},
    "Swin": {"swin_large_patch4_window7_224": (224, False)},
    "Twins": {"twins_pcpvt_small": (224, False), "twins_svt_base": (224, False)},
    "ViT": {"deit_tiny_patch16_224": (224, False), "deit_small_patch16_224": (224, False),
            "vit_small_patch32_224": (224, False), "vit_base_patch8_224": (224, False),
            "vit_base_patch16_384": (384, False), "vit_base_patch32_384": (384, False),
            "beit_base_patch16_224": (224, False), "cait_xxs24_224": (224, False),
            "visformer_small": (224, False)},
    "VoVNet": {"vovnet39a": (224, True), "ese_vovnet39b": (224, True)},
    "Xception": {"xception41": (299, True), "xception65": (299, True)},
}

# torchvision's networks that timm defines too, with the same parameters and MACs: timm's names.
_SAME_IN_TIMM = {
    "efficientnet_v2_s": "efficientnetv2_s", "efficientnet_v2_m": "efficientnetv2_m",
    "efficientnet_v2_l": "efficientnetv2_l", "mnasnet0_5": "mnasnet_050",
    "mnasnet0_75": "mnasnet_075", "mnasnet1_0": "mnasnet_100", "mobilenet_v2": "mobilenetv2_100",
    "mobilenet_v3_small": "mobilenetv3_small_100", "mobilenet_v3_large": "mobilenetv3_large_100",
    "regnet_x_400mf": "regnetx_004", "regnet_y_400mf": "regnety_004",
    "regnet_y_1_6gf": "regnety_016", "swin_t": "swin_tiny_patch4_window7_224",
    "swin_s": "swin_small_patch4_window7_224", "swin_b": "swin_base_patch4_window7_224",
    "vit_b_16": "vit_base_patch16_224", "vit_b_32": "vit_base_patch32_224",
    "vit_l_16": "vit_large_patch16_224",
    **{name: name for name in (
        "convnext_tiny", "convnext_small", "convnext_base", "convnext_large", "densenet121",
        "densenet161", "densenet169", "densenet201", "efficientnet_b0", "efficientnet_b1",
        "efficientnet_b2", "efficientnet_b3", "efficientnet_b4", "efficientnet_b5",
        "efficientnet_b6", "inception_v3", "resnet18", "resnet34", "resnet50", "resnet101",
        "resnet152", "resnext50_32x4d", "resnext101_32x8d", "vgg11", "vgg11_bn", "vgg13",
        "vgg13_bn", "vgg16", "vgg16_bn", "vgg19", "vgg19_bn", "wide_resnet50_2",
        "wide_resnet101_2")},
}

# Auxiliary classifiers are left out: what most people train has none.
_ARGUMENTS = {"inception_v3": {"aux_logits": False, "init_weights": False},
              "googlenet": {"aux_logits": False, "init_weights": False}}


def _torchvision(name, family, size, aliases):
    def make():
        return torchvision.models.get_model(name, weights=None, **_ARGUMENTS.get(name, {}))
    if name in _SAME_IN_TIMM:
        aliases = [*aliases, f"timm/{_SAME_IN_TIMM[name]}"]
    return TorchNetwork(name, family, _TORCHVISION, make, size, aliases=aliases,
                        any_size=not name.startswith(_ONE_SIZE))


def _timm(name, definition, family, size, aliases, any_size=True):
    def make():
        return timm.create_model(definition, pretrained=False)
    return TorchNetwork(name, family, _TIMM, make, size, any_size=any_size, aliases=aliases)


def _timm_families():
    for family, members in _TIMM_FAMILIES.items():
        for name, (size, any_size) in members.items():
            yield _timm(f"timm/{name}", name, family, size, [], any_size)


def _own():
    yield TorchNetwork("ssd300_vgg16", "SSD", _TORCHVISION, _Ssd, 300, any_size=False,
                       aliases=["ssd", "ssd300", "ssd_vgg16"], outputs=["boxes", "classes"])
    yield TorchNetwork("shufflenet_v2_cifar", "ShuffleNet", _OWN, own_networks.ShuffleNetV2Cifar,
                       32)
    yield TorchNetwork("unet", "U-Net", _OWN, own_networks.UNet, 256)
    yield TorchNetwork(
        "deepspeech2", "DeepSpeech2", _OWN, own_networks.DeepSpeech2, sequence_length=1230,
        aliases=["deepspeech", "ds2"], axes={"input": ("batch", "sequence", "frequencies")},
        make_inputs=lambda batch: (torch.randn(batch, 100, 161),))
    yield TorchNetwork(
        "neumf", "NCF", _OWN, own_networks.NeuMF, any_size=False,
        aliases=["ncf", "neural_collaborative_filtering"],
        axes={"user": ("batch",), "item": ("batch",)},
        make_inputs=lambda batch: (torch.zeros(batch, dtype=torch.int64),) * 2)


def networks():
    """All of them, in the order of the index."""
    for name, entry in _TORCHVISION_NETWORKS.items():
        yield _torchvision(name, *entry)
    for name, entry in _TIMM_NETWORKS.items():
        yield _timm(name, *entry)
    yield from _timm_families()
    yield from _own()
