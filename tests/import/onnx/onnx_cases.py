# SPDX-License-Identifier: MIT
"""The small ONNX graphs of make_onnx_cases.py: CASES names each with its operator set and a function that builds it."""
import numpy as np

from onnx_case_graph import CHANNELS, array, ints, weights

CASES = {}


def case(opset, name=None):
    def add(function):
        CASES[name or function.__name__] = (opset, function)
        return function
    return add


def unary(kind, opset, positive=False, **attributes):
    label = kind.lower() + "".join(f"_{value}" for value in attributes.values()) + f"_{opset}"

    def build(g):
        source = g.op("Add", [g.op("Abs", ["m"]), array(0.25)]) if positive else "m"
        return g.op(kind, [source], **attributes)
    CASES[label] = (opset, build)


for kind, opset in [("Abs", 18), ("Erf", 18), ("Elu", 18), ("Selu", 18), ("Celu", 18), ("Softplus", 18),
                    ("Softsign", 18), ("Tanh", 18), ("Mish", 18), ("HardSwish", 18), ("HardSigmoid", 18),
                    ("Neg", 18), ("Exp", 18), ("Relu", 22), ("Sigmoid", 22), ("LeakyRelu", 18), ("Elu", 22),
                    ("HardSwish", 22), ("Softplus", 22), ("Mish", 22)]:
    unary(kind, opset)
unary("Elu", 18, alpha=0.3)
unary("Selu", 18, alpha=1.5, gamma=0.7)
unary("Celu", 18, alpha=0.7)
unary("Gelu", 20, approximate="none")
unary("Gelu", 20, approximate="tanh")
unary("Swish", 24, alpha=1.5)
unary("ThresholdedRelu", 18, alpha=0.0)
unary("Shrink", 18, lambd=0.25, bias=0.25)
for kind in ["Log", "Sqrt", "Reciprocal"]:
    unary(kind, 18, positive=True)

for exponent in [0.5, 1.0, 2.0, 3.0, -1.0, -0.5, 1.7, 5.0]:
    def pow_case(g, exponent=exponent):
        return g.op("Pow", [g.op("Add", [g.op("Abs", ["m"]), array(0.25)]), array(exponent)])
    CASES[f"pow_{exponent}"] = (18, pow_case)


@case(18)
def pow_negative_base_cubed(g):
    return g.op("Pow", ["m", array([3.0])])


@case(18)
def pow_of_constant(g):
    return g.op("Pow", [array(2.5), "m"])


for kind in ["Min", "Max", "Sum", "Mean"]:
    def several(g, kind=kind):
        return g.op(kind, ["m", g.op("Neg", ["m"]), weights(1, CHANNELS, 1, 1), array(0.125)])
    CASES[f"{kind.lower()}_18"] = (18, several)
    CASES[f"{kind.lower()}_of_gate_18"] = (18, lambda g, kind=kind: g.op(kind, ["m", g.op("GlobalAveragePool", ["m"])]))

for kind in ["ReduceMax", "ReduceMin", "ReduceMean", "ReduceSum", "ReduceL1", "ReduceL2", "ReduceSumSquare",
             "ReduceLogSumExp"]:
    for label, axes in [("places", (2, 3)), ("channels", (1,)), ("all", (-3, -2, -1))]:
        def reduced(g, kind=kind, axes=axes):
            return g.op("Mul", ["m", g.op(kind, ["m", ints(*axes)], keepdims=1)])
        CASES[f"{kind.lower()}_{label}_18"] = (18, reduced)


@case(18)
def reduce_places_without_keepdims(g):
    mean = g.op("ReduceMean", ["m", ints(2, 3)], keepdims=0)
    return g.op("Mul", ["m", g.op("Unsqueeze", [mean, ints(2, 3)])])


@case(18)
def reduce_flattened(g):
    flat = g.op("Reshape", ["m", ints(0, 0, -1)])
    return g.op("Add", ["m", g.op("Reshape", [g.op("ReduceMean", [flat, ints(-1)], keepdims=0), ints(1, -1, 1, 1)])])


@case(18)
def reduce_noop(g):
    return g.op("ReduceMean", ["m"], noop_with_empty_axes=1)


def to_last(g, name):
    return g.op("Transpose", [name], perm=[0, 2, 3, 1])


def to_first(g, name):
    return g.op("Transpose", [name], perm=[0, 3, 1, 2])


