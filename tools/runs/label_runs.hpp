// SPDX-License-Identifier: MIT
// The runs of equal labels of which a map consists, packed: however small the regions of a picture are, its
// runs take a byte a pixel (of a network of more than 128 labels two), and few bytes where regions are large.
#pragma once

#include <cstdint>
#include <span>

#include "tools/shell/counted_memory.hpp"

namespace fcn::tools {

class LabelRuns {
 public:
  /// Bytes held for a map of so many pixels. They are taken at once, so that they are known beforehand; a
  /// system gives memory that is not written to nobody.
  static std::uint64_t bytes(int labels, std::uint64_t pixels);

  /// None, of a map without pixels.
  LabelRuns() = default;
  LabelRuns(int labels, std::uint64_t pixels);

  /// The next row of the map.
  void take(std::span<const std::uint16_t> labels);

  /// Calls `add(length)` for the map row by row as one label sees it: how many pixels are others', then how
  /// many its own, and so on.
  template <class Add>
  void for_each(int label, const Add& add) const {
    std::uint64_t others = 0;
    const auto read = [&](const Run& run) {
      if (run.label != label) {
        others += run.length;
        return;
      }
      add(others);
      add(run.length);
      others = 0;
    };
    for (const std::uint8_t* at = packed_.data(); at != packed_.data() + packed_.size();) read(unpack(at));
    if (last_.length != 0) read(last_);
    if (others != 0) add(others);
  }

 private:
  struct Run {
    int label = 0;
    std::uint64_t length = 0;
  };

  void add(int label, std::uint64_t length);
  void pack(const Run& run);
  /// Moves `at` behind the run.
  [[nodiscard]] Run unpack(const std::uint8_t*& at) const;

  // Of each run its label, and in the highest bit whether more pixels follow; then how many, less two, in
  // groups of seven bits, lowest first. A run never takes more than its pixels would one by one.
  ByteVector packed_;
  int label_bytes_ = 1;
  Run last_;  // may go on in the next row
};

}  // namespace fcn::tools
