// SPDX-License-Identifier: MIT
// The definitions of fcn/passes/, compiled once.
#include "fcn/passes/dilate_inl.hpp"
#include "fcn/passes/find_ending_inl.hpp"
#include "fcn/passes/find_head_inl.hpp"
#include "fcn/passes/fold_batch_norm_inl.hpp"
#include "fcn/passes/fuse_relu_inl.hpp"
#include "fcn/passes/fuse_residual_add_inl.hpp"
#include "fcn/passes/rewire_inl.hpp"
#include "fcn/passes/split_sum_pools_inl.hpp"
#include "fcn/passes/to_fcn_inl.hpp"
#include "fcn/passes/unfuse_inl.hpp"
