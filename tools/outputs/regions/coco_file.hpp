// SPDX-License-Identifier: MIT
// The file of --coco: the regions of all pictures of a run as COCO's object detection JSON, complete or
// absent. Annotations are written as pictures come; of each picture only a line is kept until the end. A file
// without a picture never appears.
#pragma once

#include <cstdint>
#include <string>

#include "fcn/result.hpp"
#include "tools/runs/run_report.hpp"
#include "tools/shell/atomic_file.hpp"

namespace fcn::tools {

class CocoFile {
 public:
  static Result<CocoFile> create(const std::string& path);

  /// Adds a picture and its regions, in pixels of the picture as it stands upright, before --resize. After an
  /// Error nothing more may be added.
  Status append(const RunReport& report);
  /// Lets the file appear, if it has a picture.
  Status commit();

 private:
  explicit CocoFile(AtomicFile file) : file_(std::move(file)) {}

  AtomicFile file_;
  std::string images_;      // as JSON, comma-separated
  std::string categories_;  // the same
  std::uint64_t image_count_ = 0;
  std::uint64_t annotation_count_ = 0;
};

}  // namespace fcn::tools
