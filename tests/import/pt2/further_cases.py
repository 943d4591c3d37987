# SPDX-License-Identifier: MIT
"""More cases for make_cases.py: comparisons and choices, windows with indices, and the operators' other
names and copying forms."""
import torch
import torch.nn.functional as F

from aten_program import Program

CASES = []


def case(function):
    CASES.append(function)
    return function


def unary(op, truth=None, name=None, **given):
    def build():
        p = Program(name or op)
        return p.finish(p.call(op, truth, self=p.x, **given))
    CASES.append(build)


unary("sign.default"); unary("threshold.default", threshold=0.25, value=-1.5); unary("hardshrink.default", lambd=0.75)
unary("softshrink.default", lambd=0.75); unary("clip.default", min=-0.5, max=1); unary("negative.default")
unary("_log_softmax.default", dim=1, half_to_float=False)
unary("_reshape_alias.default", size=[1, 2, 2, 5, 6], stride=[120, 60, 30, 6, 1]); unary("view_copy.default", size=[1, 2, 2, 5, 6])
unary("transpose_copy.int", dim0=1, dim1=1); unary("swapaxes.default", axis0=1, axis1=1)
unary("swapdims.default", dim0=1, dim1=1);
unary("slice_copy.Tensor", dim=1, start=1, end=3); unary("flip.default", dims=[1]);
unary("expand_copy.default", size=[1, 4, 5, 6]); unary("subtract.Tensor", other=0.5, alpha=2); unary("multiply.Tensor", other=3)
unary("divide.Tensor", other=4); unary("true_divide.Tensor", other=8); unary("resolve_conj.default"); unary("resolve_neg.default")
unary("lift.default"); unary("lift_fresh.default")
unary("alpha_dropout.default", truth=lambda self, p, train: self, p=0.5, train=False)
unary("feature_dropout.default", truth=lambda self, p, train: self, p=0.5, train=False)
unary("frobenius_norm.dim", dim=[2, 3], keepdim=True)


def upsampled_exactly(**given):
    return F.interpolate(given["self"], size=given["output_size"], mode="nearest-exact")


unary("_upsample_nearest_exact2d.default", truth=upsampled_exactly, output_size=[10, 9])
@case
def largest_place():
    p = Program("adaptive_max_pool2d")
    return p.finish(p.call("adaptive_max_pool2d.default", self=p.x, output_size=[1, 1])[0])


@case
def moved_and_back():
    p = Program("permuted and repeated")
    y = p.call("permute_copy.default", self=p.call("permute_copy.default", self=p.x, dims=[0, 2, 3, 1]), dims=[0, 3, 1, 2])
    y = p.call("mT.default", truth=lambda self: self.mT, self=p.call("mT.default", truth=lambda self: self.mT, self=y))
    y = p.call("repeat.default", self=y, repeats=[1, 2, 1, 1])
    return p.finish(p.call("conv2d.default", input=y, weight=p.weight("c.weight", (3, 8, 1, 1))))


@case
def max_pool_values():
    p = Program("max_pool2d_with_indices")
    return p.finish(p.call("max_pool2d_with_indices.default", self=p.x, kernel_size=[3, 2], stride=[2, 1], padding=[1, 0])[0])


@case
def unpooled():
    p = Program("max_unpool2d", height=6, width=8)
    values, indices = p.call("max_pool2d_with_indices.default", self=p.x, kernel_size=[2, 2], stride=[2, 2])
    doubled = p.call("mul.Tensor", self=values, other=2.0)
    return p.finish(p.call("max_unpool2d.default", self=doubled, indices=indices, output_size=[6, 8]))


COMPARED = {"gt": 0.2, "ge": 0.25, "lt": -0.3, "le": 0.0, "ne": 0.25}


def comparison(op, other):
    def build():
        p = Program(op + " of a number")
        truth = p.call(op + ".Scalar", self=p.x, other=other)
        return p.finish(p.call("where.self", condition=truth, self=p.x, other=p.call("mul.Tensor", self=p.x, other=-0.5)))
    CASES.append(build)