@case(17)
def layer_norm_channels(g):
    return to_first(g, g.op("LayerNormalization", [to_last(g, "m"), weights(CHANNELS), weights(CHANNELS)], axis=-1,
                            epsilon=1e-6))


@case(17)
def layer_norm_without_bias(g):
    return to_first(g, g.op("LayerNormalization", [to_last(g, "m"), weights(CHANNELS)], axis=-1))


@case(17)
def layer_norm_composed(g):
    mean = g.op("ReduceMean", ["m"], axes=[1])
    centred = g.op("Sub", ["m", mean])
    variance = g.op("ReduceMean", [g.op("Pow", [centred, array(2.0)])], axes=[1])
    root = g.op("Sqrt", [g.op("Add", [variance, array(1e-6)])])
    scaled = g.op("Mul", [g.op("Div", [centred, root]), weights(CHANNELS, 1, 1)])
    return g.op("Add", [scaled, weights(CHANNELS, 1, 1)])


@case(23)
def rms_norm(g):
    return to_first(g, g.op("RMSNormalization", [to_last(g, "m"), weights(CHANNELS)], axis=-1, epsilon=1e-5))


@case(18)
def instance_norm(g):
    return g.op("InstanceNormalization", ["m", weights(CHANNELS), weights(CHANNELS)], epsilon=1e-3)


@case(18)
def group_norm_by_instance_norm(g):
    grouped = g.op("Reshape", ["m", ints(0, 2, -1)])
    normed = g.op("InstanceNormalization", [grouped, array([1, 1]), array([0, 0])], epsilon=1e-5)
    back = g.op("Reshape", [normed, g.op("Shape", ["m"])])
    return g.op("Add", [g.op("Mul", [back, weights(CHANNELS, 1, 1)]), weights(CHANNELS, 1, 1)])


@case(21)
def group_norm_21(g):
    return g.op("GroupNormalization", ["m", weights(CHANNELS), weights(CHANNELS)], num_groups=3, epsilon=1e-4)


@case(18)
def group_norm_of_all_channels(g):
    flat = g.op("Reshape", ["m", ints(0, 1, -1)])
    normed = g.op("InstanceNormalization", [flat, array([1]), array([0])], epsilon=1e-5)
    return g.op("Reshape", [normed, g.op("Shape", ["m"])])


@case(18)
def response_norm(g):
    norm = g.op("ReduceL2", ["m", ints(2, 3)], keepdims=1)
    mean = g.op("ReduceMean", [norm, ints(1)], keepdims=1)
    gate = g.op("Div", [norm, g.op("Add", [mean, array(1e-6)])])
    scaled = g.op("Mul", [weights(1, CHANNELS, 1, 1), g.op("Mul", ["m", gate])])
    return g.op("Add", ["m", g.op("Add", [weights(1, CHANNELS, 1, 1), scaled])])


@case(18)
def lp_normalization(g):
    return g.op("LpNormalization", ["m"], axis=1, p=2)


@case(18)
def lp_normalization_1(g):
    return g.op("LpNormalization", ["m"], axis=1, p=1)


@case(18)
def lp_pool(g):
    return g.op("LpPool", ["m"], kernel_shape=[2, 3], strides=[1, 2], pads=[1, 1, 0, 1], p=2)


@case(18)
def global_lp_pool(g):
    return g.op("Mul", ["m", g.op("GlobalLpPool", ["m"], p=2)])


@case(18)
def gelu_by_erf_a(g):
    inner = g.op("Add", [g.op("Erf", [g.op("Div", ["m", array(2 ** 0.5)])]), array(1.0)])
    return g.op("Mul", [g.op("Mul", ["m", inner]), array(0.5)])


@case(18)
def gelu_by_erf_b(g):
    inner = g.op("Add", [g.op("Erf", [g.op("Mul", ["m", array(0.5 ** 0.5)])]), array(1.0)])
    return g.op("Mul", [g.op("Mul", [array(0.5), "m"]), inner])


@case(18)
def gelu_by_erf_c(g):
    inner = g.op("Add", [array(1.0), g.op("Erf", [g.op("Div", ["m", array(2 ** 0.5)])])])
    return g.op("Mul", ["m", g.op("Mul", [array(0.5), inner])])


@case(18)
def gelu_by_tanh(g):
    cube = g.op("Pow", ["m", array(3.0)])
    inside = g.op("Add", ["m", g.op("Mul", [cube, array(0.044715)])])
    gate = g.op("Add", [g.op("Tanh", [g.op("Mul", [inside, array((2 / np.pi) ** 0.5)])]), array(1.0)])
    return g.op("Mul", [g.op("Mul", ["m", array(0.5)]), gate])


