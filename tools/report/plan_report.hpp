// SPDX-License-Identifier: MIT
// The report of --plan: each layer and where the memory goes, as a table for 80 columns or as a line of JSON.
#pragma once

#include <cstdint>
#include <string>

#include "fcn/model.hpp"
#include "tools/pictures/picture_page.hpp"
#include "tools/runs/picture_plan.hpp"

namespace fcn::tools {

/// The most that the process takes beside the counted bytes: code, libraries, stacks and everything small. A
/// test compares fcn-infer's resident memory with it.
inline constexpr std::uint64_t kProcessBytes = 24u << 20;

struct PlanReport {
  std::string image;  ///< as the user named it; empty for a size alone
  std::string model;  ///< the model file's name, without folders
  int pool_stride = 1;
  int threads = 1;
  std::string arch;
  PictureBorder border;
  PageChoice page;
};

/// Newline included. Text from files is escaped.
std::string plan_table(const PlanReport& report, const PicturePlan& plan);

/// One line without a newline.
std::string plan_json(const PlanReport& report, const PicturePlan& plan);

}  // namespace fcn::tools
