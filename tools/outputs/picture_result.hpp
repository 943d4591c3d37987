// SPDX-License-Identifier: MIT
// What the writers of a picture's files are given (output_kinds.hpp lists them).
#pragma once

#include "fcn/limits.hpp"
#include "tools/pictures/picture.hpp"
#include "tools/pictures/resize.hpp"
#include "tools/runs/run_report.hpp"

namespace fcn::tools {

/// Writers come one after another and leave all of it as it is.
struct PictureResult {
  const Picture& picture;  ///< the one that ran: upright and resized
  const RunReport& report;
  const Limits& limits;
};

/// What is known before a picture runs of what writers will need.
struct OutputNeeds {
  PictureSize size;        ///< of the picture as it will run
  int listed_classes = 1;  ///< in the report: those asked for, or the best
};

}  // namespace fcn::tools
