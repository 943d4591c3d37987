// SPDX-License-Identifier: MIT
#include "tools/runs/label_runs.hpp"

#include <cstddef>

namespace fcn::tools {
namespace {

/// One bit of the bytes is the mark of a longer run.
int bytes_of_label(int labels) {
  return labels <= 1 << 7 ? 1 : labels <= 1 << 15 ? 2 : 3;
}

}  // namespace

std::uint64_t LabelRuns::bytes(int labels, std::uint64_t pixels) {
  return static_cast<std::uint64_t>(bytes_of_label(labels)) * pixels;
}

LabelRuns::LabelRuns(int labels, std::uint64_t pixels) : label_bytes_(bytes_of_label(labels)) {
  packed_.reserve(static_cast<std::size_t>(bytes(labels, pixels)));
}

void LabelRuns::take(std::span<const std::uint16_t> labels) {
  for (std::size_t begin = 0; begin < labels.size();) {
    std::size_t end = begin + 1;
    while (end < labels.size() && labels[end] == labels[begin]) ++end;
    add(labels[begin], end - begin);
    begin = end;
  }
}

void LabelRuns::add(int label, std::uint64_t length) {
  if (label == last_.label) {
    last_.length += length;
    return;
  }
  if (last_.length != 0) pack(last_);
  last_ = {label, length};
}

void LabelRuns::pack(const Run& run) {
  const bool longer = run.length > 1;
  const int bits = 8 * label_bytes_;
  const unsigned marked = static_cast<unsigned>(run.label) | (longer ? 1u << (bits - 1) : 0);
  for (int shift = 0; shift < bits; shift += 8) packed_.push_back(static_cast<std::uint8_t>(marked >> shift));
  if (!longer) return;
  std::uint64_t rest = run.length - 2;
  for (; rest > 0x7f; rest >>= 7) packed_.push_back(static_cast<std::uint8_t>(rest | 0x80));
  packed_.push_back(static_cast<std::uint8_t>(rest));
}

LabelRuns::Run LabelRuns::unpack(const std::uint8_t*& at) const {
  const int bits = 8 * label_bytes_;
  unsigned marked = 0;
  for (int shift = 0; shift < bits; shift += 8) marked |= static_cast<unsigned>(*at++) << shift;
  const unsigned mark = 1u << (bits - 1);
  if ((marked & mark) == 0) return {static_cast<int>(marked), 1};
  std::uint64_t more = 0;
  for (int shift = 0;; shift += 7) {
    const std::uint8_t byte = *at++;
    more |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) break;
  }
  return {static_cast<int>(marked & ~mark), more + 2};
}

}  // namespace fcn::tools
