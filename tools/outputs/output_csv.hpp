// SPDX-License-Identifier: MIT
// A score map as a table for spreadsheets and scripts.
#pragma once

#include "fcn/result.hpp"
#include "tools/outputs/picture_result.hpp"
#include "tools/shell/atomic_file.hpp"

namespace fcn::tools {

/// Writes a heading and a line for each cell, row by row: row, col, center_x, center_y (pixels of the picture
/// that ran), best_class, best_label, best_score (background included), then the score of each class that the
/// report lists, under its label. Commas, LF, fields quoted as RFC 4180 has it. The caller commits.
Status write_csv(AtomicFile& file, const PictureResult& result);

}  // namespace fcn::tools
