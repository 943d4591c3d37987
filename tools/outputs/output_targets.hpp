// SPDX-License-Identifier: MIT
// Which file each picture's output goes to, when the user names a file or a folder.
#pragma once

#include <set>
#include <string>

#include "fcn/result.hpp"

namespace fcn::tools {

/// The FILE|DIR of an option.
class OutputTarget {
 public:
  /// `ending` is what follows a picture's name in a folder (".npy"). Several pictures need a folder; one that
  /// does not exist is made.
  static Result<OutputTarget> create(const std::string& option, const std::string& place,
                                     const std::string& ending, bool several);

  /// The path for this picture: its name without its own ending, with it if two pictures differ only there,
  /// and numbered if even that is taken.
  std::string path_for(const std::string& image);

 private:
  std::string place_;
  std::string ending_;
  bool is_folder_ = false;
  std::set<std::string> taken_;
};

}  // namespace fcn::tools
