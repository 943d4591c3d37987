# SPDX-License-Identifier: MIT
"""More small graphs of make_onnx_cases.py: windows, resampling and plain operators in the sets of today's exporters, in
the forms that ONNX's own node tests do not have."""
from onnx_case_graph import CHANNELS, array, ints, weights
from onnx_cases import CASES, case


def window(kind, opset, label, *inputs, **attributes):
    CASES[f"{kind.lower()}_{label}_{opset}"] = (opset, lambda g: g.op(kind, ["m", *inputs], **attributes))


# Pools
window("MaxPool", 22, "dilated_ceil", kernel_shape=[2, 2], dilations=[2, 1], strides=[2, 2], pads=[1, 0, 0, 1], ceil_mode=1)
window("MaxPool", 22, "same_lower", kernel_shape=[3, 2], auto_pad="SAME_LOWER")
window("AveragePool", 22, "ceil_with_pad", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], ceil_mode=1,
       count_include_pad=1)
window("AveragePool", 22, "ceil_without_pad", kernel_shape=[2, 3], strides=[2, 2], pads=[0, 1, 1, 1], ceil_mode=1)
window("AveragePool", 19, "same_upper", kernel_shape=[2, 3], auto_pad="SAME_UPPER")
window("LpPool", 22, "strided", kernel_shape=[2, 2], strides=[2, 1], p=3)
for kind in ["GlobalAveragePool", "GlobalMaxPool"]:
    CASES[f"{kind.lower()}_weighs_22"] = (22, lambda g, kind=kind: g.op("Mul", ["m", g.op(kind, ["m"])]))

# Convolutions
window("Conv", 22, "uneven_pads", weights(4, CHANNELS, 2, 3), weights(4), pads=[0, 2, 1, 1], strides=[2, 1], dilations=[1, 2])
window("Conv", 22, "same_upper", weights(4, CHANNELS, 3, 2), auto_pad="SAME_UPPER")
window("Conv", 22, "depthwise_twice", weights(2 * CHANNELS, 1, 3, 3), group=CHANNELS, pads=[1, 1, 1, 1])
window("ConvTranspose", 22, "dilated", weights(CHANNELS, 3, 2, 3), weights(3), dilations=[2, 1], strides=[1, 2], pads=[1, 0, 0, 2])
window("ConvTranspose", 22, "same_upper", weights(CHANNELS, 4, 3, 3), auto_pad="SAME_UPPER", strides=[2, 2])
window("ConvTranspose", 22, "stride_3", weights(CHANNELS, 2, 2, 2), strides=[3, 3], output_padding=[1, 0])

# Resampling
for rounding in ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]:
    for mode in ["half_pixel", "asymmetric", "align_corners"]:
        window("Resize", 19, f"{rounding}_{mode}", "", array([1, 1, 2, 3]), mode="nearest", nearest_mode=rounding,
               coordinate_transformation_mode=mode)
window("Resize", 18, "linear_by_fraction", "", array([1, 1, 1.5, 2]), mode="linear")
window("Resize", 18, "nearest_halved", "", array([1, 1, 0.5, 0.5]), mode="nearest", nearest_mode="floor",
       coordinate_transformation_mode="asymmetric")
window("Resize", 18, "linear_align_corners", "", array([1, 1, 2, 2]), mode="linear",
       coordinate_transformation_mode="align_corners")
window("Resize", 18, "cubic_halved", "", array([1, 1, 0.5, 1]), mode="cubic")

# Padding and parts
window("Pad", 21, "crops", ints(-1, 0, 0, -1), "", ints(2, 3))
window("Pad", 19, "edge_and_constant_axis", ints(1, 2), array(0.5), ints(-1))
window("Gather", 18, "channels", ints(4, 1, 1, 0), axis=1)

# Functions of each value
window("PRelu", 16, "a_channel", weights(CHANNELS, 1, 1))
window("PRelu", 16, "shared", array([0.3]))
window("Clip", 18, "from_below", array(-0.25))
window("Clip", 18, "from_above", "", array(0.5))
window("LRN", 18, "of_three", size=3, alpha=0.1, beta=0.6, bias=1.5)
window("HardSigmoid", 22, "other_slope", alpha=0.3, beta=0.4)
window("LeakyRelu", 22, "above_one", alpha=1.25)
window("Softplus", 22, "plain")
window("Identity", 21, "plain")
window("Dropout", 22, "at_rest", array(0.5))
window("Softmax", 22, "over_channels", axis=-3)
window("Cast", 19, "to_float", to=1)
window("BatchNormalization", 15, "plain", weights(CHANNELS), weights(CHANNELS), weights(CHANNELS), abs(weights(CHANNELS)) + 0.5,
       epsilon=0.01)
window("InstanceNormalization", 22, "plain", weights(CHANNELS), weights(CHANNELS), epsilon=0.01)


@case(18)
def reduce_log_sum(g):
    return g.op("ReduceLogSum", [g.op("Exp", ["m"]), ints(1)], keepdims=1)


