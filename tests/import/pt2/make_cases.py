#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""usage: make_cases.py > cases.json    One small exported program for each ATen operator that fcn-export reads, with
PyTorch's answer in float64 (aten_program.py). Needs PyTorch; test_pt2.cpp runs them without."""
import json
import sys

import torch
import torch.nn.functional as F

import further_cases
from aten_program import Program

CASES = []


def case(function):
    CASES.append(function)
    return function


def unary(op, truth=None, name=None, scale=None, **given):
    """A case of one operator of the picture alone."""
    def build():
        p = Program(name or op)
        x = p.x
        if scale: x = p.call("abs.default", self=x); x = p.call("add.Tensor", self=x, other=0.25)
        return p.finish(p.call(op, truth, self=x, **given))
    CASES.append(build)


for op in ("abs sigmoid sigmoid_ tanh relu relu_ relu6 silu silu_ hardswish hardswish_ hardsigmoid mish elu selu selu_ celu "
           "softplus exp neg erf square leaky_relu_ log_sigmoid clone detach alias").split():
    unary(op + ".default")
for op in "sqrt log rsqrt reciprocal log1p".split(): unary(op + ".default", scale=True)
unary("hardtanh.default"); unary("hardtanh_.default", min_val=0.0, max_val=6.0, name="hardtanh_ 0 6")
unary("gelu.default"); unary("gelu.default", approximate="tanh", name="gelu tanh")
unary("leaky_relu.default", negative_slope=0.1, name="leaky_relu 0.1")
unary("elu.default", alpha=0.5, name="elu 0.5")
unary("elu.default", alpha=1.6732632423543772, scale=1.0507009873554805, name="elu as selu")
unary("elu.default", alpha=2.0, scale=1, input_scale=0.5, name="elu as celu")
unary("celu.default", alpha=2.0, name="celu 2")
unary("softplus.default", beta=2.0, name="softplus 2")
unary("clamp.default", min=-0.5, max=0.75); unary("clamp.default", min=-0.5, name="clamp min only")
unary("clamp.default", max=0.5, name="clamp max only"); unary("clamp_min.default", min=0.1); unary("clamp_max.default", max=0.1)
unary("pow.Tensor_Scalar", exponent=2); unary("pow.Tensor_Scalar", exponent=3, name="pow 3")
unary("pow.Tensor_Scalar", exponent=0.5, scale=True, name="pow half"); unary("pow.Tensor_Scalar", exponent=1.5, scale=True, name="pow 1.5")
unary("pow.Tensor_Scalar", exponent=-1, scale=True, name="pow -1"); unary("pow.Tensor_Scalar", exponent=-0.5, scale=True, name="pow -half")
unary("glu.default", dim=1); unary("contiguous.default", memory_format=torch.channels_last)
unary("to.dtype", dtype=torch.float32); unary("_to_copy.default", dtype=torch.float32)
unary("add.Tensor", other=1); unary("add.Scalar", other=1.5, alpha=2); unary("sub.Tensor", other=0.5)
unary("rsub.Scalar", other=1); unary("mul.Tensor", other=3); unary("mul.Scalar", other=0.25); unary("div.Tensor", other=3)
unary("div.Scalar", other=0.5)
unary("avg_pool2d.default", kernel_size=[2]); unary("avg_pool2d.default", kernel_size=[3, 3], stride=[2, 2], padding=[1, 1], name="avg_pool2d pad")
unary("avg_pool2d.default", kernel_size=[3, 2], stride=[2, 3], padding=[1, 1], ceil_mode=True, name="avg_pool2d ceil")
unary("avg_pool2d.default", kernel_size=[3, 3], stride=[2, 2], padding=[1, 1], count_include_pad=False, name="avg_pool2d exclude")
unary("avg_pool2d.default", kernel_size=[3, 3], stride=[2, 2], padding=[1, 1], ceil_mode=True, count_include_pad=False, name="avg_pool2d ceil exclude")
unary("avg_pool2d.default", kernel_size=[2, 2], stride=[1, 1], padding=[0, 0], divisor_override=3, name="avg_pool2d divisor",
      ceil_mode=False, count_include_pad=True)
