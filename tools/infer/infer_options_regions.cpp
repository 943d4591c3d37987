// SPDX-License-Identifier: MIT
// Regions of the map, and how it lies on the picture.
#include "tools/infer/infer_options_groups.hpp"

namespace fcn::tools {

void add_region_options(CommandLine& line, InferOptions& options) {
  OptionGroup group = line.group("Regions and placement");
  group.choice(
      "--regions", {"shown", "all", "tutorial"},
      [&options](std::size_t taken) {
        constexpr RegionKind kKinds[] = {RegionKind::shown, RegionKind::all, RegionKind::tutorial};
        options.regions.kind = kKinds[taken];
      },
      "List connected regions: of the shown class (shown),\nof all classes (all), or the tutorials' box "
      "(tutorial)");
  group.fraction("--threshold", options.threshold,
                 "The least probability in a region (default: 0.25, or\n0.5 where classes are independent)");
  group.fraction(
      "--nms", options.regions.nms,
      "Drop regions whose boxes overlap a better one's by\nmore than this intersection over union");
  group.flag("--contours", options.regions.contours, "Also the regions' outlines, in the JSON");
  group.choice(
      "--placement", {"centers", "stretch"},
      [&options](std::size_t taken) {
        options.placement = taken == 1 ? maps::Placement::stretch : maps::Placement::centers;
      },
      "Maps on pictures: centers (default: each cell where\nthe network looked) or stretch (over the whole "
      "picture)");
}

}  // namespace fcn::tools
