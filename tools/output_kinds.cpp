// SPDX-License-Identifier: MIT
#include "tools/output_kinds.hpp"

#include <algorithm>
#include <array>

#include "tools/output_explore.hpp"
#include "tools/output_npy.hpp"
#include "tools/output_overlay.hpp"

namespace fcn::tools {
namespace {

/// Writers whose few buffers nobody counts.
std::uint64_t nothing(const PictureSize&) {
  return 0;
}

constexpr auto kKinds = std::to_array<OutputKind>({
    {"--npy", ".npy", &InferOptions::npy, "Score map as NumPy float32, classes x rows x cols", write_npy,
     nothing},
    {"--overlay", ".overlay.png", &InferOptions::overlay, "PNG of the picture with its map drawn over it",
     write_overlay, overlay_bytes},
    {"--html", ".html", &InferOptions::html, "A page to explore the map in a browser, in one file",
     write_explore, explore_bytes},
});

}  // namespace

std::span<const OutputKind> output_kinds() {
  return kKinds;
}

std::uint64_t output_bytes(const InferOptions& options, const PictureSize& size) {
  std::uint64_t most = 0;
  for (const OutputKind& kind : kKinds)
    if (!(options.*kind.place).empty()) most = std::max(most, kind.bytes(size));
  return most;
}

}  // namespace fcn::tools
