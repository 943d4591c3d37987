// SPDX-License-Identifier: MIT
// The definitions of fcn/maps/, compiled once.
#include "fcn/maps/argmax_inl.hpp"
#include "fcn/maps/connected_runs_inl.hpp"
#include "fcn/maps/contour_inl.hpp"
#include "fcn/maps/fusion_inl.hpp"
#include "fcn/maps/heat_scale_inl.hpp"
#include "fcn/maps/placed_map_inl.hpp"
#include "fcn/maps/region_pieces_inl.hpp"
#include "fcn/maps/regions_inl.hpp"