unary("max_pool2d.default", kernel_size=[3, 3], stride=[2, 2], padding=[1, 1]); unary("max_pool2d.default", kernel_size=[2], name="max_pool2d 2")
unary("max_pool2d.default", kernel_size=[2, 2], stride=[2, 2], padding=[0, 0], dilation=[1, 1], ceil_mode=True, name="max_pool2d ceil")
unary("max_pool2d.default", kernel_size=[2, 2], stride=[1, 1], padding=[1, 1], dilation=[2, 3], name="max_pool2d dilated")
unary("adaptive_avg_pool2d.default", output_size=[1, 1]); unary("adaptive_avg_pool2d.default", output_size=[5, 6], name="adaptive same")
unary("adaptive_avg_pool2d.default", output_size=[5, 3], name="adaptive cells"); unary("adaptive_avg_pool2d.default", output_size=[2, 3], name="adaptive overlapping")
unary("adaptive_avg_pool2d.default", output_size=[10, 12], name="adaptive repeated"); unary("_adaptive_avg_pool2d.default", output_size=[5, 2])
unary("constant_pad_nd.default", pad=[1, 2, 0, 3]); unary("constant_pad_nd.default", pad=[1, 1], value=0.5, name="constant_pad_nd value")
unary("constant_pad_nd.default", pad=[-1, -2, 1, 0], name="constant_pad_nd crop")
unary("pad.default", pad=[1, 2, 0, 3]); unary("pad.default", pad=[1, 2, 2, 1], mode="reflect", name="pad reflect")
unary("pad.default", pad=[1, 2, 2, 1], mode="replicate", name="pad replicate"); unary("reflection_pad2d.default", padding=[2, 1, 1, 2])
unary("replication_pad2d.default", padding=[2, 1, 1, 2])
unary("channel_shuffle.default", groups=2); unary("pixel_shuffle.default", upscale_factor=2)
unary("mean.dim", dim=[2, 3], keepdim=True); unary("mean.dim", dim=[-1, -2], name="mean row"); unary("sum.dim_IntList", dim=[2, 3], keepdim=True)
unary("sum.dim_IntList", dim=[1], keepdim=True, name="sum channels"); unary("mean.dim", dim=[1], keepdim=True, name="mean channels")
unary("amax.default", dim=[2, 3], keepdim=True); unary("amax.default", dim=[1], keepdim=True, name="amax channels")
unary("amin.default", dim=[1], keepdim=True); unary("linalg_vector_norm.default", dim=[2, 3], keepdim=True)
unary("linalg_vector_norm.default", ord=1, dim=[1], keepdim=True, name="norm 1 channels"); unary("norm.ScalarOpt_dim", p=2, dim=[2, 3], keepdim=True)
unary("linalg_vector_norm.default", ord=2, dim=[1], keepdim=True, name="norm 2 channels")
unary("var.correction", dim=[1], correction=0, keepdim=True); unary("var.correction", dim=[1], correction=1, keepdim=True, name="var unbiased")
unary("std.correction", dim=[1], correction=0, keepdim=True); unary("var.correction", dim=[2, 3], correction=0, keepdim=True, name="var places")
unary("softmax.int", dim=1); unary("_softmax.default", dim=1, half_to_float=False); unary("log_softmax.int", dim=1)


def resize(name, op, **given):
    def build():
        p = Program(name)
        return p.finish(p.call(op, input=p.x, **given) if op.endswith("vec") else p.call(op, self=p.x, **given))
    CASES.append(build)


resize("nearest factors", "upsample_nearest2d.vec", output_size=None, scale_factors=[2.0, 2.0])
resize("nearest size", "upsample_nearest2d.vec", output_size=[10, 9], scale_factors=None)
resize("nearest plain", "upsample_nearest2d.default", output_size=[10, 12])
resize("bilinear factors", "upsample_bilinear2d.vec", output_size=None, align_corners=False, scale_factors=[2.0, 1.5])
resize("bilinear size", "upsample_bilinear2d.vec", output_size=[10, 3], align_corners=False, scale_factors=None)
resize("bilinear corners", "upsample_bilinear2d.vec", output_size=[9, 11], align_corners=True, scale_factors=None)
resize("bicubic", "upsample_bicubic2d.vec", output_size=[10, 12], align_corners=False, scale_factors=None)


@case
def conv2d_defaults():
    p = Program("conv2d")
    return p.finish(p.call("conv2d.default", input=p.x, weight=p.weight("c.weight", (3, 4, 3, 2))))


@case
def conv2d_all():
    p = Program("conv2d all")
    return p.finish(p.call("conv2d.default", input=p.x, weight=p.weight("c.weight", (4, 2, 3, 3)), bias=p.weight("c.bias", (4,)),
                           stride=[2, 1], padding=[1, 2], dilation=[1, 2], groups=2))


