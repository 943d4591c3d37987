// SPDX-License-Identifier: MIT
#include "tools/pictures/formats/jpeg_scans.hpp"

#include <algorithm>
#include <string>

#include "fcn/base/checked.hpp"

namespace fcn::tools {
namespace {

// Each scan of a progressive picture costs a pass over its blocks, and a scan can be ten bytes long. Encoders
// write about ten scans, and none goes through a block more than ten times.
constexpr int kMaxScans = 500;
constexpr std::uint64_t kMaxVisits = 20;
constexpr std::uint64_t kFewVisits = 1u << 22;  // take no time

}  // namespace

void JpegScans::set_frame(const JpegFrame& frame, const std::array<std::uint8_t, 4>& ids) {
  progressive_ = frame.progressive;
  component_count_ = std::min(frame.components, components_.size());
  std::uint64_t across = 1, down = 1;
  for (std::size_t i = 0; i < component_count_; ++i) {
    across = std::max<std::uint64_t>(across, frame.component[i].across);
    down = std::max<std::uint64_t>(down, frame.component[i].down);
  }
  for (std::size_t i = 0; i < component_count_; ++i) {
    const auto blocks = [](std::uint64_t size, std::uint64_t part, std::uint64_t whole) {
      return ceil_div(ceil_div(size * part, whole), std::uint64_t{8});
    };
    components_[i] = {ids[i], blocks(frame.width, frame.component[i].across, across) *
                                  blocks(frame.height, frame.component[i].down, down)};
    all_blocks_ += components_[i].blocks;
  }
}

Status JpegScans::begin(PictureBytes header) {
  if (++scans_ > kMaxScans)
    return Error{ErrorCode::limit_exceeded, "JPEG has more than " + std::to_string(kMaxScans) + " scans", ""};
  const std::size_t named = header[0];
  const bool means = header[2 * named + 1] == 0;
  scan_blocks_ = 0;
  for (std::size_t i = 0; i < named; ++i)
    for (std::size_t c = 0; c < component_count_; ++c)
      if (components_[c].id == header[1 + 2 * i]) scan_blocks_ += components_[c].blocks;
  // A code has at least one bit. Without progression a block has one for its mean and one for its end; the
  // other scans of a progressive picture may end 32767 blocks by one code.
  bits_a_block_ = !progressive_ ? 2 : means ? 1 : 0;
  visited_ += scan_blocks_;
  if (visited_ <= std::max(kMaxVisits * all_blocks_, kFewVisits)) return {};
  return Error{ErrorCode::limit_exceeded,
               "JPEG has " + std::to_string(scans_) + " scans or more, which decode its " +
                   std::to_string(all_blocks_) + " blocks more than " + std::to_string(kMaxVisits) +
                   " times; save it again with the usual ten",
               ""};
}

Status JpegScans::end(std::uint64_t data_bytes) const {
  const std::uint64_t needed = ceil_div(scan_blocks_ * bits_a_block_, std::uint64_t{8});
  if (data_bytes >= needed) return {};
  return Error{ErrorCode::truncated,
               "JPEG has " + std::to_string(data_bytes) + " bytes of data in scan " + std::to_string(scans_) +
                   ", its " + std::to_string(scan_blocks_) + " blocks need at least " +
                   std::to_string(needed),
               ""};
}

}  // namespace fcn::tools