for compared, number in COMPARED.items(): comparison(compared, number)


@case
def compared_maps():
    """Two maps, truth values counted with, and logic."""
    p = Program("comparisons of maps")
    y = p.call("conv2d.default", input=p.x, weight=p.weight("c.weight", (4, 4, 1, 1)))
    above = p.call("gt.Tensor", self=p.x, other=y)
    small = p.call("lt.Scalar", self=p.call("abs.default", self=p.x), other=1.0)
    either = p.call("logical_xor.default", self=above, other=p.call("logical_and.default", self=above, other=small))
    none = p.call("logical_not.default", self=p.call("logical_or.default", self=either, other=small))
    z = p.call("mul.Tensor", self=y, other=either)
    return p.finish(p.call("add.Tensor", self=z, other=p.call("to.dtype", self=none, dtype=torch.float32)))


@case
def masked():
    p = Program("masked_fill")
    mask = p.call("eq.Scalar", self=p.call("relu.default", self=p.x), other=0)
    return p.finish(p.call("masked_fill.Scalar", self=p.x, mask=mask, value=-0.125))


@case
def truth_bits():
    p = Program("bitwise logic")
    a, b = p.call("ge.Scalar", self=p.x, other=0.4), p.call("le.Scalar", self=p.x, other=1.1)
    both = p.call("bitwise_and.Tensor", self=a, other=b)
    odd = p.call("bitwise_xor.Tensor", self=p.call("bitwise_not.default", self=both), other=p.call("bitwise_or.Tensor", self=a, other=b))
    return p.finish(p.call("mul.Tensor", self=p.x, other=odd))


@case
def batch_matrices():
    p = Program("bmm of weights")
    w = p.call("bmm.default", self=p.weight("a", (1, 3, 2)), mat2=p.weight("b", (1, 2, 4)))
    return p.finish(p.call("conv2d.default", input=p.x, weight=p.call("view.default", self=w, size=[3, 4, 1, 1])))


@case
def same_by_other_names():
    p = Program("cat by other names")
    parts = p.call("unsafe_split.Tensor", self=p.x, split_size=1, dim=1)
    a = p.call("concat.default", tensors=[parts[3], parts[0]], dim=1)
    b = p.call("unsafe_chunk.default", self=p.x, chunks=2, dim=1)
    c = p.call("tensor_split.sections", self=p.x, sections=2, dim=1)
    rest = p.call("select_copy.int", self=p.x, dim=1, index=2)
    rest = p.call("unsqueeze_copy.default", self=rest, dim=1)
    return p.finish(p.call("concatenate.default", truth=lambda tensors, dim: torch.cat(tensors, dim), tensors=[a, b[1], c[0], rest], dim=1))


@case
def made_constants():
    p = Program("constants like others")
    like = p.weight("k", (4, 1, 1))
    zeros, ones = p.call("zeros_like.default", self=like), p.call("ones_like.default", self=like)
    half = p.call("full_like.default", self=like, fill_value=0.5)
    y = p.call("addcdiv.default", self=p.x, tensor1=ones, tensor2=half, value=0.25)
    y = p.call("add.Tensor", self=y, other=p.call("new_ones.default", self=like, size=[4, 1, 1]))
    y = p.call("mul.Tensor", self=y, other=p.call("new_full.default", self=like, size=[1], fill_value=1.5))
    y = p.call("sub.Tensor", self=y, other=p.call("new_zeros.default", self=like, size=[1, 4, 1, 1]))
    y = p.call("add.Tensor", self=y, other=p.call("scalar_tensor.default", s=0.75, dtype=torch.float64))
    return p.finish(p.call("add.Tensor", self=y, other=zeros))


@case
def both_statistics():
    p = Program("std_mean")
    deviation, mean = p.call("std_mean.correction", self=p.x, dim=[1], correction=0, keepdim=True)
    return p.finish(p.call("div.Tensor", self=p.call("sub.Tensor", self=p.x, other=mean), other=p.call("add.Tensor", self=deviation, other=1)))