@case
def conv2d_same():
    p = Program("conv2d same")
    return p.finish(p.call("conv2d.padding", input=p.x, weight=p.weight("c.weight", (2, 4, 2, 3)), bias=None, padding="same"))


@case
def convolution():
    p = Program("convolution")
    return p.finish(p.call("convolution.default", input=p.x, weight=p.weight("c.weight", (3, 4, 3, 3)), bias=None, stride=[1, 1],
                           padding=[1, 1], dilation=[1, 1], transposed=False, output_padding=[0, 0], groups=1))


@case
def convolution_transposed():
    p = Program("convolution transposed")
    return p.finish(p.call("convolution.default", input=p.x, weight=p.weight("c.weight", (4, 3, 3, 3)), bias=p.weight("c.bias", (3,)), stride=[2, 2],
                           padding=[1, 1], dilation=[1, 1], transposed=True, output_padding=[1, 1], groups=1))


@case
def conv_transpose2d():
    p = Program("conv_transpose2d")
    return p.finish(p.call("conv_transpose2d.input", input=p.x, weight=p.weight("c.weight", (4, 2, 3, 2)), bias=p.weight("c.bias", (4,)),
                           stride=[2, 3], padding=[0, 1], output_padding=[1, 0], groups=2))


@case
def eca():
    p = Program("eca")
    pooled = p.call("mean.dim", self=p.x, dim=[2, 3])
    row = p.call("view.default", self=pooled, size=[1, 1, -1])
    row = p.call("conv1d.default", input=row, weight=p.weight("c.weight", (1, 1, 3)), bias=None, stride=[1], padding=[1])
    gate = p.call("sigmoid.default", self=p.call("view.default", self=row, size=[1, -1, 1, 1]))
    return p.finish(p.call("mul.Tensor", self=p.x, other=p.call("expand_as.default", self=gate, other=p.x)))


def norm_case(name, op, truth=None, weights=("weight", "bias"), **given):
    def build():
        p = Program(name)
        made = {w: p.weight("n." + w, (4,), 0.5, 1.0) for w in weights}
        result = p.call(op, truth, input=p.x, **made, **given)
        return p.finish(result[0] if isinstance(result, list) else result)
    CASES.append(build)


ALL = ("weight", "bias", "running_mean", "running_var")
norm_case("batch_norm", "batch_norm.default", weights=ALL, training=False, momentum=0.1, eps=1e-5, cudnn_enabled=True)
norm_case("batch_norm plain", "batch_norm.default", weights=ALL[2:], weight=None, bias=None, training=False, momentum=0.1, eps=0.125, cudnn_enabled=True)
norm_case("batch_norm decomposed", "_native_batch_norm_legit_no_training.default",
          lambda input, weight, bias, running_mean, running_var, momentum, eps: (F.batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps), torch.zeros(0), torch.zeros(0)),
          weights=ALL, momentum=0.1, eps=1e-3)
norm_case("group_norm", "group_norm.default", None, ("weight", "bias"), num_groups=2)
norm_case("group_norm one", "group_norm.default", None, ("weight", "bias"), num_groups=1, eps=0.25)
norm_case("native_group_norm", "native_group_norm.default", None, ("weight", "bias"), N=1, C=4, HxW=30, group=2, eps=1e-5)
norm_case("instance_norm", "instance_norm.default", None, ("weight", "bias"), running_mean=None, running_var=None, use_input_stats=True,
          momentum=0.1, eps=1e-5, cudnn_enabled=True)
norm_case("instance_norm plain", "instance_norm.default", None, (), weight=None, bias=None, running_mean=None, running_var=None, use_input_stats=True,
          momentum=0.1, eps=1e-5, cudnn_enabled=True)
norm_case("batch norm of one picture", "_native_batch_norm_legit.no_stats",
          lambda input, weight, bias, training, momentum, eps: (F.batch_norm(input, None, None, weight, bias, True, momentum, eps), torch.zeros(4), torch.zeros(4)),
          ("weight", "bias"), training=True, momentum=0.1, eps=1e-5)


def last_axis_norm(name, op, truth=None, affine=True, first=True, **given):
    def build():
        p = Program(name)
        y = p.call("permute.default", self=p.x, dims=[0, 2, 3, 1])
        made = {w: p.weight("n." + w, (4,), 0.5, 1.0) if affine else None for w in (("weight", "bias") if "rms" not in op else ("weight",))}
        y = p.call(op, truth, input=y, normalized_shape=[4], **made, **given)
        y = y[0] if isinstance(y, list) else y
        return p.finish(p.call("permute.default", self=y, dims=[0, 3, 1, 2]))
    CASES.append(build)