@case(18)
def mish_by_parts(g):
    return g.op("Mul", ["m", g.op("Tanh", [g.op("Softplus", ["m"])])])


@case(18)
def quick_gelu(g):
    return g.op("Mul", ["m", g.op("Sigmoid", [g.op("Mul", ["m", array(1.702)])])])


for mode in ["DCR", "CRD"]:
    def depth_to_space(g, mode=mode):
        wide = g.op("Conv", ["m", weights(8, CHANNELS, 1, 1)])
        return g.op("DepthToSpace", [wide], blocksize=2, mode=mode)
    CASES[f"depth_to_space_{mode}"] = (18, depth_to_space)


@case(18)
def pixel_shuffle_by_reshape(g):
    shape = g.op("Shape", ["m"])
    h = g.op("Slice", [shape, ints(2), ints(3)])
    w = g.op("Slice", [shape, ints(3), ints(4)])
    wide = g.op("Conv", ["m", weights(8, CHANNELS, 1, 1)])
    parts = g.op("Reshape", [wide, g.op("Concat", [ints(1, 2, 2, 2), h, w], axis=0)])
    moved = g.op("Transpose", [parts], perm=[0, 1, 4, 2, 5, 3])
    two = ints(2)
    return g.op("Reshape", [moved, g.op("Concat", [ints(1, 2), g.op("Mul", [h, two]), g.op("Mul", [w, two])], axis=0)])


@case(18)
def space_to_depth(g):
    even = g.op("Resize", ["m", "", array([1, 1, 2, 2])], mode="nearest", coordinate_transformation_mode="asymmetric",
                nearest_mode="floor")
    return g.op("SpaceToDepth", [even], blocksize=2)


@case(18)
def focus_stem(g):
    even = g.op("Resize", ["m", "", array([1, 1, 2, 2])], mode="linear")
    parts = []
    for top, left in [(0, 0), (1, 0), (0, 1), (1, 1)]:
        rows = g.op("Slice", [even, ints(top), ints(2 ** 62), ints(2), ints(2)])
        parts.append(g.op("Slice", [rows, ints(left), ints(2 ** 62), ints(3), ints(2)]))
    return g.op("Concat", parts, axis=1)


@case(18)
def slice_every_other(g):
    return g.op("Slice", ["m", ints(0, 1), ints(2 ** 62, 2 ** 62), ints(2, 3), ints(2, 3)])


@case(18)
def slice_channels_backwards(g):
    return g.op("Slice", ["m", ints(-1), ints(-(2 ** 62)), ints(1), ints(-2)])


@case(18)
def pad_channels(g):
    return g.op("Pad", ["m", ints(0, 2, 0, 0, 0, 1, 0, 0), array(0.5)])


@case(18)
def pad_channels_and_places(g):
    return g.op("Pad", ["m", ints(1, 1, 0, 2, 0, 1), array(0.0), ints(1, 2, 3)])


@case(19)
def pad_channels_wrap(g):
    return g.op("Pad", ["m", ints(2, 3), "", ints(1)], mode="wrap")


@case(18)
def pad_reflect(g):
    return g.op("Pad", ["m", ints(1, 2, 2, 1), "", ints(2, 3)], mode="reflect")


@case(18)
def pad_edge(g):
    return g.op("Pad", ["m", ints(0, 0, 1, 2, 0, 0, 2, 1)], mode="edge")


@case(18)
def matmul_channels_last(g):
    return to_first(g, g.op("MatMul", [to_last(g, "m"), weights(CHANNELS, 4)]))


@case(18)
def matmul_weights_left(g):
    flat = g.op("Reshape", ["m", ints(0, 0, -1)])
    shape = g.op("Concat", [ints(1, 4), g.op("Slice", [g.op("Shape", ["m"]), ints(2), ints(4)])], axis=0)
    return g.op("Reshape", [g.op("MatMul", [weights(4, CHANNELS), flat]), shape])


@case(18)
def matmul_of_groups(g):
    shape = g.op("Shape", [to_last(g, "m")])
    grouped = g.op("Concat", [g.op("Slice", [shape, ints(0), ints(3)]), ints(2, 3)], axis=0)
    split = g.op("Reshape", [to_last(g, "m"), grouped])
    made = g.op("MatMul", [split, weights(3, 5)])
    return to_first(g, g.op("Reshape", [made, g.op("Concat", [g.op("Slice", [shape, ints(0), ints(3)]), ints(10)],
                                                              axis=0)]))


