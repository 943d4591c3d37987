// SPDX-License-Identifier: MIT
// What the scans of a JPEG ask of its decoder, known without decoding one: how many blocks they go through,
// and whether they have the bits that so many blocks need at least. Not here: the segments between them
// (jpeg_structure.cpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "fcn/result.hpp"
#include "tools/pictures/decoder_memory.hpp"
#include "tools/pictures/formats/picture_structure.hpp"

namespace fcn::tools {

class JpegScans {
 public:
  /// `frame` is that of the whole picture; `ids` are those of its components.
  void set_frame(const JpegFrame& frame, const std::array<std::uint8_t, 4>& ids);

  /// A scan's header, without its length. ErrorCode::limit_exceeded if there are so many scans, or they go
  /// through so many blocks, that no encoder writes them.
  Status begin(PictureBytes header);
  /// The scan's data, stuffed zeros included. ErrorCode::truncated if it has fewer bits than blocks need.
  [[nodiscard]] Status end(std::uint64_t data_bytes) const;

  [[nodiscard]] int count() const { return scans_; }

 private:
  struct Component {
    std::uint8_t id = 0;
    std::uint64_t blocks = 0;  ///< that show something of the picture
  };

  std::array<Component, 4> components_{};
  std::size_t component_count_ = 0;
  bool progressive_ = false;
  std::uint64_t all_blocks_ = 0;
  int scans_ = 0;
  std::uint64_t visited_ = 0;       ///< blocks of all scans so far
  std::uint64_t scan_blocks_ = 0;   ///< of the present scan
  std::uint64_t bits_a_block_ = 0;  ///< that it needs at least
};

}  // namespace fcn::tools
