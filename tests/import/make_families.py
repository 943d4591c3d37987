#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes tests/import/families: torchvision's classifiers as PyTorch exports them to ONNX, and PyTorch's answers.

Run once with Debian's python3-torch 1.13.1, python3-torchvision 0.14.1 and python3-onnx; the files are committed,
so that neither building nor testing needs Python. Every layer has an eighth of its channels (VGG and AlexNet a
32nd), and no file holds weights: they are external data, pieces of a stream of noise that the test makes by the
same formula (noise_stream.py, noise_weights.hpp). Expectations are float64: the classifier on its window, and the same
network built as an FCN (pool of the window's size, linear layers as 1x1 or HxW convolutions) on two more sizes.
"""
import json
import math
import os
import sys

import numpy
import onnx
import onnx.numpy_helper
import torch
import torchvision.models as zoo
from torch import nn
from torch.nn import functional as F

from noise_stream import COUNT, SCALES, noise_stream

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "families")
CLASSES = 5
MEAN, STD = (0.5, 0.25, 0.75), (0.25, 0.5, 0.125)
STREAM = noise_stream()


class Narrow:
    """While it lasts, modules are made with an n-th of the channels they ask for."""

    def __init__(self, divisor):
        self.divisor = divisor

    def __enter__(self):
        few = lambda count: count if count < 8 else max(1, count // self.divisor)
        self.saved = (nn.Conv2d.__init__, nn.BatchNorm2d.__init__, nn.Linear.__init__)
        conv, norm, linear = self.saved

        def make_conv(this, cin, cout, *args, groups=1, **kwargs):
            a, b = few(cin), few(cout)
            conv(this, a, b, *args, groups=a if groups == cin else math.gcd(math.gcd(a, b), groups), **kwargs)

        nn.Conv2d.__init__ = make_conv
        nn.BatchNorm2d.__init__ = lambda this, count, *args, **kwargs: norm(this, few(count), *args, **kwargs)
        nn.Linear.__init__ = lambda this, in_features, out_features, *args, **kwargs: linear(
            this, few(in_features), few(out_features), *args, **kwargs)

    def __exit__(self, *_):
        nn.Conv2d.__init__, nn.BatchNorm2d.__init__, nn.Linear.__init__ = self.saved


def fill(net):
    """Gives every tensor a piece of the stream; returns name -> offset in floats."""
    places, cursor = {}, 0
    closing = set()  # the last norm of each residual branch, quiet so that deep sums stay small
    for name, module in net.named_modules():
        norms = [n for n, m in module.named_modules() if isinstance(m, nn.BatchNorm2d)]
        if type(module).__name__ in ("BasicBlock", "Bottleneck", "InvertedResidual", "_InvertedResidual", "MBConv",
                                     "ResBottleneckBlock") and norms:
            own = [n for n in norms if "downsample" not in n and not n.startswith("proj")]
            if own:
                closing.add(f"{name}.{own[-1]}")
    for name, module in net.named_modules():
        for kind, tensor in list(module.named_parameters(recurse=False)) + list(module.named_buffers(recurse=False)):
            if not tensor.is_floating_point():
                continue
            count = tensor.numel()
            if tensor.dim() > 1:
                fan_in = count // tensor.shape[0]
                scale = min(max(round(-math.log2(math.sqrt(6 / fan_in))), 0), SCALES - 1)
            elif isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)) and kind in ("weight", "running_var"):
                scale = 2 if name in closing and kind == "weight" else SCALES
            else:
                scale = 2
            cursor = (cursor + 977) % (COUNT - count)
            begin = scale * COUNT + cursor
            with torch.no_grad():
                tensor.copy_(torch.from_numpy(STREAM[begin:begin + count].reshape(tensor.shape)))
            places[f"{name}.{kind}"] = begin
    return places


def picture(height, width, channels):
    """A pattern that any language makes from integers; shape 1 x channels x height x width, normalised."""
    y = torch.arange(height)[:, None, None]
    x = torch.arange(width)[None, :, None]
    c = torch.arange(channels)[None, None, :]
    pixels = (y * 7 + x * 13 + c * 29 + (x * y) % 31 * 5) % 256
    mean, std = (torch.tensor(v[:channels], dtype=torch.float64) for v in (MEAN, STD))
    return ((pixels.double() / 255 - mean) / std).permute(2, 0, 1)[None]


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5),
                                      nn.Sigmoid(), nn.AvgPool2d(2))
        self.classifier = nn.Sequential(nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(),
                                        nn.Linear(84, CLASSES))

    def forward(self, x):
        return self.classifier(torch.flatten(self.features(x), 1))


def convolved(linear, x, kernel):
    weight = linear.weight.view(linear.out_features, -1, *kernel)
    return F.conv2d(x, weight, linear.bias)


def run_head(layers, x, kernel):
    """A classifier's layers on a map: its first linear layer covers `kernel` places."""
    for layer in layers:
        if isinstance(layer, nn.Linear):
            x, kernel = convolved(layer, x, kernel), (1, 1)
        else:
            x = layer(x)
    return x


def last_map(net, x, module, output):
    """What enters or leaves one of the network's modules."""
    seen = []
    found = dict(net.named_modules())[module]
    handle = (found.register_forward_hook(lambda _m, _i, out: seen.append(out)) if output else
              found.register_forward_pre_hook(lambda _m, inputs: seen.append(inputs[0])))
    net(x)
    handle.remove()
    return seen[0]


def pooled(module, output, layers, before=lambda x: x):
    """An FCN whose map is averaged over the window, then classified place by place."""
    def run(net, x, size):
        pool = before(last_map(net, picture(size, size, x.shape[1]), module, output)).shape[-2:]
        return run_head(layers(net), F.avg_pool2d(before(last_map(net, x, module, output)), pool, 1), (1, 1))
    return run


def flattened(net, x, size):
    """VGG, AlexNet, LeNet: the first linear layer sees the window's whole map."""
    side = net.features(picture(size, size, x.shape[1])).shape[-2:]
    return run_head(net.classifier, net.features(x), side)


def squeezed(net, x, size):
    conv = lambda at: net.classifier[:3](net.features(at))
    return F.avg_pool2d(conv(x), conv(picture(size, size, 3)).shape[-2:], 1)


TO_FC = pooled("avgpool", False, lambda net: [net.fc])
FAMILIES = {
    # name: (constructor, channels divided by, window, FCN in PyTorch, operator set)
    "resnet18": (zoo.resnet18, 8, 64, TO_FC, 13),
    "resnet34": (zoo.resnet34, 8, 64, TO_FC, 11),
    "resnet50": (zoo.resnet50, 8, 64, TO_FC, 16),
    "resnet101": (zoo.resnet101, 8, 64, TO_FC, 13),
    "resnet152": (zoo.resnet152, 8, 64, TO_FC, 13),
    "resnext50_32x4d": (zoo.resnext50_32x4d, 8, 64, TO_FC, 13),
    "wide_resnet50_2": (zoo.wide_resnet50_2, 8, 64, TO_FC, 13),
    "vgg11": (zoo.vgg11, 32, 224, flattened, 13),
    "vgg11_bn": (zoo.vgg11_bn, 32, 224, flattened, 9),
    "vgg16": (zoo.vgg16, 32, 224, flattened, 13),
    "vgg16_bn": (zoo.vgg16_bn, 32, 224, flattened, 15),
    "alexnet": (zoo.alexnet, 32, 224, flattened, 13),
    "squeezenet1_0": (zoo.squeezenet1_0, 8, 64, squeezed, 13),
    "squeezenet1_1": (zoo.squeezenet1_1, 8, 64, squeezed, 9),
    "mobilenet_v2": (zoo.mobilenet_v2, 8, 64, pooled("features", True, lambda net: net.classifier), 13),
    "mobilenet_v3_small": (zoo.mobilenet_v3_small, 8, 64, pooled("avgpool", False, lambda net: net.classifier), 14),
    "mobilenet_v3_large": (zoo.mobilenet_v3_large, 8, 64, pooled("avgpool", False, lambda net: net.classifier), 12),
    "densenet121": (zoo.densenet121, 8, 64, pooled("features", True, lambda net: [net.classifier], F.relu), 13),
    "googlenet": (lambda **options: zoo.googlenet(aux_logits=False, transform_input=True, init_weights=False, **options),
                  8, 64, TO_FC, 13),
    "shufflenet_v2_x1_0": (lambda **options: zoo.ShuffleNetV2([4, 8, 4], [24, 32, 64, 96, 128], **options), 1, 64,
                           pooled("conv5", True, lambda net: [net.fc]), 13),
    "mnasnet1_0": (zoo.mnasnet1_0, 8, 64, pooled("layers", True, lambda net: net.classifier), 13),
    "efficientnet_b0": (zoo.efficientnet_b0, 8, 64, pooled("avgpool", False, lambda net: net.classifier), 13),
    "regnet_y_400mf": (zoo.regnet_y_400mf, 8, 64, TO_FC, 13),
    "regnet_x_400mf": (zoo.regnet_x_400mf, 8, 64, TO_FC, 13),
    "lenet5": (lambda num_classes: LeNet5(), 1, 28, flattened, 7),
}


def slim(model, places):
    """Takes out what no reader needs: weights that are in the stream, long names, documentation."""
    graph = model.graph
    for tensor in graph.initializer:
        if tensor.name in places:
            begin, count = places[tensor.name], int(numpy.prod(tensor.dims))
            held = onnx.numpy_helper.to_array(tensor)
            assert numpy.array_equal(held.ravel(), STREAM[begin:begin + count]), tensor.name
            tensor.ClearField("raw_data")
            tensor.data_location = onnx.TensorProto.EXTERNAL
            for key, value in (("location", "noise.bin"), ("offset", 4 * begin), ("length", 4 * count)):
                tensor.external_data.add(key=key, value=str(value))
        else:
            assert sum(tensor.dims) <= 16, (tensor.name, tensor.dims)
    kept = {v.name for v in graph.input} | {v.name for v in graph.output} | {t.name for t in graph.initializer}
    short = {}
    for number, node in enumerate(graph.node):
        node.ClearField("doc_string")
        for i, name in enumerate(node.output):
            if name not in kept:
                short[name] = node.output[i] = f"v{number}" if i == 0 else f"v{number}.{i}"
        for i, name in enumerate(node.input):
            node.input[i] = short.get(name, name)
    del graph.value_info[:]
    return model


def make(name):
    constructor, divisor, window, fcn, opset = FAMILIES[name]
    channels = 1 if name == "lenet5" else 3
    with Narrow(divisor):
        net = constructor(num_classes=CLASSES).eval()
    places = fill(net)
    path = os.path.join(HERE, name + ".onnx")
    torch.onnx.export(net, torch.zeros(1, channels, window, window), path, opset_version=opset,
                      training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False, input_names=["input"],
                      output_names=["logits"])
    model = slim(onnx.load(path), places)
    with open(path, "wb") as file:
        file.write(model.SerializeToString())
    exact = net.double()
    sizes = [(window, window), (window + 32, window + 96), (window + 67, window + 33)]
    if window == 28:
        sizes = [(28, 28), (32, 44), (41, 35)]
    result = {"window": window, "channels": channels, "maps": []}
    with torch.no_grad():
        logits = exact(picture(window, window, channels))
        for height, width in sizes:
            scores = fcn(exact, picture(height, width, channels), window)[0]
            if (height, width) == sizes[0]:
                assert torch.allclose(scores.flatten(), logits.flatten(), rtol=1e-9, atol=1e-12), name
            result["maps"].append({"size": [height, width], "shape": list(scores.shape),
                                   "logits": [float(f"{v:.9g}") for v in scores.flatten().tolist()]})
        last = torch.tensor(result["maps"][1]["logits"]).view(result["maps"][1]["shape"])
    print(f"{name:20s} {os.path.getsize(path):8d} bytes  logits {logits.abs().max():.3g}"
          f"  vary by {(last - last[:, :1, :1]).abs().max():.3g}")
    return result


def main():
    os.makedirs(HERE, exist_ok=True)
    names = sys.argv[1:] or list(FAMILIES)
    path = os.path.join(HERE, "expected.json")
    expected = {"mean": MEAN, "std": STD, "families": {}}
    if sys.argv[1:] and os.path.exists(path):
        with open(path) as file:
            expected = json.load(file)
    for name in names:
        expected["families"][name] = make(name)
    with open(path, "w") as file:
        json.dump(expected, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
