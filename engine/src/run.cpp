// SPDX-License-Identifier: MIT
// The definitions of fcn/run/, compiled once.
#include "fcn/run/pixels/pixel_layout_inl.hpp"
#include "fcn/run/plan_checks_inl.hpp"
#include "fcn/run/plan_inl.hpp"
#include "fcn/run/pool_fusion_inl.hpp"
#include "fcn/run/run_memory_inl.hpp"
#include "fcn/run/work_inl.hpp"
