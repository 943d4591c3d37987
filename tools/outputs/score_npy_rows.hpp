// SPDX-License-Identifier: MIT
// Writes scores row by row while a picture runs, for maps that are not held. The file is that of write_npy().
#pragma once

#include <cstdint>
#include <vector>

#include "fcn/graph/graph.hpp"
#include "fcn/result.hpp"
#include "fcn/score_rows.hpp"
#include "tools/shell/atomic_file.hpp"

namespace fcn::tools {

class ScoreNpyRows : public ScoreRows {
 public:
  /// `file` takes a map of this shape, and must outlive this; without a file the scores are dropped.
  ScoreNpyRows(AtomicFile* file, const Shape& map);

  void take(const ScoreRow& scores) override;
  /// The first Error of writing.
  [[nodiscard]] const Status& status() const { return status_; }

 private:
  AtomicFile* file_;
  Shape map_;
  std::uint64_t scores_at_ = 0;  // where the header ends
  std::vector<float> line_;      // a row of one class
  Status status_;
};

}  // namespace fcn::tools
