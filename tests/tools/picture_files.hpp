// SPDX-License-Identifier: MIT
// Pictures and files for the tests of tools/: where they stand, an independent PNG reader (libpng) as the
// truth, and byte builders. The code under test is not used to make expectations.
#pragma once

#include <png.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "tools/pictures/picture_formats.hpp"

namespace fcn::tools::test {

using Bytes = std::vector<std::uint8_t>;

struct TruthPicture {
  int width = 0;
  int height = 0;
  Bytes rgb;
};

/// The folders that hold test pictures: ours, and the larger set beside the project if it is there.
inline std::vector<std::string> image_folders() {
#ifdef FCN_SHARED_IMAGES
  return {FCN_TEST_IMAGES, FCN_SHARED_IMAGES};
#else
  return {FCN_TEST_IMAGES};
#endif
}

inline Bytes read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline void write_file(const std::filesystem::path& path, const Bytes& bytes) {
  std::ofstream out(path, std::ios::binary);
  std::copy(bytes.begin(), bytes.end(), std::ostreambuf_iterator<char>(out));
}

/// Whether this build has the library that a picture with this ending needs.
inline bool is_read_here(std::string_view name) {
  const std::string formats = readable_formats();
  const auto lacks = [&](std::string_view ending, const char* format) {
    return name.ends_with(ending) && formats.find(format) == std::string::npos;
  };
  return !lacks(".gif", "GIF") && !lacks(".tif", "TIFF") && !lacks(".webp", "WebP");
}

/// libpng's reading of a PNG as RGB; empty if it fails.
inline TruthPicture read_png_truth(const std::filesystem::path& path) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  TruthPicture picture;
  if (png_image_begin_read_from_file(&image, path.c_str()) == 0) return picture;
  image.format = PNG_FORMAT_RGB;
  picture.rgb.resize(PNG_IMAGE_SIZE(image));
  if (png_image_finish_read(&image, nullptr, picture.rgb.data(), 0, nullptr) == 0) return {};
  picture.width = static_cast<int>(image.width);
  picture.height = static_cast<int>(image.height);
  return picture;
}

/// A folder of its own for one test, gone at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "fcn-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// The names of all files in it, temporary ones included.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_))
      names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace fcn::tools::test
