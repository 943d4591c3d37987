// SPDX-License-Identifier: MIT
#include "tools/pictures/formats/tiff_file.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <iterator>
#include <limits>
#include <string_view>

#include "tools/shell/byte_cursor.hpp"

namespace fcn::tools {

/// libtiff's view of the bytes. It maps them and reads most of them where they are.
struct TiffFile::Callbacks {
  static State& state(thandle_t handle) { return *static_cast<State*>(handle); }

  static tmsize_t read(thandle_t handle, void* to, tmsize_t count) {
    State& self = state(handle);
    const std::uint64_t size = self.bytes.size();
    const std::uint64_t left = self.at < size ? size - self.at : 0;
    const std::uint64_t taken = std::min(left, count < 0 ? 0 : static_cast<std::uint64_t>(count));
    std::copy_n(self.bytes.data() + (size - left), static_cast<std::size_t>(taken),
                static_cast<std::uint8_t*>(to));
    self.at += taken;
    return static_cast<tmsize_t>(taken);
  }
  static tmsize_t write(thandle_t, void*, tmsize_t) { return 0; }
  static toff_t seek(thandle_t handle, toff_t offset, int whence) {
    State& self = state(handle);
    if (whence == SEEK_CUR) offset += self.at;
    if (whence == SEEK_END) offset += self.bytes.size();
    return self.at = offset;
  }
  static int close(thandle_t) { return 0; }
  static toff_t size(thandle_t handle) { return state(handle).bytes.size(); }
  static int map(thandle_t handle, void** base, toff_t* size) {
    *base = const_cast<std::uint8_t*>(state(handle).bytes.data());
    *size = state(handle).bytes.size();
    return 1;
  }
  static void unmap(thandle_t, void*, toff_t) {}

  static std::string line(const char* module, const char* format, std::va_list arguments) {
    char text[400];
    std::vsnprintf(text, sizeof text, format, arguments);
    return (module != nullptr && *module != '\0' ? std::string(module) + ": " : std::string()) + text;
  }
  static int error(TIFF*, void* handle, const char* module, const char* format, std::va_list arguments) {
    State& self = state(handle);
    self.failed = true;
    if (self.first_error.empty()) self.first_error = line(module, format, arguments);
    return 1;
  }
  /// "...for "ColorMap"; tag ignored" is no more than a warning to libtiff.
  static void note_lost_tag(State& self, const char* format, std::va_list arguments) {
    static constexpr std::string_view kNeeded[] = {
        "PhotometricInterpretation", "ColorMap",      "ExtraSamples", "SampleFormat",     "FillOrder",
        "PlanarConfiguration",       "Predictor",     "JPEGTables",   "YCbCrSubsampling", "YCbCrCoefficients",
        "ReferenceBlackWhite",       "Group3Options", "InkSet",       "Orientation"};
    std::va_list again;
    va_copy(again, arguments);
    const std::string text = line(nullptr, format, again);
    va_end(again);
    const std::size_t open = text.find('"'), end = text.find('"', open + 1);
    if (!text.ends_with("tag ignored") || open == std::string::npos || end == std::string::npos) return;
    const std::string tag = text.substr(open + 1, end - open - 1);
    if (std::find(std::begin(kNeeded), std::end(kNeeded), tag) != std::end(kNeeded)) self.lost_tag = tag;
  }
  static int warning(TIFF* tiff, void* handle, const char* module, const char* format,
                     std::va_list arguments) {
    State& self = state(handle);
    note_lost_tag(self, format, arguments);
    if (module == nullptr || self.distrusted.empty() || self.distrusted != module) return 1;
    return error(tiff, handle, module, format, arguments);
  }
};

TiffFile::TiffFile(PictureBytes bytes) : state_(std::make_unique<State>()) {
  // A table of this size lists the strips of the largest picture there may be.
  constexpr tmsize_t kLargestBlock = tmsize_t{64} << 20;
  state_->bytes = bytes;
  const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(),
                                                                             TIFFOpenOptionsFree);
  if (!options) return;
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), kLargestBlock);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), Callbacks::error, state_.get());
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), Callbacks::warning, state_.get());
  // D: tables of strips are read when they are needed; c: no strip is divided into smaller ones.
  handle_.reset(TIFFClientOpenExt("TIFF", "rDc", state_.get(), Callbacks::read, Callbacks::write,
                                  Callbacks::seek, Callbacks::close, Callbacks::size, Callbacks::map,
                                  Callbacks::unmap, options.get()));
}

Result<TiffFile> TiffFile::open(PictureBytes bytes) {
  TiffFile file(bytes);
  if (!file.handle_) return file.error();
  return file;
}

void TiffFile::distrust(const char* module) {
  state_->distrusted = module;
}

std::uint64_t TiffFile::stored_photometric() const {
  const bool big_file = TIFFIsBigTIFF(handle()) != 0, big_endian = TIFFIsBigEndian(handle()) != 0;
  ByteCursor cursor(state_->bytes);
  const auto number = [&](std::size_t bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) {
      const std::uint64_t byte = cursor.u8();
      value = big_endian ? value << 8 | byte : value | byte << (8 * i);
    }
    return value;
  };
  cursor.seek(static_cast<std::size_t>(TIFFCurrentDirOffset(handle())));
  for (std::uint64_t entries = number(big_file ? 8 : 2); entries > 0 && cursor.ok(); --entries) {
    const std::uint64_t tag = number(2), type = number(2);
    cursor.skip(big_file ? 8 : 4);
    const ByteCursor value = cursor;
    cursor.skip(big_file ? 8 : 4);
    if (tag != TIFFTAG_PHOTOMETRIC) continue;
    cursor = value;
    return number(type == TIFF_LONG ? 4 : type == TIFF_BYTE ? 1 : 2);
  }
  return std::numeric_limits<std::uint64_t>::max();
}

Error TiffFile::error() const {
  const std::string& said = state_->first_error;
  return {ErrorCode::malformed,
          "the TIFF cannot be decoded (" + (said.empty() ? std::string("no memory") : said) + ")", ""};
}

}  // namespace fcn::tools
