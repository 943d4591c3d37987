// SPDX-License-Identifier: MIT
// The definitions of fcn/base/, compiled once.
#include "fcn/base/printable_inl.hpp"
#include "fcn/base/processors_inl.hpp"
#include "fcn/base/system_memory_inl.hpp"
