// SPDX-License-Identifier: MIT
// How many threads can run at the same time in this process: processors that it may be scheduled on, and no
// more than its control group's quota of processor time allows (containers set one). A limit that cannot be
// determined is ignored.
#pragma once

#include <sched.h>
#include <string>

#include "fcn/config.hpp"

namespace fcn::inline FCN_ABI {

namespace detail {

/// Whole processors, at least one, of a `cpu.max` ("150000 100000"); 0 for no quota ("max 100000").
int quota_of(const std::string& cpu_max);

/// The smallest quota of a control group (version 2) and those around it, below `root`; 0 for none. `group`
/// is the line of /proc/self/cgroup: "0::/path".
int group_quota(const std::string& root, const std::string& group);

}  // namespace detail

/// At least 1.
int usable_processors();

}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/base/processors_inl.hpp"
#endif
