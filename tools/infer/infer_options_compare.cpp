// SPDX-License-Identifier: MIT
// The same picture run in other ways, to compare.
#include "tools/infer/infer_options_groups.hpp"

namespace fcn::tools {
namespace {

constexpr int kLargestWindowStride = 1'000'000;  // far beyond any picture

}  // namespace

void add_comparison_options(CommandLine& line, InferOptions& options) {
  OptionGroup group = line.group("To compare");
  group.optional_number(
      "--compare-windows", "STRIDE", options.compare_windows, 0, 1, kLargestWindowStride,
      "Also classify each window on its own, one every STRIDE\npixels (default: the map's)");
}

}  // namespace fcn::tools
