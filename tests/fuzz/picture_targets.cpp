// SPDX-License-Identifier: MIT
// Picture files of every kind, decoded, turned upright and resized; and EXIF blocks by themselves.
#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz_target.hpp"
#include "tools/pictures/formats/exif.hpp"
#include "tools/pictures/image_io.hpp"
#include "tools/pictures/resize.hpp"
#include "tools/pictures/rows/row_decoder.hpp"

namespace fcn::fuzz {
namespace {

/// Gives every chunk of a PNG its right checksum, so that changed bytes reach the decoder.
void repair_checksums(std::string& png) {
  const auto byte = [&](std::size_t at) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(png[at]));
  };
  for (std::size_t at = 8; at + 12 <= png.size();) {
    const std::uint32_t length = byte(at) << 24 | byte(at + 1) << 16 | byte(at + 2) << 8 | byte(at + 3);
    if (length > png.size() - at - 12) return;
    const auto sum = crc32(0, reinterpret_cast<const Bytef*>(png.data()) + at + 4, length + 4);
    for (std::size_t i = 0; i < 4; ++i) png[at + 8 + length + i] = static_cast<char>(sum >> (24 - 8 * i));
    at += 12 + length;
  }
}

/// Row by row a file is an Error, or the picture that it is whole.
void check_rows(const tools::PictureFile& file, const tools::Picture* whole) {
  auto rows = tools::decode_rows(file);
  if (!rows) return check_error(rows.error());
  std::vector<std::uint8_t> row(std::size_t{3} * file.structure().width);
  for (std::uint32_t y = 0; y < file.structure().height; ++y) {
    if (const Status read = (*rows)->next(row.data()); !read) return check_error(read.error());
    if (whole != nullptr && !std::equal(row.begin(), row.end(), whole->row(static_cast<int>(y))))
      broken("row " + std::to_string(y) + " is not that of the whole picture");
  }
}

void run_picture(Bytes bytes) {
  std::string file(text_of(bytes));
  if (tools::picture_format(bytes) == tools::PictureFormat::png) repair_checksums(file);
  tools::DecodeOptions options;
  options.limits = small_limits();
  options.apply_exif = false;
  const auto stored = tools::decode_picture(bytes_of(file), options);
  const auto opened = tools::PictureFile::from_memory(bytes_of(file), options.limits);
  if (opened && opened->structure().row_decoder_bytes != 0) check_rows(*opened, stored ? &*stored : nullptr);
  if (tools::picture_format(bytes_of(file)) == tools::PictureFormat::tiff)
    for (const tools::PicturePage page : {tools::PicturePage{2}, tools::PicturePage{1, 1}})
      if (auto other = tools::PictureFile::from_memory(bytes_of(file), options.limits, page); check(other))
        check(tools::decode_picture(*std::move(other), options));
  if (!check(stored)) return;  // which no turning mends
  options.apply_exif = true;
  const auto picture = tools::decode_picture(bytes_of(file), options);
  if (!check(picture)) return;
  if (picture->width < 1 || picture->height < 1) broken("a picture without pixels");
  check(tools::resize_picture(*picture, 64, 64, RecipeInterpolation::bilinear, options.limits));
}

void run_exif(Bytes bytes) {
  const int orientation = tools::exif_orientation(bytes);
  if (orientation < 1 || orientation > 8) broken("orientation " + std::to_string(orientation));
}

std::vector<std::string> picture_seeds() {
  std::vector<std::string> seeds;
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(FCN_FUZZ_PICTURES))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths)
    if (path.extension() != ".json" && path.string().find(".expected.") == std::string::npos &&
        std::filesystem::file_size(path) < 12'000)
      seeds.push_back(file_content(path.string()));
  return seeds;
}

std::vector<std::string> exif_seeds() {
  using namespace std::string_literals;
  return {"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"s,
          "MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0\0\0\0\0"s};
}

}  // namespace

std::span<const Target> picture_targets() {
  static constexpr Target kTargets[] = {{"picture", run_picture, picture_seeds},
                                        {"exif", run_exif, exif_seeds}};
  return kTargets;
}

}  // namespace fcn::fuzz
