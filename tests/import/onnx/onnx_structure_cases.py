# SPDX-License-Identifier: MIT
"""More cases for make_onnx_cases.py: branches, pools along one axis, sums weighted by the picture. Importing it adds them to
onnx_cases.CASES."""
import numpy as np
from onnx import TensorProto, helper, numpy_helper

from onnx_case_graph import CHANNELS, array, ints, weights
from onnx_cases import CASES, case


def branch(nodes, output, **constants):
    """A branch of an If, as a graph: nodes as (kind, inputs, output, attributes)."""
    made = [helper.make_node(kind, inputs, [out], **attributes) for kind, inputs, out, attributes in nodes]
    info = helper.make_tensor_value_info(output, TensorProto.FLOAT, None)
    return helper.make_graph(made, "branch", [], [info],
                             [numpy_helper.from_array(value, name) for name, value in constants.items()])


@case(17)
def if_known(g):
    inner = g.op("If", [array(False, bool)], then_branch=branch([("Neg", ["m"], "t", {})], "t"),
                 else_branch=branch([("Mul", ["m", "factor"], "t", {})], "t", factor=array(1.5)))
    nested = branch([("Abs", [inner], "t", {}),
                     ("If", ["yes"], "u", {"then_branch": branch([("Sub", ["t", "m"], "w", {})], "w"),
                                           "else_branch": branch([("Exp", ["t"], "w", {})], "w")})],
                    "u", yes=array(True, bool))
    return g.op("If", [array(True, bool)], then_branch=nested, else_branch=branch([("Relu", ["m"], "t", {})], "t"))


@case(17)
def if_of_a_shape(g):
    """squeeze(2) as PyTorch's older exporter writes it where it does not know the size."""
    mean = g.op("GlobalAveragePool", ["m"])
    size = g.op("Gather", [g.op("Shape", [mean]), array(2, np.int64)])
    squeezed = g.op("If", [g.op("Equal", [size, array(1, np.int64)])],
                    then_branch=branch([("Squeeze", [mean, "axes"], "t", {})], "t", axes=ints(2)),
                    else_branch=branch([("Identity", [mean], "t", {})], "t"))
    return g.op("Mul", ["m", g.op("Reshape", [squeezed, ints(1, -1, 1, 1)])])


for kind in ["GlobalAveragePool", "GlobalMaxPool"]:
    def flattened_pool(g, kind=kind):
        flat = g.op("Reshape", ["m", ints(0, 0, -1)])
        return g.op("Mul", ["m", g.op("Reshape", [g.op(kind, [flat]), ints(0, 0, 1, 1)])])
    CASES[f"{kind.lower()}_flattened"] = (18, flattened_pool)


def along_channels(kind, **attributes):
    def build(g):
        line = g.op("Reshape", [g.op("GlobalAveragePool", ["m"]), ints(1, 1, CHANNELS)])
        return g.op("Add", ["m", g.op("Reshape", [g.op(kind, [line], **attributes), ints(1, -1, 1, 1)])])
    return build


CASES["averagepool_along_channels"] = (18, along_channels("AveragePool", kernel_shape=[3], pads=[1, 1]))
CASES["averagepool_along_channels_padded"] = (18, along_channels("AveragePool", kernel_shape=[3], pads=[2, 0],
                                                                 count_include_pad=1))
CASES["averagepool_of_all_channels"] = (18, along_channels("AveragePool", kernel_shape=[CHANNELS]))
CASES["maxpool_along_channels"] = (18, along_channels("MaxPool", kernel_shape=[3], pads=[1, 1]))
CASES["maxpool_of_all_channels"] = (18, along_channels("MaxPool", kernel_shape=[CHANNELS]))


@case(18)
def maxpool_of_channel_pairs(g):
    line = g.op("Reshape", [g.op("GlobalAveragePool", ["m"]), ints(1, 1, CHANNELS)])
    pairs = g.op("MaxPool", [line], kernel_shape=[2], strides=[2])
    return g.op("Conv", [g.op("Reshape", [pairs, ints(1, -1, 1, 1)]), weights(CHANNELS, CHANNELS // 2, 1, 1)])


@case(17)
def response_norm_by_pool(g):
    """PyTorch's LocalResponseNorm: a pool of three axes over padded channels."""
    squares = g.op("Unsqueeze", [g.op("Mul", ["m", "m"]), ints(1)])
    padded = g.op("Pad", [squares, ints(0, 0, 1, 0, 0, 0, 0, 1, 0, 0)])
    mean = g.op("Squeeze", [g.op("AveragePool", [padded], kernel_shape=[3, 1, 1], strides=[1, 1, 1]), ints(1)])
    base = g.op("Add", [g.op("Mul", [mean, array(0.5)]), array(2.0)])
    return g.op("Div", ["m", g.op("Pow", [base, array(0.75)])])


@case(18)
def einsum_implied(g):
    return g.op("Einsum", ["m", weights(CHANNELS, 4)], equation="acyz,cb")


@case(18)
def einsum_ellipsis(g):
    return g.op("Einsum", ["m", weights(4, CHANNELS)], equation="bc...,kc->bk...")


@case(18)
def einsum_gate(g):
    gate = g.op("Reshape", [g.op("GlobalAveragePool", ["m"]), ints(0, -1)])
    return g.op("Einsum", ["m", gate], equation="b c h w, b c -> b c h w")


@case(18)
def einsum_weighted_sum(g):
    places = g.op("Softmax", [g.op("Reshape", [g.op("Conv", ["m", weights(1, CHANNELS, 1, 1)]), ints(1, -1)])], axis=1)
    flat = g.op("Reshape", ["m", ints(1, CHANNELS, -1)])
    context = g.op("Einsum", [flat, places], equation="bcn,bn->bc")
    return g.op("Add", ["m", g.op("Reshape", [context, ints(1, -1, 1, 1)])])


@case(18)
def matmul_weighted_sum(g):
    """The context of global context networks."""
    places = g.op("Softmax", [g.op("Reshape", [g.op("Conv", ["m", weights(1, CHANNELS, 1, 1)]), ints(1, 1, -1)])], axis=2)
    flat = g.op("Unsqueeze", [g.op("Reshape", ["m", ints(0, CHANNELS, -1)]), ints(1)])
    context = g.op("MatMul", [flat, g.op("Unsqueeze", [places, ints(3)])])
    return g.op("Add", ["m", g.op("Reshape", [context, ints(1, -1, 1, 1)])])


@case(18)
def matmul_vector_first(g):
    places = g.op("Softmax", [g.op("Reshape", [g.op("Conv", ["m", weights(1, CHANNELS, 1, 1)]), ints(1, 1, -1)])], axis=2)
    rows = g.op("Transpose", [g.op("Reshape", ["m", ints(0, CHANNELS, -1)])], perm=[0, 2, 1])
    return g.op("Add", ["m", g.op("Reshape", [g.op("MatMul", [places, rows]), ints(1, -1, 1, 1)])])


@case(18)
def cast_like(g):
    return g.op("Mul", [g.op("CastLike", ["m", weights(1)]), g.op("CastLike", [array(3, np.int64), "m"])])
