#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes the checkpoints of tests/import/fixtures: one narrow ResNet-18 saved in every way that fcn-export reads.

Run once with Debian's python3-torch 1.13.1 and python3-torchvision; the files are committed, so that neither
building nor testing needs Python. Every value is a multiple of 2^-8 with at most 7 significant bits, so that
float16 and bfloat16 hold it exactly and all files mean the same numbers.
"""
import io
import json
import os
import pickle
import struct
import tarfile
from collections import OrderedDict

import torch
from torch import nn
from torchvision.models.resnet import BasicBlock

HERE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "fixtures")
WIDTHS, CLASSES, WINDOW, MAP = (4, 4, 6, 8), 5, 64, (96, 160)
MEAN, STD = (0.5, 0.25, 0.75), (0.25, 0.5, 0.125)


class Narrow(nn.Module):
    """torchvision's ResNet-18, module names and all, with other widths."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, WIDTHS[0], 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(WIDTHS[0])
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        before = WIDTHS[0]
        for stage, width in enumerate(WIDTHS):
            stride = 1 if stage == 0 else 2
            shortcut = None
            if stride != 1 or before != width:
                shortcut = nn.Sequential(nn.Conv2d(before, width, 1, stride, bias=False), nn.BatchNorm2d(width))
            blocks = [BasicBlock(before, width, stride, shortcut), BasicBlock(width, width)]
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
            before = width
        self.fc = nn.Linear(before, CLASSES)

    def features(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        return self.layer4(self.layer3(self.layer2(self.layer1(x))))

    def forward(self, x, pool):
        x = nn.functional.avg_pool2d(self.features(x), pool, 1)
        return nn.functional.conv2d(x, self.fc.weight[:, :, None, None], self.fc.bias)


def coarse(shape, low, high, generator):
    """Multiples of 2^-6 below 1, of 2^-8 below 1/4: few enough bits for every format."""
    value = torch.rand(shape, generator=generator) * (high - low) + low
    unit = torch.where(value.abs() < 0.25, 2.0 ** -8, 2.0 ** -6)
    return torch.round(value / unit) * unit


def picture(height, width):
    """A pattern that any language makes from integers; shape 1 x 3 x height x width, normalised."""
    y = torch.arange(height)[:, None, None]
    x = torch.arange(width)[None, :, None]
    c = torch.arange(3)[None, None, :]
    pixels = (y * 7 + x * 13 + c * 29 + (x * y) % 31 * 5) % 256
    scaled = (pixels.double() / 255 - torch.tensor(MEAN, dtype=torch.float64)) / torch.tensor(STD, dtype=torch.float64)
    return scaled.permute(2, 0, 1)[None]


def write_safetensors(path, state):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, tensor in state.items():
        raw = tensor.detach().contiguous().numpy().tobytes()
        dtype = {torch.float32: "F32", torch.int64: "I64"}[tensor.dtype]
        header[name] = {"dtype": dtype, "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def one_storage(state):
    """The same tensors as views of one storage per type."""
    result = OrderedDict(state)
    floats = [name for name in state if state[name].dtype == torch.float32]
    flat = torch.cat([state[name].reshape(-1) for name in floats])
    at = 0
    for name in floats:
        count = state[name].numel()
        result[name] = flat[at:at + count].view(state[name].shape)
        at += count
    return result


def turned(state):
    """The same tensors with their last axes' memory first."""
    return OrderedDict((name, tensor.permute(*reversed(range(tensor.dim()))).contiguous()
                        .permute(*reversed(range(tensor.dim()))) if tensor.dim() > 1 else tensor)
                       for name, tensor in state.items())


def converted(state, dtype):
    return OrderedDict((name, tensor.to(dtype) if tensor.is_floating_point() else tensor)
                       for name, tensor in state.items())


def write_tar(path, state):
    """As torch 0.1 saved: no such torch is left to do it, but torch.load still reads it and is asked to."""
    storages, views, tensors, pickled = io.BytesIO(), [], io.BytesIO(), io.BytesIO()
    roots, keys = OrderedDict(), {}
    for number, (name, tensor) in enumerate(state.items()):
        keys[name] = 94000000000000 + number
        roots.setdefault(tensor.storage().data_ptr(), (70000 + number, tensor))
    pickle.dump(len(roots), storages, 2)
    for key, tensor in roots.values():
        flat = torch.tensor(tensor.storage(), dtype=tensor.dtype)
        pickle.dump((key, "cpu", old_class(tensor, "Storage")), storages, 2)
        storages.write(struct.pack("<q", len(flat)) + flat.numpy().tobytes())
    # Every second tensor shows its storage through a view of it.
    for number, (name, tensor) in enumerate(state.items()):
        if number % 2:
            root = roots[tensor.storage().data_ptr()][0]
            views.append((80000 + number, root, tensor.storage_offset(), tensor.numel()))
    pickle.dump(views, storages, 2)
    pickle.dump(len(state), tensors, 2)
    for number, (name, tensor) in enumerate(state.items()):
        viewed = number % 2 == 1
        storage = 80000 + number if viewed else roots[tensor.storage().data_ptr()][0]
        pickle.dump((keys[name], storage, old_class(tensor, "Tensor")), tensors, 2)
        tensors.write(struct.pack(f"<ii{tensor.dim()}q{tensor.dim()}qq", tensor.dim(), 0, *tensor.shape, *tensor.stride(),
                                  0 if viewed else tensor.storage_offset()))

    class Pickler(pickle.Pickler):
        def persistent_id(self, obj):
            return str(obj.key) if isinstance(obj, TensorKey) else None

    Pickler(pickled, 2).dump(OrderedDict((name, TensorKey(keys[name])) for name in state))
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        for name, data in (("storages", storages), ("tensors", tensors), ("pickle", pickled)):
            info = tarfile.TarInfo(name)
            info.size = len(data.getvalue())
            tar.addfile(info, io.BytesIO(data.getvalue()))
    loaded = torch.load(path)
    assert list(loaded) == list(state) and all(torch.equal(loaded[name], state[name]) for name in state)


def old_class(tensor, kind):
    return getattr(torch, {torch.float32: "Float", torch.int64: "Long"}[tensor.dtype] + kind)


class TensorKey:
    def __init__(self, key):
        self.key = key


def main():
    os.makedirs(HERE, exist_ok=True)
    generator = torch.Generator().manual_seed(7)
    net = Narrow().eval()
    with torch.no_grad():
        for name, tensor in net.state_dict().items():
            if name.endswith("running_var") or (tensor.dim() == 1 and name.endswith("weight")):
                tensor.copy_(coarse(tensor.shape, 0.5, 1.5, generator))
            elif tensor.is_floating_point():
                bound = 0.5 if tensor.dim() > 1 else 0.25
                tensor.copy_(coarse(tensor.shape, -bound, bound, generator))
    state = net.state_dict()

    def save(name, obj, **options):
        torch.save(obj, os.path.join(HERE, name), **options)

    save("zip.pth", state)
    save("legacy.pth", state, _use_new_zipfile_serialization=False)
    save("half.pth", converted(state, torch.float16))
    save("bfloat16.pth", converted(state, torch.bfloat16))
    save("float64.pth", converted(state, torch.float64), _use_new_zipfile_serialization=False)
    save("wrapped.pth", {"epoch": 3, "arch": "resnet18", "state_dict": state, "best": torch.tensor(0.5), "lr": 0.1,
                         "betas": (0.9, 0.999), "seen": {1, 2}, "size": torch.Size([3, 64, 64])})
    save("module_prefix.pth", {"model": OrderedDict(("module." + name, state[name]) for name in state)})
    save("shared.pth", one_storage(state))
    save("shared_legacy.pth", one_storage(state), _use_new_zipfile_serialization=False)
    save("strided.pth", turned(state))
    save("parameters.pth", OrderedDict((name, nn.Parameter(tensor) if tensor.is_floating_point() else tensor)
                                       for name, tensor in state.items()))
    save("protocol4.pth", state, pickle_protocol=4)
    save("tiny.pth", OrderedDict(a=torch.tensor([1.0, 2.0]), b=torch.tensor([[3.0]])))
    save("tiny_legacy.pth", OrderedDict(a=torch.tensor([1.0, 2.0]), b=torch.tensor([[3.0]])),
         _use_new_zipfile_serialization=False)
    write_tar(os.path.join(HERE, "oldest.pth"), one_storage(state))
    write_tar(os.path.join(HERE, "tiny_oldest.pth"), OrderedDict(a=torch.tensor([1.0, 2.0]), b=torch.tensor([[3.0]])))
    save("whole_module.pth", nn.Sequential(nn.Conv2d(1, 1, 1)))
    write_safetensors(os.path.join(HERE, "plain.safetensors"), state)

    exact = net.double()
    pool = WINDOW // 32
    with torch.no_grad():
        expected = {"mean": MEAN, "std": STD, "window": WINDOW, "map": MAP,
                    "window_logits": exact(picture(WINDOW, WINDOW), pool).flatten().tolist(),
                    "map_shape": list(exact(picture(*MAP), pool).shape[1:]),
                    "map_logits": exact(picture(*MAP), pool).flatten().tolist()}
    with open(os.path.join(HERE, "expected.json"), "w") as file:
        json.dump(expected, file, indent=1)
        file.write("\n")


main()
