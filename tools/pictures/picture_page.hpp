// SPDX-License-Identifier: MIT
// Which picture of a file that holds several: a page of a TIFF, or one of the smaller copies that a page
// keeps in SubIFDs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace fcn::tools {

struct PicturePage {
  std::uint32_t number = 1;  ///< from 1, as GDAL counts directories
  std::uint32_t copy = 0;    ///< of its SubIFDs, from 1; 0 for the page itself

  friend bool operator==(const PicturePage&, const PicturePage&) = default;
  [[nodiscard]] bool is_first() const { return *this == PicturePage{}; }
};

/// "3", or "3.1" for the first copy of page 3.
std::string page_name(const PicturePage& page);

/// Reads such a name; nothing for any other text.
std::optional<PicturePage> parse_page(const std::string& text);

/// The page that was read, and what there is beside it.
struct PageChoice {
  PicturePage page;
  std::uint32_t pages = 1;   ///< of the file
  std::uint32_t copies = 0;  ///< of the page, in SubIFDs

  /// "page 2 of 3, which has 4 smaller copies (2.1 to 2.4)"; empty if there is no other.
  [[nodiscard]] std::string text() const;
};

}  // namespace fcn::tools
