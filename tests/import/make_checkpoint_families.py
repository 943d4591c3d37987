#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes tests/import/families/checkpoints.json: checkpoints as names, shapes and places in the noise, and answers.

Run once with Debian's python3-torch 1.13.1 and python3-torchvision 0.14.1; the file is committed. Of libraries that
are not packaged (timm, transformers, fastai) the networks are written out in named_networks.py, or are torchvision's
with their names. Expectations are float64: the classifier on its window, and on a larger picture what follows the
features, given each window's part of the picture's features.
"""
import json
import os

import torch
import torchvision.models as zoo
from torchvision.models.convnext import CNBlockConfig

import named_networks as named
from make_families import HERE, MEAN, STD, Narrow, fill, picture

CLASSES = 5


def narrow(constructor, **options):
    with Narrow(8):
        return constructor(num_classes=CLASSES, **options)


def torchvision_convnext():
    widths = (6, 8, 10, 12)
    blocks = [CNBlockConfig(widths[i], widths[i + 1] if i < 3 else None, count) for i, count in enumerate((3, 3, 9, 3))]
    return zoo.ConvNeXt(blocks, num_classes=CLASSES)


def usual_epsilon(net):
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eps = 1e-5
    return net


def body_and_head():
    return named.Fastai(named.ResNet((2, 2, 2, 2)), CLASSES)


SAME = lambda state: state
NETWORKS = {
    # name: (network, its names, window, the module whose input or output is the features, the family's name for it)
    "inception_v3": (lambda: narrow(zoo.inception_v3, init_weights=False), SAME, 107, "avgpool", "inception_v3"),
    "googlenet": (lambda: narrow(zoo.googlenet, init_weights=False), SAME, 64, "avgpool", "googlenet"),
    "torchvision convnext": (torchvision_convnext, SAME, 64, "avgpool", "convnext_tiny"),
    "timm resnet18d": (lambda: named.ResNet((2, 2, 2, 2), deep=True, pooled=True), SAME, 64, "pool", "resnet18d"),
    "timm seresnet50": (lambda: named.ResNet((3, 4, 6, 3), bottleneck=True, attention=named.Squeeze), SAME, 64, "pool",
                        "resnet50"),
    "timm ecaresnet26t": (lambda: named.ResNet((2, 2, 2, 2), bottleneck=True, deep=True, pooled=True,
                                               attention=named.ChannelAttention), SAME, 64, "pool", "resnet26t"),
    "cifar resnet18": (lambda: named.ResNet((2, 2, 2, 2), cifar=True), SAME, 32, "pool", "resnet18_cifar"),
    "timm convnext": (lambda: named.ConvNeXt((2, 2, 6, 2)), SAME, 64, "pool", "convnext_atto_or_wider"),
    "timm convnextv2": (lambda: named.ConvNeXt((2, 2, 6, 2), response=True), SAME, 64, "pool", "convnext_atto_or_wider"),
    "transformers convnext": (lambda: named.ConvNeXt((3, 3, 9, 3), last_epsilon=1e-12), named.transformers_convnext, 64,
                              "pool", "convnext_tiny"),
    "transformers convnextv2": (lambda: named.ConvNeXt((3, 3, 9, 3), response=True, last_epsilon=1e-12),
                                named.transformers_convnext, 64, "pool", "convnext_tiny"),
    "transformers resnet50": (lambda: named.ResNet((3, 4, 6, 3), bottleneck=True), named.transformers_resnet, 64, "pool",
                              "resnet50"),
    "timm regnety_004": (lambda: narrow(zoo.regnet_y_400mf), named.timm_regnet, 64, "avgpool", "timm_regnet"),
    "timm efficientnet_b0": (lambda: narrow(zoo.efficientnet_b0), lambda state: named.timm_mobile(state, None), 64,
                             "avgpool", "efficientnet_b0"),
    "timm mobilenetv3_large": (lambda: usual_epsilon(narrow(zoo.mobilenet_v3_large)),
                               lambda state: named.timm_mobile(state, (1, 2, 3, 4, 2, 3)), 64, "avgpool",
                               "mobilenetv3_large"),
    "timm repvgg": (lambda: named.RepVgg((2, 2, 2, 1)), SAME, 64, "pool", "timm_repvgg"),
    "repvgg": (lambda: named.RepVgg((2, 2, 2, 1)), named.authors_repvgg, 64, "pool", "repvgg"),
    "children of resnet18": (lambda: named.ResNet((2, 2, 2, 2)), named.children, 64, "pool", "resnet18"),
    "fastai resnet18": (body_and_head, SAME, 64, "0.7", "resnet18"),
}


class Stop(Exception):
    pass


def features_of(net, module, inner):
    """A function from pictures to the features, and one that runs the network with others in their place."""
    found = dict(net.named_modules())[module]

    def features(x):
        def grab(_module, inputs, output=None):
            seen.append(output if inner else inputs[0])
            raise Stop
        seen = []
        handle = found.register_forward_hook(grab) if inner else found.register_forward_pre_hook(grab)
        try:
            net(x)
        except Stop:
            pass
        handle.remove()
        return seen[0]

    def rest(x, replaced):
        handle = (found.register_forward_hook(lambda *_: replaced) if inner else
                  found.register_forward_pre_hook(lambda *_: (replaced,)))
        scores = net(x)
        handle.remove()
        return scores
    return features, rest


def answers(net, module, window, sizes):
    features, rest = features_of(net, module, inner=module[0].isdigit())
    small = picture(window, window, 3)
    rows, columns = features(small).shape[-2:]
    for height, width in sizes:
        whole = features(picture(height, width, 3))
        down, across = whole.shape[-2] - rows + 1, whole.shape[-1] - columns + 1
        crops = [whole[:, :, y:y + rows, x:x + columns] for y in range(down) for x in range(across)]
        scores = rest(small, torch.cat(crops)).T.reshape(-1, down, across)
        if (height, width) == (window, window):
            assert torch.allclose(scores.flatten(), net(small).flatten(), rtol=1e-9, atol=1e-12)
        yield {"size": [height, width], "shape": list(scores.shape),
               "logits": [float(f"{value:.9g}") for value in scores.flatten().tolist()]}


def make(name):
    constructor, rename, window, module, family = NETWORKS[name]
    net = constructor().eval()
    places = fill(net)
    state = {key: value for key, value in net.state_dict().items() if key in places}
    entry_of = {value.data_ptr(): key for key, value in state.items()}
    tensors = [[key, list(value.shape), places[entry_of[value.data_ptr()]]] for key, value in rename(state).items()]
    assert len(tensors) == len(state), name
    exact = net.double()
    with torch.no_grad():
        maps = list(answers(exact, module, window, [(window, window), (window + 67, window + 33)]))
    largest = max(abs(value) for value in maps[0]["logits"])
    print(f"{name:26s} {len(tensors):4d} tensors  logits {largest:.3g}  map {maps[1]['shape']}")
    return {"family": family, "window": window, "tensors": tensors, "maps": maps}


def main():
    expected = {"mean": MEAN, "std": STD, "networks": {name: make(name) for name in NETWORKS}}
    with open(os.path.join(HERE, "checkpoints.json"), "w") as file:
        json.dump(expected, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
