// SPDX-License-Identifier: MIT
// One call of fcn-infer on its pictures, one after the other; one that fails does not stop the others. Not
// here: the work on a picture (picture_runner.hpp).
#pragma once

#include <string>

#include "fcn/model.hpp"
#include "tools/infer/input_list.hpp"
#include "tools/runs/infer_options.hpp"

namespace fcn::tools {

/// Whether the paths of --list come from standard input while pictures run. Files whose names depend on the
/// pictures are checked against all of them, and a sandbox has to know them.
bool streams_paths(const InferOptions& options);

/// Everything after the model is loaded. Prints results to standard output and errors to standard error;
/// returns the exit code.
int infer_pictures(const Model& model, const std::string& model_path, const InferOptions& options,
                   InputList inputs);

/// One line on standard error: "fcn-infer: where: message", with what came from files escaped.
void print_error(const Error& error) noexcept;

/// Text to standard output. False if it cannot be written; standard error then has the message.
bool print_result(const std::string& text);

}  // namespace fcn::tools
