// SPDX-License-Identifier: MIT
// One line of a results file: a JSON object that begins with its schema and the picture's name and ends with
// the run that made it and a checksum, so that any reader can tell a whole line from a torn or changed one.
// docs/many-pictures.md describes it. Not here: what a result says in between (report/output_json.hpp).
#pragma once

#include <string>
#include <string_view>

#include "fcn/result.hpp"

namespace fcn::tools {

/// How many hexadecimal digits name a run: a model and the options that change results.
inline constexpr std::size_t kRunDigits = 16;

/// What a line says about itself. The views are into the line.
struct ResultLine {
  std::string_view image;  ///< as JSON spells it, with its quotes
  std::string_view run;
  bool failed = false;  ///< the picture could not be run; the line holds the error
};

/// A JSON object with the members "run" and "crc32" added at its end; no newline. The checksum is the CRC-32
/// of every byte before `,"crc32":`.
std::string sealed_line(std::string_view object, std::string_view run);

/// The object, not yet sealed, of a picture that failed.
std::string error_object(const std::string& image, const Error& error);

/// What a line says, once its checksum matches. Else ErrorCode::mismatch or malformed, with what was expected
/// and found.
Result<ResultLine> read_result_line(std::string_view line);

}  // namespace fcn::tools
