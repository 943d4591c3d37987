# SPDX-License-Identifier: MIT
# Makes what every side of the comparison runs: ResNet-18 or MobileNet V2 with 1000 classes and random weights, as
# fcn-export reads it (a checkpoint with torchvision's names, or the classifier in ONNX) and, as an FCN, in ONNX; and
# one noise picture a size. Not here: running anything (compare.py and the peers).
#
#   /usr/bin/python3 network.py FOLDER resnet18|mobilenet_v2 HxW...
import os
import sys

import numpy as np
import torch
import torchvision
from torch import nn

MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)


class Block(nn.Module):
    """torchvision's BasicBlock, with its parameter names."""

    def __init__(self, inside, outside, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inside, outside, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outside)
        self.conv2 = nn.Conv2d(outside, outside, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outside)
        self.downsample = None
        if stride != 1:
            self.downsample = nn.Sequential(
                nn.Conv2d(inside, outside, 1, stride, bias=False), nn.BatchNorm2d(outside)
            )

    def forward(self, x):
        skip = x if self.downsample is None else self.downsample(x)
        return torch.relu(self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x))))) + skip)


class DenseResNet18(nn.Module):
    """ResNet-18 as a fully convolutional network: 7x7 average pool at stride 1, classifier as 1x1 convolution."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        widths = [64, 64, 128, 256, 512]
        for i in range(1, 5):
            first = Block(widths[i - 1], widths[i], 1 if i == 1 else 2)
            setattr(self, f"layer{i}", nn.Sequential(first, Block(widths[i], widths[i], 1)))
        self.pool = nn.AvgPool2d(7, 1)
        self.fc = nn.Conv2d(512, 1000, 1)

    def forward(self, x):
        x = self.maxpool(torch.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(self.pool(x))


class DenseMobileNetV2(nn.Module):
    """torchvision's MobileNet V2 as a fully convolutional network."""

    def __init__(self):
        super().__init__()
        self.classifier = torchvision.models.mobilenet_v2(weights=None)
        self.pool = nn.AvgPool2d(7, 1)

    def forward(self, x):
        last = self.classifier.classifier[1]
        x = self.pool(self.classifier.features(x))
        return nn.functional.conv2d(x, last.weight[:, :, None, None], last.bias)


NETWORKS = {"resnet18": DenseResNet18, "mobilenet_v2": DenseMobileNetV2}


def random_network(name, image):
    """Random weights; batch norm's statistics are measured on `image`, so that activations stay of order one."""
    torch.manual_seed(1)
    net = NETWORKS[name]()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None
            nn.init.uniform_(module.weight, 0.5, 1.0)
            nn.init.normal_(module.bias, 0.0, 0.2)
    with torch.no_grad():
        net.train()(image)
    return net.eval()


def noise_picture(height, width):
    """8-bit pixels with detail at several scales: plain white noise would average out in the network."""
    rng = np.random.default_rng(height * 10007 + width)
    total = np.zeros((height, width, 3), np.float32)
    for cell in (1, 4, 16, 64):
        coarse = rng.standard_normal((height // cell + 1, width // cell + 1, 3)).astype(np.float32)
        total += np.repeat(np.repeat(coarse, cell, 0), cell, 1)[:height, :width]
    return np.clip(128 + 40 * total, 0, 255).astype(np.uint8)


def as_tensor(pixels):
    return torch.from_numpy(((pixels / np.float32(255) - MEAN) / STD).transpose(2, 0, 1)[None].copy())


def main():
    folder, name, sizes = sys.argv[1], sys.argv[2], [tuple(map(int, s.split("x"))) for s in sys.argv[3:]]
    os.makedirs(folder, exist_ok=True)

    def write(name, writer):
        path = os.path.join(folder, name)
        if not os.path.exists(path):
            writer(path + ".part")
            os.rename(path + ".part", path)

    net = random_network(name, as_tensor(noise_picture(224, 448)))

    def checkpoint(path):
        state = dict(net.state_dict())
        state["fc.weight"] = state["fc.weight"].flatten(1).clone()
        torch.save(state, path)

    if name == "resnet18":
        write("classifier.pth", checkpoint)
    else:
        window = torch.zeros(1, 3, 224, 224)
        write("classifier.onnx", lambda p: torch.onnx.export(net.classifier, window, p, opset_version=13))
    traced = torch.jit.trace(net, torch.zeros(1, 3, 256, 256))
    write("frozen.pt", lambda p: torch.jit.save(torch.jit.freeze(traced), p))
    names = {"input_names": ["pixels"], "output_names": ["logits"], "opset_version": 13}
    free = {"pixels": {2: "height", 3: "width"}, "logits": {2: "rows", 3: "cols"}}
    any_size = torch.zeros(1, 3, 256, 256)
    write("free.onnx", lambda p: torch.onnx.export(net, any_size, p, dynamic_axes=free, **names))
    for h, w in sizes:
        pixels = noise_picture(h, w)
        tensor = as_tensor(pixels)
        write(f"{h}x{w}.onnx", lambda p: torch.onnx.export(net, tensor, p, **names))
        write(f"{h}x{w}.u8", pixels.tofile)
        write(f"{h}x{w}.f32", tensor.numpy().tofile)


if __name__ == "__main__":
    main()
