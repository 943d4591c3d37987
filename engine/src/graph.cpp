// SPDX-License-Identifier: MIT
// The definitions of fcn/graph/, compiled once.
#include "fcn/graph/geometry_inl.hpp"
#include "fcn/graph/padded_size_inl.hpp"
#include "fcn/graph/picture_part_inl.hpp"
#include "fcn/graph/resample_inl.hpp"
#include "fcn/graph/row_reach_inl.hpp"
#include "fcn/graph/shape_inference_inl.hpp"
#include "fcn/graph/validate_graph_inl.hpp"
