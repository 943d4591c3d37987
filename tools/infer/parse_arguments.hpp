// SPDX-License-Identifier: MIT
// The command line of fcn-infer, and its exit codes. Not here: the options' values (runs/infer_options.hpp).
#pragma once

#include <optional>

#include "tools/runs/infer_options.hpp"

namespace fcn::tools {

inline constexpr int kExitFine = 0;
inline constexpr int kExitImageFailed = 1;  ///< or an output could not be written; other images are done
inline constexpr int kExitUsage = 2;
inline constexpr int kExitModel = 3;
inline constexpr int kExitLimit = 4;  ///< the one image given is over a limit
inline constexpr int kExitBusy = 5;   ///< another process writes the results file; nothing was run
inline constexpr int kExitLost = 6;   ///< the results file cannot be written; the rest is not done

/// The options, or the exit code to end with: help was printed (0) or the arguments make no sense (2, said on
/// stderr).
struct ParsedArguments {
  std::optional<InferOptions> options;
  int exit_code = kExitFine;
};

ParsedArguments parse_infer_arguments(int argc, const char* const* argv);

}  // namespace fcn::tools