for equation, dims in [("nchw,oc->nohw", (4, CHANNELS)), ("nchw,co->nohw", (CHANNELS, 4)), ("nchw,c->nchw", (CHANNELS,))]:
    CASES["einsum_" + equation.replace(",", "_").replace("->", "_")] = (
        18, lambda g, equation=equation, dims=dims: g.op("Einsum", ["m", weights(*dims)], equation=equation))


@case(18)
def eca(g):
    pooled = g.op("Reshape", [g.op("ReduceMean", ["m", ints(2, 3)], keepdims=0), ints(1, 1, -1)])
    gate = g.op("Sigmoid", [g.op("Conv", [pooled, weights(1, 1, 3)], pads=[1, 1], kernel_shape=[3])])
    gate = g.op("Reshape", [gate, ints(1, -1, 1, 1)])
    return g.op("Mul", ["m", g.op("Expand", [gate, g.op("Shape", ["m"])])])


@case(18)
def eca_circular(g):
    pooled = g.op("Reshape", [g.op("GlobalAveragePool", ["m"]), ints(1, 1, -1)])
    last, first = (g.op("Slice", [pooled, ints(begin), ints(end), ints(2)]) for begin, end in [(-2, 2 ** 62), (0, 2)])
    around = g.op("Concat", [last, pooled, first], axis=2)
    gate = g.op("Sigmoid", [g.op("Conv", [around, weights(1, 1, 5)])])
    return g.op("Mul", ["m", g.op("Reshape", [gate, ints(1, -1, 1, 1)])])


@case(18)
def conv_1d_pointwise(g):
    flat = g.op("Reshape", ["m", ints(0, 0, -1)])
    made = g.op("Conv", [flat, weights(4, CHANNELS, 1), weights(4)])
    shape = g.op("Concat", [ints(1, 4), g.op("Slice", [g.op("Shape", ["m"]), ints(2), ints(4)])], axis=0)
    return g.op("Reshape", [made, shape])


@case(18)
def conv_without_kernel_shape(g):
    return g.op("Conv", ["m", weights(4, 3, 3, 3), weights(4)], group=2, auto_pad="SAME_LOWER", strides=[1, 2])


@case(18)
def split_attention(g):
    wide = g.op("Conv", ["m", weights(2 * CHANNELS, 3, 1, 1)], group=2)
    shape = g.op("Shape", ["m"])
    branches = g.op("Reshape", [wide, g.op("Concat", [ints(1, 2, CHANNELS), g.op("Slice", [shape, ints(2), ints(4)])],
                                           axis=0)])
    pooled = g.op("ReduceMean", [g.op("ReduceSum", [branches, ints(1)], keepdims=0), ints(2, 3)], keepdims=1)
    scores = g.op("Conv", [pooled, weights(2 * CHANNELS, CHANNELS, 1, 1)])
    gates = g.op("Transpose", [g.op("Reshape", [scores, ints(1, 1, 2, -1)])], perm=[0, 2, 1, 3])
    gates = g.op("Reshape", [g.op("Softmax", [gates], axis=1), ints(1, 2, CHANNELS, 1, 1)])
    return g.op("ReduceSum", [g.op("Mul", [branches, gates]), ints(1)], keepdims=0)


@case(18)
def selective_kernels(g):
    a, b = g.op("Relu", ["m"]), g.op("Neg", ["m"])
    stacked = g.op("Concat", [g.op("Unsqueeze", [a, ints(1)]), g.op("Unsqueeze", [b, ints(1)])], axis=1)
    pooled = g.op("ReduceMean", [g.op("ReduceSum", [stacked, ints(1)], keepdims=0), ints(2, 3)], keepdims=1)
    scores = g.op("Conv", [pooled, weights(2 * CHANNELS, CHANNELS, 1, 1)])
    gates = g.op("Softmax", [g.op("Reshape", [scores, ints(1, 2, CHANNELS, 1, 1)])], axis=1)
    return g.op("ReduceSum", [g.op("Mul", [stacked, gates]), ints(1)], keepdims=0)


@case(18)
def softmax_channels(g):
    return g.op("Softmax", ["m"], axis=1)


@case(18)
def log_softmax_channels(g):
    return g.op("LogSoftmax", ["m"], axis=1)


