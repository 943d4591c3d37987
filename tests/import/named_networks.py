# SPDX-License-Identifier: MIT
"""Narrow networks of make_checkpoint_families.py as timm, fastai and RepVGG's authors name and compute them, and
functions that give torchvision's or these networks' tensors the names of timm, transformers and others."""
import re

import torch
from torch import nn
from torch.nn import functional as F

CLASSES = 5
WIDTH = 4


class Squeeze(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, max(channels // 4, 2), 1)
        self.fc2 = nn.Conv2d(max(channels // 4, 2), channels, 1)

    def forward(self, x):
        return x * torch.sigmoid(self.fc2(F.relu(self.fc1(x.mean((2, 3), keepdim=True)))))


class ChannelAttention(nn.Module):
    def __init__(self, _channels):
        super().__init__()
        self.conv = nn.Conv1d(1, 1, 3, padding=1, bias=False)

    def forward(self, x):
        gate = self.conv(x.mean((2, 3)).unsqueeze(1))
        return x * torch.sigmoid(gate).view(x.shape[0], -1, 1, 1)


class Block(nn.Module):
    """A residual block of timm's ResNet; `pooled` is ResNet-D's shortcut."""

    def __init__(self, inputs, width, stride, bottleneck, pooled, attention):
        super().__init__()
        outputs = width * (4 if bottleneck else 1)
        kernels = [1, 3, 1] if bottleneck else [3, 3]
        strides = [1, stride, 1] if bottleneck else [stride, 1]
        channels = [inputs] + [width] * (len(kernels) - 1) + [outputs]
        for i, (kernel, step) in enumerate(zip(kernels, strides)):
            conv = nn.Conv2d(channels[i], channels[i + 1], kernel, step, kernel // 2, bias=False)
            self.add_module(f"conv{i + 1}", conv)
            self.add_module(f"bn{i + 1}", nn.BatchNorm2d(channels[i + 1]))
        self.count = len(kernels)
        self.se = attention(outputs) if attention else None
        self.downsample = None
        if stride > 1 or inputs != outputs:
            pool = nn.AvgPool2d(2, stride, ceil_mode=True, count_include_pad=False) if stride > 1 else nn.Identity()
            project = [nn.Conv2d(inputs, outputs, 1, 1 if pooled else stride, bias=False), nn.BatchNorm2d(outputs)]
            self.downsample = nn.Sequential(*([pool] if pooled else []) + project)

    def forward(self, x):
        y = x
        for i in range(1, self.count + 1):
            y = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(y))
            y = F.relu(y) if i < self.count else y
        if self.se is not None:
            y = self.se(y)
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    def __init__(self, depths, bottleneck=False, deep=False, pooled=False, attention=None, cifar=False):
        super().__init__()
        if deep:
            layers = []
            for inputs, outputs, stride in ((3, 2, 2), (2, 2, 1), (2, WIDTH, 1)):
                layers += [nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
            self.conv1 = nn.Sequential(*layers[:-2])
        else:
            self.conv1 = nn.Conv2d(3, WIDTH, 3 if cifar else 7, 1 if cifar else 2, 1 if cifar else 3, bias=False)
        self.bn1 = nn.BatchNorm2d(WIDTH)
        self.cifar = cifar
        channels = WIDTH
        for stage, depth in enumerate(depths):
            width, blocks = WIDTH << stage, []
            for block in range(depth):
                blocks.append(Block(channels, width, 2 if block == 0 and stage else 1, bottleneck, pooled, attention))
                channels = width * (4 if bottleneck else 1)
            self.add_module(f"layer{stage + 1}", nn.Sequential(*blocks))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(channels, CLASSES)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = x if self.cifar else F.max_pool2d(x, 3, 2, 1)
        for stage in range(1, 5):
            x = getattr(self, f"layer{stage}")(x)
        return self.fc(self.pool(x).flatten(1))


class MaximaAndMeans(nn.Module):
    def forward(self, x):
        return torch.cat([F.adaptive_max_pool2d(x, 1), F.adaptive_avg_pool2d(x, 1)], 1)


class Fastai(nn.Sequential):
    """A body without its pool, and the head of fastai's vision learners."""

    def __init__(self, net, classes):
        width = net.fc.in_features
        super().__init__(
            nn.Sequential(net.conv1, net.bn1, nn.ReLU(), nn.MaxPool2d(3, 2, 1), net.layer1, net.layer2, net.layer3,
                          net.layer4),
            nn.Sequential(MaximaAndMeans(), nn.Flatten(), nn.BatchNorm1d(2 * width), nn.Dropout(0.25),
                          nn.Linear(2 * width, width, bias=False), nn.ReLU(), nn.BatchNorm1d(width), nn.Dropout(0.5),
                          nn.Linear(width, classes, bias=False)))


class ChannelNorm(nn.LayerNorm):
    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ResponseNorm(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        energy = x.norm(p=2, dim=(2, 3), keepdim=True)
        share = energy / (energy.mean(1, keepdim=True) + 1e-6)
        return x + self.bias[:, None, None] + self.weight[:, None, None] * (x * share)


class ConvNeXtBlock(nn.Module):
    def __init__(self, width, response):
        super().__init__()
        self.conv_dw = nn.Conv2d(width, width, 7, padding=3, groups=width)
        self.norm = ChannelNorm(width, eps=1e-6)
        self.mlp = nn.Module()
        self.mlp.fc1 = nn.Linear(width, 4 * width)
        self.mlp.fc2 = nn.Linear(4 * width, width)
        if response:
            self.mlp.grn = ResponseNorm(4 * width)
        self.gamma = None if response else nn.Parameter(torch.ones(width))

    def forward(self, x):
        y = self.mlp.fc1(self.norm(self.conv_dw(x)).permute(0, 2, 3, 1))
        y = F.gelu(y).permute(0, 3, 1, 2)
        y = self.mlp.grn(y) if self.gamma is None else y
        y = self.mlp.fc2(y.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        return x + (y if self.gamma is None else y * self.gamma[:, None, None])


class ConvNeXt(nn.Module):
    def __init__(self, depths, response=False, last_epsilon=1e-6):
        super().__init__()
        widths = (6, 8, 10, 12)
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 4, 4), ChannelNorm(widths[0], eps=1e-6))
        self.stages = nn.ModuleList()
        for i, depth in enumerate(depths):
            stage = nn.Module()
            stage.downsample = nn.Identity() if i == 0 else nn.Sequential(
                ChannelNorm(widths[i - 1], eps=1e-6), nn.Conv2d(widths[i - 1], widths[i], 2, 2))
            stage.blocks = nn.Sequential(*(ConvNeXtBlock(widths[i], response) for _ in range(depth)))
            self.stages.append(stage)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Module()
        self.head.norm = ChannelNorm(widths[-1], eps=last_epsilon)
        self.head.fc = nn.Linear(widths[-1], CLASSES)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            x = stage.blocks(stage.downsample(x))
        return self.head.fc(self.head.norm(self.pool(x)).flatten(1))


class ConvNorm(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return self.bn(self.conv(x))


class RepVggBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.identity = nn.BatchNorm2d(inputs) if inputs == outputs and stride == 1 else None
        self.conv_kxk = ConvNorm(inputs, outputs, 3, stride)
        self.conv_1x1 = ConvNorm(inputs, outputs, 1, stride)

    def forward(self, x):
        y = self.conv_kxk(x) + self.conv_1x1(x)
        return F.relu(y if self.identity is None else y + self.identity(x))


class RepVgg(nn.Module):
    def __init__(self, depths):
        super().__init__()
        self.stem = RepVggBlock(3, WIDTH, 2)
        stages, channels = [], WIDTH
        for i, depth in enumerate(depths):
            blocks = []
            for block in range(depth):
                blocks.append(RepVggBlock(channels, WIDTH << i, 2 if block == 0 else 1))
                channels = WIDTH << i
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.Sequential(*stages)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Module()
        self.head.fc = nn.Linear(channels, CLASSES)

    def forward(self, x):
        return self.head.fc(self.pool(self.stages(self.stem(x))).flatten(1))


def renamed(state, *rules):
    """The state with every name changed by regular expressions, one after the other."""
    names = {}
    for name, value in state.items():
        for pattern, replacement in rules:
            name = re.sub(pattern, replacement, name)
        names[name] = value
    return names


def transformers_resnet(state):
    minus_one = lambda found: f"encoder.stages.{int(found[1]) - 1}.layers."
    inner = lambda found: f".layer.{int(found[2]) - 1}.{'convolution' if found[1] == 'conv' else 'normalization'}."
    return renamed(state, (r"^conv1\.", "resnet.embedder.embedder.convolution."),
                   (r"^bn1\.", "resnet.embedder.embedder.normalization."), (r"^layer(\d)\.", minus_one),
                   (r"\.(conv|bn)(\d)\.", inner), (r"downsample\.0\.", "shortcut.convolution."),
                   (r"downsample\.1\.", "shortcut.normalization."), (r"^encoder", "resnet.encoder"),
                   (r"^fc\.", "classifier.1."))


def transformers_convnext(state):
    return renamed(state, (r"^stem\.0", "convnext.embeddings.patch_embeddings"),
                   (r"^stem\.1", "convnext.embeddings.layernorm"),
                   (r"^stages\.(\d)\.downsample", r"convnext.encoder.stages.\1.downsampling_layer"),
                   (r"^stages\.(\d)\.blocks", r"convnext.encoder.stages.\1.layers"),
                   (r"conv_dw", "dwconv"), (r"(layers\.\d+)\.norm", r"\1.layernorm"), (r"mlp\.fc", "pwconv"),
                   (r"mlp\.grn", "grn"), (r"gamma", "layer_scale_parameter"), (r"^head\.norm", "convnext.layernorm"),
                   (r"^head\.fc", "classifier"))


def timm_regnet(state):
    block = lambda found: f"s{found[1]}.b{int(found[2]) + 1}."
    return renamed(state, (r"^stem\.0", "stem.conv"), (r"^stem\.1", "stem.bn"),
                   (r"^trunk_output\.block(\d)\.block\d-(\d+)\.", block), (r"proj\.0", "downsample.conv"),
                   (r"proj\.1", "downsample.bn"), (r"f\.a\.0", "conv1.conv"), (r"f\.a\.1", "conv1.bn"),
                   (r"f\.b\.0", "conv2.conv"), (r"f\.b\.1", "conv2.bn"), (r"f\.c\.0", "conv3.conv"),
                   (r"f\.c\.1", "conv3.bn"), (r"f\.se", "se"), (r"^fc\.", "head.fc."))


def timm_mobile(state, depths):
    """torchvision's EfficientNet (without depths) or MobileNet V3 in timm's names."""
    places = {}  # of V3's flat list of blocks
    for stage, depth in enumerate(depths or ()):
        for block in range(depth):
            places[str(len(places) + 1)] = (stage, block)
    parts = {}  # a block's prefix -> the indices of its layers, and which of them is the squeeze
    for name in state:
        if found := re.match(r"(.*block)\.(\d+)\.(fc1)?", name):
            parts.setdefault(found[1], {}).setdefault(int(found[2]), False)
            parts[found[1]][int(found[2])] |= found[3] is not None

    def layer(found):
        squeezes = parts[found[1]]
        if squeezes[int(found[2])]:
            return found[1] + ".se."
        convs = [i for i in sorted(squeezes) if not squeezes[i]]
        place, names = convs.index(int(found[2])), ("conv_pw", "conv_dw", "conv_pwl")
        name = names[place] if len(convs) == 3 else ("conv_dw", "conv_pw")[place]
        return found[1] + (f".{name}." if found[3] == "0." else f".bn{place + 1}.")

    def stage(found):
        if depths is None:
            return f"blocks.{int(found[1]) - 1}.{found[2]}"
        at, block = places[found[1]]
        return f"blocks.{at}.{block}."

    last = max(int(found[1]) for name in state if (found := re.match(r"features\.(\d+)\.", name)))
    end = ("conv_head.", "bn2.") if depths is None else (f"blocks.{len(depths)}.0.conv.", f"blocks.{len(depths)}.0.bn1.")
    head = (r"^classifier\.1\.", "classifier.") if depths is None else (r"^classifier\.3\.", "classifier.")
    names = renamed(state, (r"^(features.*block)\.(\d+)\.(0\.|1\.)?", layer), (r"fc1", "conv_reduce"),
                  (r"fc2", "conv_expand"), (r"^features\.0\.0\.", "conv_stem."), (r"^features\.0\.1\.", "bn1."),
                  (rf"^features\.{last}\.0\.", end[0]), (rf"^features\.{last}\.1\.", end[1]),
                  (r"^classifier\.0\.", "conv_head."),
                  (r"^features\.(\d+)\.(\d+\.)block\." if depths is None else r"^features\.(\d+)\.block\.", stage), head)
    if (linear := names.get("conv_head.weight")) is not None:
        names["conv_head.weight"] = linear.view(*linear.shape[:2], 1, 1)
    return names


def authors_repvgg(state):
    after = lambda found: f"stage{int(found[1]) + 1}."
    return renamed(state, (r"^stem\.", "stage0."), (r"^stages\.(\d)\.", after), (r"conv_kxk", "rbr_dense"),
                   (r"conv_1x1", "rbr_1x1"), (r"identity", "rbr_identity"), (r"^head\.fc", "linear"))


def children(state):
    number = lambda found: f"{int(found[1]) + 3}."
    return renamed(state, (r"^conv1\.", "0."), (r"^bn1\.", "1."), (r"^layer(\d)\.", number), (r"^fc\.", "10."))
