// SPDX-License-Identifier: MIT
// The options of fcn-infer by theme, in the order of --help; one function a theme. A new theme
// adds a line here and a call in parse_arguments.cpp.
#pragma once

#include "tools/runs/infer_options.hpp"
#include "tools/shell/command_line.hpp"

namespace fcn::tools {

/// Pictures, model, threads, resizing: infer_options_run.cpp.
void add_run_options(CommandLine& line, InferOptions& options);
/// Several workers on one set of pictures: infer_options_many.cpp.
void add_worker_options(CommandLine& line, InferOptions& options);
/// Memory that a run would take, and its limit: infer_options_run.cpp.
void add_memory_options(CommandLine& line, InferOptions& options);
/// The same picture run in other ways, to compare: infer_options_run.cpp.
void add_comparison_options(CommandLine& line, InferOptions& options);
/// The report on standard output: infer_options_report.cpp.
void add_report_options(CommandLine& line, InferOptions& options);
/// Regions of the map, and how it lies on the picture: infer_options_report.cpp.
void add_region_options(CommandLine& line, InferOptions& options);
/// Files, among them those of output_kinds.hpp: infer_options_report.cpp.
void add_file_options(CommandLine& line, InferOptions& options);

}  // namespace fcn::tools