@case(18)
def comparison_of_constants(g):
    chosen = g.op("Greater", [array(2.0), array(1.0)])
    return g.op("Where", [chosen, "m", g.op("Where", [g.op("Not", [chosen]), array(2.0), g.op("Neg", ["m"])])])


@case(18)
def weights_standardised(g):
    kernel = weights(4, CHANNELS, 3, 3)
    mean = g.op("ReduceMean", [kernel, ints(1, 2, 3)], keepdims=1)
    centred = g.op("Sub", [kernel, mean])
    variance = g.op("ReduceMean", [g.op("Mul", [centred, centred]), ints(1, 2, 3)], keepdims=1)
    return g.op("Conv", ["m", g.op("Div", [centred, g.op("Sqrt", [g.op("Add", [variance, array(1e-5)])])])], pads=[1, 1, 1, 1])


@case(18)
def global_branch_by_linear(g):
    pooled = g.op("Flatten", [g.op("GlobalAveragePool", ["m"])])
    hidden = g.op("Relu", [g.op("Gemm", [pooled, weights(3, CHANNELS), weights(3)], transB=1, alpha=0.5, beta=2.0)])
    gate = g.op("HardSigmoid", [g.op("Gemm", [hidden, weights(3, CHANNELS)])], alpha=1 / 6, beta=0.5)
    return g.op("Mul", ["m", g.op("Unsqueeze", [gate, ints(2, 3)])])


@case(22)
def gate_by_comparison_free_relu6(g):
    shifted = g.op("Clip", [g.op("Add", ["m", array(3.0)]), array(0.0), array(6.0)])
    return g.op("Div", [g.op("Mul", ["m", shifted]), array(6.0)])


# x.mean(3).mean(2), as many networks of PyTorch end, and its relatives
for kind in ["ReduceMean", "ReduceMax", "ReduceMin", "ReduceSum"]:
    for first, second, keep in [(3, 2, 1), (2, 3, 1), (-1, -1, 0)]:
        def one_axis_after_the_other(g, kind=kind, first=first, second=second, keep=keep):
            pooled = g.op(kind, [g.op(kind, ["m", ints(first)], keepdims=keep), ints(second)], keepdims=keep)
            return g.op("Mul", ["m", pooled if keep else g.op("Reshape", [pooled, ints(1, -1, 1, 1)])])
        CASES[f"{kind.lower()}_twice_{first}_{second}_18"] = (18, one_axis_after_the_other)


for opset in [21, 23, 24, 25]:
    def plain_operators(g):
        """Operators that newer sets define again for more types."""
        flat = g.op("Flatten", [g.op("GlobalAveragePool", ["m"])])
        row = g.op("Transpose", [g.op("Unsqueeze", [flat, ints(2)])], perm=[0, 2, 1])
        gate = g.op("Reshape", [g.op("Squeeze", [row, ints(1)]), ints(0, -1, 1, 1)])
        gate = g.op("Cast", [g.op("Identity", [gate])], to=1)
        padded = g.op("Pad", [g.op("Mul", ["m", gate]), ints(1, 0, 0, 1), "", ints(2, 3)])
        return g.op("Slice", [padded, ints(0, 1), ints(-1, 2 ** 62), ints(2, 3)])
    CASES[f"plain_operators_{opset}"] = (opset, plain_operators)


@case(18)
def split_into_outputs(g):
    """Six channels in three parts; five in two, the last of which is smaller."""
    parts = g.op("Split", ["m"], axis=1, num_outputs=3, outputs=["s0", "s1", "s2"])
    five = g.op("Slice", ["m", ints(1), ints(6), ints(1)])
    more = g.op("Split", [five], axis=1, num_outputs=2, outputs=["t0", "t1"])
    return g.op("Concat", [parts[2], more[1], parts[0], more[0]], axis=1)


@case(21)
def reshape_allowing_zero(g):
    return g.op("Reshape", [g.op("Reshape", ["m", ints(1, 2, 3, -1)], allowzero=1), g.op("Shape", ["m"])], allowzero=1)


@case(22)
def softmax_of_groups(g):
    """Over the radix of a split attention, in a set whose softmax has one axis."""
    split = g.op("Reshape", [g.op("GlobalAveragePool", ["m"]), ints(1, 2, 3)])
    gate = g.op("Reshape", [g.op("Softmax", [split], axis=1), ints(1, -1, 1, 1)])
    return g.op("Mul", ["m", gate])


@case(21)
def group_norm_in_parts(g):
    shaped = g.op("Reshape", ["m", ints(0, 3, -1)])
    normal = g.op("InstanceNormalization", [shaped, array([1, 1, 1]), array([0, 0, 0])], epsilon=1e-3)
    back = g.op("Reshape", [normal, g.op("Shape", ["m"])])
    return g.op("Add", [g.op("Mul", [back, weights(CHANNELS, 1, 1)]), weights(CHANNELS, 1, 1)])
