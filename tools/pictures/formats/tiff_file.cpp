// SPDX-License-Identifier: MIT
#include "tools/pictures/formats/tiff_file.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <iterator>
#include <limits>
#include <span>
#include <string_view>

namespace fcn::tools {

/// libtiff's view of the bytes. Those in memory it reads where they are.
struct TiffFile::Callbacks {
  static State& state(thandle_t handle) { return *static_cast<State*>(handle); }

  static tmsize_t read(thandle_t handle, void* to, tmsize_t count) {
    State& self = state(handle);
    const std::uint64_t size = self.source->size();
    const std::uint64_t left = self.at < size ? size - self.at : 0;
    const std::uint64_t taken = std::min(left, count < 0 ? 0 : static_cast<std::uint64_t>(count));
    const std::span<std::byte> out(static_cast<std::byte*>(to), static_cast<std::size_t>(taken));
    if (!self.source->read(size - left, out)) return -1;
    self.at += taken;
    return static_cast<tmsize_t>(taken);
  }
  static tmsize_t write(thandle_t, void*, tmsize_t) { return 0; }
  static toff_t seek(thandle_t handle, toff_t offset, int whence) {
    State& self = state(handle);
    if (whence == SEEK_CUR) offset += self.at;
    if (whence == SEEK_END) offset += self.source->size();
    return self.at = offset;
  }
  static int close(thandle_t) { return 0; }
  static toff_t size(thandle_t handle) { return state(handle).source->size(); }
  static int map(thandle_t handle, void** base, toff_t* size) {
    const PictureBytes bytes = state(handle).bytes;
    *base = const_cast<std::uint8_t*>(bytes.data());
    *size = bytes.size();
    return bytes.empty() ? 0 : 1;
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
    static constexpr std::string_view kGeo[] = {"Tag 33550", "Tag 33922", "Tag 34264", "Tag 34735"};
    std::va_list again;
    va_copy(again, arguments);
    const std::string text = line(nullptr, format, again);
    va_end(again);
    const std::size_t open = text.find('"'), end = text.find('"', open + 1);
    if (!text.ends_with("tag ignored") || open == std::string::npos || end == std::string::npos) return;
    const std::string tag = text.substr(open + 1, end - open - 1);
    if (std::find(std::begin(kNeeded), std::end(kNeeded), tag) != std::end(kNeeded)) self.lost_tag = tag;
    if (std::find(std::begin(kGeo), std::end(kGeo), tag) != std::end(kGeo)) self.lost_geo_tag = tag;
  }
  static int warning(TIFF* tiff, void* handle, const char* module, const char* format,
                     std::va_list arguments) {
    State& self = state(handle);
    note_lost_tag(self, format, arguments);
    if (module == nullptr || self.distrusted.empty() || self.distrusted != module) return 1;
    return error(tiff, handle, module, format, arguments);
  }
};

TiffFile::TiffFile(const ByteSource& source, PictureBytes bytes) : state_(std::make_unique<State>()) {
  // A table of this size lists the strips of the largest picture there may be.
  constexpr tmsize_t kLargestBlock = tmsize_t{64} << 20;
  state_->source = &source;
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

Result<TiffFile> TiffFile::open(const ByteSource& source, PictureBytes bytes, const PicturePage& page) {
  TiffFile file(source, bytes);
  if (!file.handle_) return file.error();
  if (Status there = file.go_to(page); !there) return there.error();
  return file;
}

Status TiffFile::go_to(const PicturePage& page) {
  page_ = page;
  const auto forget = [&] {  // what was said of another directory
    state_->lost_tag.clear();
    state_->lost_geo_tag.clear();
  };
  if (page.number > 1) {
    forget();
    const std::uint32_t last = std::numeric_limits<tdir_t>::max();
    if (page.number > last || TIFFSetDirectory(handle(), static_cast<tdir_t>(page.number - 1)) != 1)
      return no_such_page(page);
  }
  std::uint16_t count = 0;
  const toff_t* places = nullptr;
  if (TIFFGetField(handle(), TIFFTAG_SUBIFD, &count, &places) == 1) copies_ = count;
  if (page.copy == 0) return page.number > 1 && failed() ? Status(error()) : Status();
  if (page.copy > copies_) return no_such_page(page);
  forget();
  const toff_t place = places[page.copy - 1];
  if (TIFFSetSubDirectory(handle(), place) != 1 || failed()) return error();
  return {};
}

PageChoice TiffFile::choice() const {
  return {page_, std::max<std::uint32_t>(TIFFNumberOfDirectories(handle()), 1), copies_};
}

Error TiffFile::no_such_page(const PicturePage& page) const {
  if (page.copy == 0 || copies_ == 0) {
    const std::uint32_t pages = choice().pages;
    if (page.number <= pages && failed()) return error();  // it is there, and damaged
    const std::string has = "the TIFF has " + std::to_string(pages) + (pages == 1 ? " page" : " pages");
    if (page.number > pages) return {ErrorCode::invalid_argument, has, "--page " + page_name(page)};
    return {ErrorCode::invalid_argument,
            "page " + std::to_string(page.number) + " of the TIFF has no smaller copies (SubIFDs)",
            "--page " + page_name(page)};
  }
  return {ErrorCode::invalid_argument,
          "page " + std::to_string(page.number) + " of the TIFF has " + std::to_string(copies_) +
              (copies_ == 1 ? " smaller copy" : " smaller copies"),
          "--page " + page_name(page)};
}

void TiffFile::distrust(const char* module) {
  state_->distrusted = module;
}

std::uint64_t TiffFile::stored_photometric() const {
  const bool big_file = TIFFIsBigTIFF(handle()) != 0, big_endian = TIFFIsBigEndian(handle()) != 0;
  constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();
  const auto number = [&](std::uint64_t at, std::size_t count) {
    std::byte bytes[8] = {};
    std::uint64_t value = 0;
    if (!state_->source->read(at, std::span(bytes).first(count))) return kNone;
    for (std::size_t i = 0; i < count; ++i) {
      const auto byte = static_cast<std::uint64_t>(bytes[i]);
      value = big_endian ? value << 8 | byte : value | byte << (8 * i);
    }
    return value;
  };
  // An entry: tag, type, count, value.
  const std::uint64_t directory = TIFFCurrentDirOffset(handle());
  const std::uint64_t count_bytes = big_file ? 8 : 2, value_at = big_file ? 12 : 8;
  const std::uint64_t entry_bytes = big_file ? 20 : 12;
  const std::uint64_t entries = number(directory, count_bytes);
  for (std::uint64_t i = 0; entries != kNone && i < entries; ++i) {
    const std::uint64_t entry = directory + count_bytes + i * entry_bytes;
    const std::uint64_t tag = number(entry, 2), type = number(entry + 2, 2);
    if (tag == kNone || type == kNone) break;
    if (tag == TIFFTAG_PHOTOMETRIC)
      return number(entry + value_at, type == TIFF_LONG ? 4 : type == TIFF_BYTE ? 1 : 2);
  }
  return kNone;
}

Error TiffFile::error() const {
  const std::string& said = state_->first_error;
  return {ErrorCode::malformed,
          "the TIFF cannot be decoded (" + (said.empty() ? std::string("no memory") : said) + ")", ""};
}

}  // namespace fcn::tools
