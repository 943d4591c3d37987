// SPDX-License-Identifier: MIT
#include "tools/pictures/picture_page.hpp"

#include <charconv>
#include <system_error>

namespace fcn::tools {

std::string page_name(const PicturePage& page) {
  return std::to_string(page.number) + (page.copy != 0 ? "." + std::to_string(page.copy) : "");
}

std::optional<PicturePage> parse_page(const std::string& text) {
  PicturePage page;
  const char* const end = text.data() + text.size();
  auto [at, failed] = std::from_chars(text.data(), end, page.number);
  if (failed != std::errc() || page.number == 0) return std::nullopt;
  if (at == end) return page;
  if (*at != '.') return std::nullopt;
  const auto [behind, wrong] = std::from_chars(at + 1, end, page.copy);
  if (wrong != std::errc() || page.copy == 0 || behind != end) return std::nullopt;
  return page;
}

std::string PageChoice::text() const {
  if (pages == 1 && copies == 0) return {};
  const std::string number = std::to_string(page.number);
  std::string text = "page " + page_name(page) + " of " + std::to_string(pages);
  if (copies == 0) return text;
  return text + "; page " + number + " has " + std::to_string(copies) +
         (copies == 1 ? " smaller copy (" : " smaller copies (") + number + ".1" +
         (copies == 1 ? "" : " to " + number + "." + std::to_string(copies)) + ")";
}

}  // namespace fcn::tools
