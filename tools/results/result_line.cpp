// SPDX-License-Identifier: MIT
// A line's first and last members have fixed places, so reading them takes no JSON parser: the checksum
// vouches for what is in between.
#include "tools/results/result_line.hpp"

#include <algorithm>
#include <cstdint>

#include "tools/results/crc32.hpp"
#include "tools/shell/json_writer.hpp"

namespace fcn::tools {
namespace {

constexpr std::string_view kRunMember = ",\"run\":\"";
constexpr std::string_view kCrcMember = ",\"crc32\":\"";
constexpr std::string_view kEnd = "\"}";
constexpr std::size_t kCrcDigits = 8;
constexpr std::size_t kTailSize = kCrcMember.size() + kCrcDigits + kEnd.size();

std::string hexadecimal(std::uint32_t value) {
  std::string digits(kCrcDigits, '0');
  for (std::size_t i = 0; i < kCrcDigits; ++i) digits[i] = "0123456789abcdef"[(value >> (28 - 4 * i)) & 15];
  return digits;
}

bool take(std::string_view& rest, std::string_view expected) {
  if (!rest.starts_with(expected)) return false;
  rest.remove_prefix(expected.size());
  return true;
}

/// The JSON string at the front of `rest`, with its quotes; empty if there is none.
std::string_view take_string(std::string_view& rest) {
  if (!rest.starts_with('"')) return {};
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '\\') {
      ++i;
    } else if (rest[i] == '"') {
      const std::string_view string = rest.substr(0, i + 1);
      rest.remove_prefix(i + 1);
      return string;
    }
  }
  return {};
}

bool is_hexadecimal(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

Error malformed(const std::string& message) {
  return {ErrorCode::malformed, message, ""};
}

}  // namespace

std::string sealed_line(std::string_view object, std::string_view run) {
  FCN_ASSERT(object.ends_with('}') && run.size() == kRunDigits);
  std::string line(object.substr(0, object.size() - 1));
  line.append(kRunMember).append(run).append("\"");
  const std::string digits = hexadecimal(crc32_of(line));
  return line.append(kCrcMember).append(digits).append(kEnd);
}

std::string error_object(const std::string& image, const Error& error) {
  JsonWriter json;
  json.object([&] {
    json.member("schema", "fcn-infer-error/1");
    json.member("image", image);
    json.object("error", [&] {
      json.member("code", to_string(error.code));
      json.member("message", error.to_string());
    });
  });
  return json.take();
}

Result<ResultLine> read_result_line(std::string_view line) {
  if (line.size() < kTailSize || !line.ends_with(kEnd) ||
      line.substr(line.size() - kTailSize, kCrcMember.size()) != kCrcMember)
    return malformed("does not end with ,\"crc32\":\"8 digits\"}");
  const std::string_view body = line.substr(0, line.size() - kTailSize);
  const std::string_view found = line.substr(body.size() + kCrcMember.size(), kCrcDigits);
  if (const std::string expected = hexadecimal(crc32_of(body)); found != expected)
    return Error{ErrorCode::mismatch,
                 "its bytes have the CRC-32 " + expected + ", but \"crc32\" is \"" + std::string(found) +
                     "\"; they were changed",
                 ""};
  ResultLine result;
  std::string_view rest = body;
  const bool begins = take(rest, "{\"schema\":");
  const std::string_view schema = take_string(rest);
  result.failed = schema == "\"fcn-infer-error/1\"";
  if (!begins || (!result.failed && schema != "\"fcn-infer/1\"" && schema != "\"fcn-infer-labels/1\""))
    return malformed("does not begin with a schema that this version knows");
  if (take(rest, ",\"image\":")) result.image = take_string(rest);
  if (result.image.empty()) return malformed("does not name its picture after the schema");
  const std::size_t run_size = kRunMember.size() + kRunDigits + 1;
  if (rest.size() >= run_size) {
    std::string_view last = rest.substr(rest.size() - run_size);
    if (take(last, kRunMember)) result.run = last.substr(0, kRunDigits);
  }
  if (result.run.empty() || !is_hexadecimal(result.run) || !rest.ends_with('"'))
    return malformed("does not end with the run that made it");
  return result;
}

}  // namespace fcn::tools
