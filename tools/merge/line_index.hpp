// SPDX-License-Identifier: MIT
// Where the line of each picture stands among many results files. Lines stay in their files: only names are
// held.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "fcn/result.hpp"
#include "tools/merge/merge_results.hpp"

namespace fcn::tools {

class LineIndex {
 public:
  struct Place {
    std::uint32_t file = 0;  ///< in the order of add()
    std::uint32_t size = 0;
    std::uint64_t offset = 0;
    std::uint64_t number = 0;  ///< of the line
    bool failed = false;
  };
  using Lines = std::unordered_map<std::string, Place>;  ///< by the picture's name, as JSON spells it

  /// Without the files that it may hold open.
  ~LineIndex() { close_files(); }
  LineIndex() = default;
  LineIndex(const LineIndex&) = delete;
  LineIndex& operator=(const LineIndex&) = delete;

  /// Adds the lines of a results file, and to the report what is wrong with them.
  Status add(const std::string& file, MergeReport& report);

  [[nodiscard]] const Lines& lines() const { return lines_; }
  /// A line again, checked again. ErrorCode::io if its file has changed since.
  Result<std::string> read(const Place& place);

 private:
  Status add_line(const std::string& text, Place place, MergeReport& report);
  Result<int> file_at(std::uint32_t file);
  void close_files();
  [[nodiscard]] std::string name(const Place& place) const;

  std::vector<std::string> files_;
  std::map<std::uint32_t, int> open_;  // descriptors, by file
  Lines lines_;
  std::string run_;  // of all lines
};

/// Adds a note, unless there are ten of its kind: `count` is how many there are with this one.
void note(MergeReport& report, std::uint64_t count, const std::string& text);

}  // namespace fcn::tools
