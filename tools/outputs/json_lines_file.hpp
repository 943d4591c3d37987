// SPDX-License-Identifier: MIT
// The file of --json: one line per picture, complete or absent. It can take over the lines of the file it
// replaces, so that a run continues where another was interrupted. A file without a line never appears. Not
// here: a line's content (output_json.cpp).
#pragma once

#include <set>
#include <string>

#include "fcn/result.hpp"
#include "tools/shell/atomic_file.hpp"

namespace fcn::tools {

class JsonLinesFile {
 public:
  /// A file that will replace the one at `path`; nothing is read or kept of that.
  static Result<JsonLinesFile> create(const std::string& path);
  /// The same, beginning with the lines that are there already. Each must be a result of fcn-infer, or
  /// nothing is touched and an Error names the line.
  static Result<JsonLinesFile> resume(const std::string& path);

  /// Whether a line that was taken over is about this picture.
  [[nodiscard]] bool has(const std::string& image) const;
  /// Adds a line, given without its newline. After an Error nothing more may be added.
  Status append(const std::string& line);
  /// Lets the file appear, if it has a line. Else a file that was at its path stays as it is.
  Status commit() { return has_lines_ ? file_.commit() : Status(); }

 private:
  explicit JsonLinesFile(AtomicFile file) : file_(std::move(file)) {}

  AtomicFile file_;
  std::set<std::string> images_;  ///< of the lines taken over, as JSON spells them
  bool has_lines_ = false;
};

}  // namespace fcn::tools
