// SPDX-License-Identifier: MIT
// The SHA-256 of a file, for a model's provenance. nettle computes the digest.
#pragma once

#include <string>

#include "fcn/base/byte_source.hpp"
#include "fcn/result.hpp"

namespace fcn::tools {

/// 64 lower-case hexadecimal digits.
Result<std::string> sha256_of(const ByteSource& source);

}  // namespace fcn::tools