last_axis_norm("layer_norm", "layer_norm.default", eps=1e-6)
last_axis_norm("layer_norm plain", "layer_norm.default", affine=False)
last_axis_norm("native_layer_norm", "native_layer_norm.default", eps=1e-6)
last_axis_norm("rms_norm", "rms_norm.default", lambda input, normalized_shape, weight, eps: input * torch.rsqrt((input * input).mean(-1, keepdim=True) + eps) * weight, eps=1e-6)


@case
def layer_norm_decomposed():
    p = Program("layer norm decomposed")
    variance, mean = p.call("var_mean.correction", self=p.x, dim=[1], correction=0, keepdim=True)
    rest = p.call("sub.Tensor", self=p.x, other=mean)
    root = p.call("rsqrt.default", self=p.call("add.Tensor", self=variance, other=1e-6))
    return p.finish(p.call("mul.Tensor", self=rest, other=root))


@case
def standardised_weights():
    """timm's ScaledStdConv2d."""
    p = Program("standardised weights")
    weight, gain, bias = p.weight("c.weight", (3, 4, 3, 3)), p.weight("c.gain", (3, 1, 1, 1), 0.5, 1.0), p.weight("c.bias", (3,))
    flat = p.call("reshape.default", self=weight, shape=[1, 3, -1])
    scale = p.call("view.default", self=p.call("mul.Tensor", self=gain, other=0.375), size=[-1])
    flat = p.call("batch_norm.default", input=flat, weight=scale, bias=None, running_mean=None, running_var=None, training=True,
                  momentum=0.0, eps=1e-5, cudnn_enabled=False)
    weight = p.call("reshape.default", self=flat, shape=[3, 4, 3, 3])
    return p.finish(p.call("conv2d.default", input=p.x, weight=weight, bias=bias, stride=[1, 1], padding=[1, 1]))


@case
def standardised_by_hand():
    p = Program("standardised by hand")
    weight = p.weight("c.weight", (3, 4, 3, 3))
    variance, mean = p.call("var_mean.correction", self=weight, dim=[1, 2, 3], correction=1, keepdim=True)
    weight = p.call("sub.Tensor", self=weight, other=mean)
    weight = p.call("div.Tensor", self=weight, other=p.call("sqrt.default", self=p.call("add.Tensor", self=variance, other=1e-5)))
    return p.finish(p.call("conv2d.default", input=p.x, weight=weight))


@case
def head():
    """Pool, flatten, linear."""
    p = Program("head")
    y = p.call("flatten.using_ints", self=p.call("adaptive_avg_pool2d.default", self=p.x, output_size=[1, 1]), start_dim=1)
    return p.finish(p.call("linear.default", input=p.call("dropout.default", input=y, p=0.5, train=False),
                           weight=p.weight("fc.weight", (5, 4)), bias=p.weight("fc.bias", (5,))))


@case
def head_decomposed():
    p = Program("head decomposed")
    y = p.call("view.default", self=p.call("mean.dim", self=p.x, dim=[-1, -2], keepdim=True), size=[1, 4])
    weight = p.call("permute.default", self=p.weight("fc.weight", (5, 4)), dims=[1, 0])
    return p.finish(p.call("addmm.default", self=p.weight("fc.bias", (5,)), mat1=y, mat2=weight))


@case
def head_products():
    p = Program("mm and t")
    y = p.call("flatten.using_ints", self=p.x, start_dim=1)
    return p.finish(p.call("mm.default", self=y, mat2=p.call("t.default", self=p.weight("fc.weight", (3, 120)))))


@case
def pointwise_linear():
    """ConvNeXt's: linear layers over the last axis."""
    p = Program("pointwise linear")
    y = p.call("permute.default", self=p.x, dims=[0, 2, 3, 1])
    y = p.call("linear.default", input=y, weight=p.weight("a.weight", (6, 4)), bias=p.weight("a.bias", (6,)))
    y = p.call("linear.default", input=p.call("relu.default", self=y), weight=p.weight("b.weight", (4, 6)))
    return p.finish(p.call("permute.default", self=y, dims=[0, 3, 1, 2]))


