// SPDX-License-Identifier: MIT
// The input of the writers of a picture's files (output_kinds.hpp lists them).
#pragma once

#include "fcn/limits.hpp"
#include "tools/pictures/picture_source.hpp"
#include "tools/pictures/resize.hpp"
#include "tools/runs/run_report.hpp"

namespace fcn::tools {

/// Writers run one after another and do not change any of it.
struct PictureResult {
  const PictureSource& picture;  ///< the one that ran: upright and resized
  const RunReport& report;
  const Limits& limits;
};

/// Facts about the writers' input that are known before a picture runs.
struct OutputNeeds {
  PictureSize size;        ///< of the picture as it will run
  int listed_classes = 1;  ///< in the report: those asked for, or the best
};

}  // namespace fcn::tools
