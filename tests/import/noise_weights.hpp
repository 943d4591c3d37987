// SPDX-License-Identifier: MIT
// The weights of tests/import/families, which are in no file: a stream of noise, made as make_families.py
// makes it. Stretch r of eight holds values within 2^-r, a ninth holds values within 0.5 and 1.5.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

/// The whole stream as the bytes of the file that the families' external data lies in.
inline std::string noise_bytes() {
  constexpr std::size_t count = std::size_t{1} << 18;
  constexpr int stretches = 8;
  std::vector<double> noise(count);
  std::uint32_t state = 0x2545'f491;
  for (double& value : noise) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    value = static_cast<double>(state >> 8);
  }
  std::vector<float> stream;
  stream.reserve(count * (stretches + 1));
  for (int r = 0; r < stretches; ++r)
    for (const double value : noise)
      stream.push_back(static_cast<float>(std::ldexp(value - 0x1p23, -23 - r)));
  for (const double value : noise) stream.push_back(static_cast<float>(0.5 + std::ldexp(value, -24)));
  std::string bytes(stream.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), stream.data(), bytes.size());
  return bytes;
}
