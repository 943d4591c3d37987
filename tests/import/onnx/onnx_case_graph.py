# SPDX-License-Identifier: MIT
"""What the graphs of onnx_cases.py are built with: nodes one after the other, weights, the picture they see."""
import numpy as np
from onnx import TensorProto, helper, numpy_helper

CHANNELS = 6


def picture(height, width):
    y, x, c = np.ogrid[:height, :width, :3]
    pixels = (y * 7 + x * 13 + c * 29 + (x * y) % 31 * 5) % 256
    return ((pixels.astype(np.float32) / np.float32(255) - np.float32(0.5)) / np.float32(0.25)).transpose(2, 0, 1)[None]


def array(values, dtype=np.float32):
    return np.array(values, dtype)


def ints(*values):
    return np.array(values, np.int64)


def weights(*dims):
    """Small numbers, none like its neighbours."""
    count = int(np.prod(dims))
    return (((np.arange(count) * 37 + 11) % 64 - 31.5) / 32).astype(np.float32).reshape(dims)


class Graph:
    """Nodes one after the other; `m` is a map of CHANNELS channels, `g` its global mean."""

    def __init__(self):
        self.nodes, self.initializers = [], []
        self.op("Conv", ["x", weights(CHANNELS, 3, 1, 1), weights(CHANNELS)], out="m")

    def value(self, item):
        if isinstance(item, str):
            return item
        name = f"k{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.asarray(item), name))
        return name

    def op(self, kind, inputs, out=None, outputs=None, **attributes):
        names = outputs or [out or f"v{len(self.nodes)}"]
        self.nodes.append(helper.make_node(kind, [self.value(item) for item in inputs], names, **attributes))
        return names if outputs else names[0]

    def model(self, opset, output):
        self.op("Identity", [output], out="y")
        picture_info = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, "h", "w"])
        map_info = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
        graph = helper.make_graph(self.nodes, "case", [picture_info], [map_info], self.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
        model.ir_version = 9
        model.producer_name = ""
        return model