@case(18)
def softmax_places(g):
    flat = g.op("Softmax", [g.op("Reshape", ["m", ints(0, 0, -1)])], axis=2)
    return g.op("Reshape", [flat, g.op("Shape", ["m"])])


for mode in ["half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel"]:
    CASES[f"resize_cubic_{mode}"] = (
        18, lambda g, mode=mode: g.op("Resize", ["m", "", array([1, 1, 2, 2])], mode="cubic",
                                      coordinate_transformation_mode=mode))


@case(18)
def resize_cubic_other_coefficient(g):
    return g.op("Resize", ["m", "", array([1, 1, 2, 3])], mode="cubic", cubic_coeff_a=-0.5)


@case(18)
def resize_axes(g):
    return g.op("Resize", ["m", "", array([2, 3])], mode="linear", axes=[2, 3])


@case(19)
def resize_symmetric(g):
    return g.op("Resize", ["m", "", array([1, 1, 2, 2])], mode="linear",
                coordinate_transformation_mode="half_pixel_symmetric")


@case(18)
def resize_antialias_up(g):
    return g.op("Resize", ["m", "", array([1, 1, 2, 2])], mode="linear", antialias=1)


@case(18)
def expand_gate_and_join(g):
    gate = g.op("Expand", [g.op("GlobalAveragePool", ["m"]), g.op("Shape", ["m"])])
    return g.op("Concat", ["m", gate], axis=1)


@case(18)
def join_pooled_resized(g):
    shape = g.op("Shape", ["m"])
    small = g.op("Resize", [g.op("GlobalAveragePool", ["m"]), "", "",
                            g.op("Concat", [ints(1, CHANNELS), g.op("Slice", [shape, ints(2), ints(4)])], axis=0)],
                 mode="linear")
    return g.op("Concat", [small, "m"], axis=1)


@case(18)
def spatial_attention(g):
    mean = g.op("ReduceMean", ["m", ints(1)], keepdims=1)
    most = g.op("ReduceMax", ["m", ints(1)], keepdims=1)
    gate = g.op("Sigmoid", [g.op("Conv", [g.op("Concat", [mean, most], axis=1), weights(1, 2, 3, 3)], pads=[1, 1, 1, 1])])
    return g.op("Mul", ["m", g.op("Expand", [gate, ints(1, CHANNELS, 1, 1)])])


@case(18)
def split_uneven(g):
    wide = g.op("Conv", ["m", weights(7, CHANNELS, 1, 1)])
    parts = g.op("Split", [wide], outputs=["a", "b", "c", "d"], axis=1, num_outputs=4)
    return g.op("Concat", [parts[3], parts[0], parts[2], parts[1]], axis=1)


@case(18)
def channel_shuffle(g):
    shape = g.op("Shape", ["m"])
    rest = g.op("Slice", [shape, ints(2), ints(4)])
    split = g.op("Reshape", ["m", g.op("Concat", [ints(1, 2, 3), rest], axis=0)])
    return g.op("Reshape", [g.op("Transpose", [split], perm=[0, 2, 1, 3, 4]), g.op("Concat", [ints(1, 6), rest], axis=0)])


@case(18)
def maxout(g):
    shape = g.op("Shape", ["m"])
    rest = g.op("Slice", [shape, ints(2), ints(4)])
    split = g.op("Reshape", ["m", g.op("Concat", [ints(1, 3, 2), rest], axis=0)])
    return g.op("ReduceMax", [split, ints(2)], keepdims=0)


@case(18)
def tile_gate(g):
    gate = g.op("Tile", [g.op("ReduceMean", ["m", ints(1)], keepdims=1), ints(1, CHANNELS, 1, 1)])
    return g.op("Sub", ["m", gate])


@case(18)
def conv_transpose(g):
    return g.op("ConvTranspose", ["m", weights(CHANNELS, 2, 3, 3), weights(4)], group=2, strides=[2, 2],
                pads=[1, 1, 1, 1], output_padding=[1, 1])


@case(19)
def average_pool_dilated(g):
    return g.op("AveragePool", ["m"], kernel_shape=[2, 2], dilations=[2, 1])


@case(18)
def mean_variance_normalization(g):
    return g.op("MeanVarianceNormalization", ["m"], axes=[0, 2, 3])


@case(18)
def gem_pool(g):
    clipped = g.op("Clip", ["m", array(0.5)])
    powers = g.op("Pow", [clipped, array([3.0])])
    return g.op("Add", ["m", g.op("Pow", [g.op("GlobalAveragePool", [powers]), array([1 / 3])])])
