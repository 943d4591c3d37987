// SPDX-License-Identifier: MIT
// The public ceilings on what untrusted input may ask for. Every parser and the planner compare with these
// before they allocate. One struct, so that an embedder sees and sets all of them in one place.
#pragma once

#include <cstdint>

#include "fcn/config.hpp"

namespace fcn::inline FCN_ABI {

/// What files and pictures may ask for. A file or a picture beyond is ErrorCode::limit_exceeded.
struct Limits {
  // Model and checkpoint files.
  std::uint64_t max_file_bytes = 16ull << 30;  ///< a whole model or checkpoint file
  std::uint64_t max_header_bytes =
      64ull << 20;                       ///< the JSON header of a safetensors file (the format allows 100 MB)
  std::uint32_t max_json_depth = 32;     ///< nesting of any JSON text
  std::uint32_t max_tensors = 65'536;    ///< tensors of one file
  std::uint32_t max_rank = 8;            ///< dimensions of one tensor
  std::uint32_t max_name_bytes = 1'024;  ///< a tensor's or node's name
  std::uint64_t max_tensor_bytes = 4ull << 30;  ///< one tensor's storage
  std::uint32_t max_nodes = 65'536;             ///< nodes of one graph
  std::int32_t max_extent = 32'768;  ///< a window, stride, padding or constant of a graph along one side
  std::uint32_t max_pickle_opcodes = 3'000'000;  ///< operations of one pickle
  std::uint32_t max_pickle_memo = 1'000'000;     ///< memoised objects of one pickle
  std::uint32_t max_zip_entries = 65'536;        ///< members of one archive

  // Pictures and runs.
  std::int32_t max_image_side = 262'144;        ///< pixels along one side
  std::uint64_t max_image_pixels = 1ull << 36;  ///< pixels of one picture (69 billion)
  /// Pixels of a picture that is held whole (268 million): one that a program decodes, resizes or turns.
  std::uint64_t max_held_pixels = 1ull << 28;
  std::uint64_t max_run_bytes = 8ull << 30;  ///< what a plan may allocate, map included

  // Work (fcn/run/work.hpp) of one picture, in multiply-adds; a run that passes either limit is refused. The
  // largest classifiers in use take a thirtieth of max_work_per_pixel, and most of it where their maps are
  // eight times as dense. Without a limit, a file of 800 bytes keeps a machine busy for days.
  std::uint64_t max_work = 1'000'000'000'000'000;  ///< in all: hours on a current machine
  std::uint64_t max_work_per_pixel = 32'000'000;   ///< for each of its pixels, 4096 at least
};

}  // namespace fcn::inline FCN_ABI
