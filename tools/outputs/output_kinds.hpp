// SPDX-License-Identifier: MIT
// The files that fcn-infer can write of a picture, one line each in the table of output_kinds.cpp: its
// option, its ending in a folder, its writer and the memory that takes. Not here: opening and committing
// them (result_files.hpp), the JSON file, which is one for all pictures.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "fcn/result.hpp"
#include "tools/outputs/picture_result.hpp"
#include "tools/pictures/resize.hpp"
#include "tools/runs/infer_options.hpp"
#include "tools/shell/atomic_file.hpp"

namespace fcn::tools {

/// How a writer uses the picture's pixels.
enum class PixelUse {
  none,
  in_order,  ///< its rows from top to bottom
  whole,     ///< the picture must be held
};

struct OutputKind {
  const char* option;                ///< "--npy"; its value is FILE|DIR
  const char* ending;                ///< of files in a folder: ".npy"
  std::string InferOptions::*place;  ///< the option's value; empty if the file is not wanted
  const char* help;                  ///< for --help
  PixelUse pixels;
  /// Writes the whole content; the caller opens and commits.
  Status (*write)(AtomicFile& file, const PictureResult& result);
  /// What write() holds at most beside the picture, as MemoryCount counts it.
  std::uint64_t (*bytes)(const OutputNeeds& needs);
};

std::span<const OutputKind> output_kinds();

/// The greatest use that the files which `options` ask for make of the picture.
PixelUse pixel_use(const InferOptions& options);

/// Whether something that `options` ask for reads cells of the finished map. Otherwise scores can be written
/// as they come (score_npy_rows.hpp), and the map need not be held.
bool needs_cells(const InferOptions& options);

/// How many classes the report of a model with so many will list.
int listed_count(const InferOptions& options, const ModelInfo& info, int classes);

/// The most that the files which `options` ask for take, written one after another.
std::uint64_t output_bytes(const InferOptions& options, const OutputNeeds& needs);

}  // namespace fcn::tools
