// SPDX-License-Identifier: MIT
// The one header an embedder includes.
//
//   auto model = fcn::load_model("weights/fashion-resnet18.safetensors");
//   if (!model) return std::puts(model.error().to_string().c_str());
//   auto session = fcn::Session::create(*model, {.threads = 2});
//   if (!session) return std::puts(session.error().to_string().c_str());
//   auto map = session->run({.pixels = rgb, .width = width, .height = height, .channels = 3});
//   if (!map) return std::puts(map.error().to_string().c_str());
//   const int best = map->top(1)[0];
//   const fcn::Peak peak = map->peak(best);
//   std::printf("%s, %.1f %% at cell %d, %d\n", model->label(best).c_str(), 100 * peak.probability, peak.row,
//               peak.col);
//
// Linked with fcn::runtime, the best kernels for the processor are chosen at run time. Used as headers alone,
// the including unit's own flags choose: without -mavx2 -mfma (or -march=native) an x86-64 compiler gives
// SSE2, which is several times slower. See docs/embedding.md.
#pragma once

#if __cplusplus < 202002L
#error "fcn needs C++20: compile with -std=c++20"
#endif

#include <cstddef>
#include <span>
#include <string>

#include "fcn/maps.hpp"
#include "fcn/session.hpp"

namespace fcn::inline FCN_ABI {

/// Loads a model file (docs/model-format.md): for the best kernels that this processor runs, or those that
/// FCN_FORCE_ARCH names, with fcn::runtime; for the arch that this unit is compiled for with headers alone.
/// Errors: io, truncated, malformed, unsupported (also a processor without the instructions that this unit
/// was compiled for), limit_exceeded, out_of_memory, mismatch.
Result<Model> load_model(const std::string& path, const Limits& limits = {});
/// The same from the bytes of a model file, as of one that `fcn-export to-header` made part of the program.
/// They are not needed afterwards.
Result<Model> load_model(std::span<const std::byte> bytes, const Limits& limits = {});

}  // namespace fcn::inline FCN_ABI

#ifndef FCN_COMPILED
#include "fcn/fcn_inl.hpp"
#endif
