// SPDX-License-Identifier: MIT
// The segments of a JPEG file up to its end marker. The tables are checked for errors that
// stb_image 2.27 does not detect: a Huffman table of more than 256 codes overruns its arrays there
// (nothings/stb, fixed in 2.28).
#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "tools/pictures/decoder_memory.hpp"
#include "tools/pictures/formats/exif.hpp"
#include "tools/pictures/formats/jpeg_scans.hpp"
#include "tools/pictures/formats/picture_structure.hpp"
#include "tools/pictures/found_libraries.hpp"
#include "tools/pictures/picture.hpp"
#include "tools/shell/byte_cursor.hpp"
#include "tools/shell/counted_memory.hpp"

namespace fcn::tools {
namespace {

enum Marker : std::uint8_t {
  kSof0 = 0xc0,
  kSof1 = 0xc1,
  kSof2 = 0xc2,
  kDht = 0xc4,
  kRst0 = 0xd0,
  kRst7 = 0xd7,
  kSoi = 0xd8,
  kEoi = 0xd9,
  kSos = 0xda,
  kDqt = 0xdb,
  kApp0 = 0xe0,
  kApp1 = 0xe1,
  kApp14 = 0xee,
};

class JpegWalk {
 public:
  JpegWalk(PictureBytes bytes, const Limits& limits) : bytes_(bytes), cursor_(bytes), limits_(limits) {}

  Result<PictureStructure> run() {
    cursor_.skip(2);  // SOI, known from picture_format()
    for (;;) {
      const auto marker = next_marker();
      if (!marker) return marker.error();
      if (*marker == kEoi) break;
      if (Status done = segment(*marker); !done) return done.error();
    }
    if (scans_.count() == 0) return broken("has no picture data");
    complete(scans_.count() > 1);
    return found_;
  }

  /// As far as the first scan, of a picture that need not be held; ErrorCode::truncated if that does not
  /// begin within the bytes.
  Result<PictureStructure> run_header() {
    held_ = false;
    cursor_.skip(2);
    for (;;) {
      const auto marker = next_marker();
      if (!marker) return marker.error();
      if (*marker == kEoi) return broken("has no picture data");
      if (*marker == kSos) break;
      if (Status done = segment(*marker); !done) return done.error();
    }
    cursor_.skip(2);
    const std::size_t colours = cursor_.u8();
    if (!cursor_.ok()) return truncated();
    if (found_.width == 0) return broken("has picture data before the frame header");
    complete(colours != frame_.components);
    return found_;
  }

 private:
  [[nodiscard]] Error broken(std::string_view what) const {
    return {ErrorCode::malformed, "JPEG at byte " + std::to_string(at_) + " " + std::string(what), ""};
  }
  [[nodiscard]] Error truncated() const {
    return {ErrorCode::truncated,
            "JPEG ends at byte " + std::to_string(bytes_.size()) + " without its end marker", ""};
  }

  Result<std::uint8_t> next_marker() {
    // Some cameras pad their segments with zeros. Anything else between two segments means that a length is
    // wrong.
    std::uint8_t byte = cursor_.u8();
    while (cursor_.ok() && byte == 0) byte = cursor_.u8();
    at_ = cursor_.position();
    if (cursor_.ok() && byte != 0xff) return broken("has no marker where a segment should start");
    while (cursor_.ok() && byte == 0xff) byte = cursor_.u8();
    if (!cursor_.ok()) return truncated();
    return byte;
  }

  Status segment(std::uint8_t marker) {
    if (marker == kSoi || marker == 0 || marker == 1 || (marker >= kRst0 && marker <= kRst7))
      return broken("has a marker out of place");
    const std::uint16_t length = cursor_.be16();
    if (cursor_.ok() && length < 2) return broken("has a segment shorter than its own length field");
    const PictureBytes body = cursor_.take(length >= 2 ? length - 2u : 0u);
    if (!cursor_.ok()) return truncated();
    switch (marker) {
      case kSof0:
      case kSof1:
      case kSof2:
        return frame(body, marker == kSof2);
      case kDht:
        return huffman_tables(body);
      case kDqt:
        return quantisation_tables(body);
      case kSos:
        return scan(body);
      case kApp0:
        return jfif(body);
      case kApp1:
        exif(body);
        return {};
      case kApp14:
        adobe(body);
        return {};
      default:
        break;
    }
    if (marker >= 0xc3 && marker <= 0xcf)
      return Error{
          ErrorCode::unsupported,
          "JPEG is lossless, hierarchical or arithmetic-coded; only baseline and progressive are supported",
          ""};
    return {};
  }

