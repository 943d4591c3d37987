// SPDX-License-Identifier: MIT
// JPEG by libjpeg, the only file that names it. It reports errors by longjmp: the frames it may jump over
// hold nothing that needs a destructor. It fills what damaged data lacks with grey and only warns; here that
// is an Error.
#include <cstddef>
#include <cstdio>
// jpeglib.h needs the two above.
#include <jerror.h>
#include <jpeglib.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "fcn/base/memory_count.hpp"
#include "tools/pictures/rows/row_decoder.hpp"
#include "tools/shell/counted_memory.hpp"

namespace fcn::tools {
namespace {

/// libjpeg's source of bytes: it sees only the first member.
struct JpegInput {
  jpeg_source_mgr manager{};
  const ByteSource* source = nullptr;
  std::uint64_t at = 0;  ///< of the bytes after the buffer
  std::optional<Error> error;
  std::array<JOCTET, 16384> buffer{};
};

struct JpegErrors {
  jpeg_error_mgr manager{};
  std::jmp_buf jump{};
};

JpegInput& input_of(j_common_ptr jpeg) {
  return *static_cast<JpegInput*>(jpeg->client_data);
}

[[noreturn]] void fail_jpeg(j_common_ptr jpeg) {
  JpegInput& input = input_of(jpeg);
  {
    char text[JMSG_LENGTH_MAX] = "";
    jpeg->err->format_message(jpeg, text);
    if (!input.error)
      input.error =
          jpeg->err->msg_code == JERR_OUT_OF_MEMORY
              ? Error{ErrorCode::out_of_memory, "no memory to decode the picture", ""}
              : Error{ErrorCode::malformed, "the JPEG cannot be decoded (" + std::string(text) + ")", ""};
  }
  std::longjmp(reinterpret_cast<JpegErrors*>(jpeg->err)->jump, 1);
}

/// Warnings that leave no pixel in doubt.
bool is_harmless(int code) {
  return code == JWRN_EXTRANEOUS_DATA || code == JWRN_ADOBE_XFORM || code == JWRN_JFIF_MAJOR ||
         code == JWRN_BOGUS_PROGRESSION;
}

void hear_message(j_common_ptr jpeg, int level) {
  if (level < 0 && !is_harmless(jpeg->err->msg_code)) fail_jpeg(jpeg);
}

void ignore_message(j_common_ptr) {}

void begin_source(j_decompress_ptr) {}
void end_source(j_decompress_ptr) {}

boolean fill_buffer(j_decompress_ptr jpeg) {
  JpegInput& input = input_of(reinterpret_cast<j_common_ptr>(jpeg));
  const std::uint64_t size = input.source->size();
  const std::uint64_t left = input.at < size ? size - input.at : 0;
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left, input.buffer.size()));
  {
    const Status read =
        count == 0
            ? Status(Error{ErrorCode::truncated,
                           "JPEG ends at byte " + std::to_string(size) + " without its end marker", ""})
            : input.source->read(input.at, std::as_writable_bytes(std::span(input.buffer).first(count)));
    if (!read) input.error = read.error();
  }
  if (input.error) ERREXIT(jpeg, JERR_INPUT_EOF);
  input.at += count;
  input.manager.next_input_byte = input.buffer.data();
  input.manager.bytes_in_buffer = count;
  return TRUE;
}

void skip_bytes(j_decompress_ptr jpeg, long count) {
  JpegInput& input = input_of(reinterpret_cast<j_common_ptr>(jpeg));
  if (count <= 0) return;
  const auto here = std::min(static_cast<std::size_t>(count), input.manager.bytes_in_buffer);
  input.manager.next_input_byte += here;
  input.manager.bytes_in_buffer -= here;
  input.at += static_cast<std::uint64_t>(count) - here;
}

/// Reads all that stands before the pixels. No local variables, so that none is left undefined.
bool begin_jpeg(jpeg_decompress_struct& jpeg, JpegErrors& errors, JpegInput& input) {
  if (setjmp(errors.jump) != 0) return false;
  jpeg_create_decompress(&jpeg);
  jpeg.client_data = &input;
  jpeg.src = &input.manager;
  jpeg_read_header(&jpeg, TRUE);
  jpeg.out_color_space = jpeg.num_components == 4 ? JCS_CMYK : JCS_RGB;
  jpeg_start_decompress(&jpeg);
  return true;
}

bool read_line(jpeg_decompress_struct& jpeg, JpegErrors& errors, JSAMPROW row) {
  if (setjmp(errors.jump) != 0) return false;
  return jpeg_read_scanlines(&jpeg, &row, 1) == 1;
}

/// Pillow's conversion, of inks that are stored inverted, as Adobe's programs do and all others follow.
void inks_to_rgb(const std::uint8_t* inks, std::size_t pixels, std::uint8_t* rgb) {
  for (std::size_t i = 0; i < pixels; ++i, inks += 4)
    for (std::size_t c = 0; c < 3; ++c) {
      const unsigned product = (255u - inks[c]) * inks[3] + 128u;
      const unsigned taken = ((product >> 8) + product) >> 8;
      *rgb++ = static_cast<std::uint8_t>(inks[3] - std::min<unsigned>(taken, inks[3]));
    }
}

class JpegRowDecoder : public RowDecoder {
 public:
  JpegRowDecoder(const ByteSource& source, const PictureStructure& structure)
      : counted_(static_cast<std::size_t>(structure.library_bytes)) {
    jpeg_.err = jpeg_std_error(&errors_.manager);
    jpeg_.client_data = &input_;
    errors_.manager.error_exit = fail_jpeg;
    errors_.manager.emit_message = hear_message;
    errors_.manager.output_message = ignore_message;
    input_.source = &source;
    input_.manager = {nullptr, 0, begin_source, fill_buffer, skip_bytes, jpeg_resync_to_restart, end_source};
  }
  JpegRowDecoder(const JpegRowDecoder&) = delete;
  JpegRowDecoder& operator=(const JpegRowDecoder&) = delete;
  ~JpegRowDecoder() override { jpeg_destroy_decompress(&jpeg_); }

  Status begin(const PictureStructure& structure) {
    if (!begin_jpeg(jpeg_, errors_, input_)) return failure();
    if (jpeg_.output_width != structure.width || jpeg_.output_height != structure.height)
      return Error{ErrorCode::malformed, "the JPEG announces two different sizes", ""};
    if (jpeg_.out_color_space == JCS_CMYK) inks_.resize(std::size_t{4} * structure.width);
    return {};
  }

  Status next(std::uint8_t* rgb) override {
    if (!read_line(jpeg_, errors_, inks_.empty() ? rgb : inks_.data())) return failure();
    if (!inks_.empty()) inks_to_rgb(inks_.data(), inks_.size() / 4, rgb);
    return {};
  }

 private:
  [[nodiscard]] Status failure() const {
    return input_.error.value_or(Error{ErrorCode::malformed, "the JPEG cannot be decoded", ""});
  }

  CountedBytes counted_;
  JpegErrors errors_;
  JpegInput input_;
  jpeg_decompress_struct jpeg_{};
  ByteVector inks_;  // a row of four colours
};

}  // namespace

Result<std::unique_ptr<RowDecoder>> jpeg_rows(const ByteSource& source, const PictureStructure& structure) {
  auto decoder = std::make_unique<JpegRowDecoder>(source, structure);
  if (Status begun = decoder->begin(structure); !begun) return begun.error();
  return std::unique_ptr<RowDecoder>(std::move(decoder));
}

}  // namespace fcn::tools
