// SPDX-License-Identifier: MIT
// A model file as source text, so that a compiler makes it part of a program: bytes in a header, or an
// assembler file that includes the model file itself. Not here: how a program loads them (fcn/fcn.hpp).
#pragma once

#include <cstdint>
#include <string>

#include "fcn/result.hpp"

namespace fcn::tools {

/// What was written, for a person.
struct WeightsSource {
  std::string name;  ///< of the array; its number of bytes is `name`_size
  std::uint64_t bytes = 0;
  std::string header;
  std::string assembler;  ///< empty if the header holds the bytes
};

/// Writes `model`, which must be a model file that loads, as `output`: a header (.h, .hpp) with its bytes; or
/// an assembler file (.S), which names the model file by its whole path and reads it when it is assembled,
/// with the declarations in a header beside it. ErrorCode::invalid_argument for an output that is called
/// otherwise, whose name is no identifier, or that would replace the model.
Result<WeightsSource> write_weights_source(const std::string& model, const std::string& output);

}  // namespace fcn::tools