  Status frame(PictureBytes body, bool progressive) {
    ByteCursor cursor(body);
    const int precision = cursor.u8();
    const std::uint32_t height = cursor.be16();
    const std::uint32_t width = cursor.be16();
    const std::size_t components = cursor.u8();
    if (!cursor.ok() || cursor.remaining() != 3 * components)
      return broken("has a frame header of the wrong length");
    if (found_.width != 0) return broken("has a second frame");
    if (precision != 8)
      return Error{ErrorCode::unsupported,
                   "JPEG has " + std::to_string(precision) + " bits a sample; only 8 are supported", ""};
    if (Status size =
            held_ ? check_held_size(width, height, limits_) : check_picture_size(width, height, limits_);
        !size)
      return size;
    found_.width = width;
    found_.height = height;
    JpegFrame& frame = frame_;
    frame.width = width;
    frame.height = height;
    frame.components = components;
    frame.progressive = progressive;
    std::array<std::uint8_t, 4> ids{};
    for (std::size_t i = 0; i < components; ++i) {
      const std::uint8_t id = cursor.u8();
      if (i < ids.size()) ids[i] = id;
      const unsigned sampling = cursor.u8();
      if (i < frame.component.size()) frame.component[i] = {sampling >> 4, sampling & 15};
      quantisation_needed_ |= 1u << std::min<unsigned>(cursor.u8(), 31u);
    }
    scans_.set_frame(frame, ids);
    return {};
  }

  Status huffman_tables(PictureBytes body) {
    ByteCursor cursor(body);
    while (cursor.remaining() > 0) {
      const std::uint8_t header = cursor.u8();
      if ((header >> 4) > 1 || (header & 15) > 3) return broken("has a Huffman table that does not exist");
      std::size_t codes = 0;
      std::uint32_t space = 0;  // code space used so far, in units of the current length
      for (int length = 1; length <= 16; ++length) {
        const std::uint8_t count = cursor.u8();
        codes += count;
        space = 2 * space + count;
        if (space > (1u << length)) return broken("has a Huffman table with more codes than fit");
      }
      if (codes > 256) return broken("has a Huffman table of more than 256 codes");
      cursor.skip(codes);
      if (!cursor.ok()) return broken("has a Huffman table that exceeds its segment");
      huffman_defined_ |= 1u << (4 * (header >> 4) + (header & 15));
    }
    return {};
  }

  Status quantisation_tables(PictureBytes body) {
    ByteCursor cursor(body);
    while (cursor.remaining() > 0) {
      const std::uint8_t header = cursor.u8();
      if ((header >> 4) > 1 || (header & 15) > 3)
        return broken("has a quantisation table that does not exist");
      cursor.skip((header >> 4) != 0 ? 128 : 64);
      if (!cursor.ok()) return broken("has a quantisation table that exceeds its segment");
      quantisation_defined_ |= 1u << (header & 15);
    }
    return {};
  }

  Status scan(PictureBytes body) {
    if (found_.width == 0) return broken("has picture data before the frame header");
    if ((quantisation_needed_ & ~quantisation_defined_) != 0)
      return broken("uses a quantisation table it does not define");
    if (huffman_defined_ == 0) return broken("has picture data before any Huffman table");
    if (body.empty() || body.size() != 4 + 2u * body[0])
      return broken("has a scan header of the wrong length");
    if (scans_.count() == 0) found_.scan_at = at_ - 1;
    if (Status begun = scans_.begin(body); !begun) return begun;
    const std::size_t start = cursor_.position();
    if (Status skipped = skip_entropy_coded_data(); !skipped) return skipped;
    return scans_.end(cursor_.position() - start);
  }

