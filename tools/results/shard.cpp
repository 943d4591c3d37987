// SPDX-License-Identifier: MIT
#include "tools/results/shard.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <system_error>

#include "tools/results/crc32.hpp"

namespace fcn::tools {
namespace {

std::optional<int> whole_number(std::string_view text) {
  int value = 0;
  const char* const end = text.data() + text.size();
  const auto [parsed_to, failed] = std::from_chars(text.data(), end, value);
  if (failed != std::errc() || parsed_to != end) return std::nullopt;
  return value;
}

}  // namespace

bool Shard::takes(std::string_view name) const {
  return crc32_of(name) % static_cast<std::uint32_t>(count) == static_cast<std::uint32_t>(number - 1);
}

Result<Shard> parse_shard(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash != std::string::npos) {
    const auto number = whole_number(std::string_view(text).substr(0, slash));
    const auto count = whole_number(std::string_view(text).substr(slash + 1));
    if (number && count && *number >= 1 && *number <= *count && *count <= Shard::kMostShards)
      return Shard{*number, *count};
  }
  return Error{ErrorCode::invalid_argument,
               "\"" + text + "\" is not I/N with 1 <= I <= N <= " + std::to_string(Shard::kMostShards) +
                   ", such as 3/8 for the third of eight workers",
               ""};
}

}  // namespace fcn::tools
