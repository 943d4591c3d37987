// SPDX-License-Identifier: MIT
// The options of fcn-export, as given. Not here: whether they suit the files.
#pragma once

#include <optional>
#include <string>

#include "tools/export/export_model.hpp"
#include "tools/export/inspect_file.hpp"

namespace fcn::tools {

struct ExportOptions {
  bool inspect = false;    ///< a subcommand: show what `file` holds
  bool verify = false;     ///< another: replay the self-test of `file`
  bool to_header = false;  ///< another: write `file` as the source `source_output`
  bool version = false;
  bool quiet = false;
  bool sandbox = false;   ///< give up all but these files before one is read
  ExportRequest request;  ///< without the labels, which are in a file
  std::string labels;     ///< that file; empty for none
  std::optional<PixelHead> head;
  int head_classes = 0;  ///< 0 to keep the classifier's
  std::string file;
  std::string source_output;
  InspectOptions inspection;
};

/// The options; nothing if only help was requested, which `help` then holds. ErrorCode::invalid_argument for
/// invalid arguments.
Result<std::optional<ExportOptions>> parse_export_arguments(int argc, const char* const* argv,
                                                            std::string& help);

}  // namespace fcn::tools
