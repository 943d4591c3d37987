// SPDX-License-Identifier: MIT
// TIFF files with any tags, byte by byte, for tests of what the tags say. Uncompressed RGB, one strip a page.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

#include "tests/tools/picture_files.hpp"

namespace fcn::tools::test {

struct TiffTag {
  std::uint16_t id = 0;
  std::uint16_t type = 4;  ///< 3: 16 bits, 4: 32 bits, 11: float, 12: double
  std::vector<std::uint64_t> values;

  static TiffTag shorts(std::uint16_t id, std::vector<std::uint64_t> values) {
    return {id, 3, std::move(values)};
  }
  static TiffTag longs(std::uint16_t id, std::vector<std::uint64_t> values) {
    return {id, 4, std::move(values)};
  }
  static TiffTag doubles(std::uint16_t id, const std::vector<double>& numbers) {
    TiffTag tag{id, 12, {}};
    for (const double number : numbers) tag.values.push_back(std::bit_cast<std::uint64_t>(number));
    return tag;
  }
};

class TiffBytes {
 public:
  /// Appends a page, which follows the one before unless it is not `chained`, as copies in SubIFDs are not.
  /// `rgb` has width x height x 3 bytes. Tags in `tags` replace those of the same number. Returns the page's
  /// offset.
  std::uint32_t add_page(std::uint32_t width, std::uint32_t height, const Bytes& rgb,
                         std::vector<TiffTag> tags = {}, bool chained = true) {
    const auto strip = static_cast<std::uint32_t>(bytes_.size());
    bytes_.insert(bytes_.end(), rgb.begin(), rgb.end());
    std::vector<TiffTag> all = {
        TiffTag::longs(256, {width}), TiffTag::longs(257, {height}), TiffTag::shorts(258, {8, 8, 8}),
        TiffTag::shorts(259, {1}),    TiffTag::shorts(262, {2}),     TiffTag::longs(273, {strip}),
        TiffTag::shorts(277, {3}),    TiffTag::longs(278, {height}), TiffTag::longs(279, {rgb.size()})};
    for (TiffTag& tag : tags) {
      std::erase_if(all, [&](const TiffTag& known) { return known.id == tag.id; });
      all.push_back(std::move(tag));
    }
    std::sort(all.begin(), all.end(), [](const TiffTag& a, const TiffTag& b) { return a.id < b.id; });
    std::vector<std::uint32_t> places;
    for (const TiffTag& tag : all) {
      places.push_back(static_cast<std::uint32_t>(bytes_.size()));
      for (const std::uint64_t value : tag.values) put(value, size_of(tag.type));
    }
    const auto page = static_cast<std::uint32_t>(bytes_.size());
    if (chained) set(link_, page);
    put(all.size(), 2);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const TiffTag& tag = all[i];
      put(tag.id, 2);
      put(tag.type, 2);
      put(tag.values.size(), 4);
      if (tag.values.size() * size_of(tag.type) > 4) {
        put(places[i], 4);
        continue;
      }
      const std::size_t end = bytes_.size() + 4;
      for (const std::uint64_t value : tag.values) put(value, size_of(tag.type));
      bytes_.resize(end);
    }
    if (chained) link_ = static_cast<std::uint32_t>(bytes_.size());
    put(0, 4);
    return page;
  }

  [[nodiscard]] const Bytes& bytes() const { return bytes_; }
  /// Overwrites four bytes.
  void set(std::uint32_t at, std::uint32_t value) {
    for (unsigned i = 0; i < 4; ++i) bytes_[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
  /// Where the last page's link to a next one is.
  [[nodiscard]] std::uint32_t link() const { return link_; }

 private:
  static unsigned size_of(std::uint16_t type) { return type == 3 ? 2 : type == 12 ? 8 : 4; }
  void put(std::uint64_t value, unsigned count) {
    for (unsigned i = 0; i < count; ++i) bytes_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  }

  Bytes bytes_ = {'I', 'I', 42, 0, 0, 0, 0, 0};
  std::uint32_t link_ = 4;
};

/// Black pixels whose right half is red.
inline Bytes half_red(int width, int height) {
  Bytes rgb;
  for (int i = 0; i < width * height; ++i)
    for (const int value : {i % width >= width / 2 ? 255 : 0, 0, 0})
      rgb.push_back(static_cast<std::uint8_t>(value));
  return rgb;
}

}  // namespace fcn::tools::test