  /// To the next marker that is neither a stuffed zero nor a restart.
  Status skip_entropy_coded_data() {
    for (;;) {
      const PictureBytes rest = bytes_.subspan(cursor_.position());
      const void* hit = rest.empty() ? nullptr : std::memchr(rest.data(), 0xff, rest.size());
      if (hit == nullptr) return truncated();
      const auto offset = static_cast<std::size_t>(static_cast<const std::uint8_t*>(hit) - rest.data());
      if (offset + 1 >= rest.size()) return truncated();
      const std::uint8_t next = rest[offset + 1];
      const bool is_data = next == 0 || (next >= kRst0 && next <= kRst7);
      if (!is_data && next != 0xff) {
        cursor_.skip(offset);
        return {};
      }
      cursor_.skip(offset + (is_data ? 2 : 1));
    }
  }

  /// How to interpret four colours: without Adobe's mark they are CMYK, with one they are YCCK unless it says
  /// otherwise (libjpeg's rule). stb_image takes them for YCbCr in both cases.
  [[nodiscard]] std::optional<std::uint8_t> missing_transform() const {
    if (frame_.components != 4 || adobe_ == 0 || adobe_ == 2) return std::nullopt;
    return adobe_ ? std::uint8_t{2} : std::uint8_t{0};
  }

  /// What decoding will take.
  void complete(bool several_scans) {
    const bool coefficients = frame_.progressive || several_scans;
    if constexpr (kHasLibjpeg) {
      found_.library_bytes = libjpeg_bytes(frame_, coefficients);
      const std::uint64_t inks = frame_.components == 4 ? 4 * frame_.width : 0;
      found_.decoder_bytes = found_.library_bytes + inks + 3 * frame_.width * frame_.height;
      if (coefficients) return;
      found_.row_library_bytes = found_.library_bytes;
      found_.row_decoder_bytes = found_.library_bytes + inks;
    } else {
      found_.decoder_bytes = jpeg_decoder_bytes(frame_);
      found_.adobe_transform = missing_transform();
    }
  }

  void adobe(PictureBytes body) {
    if (body.size() >= 12 && std::memcmp(body.data(), "Adobe", 5) == 0) adobe_ = body[11];
  }

  /// A JFIF header ends in its thumbnail. Its length is checked because a wrong one may leave a zero behind,
  /// which would pass for padding.
  Status jfif(PictureBytes body) const {
    constexpr std::string_view kHeader("JFIF", 5);
    if (body.size() < kHeader.size() || std::memcmp(body.data(), kHeader.data(), kHeader.size()) != 0)
      return {};
    if (body.size() >= 14 && body.size() == 14 + std::size_t{3} * body[12] * body[13]) return {};
    return broken("has a JFIF header of the wrong length");
  }

  void exif(PictureBytes body) {
    constexpr std::string_view kHeader("Exif\0\0", 6);
    if (body.size() < kHeader.size() || std::memcmp(body.data(), kHeader.data(), kHeader.size()) != 0) return;
    if (!std::exchange(seen_exif_, true)) found_.orientation = exif_orientation(body.subspan(kHeader.size()));
  }

  PictureBytes bytes_;
  ByteCursor cursor_;
  const Limits& limits_;
  bool held_ = true;
  PictureStructure found_;
  std::size_t at_ = 0;  // just behind the marker being read, for messages
  JpegFrame frame_;
  std::optional<std::uint8_t> adobe_;  // the colour transform that Adobe's mark names
  bool seen_exif_ = false;             // the first counts
  JpegScans scans_;
  unsigned quantisation_needed_ = 0;   // bit per table
  unsigned quantisation_defined_ = 0;  // bit per table
  unsigned huffman_defined_ = 0;       // bit per table, those for AC from bit 4
};

}  // namespace

Result<PictureStructure> inspect_jpeg(PictureBytes bytes, const Limits& limits) {
  return JpegWalk(bytes, limits).run();
}

Result<PictureStructure> inspect_jpeg(const ByteSource& source, const Limits& limits) {
  constexpr std::uint64_t kFirst = 64 << 10, kLongestHeader = 64 << 20;
  for (std::uint64_t count = kFirst;; count *= 4) {
    count = std::min(count, source.size());
    ByteVector start(static_cast<std::size_t>(count));
    if (Status read = source.read(0, std::as_writable_bytes(std::span(start))); !read) return read.error();
    auto structure = JpegWalk(start, limits).run_header();
    const bool goes_on = !structure && structure.error().code == ErrorCode::truncated;
    if (!goes_on || count == source.size() || count > kLongestHeader) return structure;
  }
}

}  // namespace fcn::tools