@case
def pointwise_decomposed():
    p = Program("pointwise decomposed")
    y = p.call("view.default", self=p.call("permute.default", self=p.x, dims=[0, 2, 3, 1]), size=[30, 4])
    y = p.call("addmm.default", self=p.weight("a.bias", (6,)), mat1=y, mat2=p.call("permute.default", self=p.weight("a.weight", (6, 4)), dims=[1, 0]),
               beta=0.5, alpha=2)
    return p.finish(p.call("permute.default", self=p.call("view.default", self=y, size=[1, 5, 6, 6]), dims=[0, 3, 1, 2]))


@case
def matmul():
    p = Program("matmul")
    y = p.call("matmul.default", self=p.call("permute.default", self=p.x, dims=[0, 2, 3, 1]), other=p.weight("m", (4, 3)))
    return p.finish(p.call("permute.default", self=y, dims=[0, 3, 1, 2]))


@case
def shuffle_by_views():
    p = Program("shuffle by views")
    y = p.call("view.default", self=p.x, size=[1, 2, 2, 5, 6])
    y = p.call("contiguous.default", self=p.call("transpose.int", self=y, dim0=1, dim1=2))
    return p.finish(p.call("view.default", self=y, size=[1, -1, 5, 6]))


@case
def chunks():
    p = Program("chunk and cat")
    a, b = p.call("chunk.default", self=p.x, chunks=2, dim=1)
    return p.finish(p.call("cat.default", tensors=[b, p.call("relu_.default", self=a)], dim=1))


@case
def splits():
    p = Program("splits")
    a, b, c = p.call("split_with_sizes.default", self=p.x, split_sizes=[1, 2, 1], dim=1)
    d, e = p.call("split.Tensor", self=p.x, split_size=3, dim=1)
    return p.finish(p.call("cat.default", tensors=[c, b, a, e, d], dim=1))


@case
def slices():
    p = Program("slices")
    a = p.call("slice.Tensor", self=p.x, dim=1, start=1)
    b = p.call("slice.Tensor", self=p.x, dim=1, start=0, end=9223372036854775807, step=2)
    c = p.call("slice.Tensor", self=p.x, dim=1, end=-1)
    d = p.call("narrow.default", self=p.x, dim=1, start=1, length=2)
    e = p.call("unsqueeze.default", self=p.call("select.int", self=p.x, dim=1, index=-1), dim=1)
    return p.finish(p.call("cat.default", tensors=[a, b, c, d, e], dim=1))


@case
def crops():
    p = Program("crops")
    y = p.call("slice.Tensor", self=p.x, dim=2, start=1, end=-1)
    return p.finish(p.call("slice.Tensor", self=y, dim=-1, start=0, end=4))


@case
def unbind_and_stack():
    p = Program("unbind and stack")
    parts = p.call("unbind.int", self=p.x, dim=1)
    y = p.call("stack.default", tensors=[parts[2], parts[0]], dim=1)
    return p.finish(y)


@case
def reshapes():
    p = Program("reshapes")
    y = p.call("flatten.using_ints", self=p.x, start_dim=2)
    y = p.call("unflatten.int", self=y, dim=2, sizes=[5, 6])
    y = p.call("squeeze.dim", self=p.call("unsqueeze.default", self=y, dim=-1), dim=-1)
    y = p.call("transpose.int", self=p.call("transpose.int", self=y, dim0=1, dim1=3), dim0=-1, dim1=1)
    y = p.call("movedim.int", self=p.call("movedim.int", self=y, source=1, destination=3), source=3, destination=1)
    y = p.call("reshape.default", self=p.call("squeeze.default", self=y), shape=[1, 4, 5, 6])
    y = p.call("expand.default", self=y, size=[1, -1, 5, 6])
    y = p.call("view_as.default", self=p.call("flatten.using_ints", self=y), other=p.x)
    return p.finish(p.call("reshape_as.default", self=p.call("_unsafe_view.default", self=y, size=[1, 120]), other=p.x))


@case
def unshuffle():
    p = Program("pixel_unshuffle", 3, 4, 6)
    return p.finish(p.call("pixel_unshuffle.default", self=p.x, downscale_factor=2))


@case
def two_maps():
    p = Program("two maps")
    y = p.call("conv2d.default", input=p.x, weight=p.weight("c.weight", (4, 4, 1, 1)))
    y = p.call("add.Tensor", self=y, other=p.x, alpha=0.5)
    y = p.call("sub.Tensor", self=p.call("mul.Tensor", self=y, other=p.x), other=p.x, alpha=2)
    y = p.call("maximum.default", self=y, other=p.x)
    y = p.call("minimum.default", self=y, other=p.call("add.Tensor", self=p.x, other=2.0))
    bottom = p.call("add.Tensor", self=p.call("abs.default", self=p.x), other=1)
    return p.finish(p.call("div.Tensor", self=y, other=bottom))


