// SPDX-License-Identifier: MIT
#include "tools/shell/sha256.hpp"

#include <nettle/sha2.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fcn::tools {

Result<std::string> sha256_of(const ByteSource& source) {
  constexpr std::uint64_t kChunk = 1 << 20;
  std::vector<std::byte> buffer(static_cast<std::size_t>(std::min(kChunk, source.size())));
  sha256_ctx context;
  sha256_init(&context);
  for (std::uint64_t done = 0; done < source.size(); done += buffer.size()) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), source.size() - done));
    const std::span chunk = std::span(buffer).first(count);
    if (const Status got = source.read(done, chunk); !got) return got.error().at(source.name());
    sha256_update(&context, chunk.size(), reinterpret_cast<const std::uint8_t*>(chunk.data()));
  }
  std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest{};
  sha256_digest(&context, digest.size(), digest.data());
  std::string text;
  for (const std::uint8_t byte : digest) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

}  // namespace fcn::tools
