// SPDX-License-Identifier: MIT
// The list of pictures on standard input, read as it comes: a path can be run before the next one is written.
// Not here: lists that are read to their end first (input_list.hpp).
#pragma once

#include <optional>
#include <string>

#include "fcn/result.hpp"

namespace fcn::tools {

class PathStream {
 public:
  /// Waits for the next path: a line, or a name ended by NUL if the first bytes that came have a NUL. Nothing
  /// at the end of the stream, after a signal (interrupt.hpp), and for an Error, which ends the stream.
  Result<std::optional<std::string>> next();

  /// Whether the stream has ended, rather than been interrupted.
  [[nodiscard]] bool ended() const { return ended_ && held_.empty(); }

 private:
  /// Reads what is there, waiting for some. False at the end and after a signal.
  Result<bool> read_more();

  std::string held_;  ///< read, but not yet handed out
  char separator_ = 0;
  bool begun_ = false;
  bool ended_ = false;
};

}  // namespace fcn::tools
