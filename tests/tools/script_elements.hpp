// SPDX-License-Identifier: MIT
// What a page of --html holds in its script elements, and a name that must stay text there.
#pragma once

#include <cstdint>
#include <string>

#include "tests/tools/picture_files.hpp"

namespace fcn::tools::test {

/// A name that would take the page over if it were markup.
inline constexpr const char* kHostile =
    "</script><script>document.title = 'taken'</script><!-- \"'&amp;<img src=x>";

/// The content of the script element with this id.
inline std::string script_text(const std::string& page, const std::string& id) {
  const std::size_t start = page.find('>', page.find("id=\"" + id + "\"")) + 1;
  return page.substr(start, page.find("</script>", start) - start);
}

inline Bytes from_base64(const std::string& text) {
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  Bytes bytes;
  unsigned bits = 0, count = 0;
  for (const char c : text) {
    if (c == '=') break;
    bits = bits << 6 | static_cast<unsigned>(digits.find(c));
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<std::uint8_t>(bits >> count));
  }
  return bytes;
}

}  // namespace fcn::tools::test