@case
def combined():
    p = Program("addcmul and lerp")
    y = p.call("addcmul.default", self=p.x, tensor1=p.x, tensor2=p.weight("k", (1, 4, 1, 1)), value=0.5)
    return p.finish(p.call("lerp.Scalar", self=y, end=p.x, weight=0.25))


@case
def squeeze_excite():
    p = Program("squeeze and excite")
    y = p.call("mean.dim", self=p.x, dim=[2, 3], keepdim=True)
    y = p.call("relu_.default", self=p.call("conv2d.default", input=y, weight=p.weight("a.weight", (2, 4, 1, 1)), bias=p.weight("a.bias", (2,))))
    y = p.call("conv2d.default", input=y, weight=p.weight("b.weight", (4, 2, 1, 1)), bias=p.weight("b.bias", (4,)))
    return p.finish(p.call("mul.Tensor", self=p.x, other=p.call("sigmoid.default", self=y)))


@case
def prelu():
    p = Program("prelu")
    y = p.call("prelu.default", self=p.x, weight=p.weight("a.weight", (4,)))
    return p.finish(p.call("prelu.default", self=y, weight=p.weight("b.weight", (1,))))


@case
def constants():
    """A buffer that is not saved with the state, a lifted constant, and tensors from numbers."""
    p = Program("constants")
    y = p.call("add.Tensor", self=p.x, other=p.weight("mean", (1, 4, 1, 1), kind="buffer"))
    y = p.call("mul.Tensor", self=y, other=p.call("lift_fresh_copy.default", self=p.weight("lifted_tensor_0", (4, 1, 1), kind="tensor_constant")))
    y = p.call("add.Tensor", self=y, other=p.call("full.default", size=[4, 1, 1], fill_value=0.5, dtype=torch.float64))
    k = p.call("view.default", self=p.call("arange.default", end=4, dtype=torch.float64), size=[4, 1, 1])
    y = p.call("mul.Tensor", self=y, other=k)
    return p.finish(p.call("add.Tensor", self=y, other=p.call("ones.default", size=[1], dtype=torch.float64)))


@case
def picked():
    p = Program("index_select")
    k = p.call("arange.start_step", start=3, end=-1, step=-2)
    a = p.call("index_select.default", self=p.x, dim=1, index=k)
    return p.finish(p.call("cat.default", tensors=[a, p.call("index.Tensor", self=p.x, indices=[None, k])], dim=1))


@case
def in_place():
    """A tensor that is read after it was changed."""
    p = Program("in place")
    y = p.call("conv2d.default", input=p.x, weight=p.weight("c.weight", (4, 4, 1, 1)))
    before = y
    y = p.call("relu_.default", self=y)
    before.data = y.data  # the same memory
    return p.finish(p.call("add.Tensor", self=before, other=p.x))


@case
def free_sizes():
    """Free height and width, with sizes computed in the graph."""
    p = Program("free sizes", free=(0, 2, 3))
    n, h, w = p.size(p.x, 0), p.size(p.x, 2), p.size(p.x, 3)
    y = p.call("view.default", self=p.x, size=[n, 4, p.symbol("_operator.mul", h, w)])
    y = p.call("view.default", self=y, size=[n, 2, p.symbol("_operator.floordiv", 4, 2), h, w])
    y = p.call("reshape.default", self=p.call("transpose.int", self=y, dim0=1, dim1=2), shape=[n, 4, h, w])
    half = p.symbol("math.ceil", p.symbol("_operator.truediv", p.symbol("_operator.add", h, 1), 4))
    y = p.call("slice.Tensor", self=y, dim=2, start=0, end=p.symbol("_operator.sub", h, half))
    low = p.symbol("torch.sym_max", p.symbol("_operator.neg", 2), p.symbol("_operator.mod", -7, 4))
    return p.finish(p.call("constant_pad_nd.default", self=y, pad=[1, 0]) if low.data == 1 else y)


@case
def einsum():
    p = Program("einsum")
    return p.finish(p.call("einsum.default", equation="nchw,oc->nohw", tensors=[p.x, p.weight("m", (3, 4))]))


if __name__ == "__main__":
    only = sys.argv[1:]
    cases = [build() for build in CASES + further_cases.CASES]
    print("[" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases if not only or c["name"] in only) + "]")
