// SPDX-License-Identifier: MIT
// PNG by libpng, which reports errors by longjmp: the frames it may jump over hold nothing that needs a
// destructor. Chunks that pixels do not depend on are skipped unread: some of them inflate to any size.
#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "fcn/base/memory_count.hpp"
#include "tools/pictures/rows/row_decoder.hpp"
#include "tools/shell/counted_memory.hpp"

namespace fcn::tools {
namespace {

constexpr png_byte kSkippedChunks[] =
    "bKGD\0cHRM\0cICP\0eXIf\0gAMA\0hIST\0iCCP\0iTXt\0oFFs\0pCAL\0pHYs\0sBIT\0sCAL\0sPLT\0sRGB\0sTER\0tEXt\0"
    "tIME\0zTXt";
constexpr int kSkippedCount = sizeof kSkippedChunks / 5;

/// What libpng's callbacks are given; it does not move.
struct PngInput {
  const ByteSource& source;
  std::uint64_t at = 0;
  std::optional<Error> error;
};

void read_bytes(png_structp png, png_bytep to, std::size_t count) {
  auto* const input = static_cast<PngInput*>(png_get_io_ptr(png));
  {
    const Status read = input->source.read(input->at, std::as_writable_bytes(std::span(to, count)));
    input->at += count;
    if (read) return;
    input->error = read.error();
  }
  png_error(png, "cannot read");
}

[[noreturn]] void on_read_error(png_structp png, png_const_charp message) {
  auto* const input = static_cast<PngInput*>(png_get_error_ptr(png));
  if (!input->error)
    input->error =
        Error{ErrorCode::malformed, std::string("the PNG cannot be decoded (") + message + ")", ""};
  png_longjmp(png, 1);
}

void ignore_read_warning(png_structp, png_const_charp) {}

/// Reads what stands before the pixels, and asks for 8-bit RGB: grey repeated, alpha dropped, palettes
/// resolved, 16 bits cut to their high byte. No local variables, so that none is left undefined.
bool begin_reading(png_structp png, png_infop info) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, kSkippedChunks, kSkippedCount);
  png_read_info(png, info);
  png_set_palette_to_rgb(png);
  png_set_expand_gray_1_2_4_to_8(png);
  png_set_strip_16(png);
  png_set_strip_alpha(png);
  png_set_gray_to_rgb(png);
  png_read_update_info(png, info);
  return true;
}

bool read_row(png_structp png, png_bytep rgb) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_read_row(png, rgb, nullptr);
  return true;
}

class PngRowDecoder : public RowDecoder {
 public:
  PngRowDecoder(const ByteSource& source, const PictureStructure& structure)
      : input_{source, 0, std::nullopt}, counted_(static_cast<std::size_t>(structure.row_decoder_bytes)) {}
  PngRowDecoder(const PngRowDecoder&) = delete;
  PngRowDecoder& operator=(const PngRowDecoder&) = delete;
  ~PngRowDecoder() override { png_destroy_read_struct(&png_, &info_, nullptr); }

  Status begin(std::uint32_t width) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &input_, on_read_error, ignore_read_warning);
    info_ = png_ != nullptr ? png_create_info_struct(png_) : nullptr;
    if (info_ == nullptr) return Error{ErrorCode::out_of_memory, "no memory to decode the picture", ""};
    png_set_read_fn(png_, &input_, read_bytes);
    if (!begin_reading(png_, info_)) return failure();
    if (png_get_rowbytes(png_, info_) == std::size_t{3} * width) return {};
    return Error{ErrorCode::malformed, "the PNG announces two different sizes", ""};
  }

  Status next(std::uint8_t* rgb) override { return read_row(png_, rgb) ? Status() : failure(); }

 private:
  [[nodiscard]] Status failure() const {
    return input_.error.value_or(Error{ErrorCode::malformed, "the PNG cannot be decoded", ""});
  }

  PngInput input_;
  CountedBytes counted_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

}  // namespace

Result<std::unique_ptr<RowDecoder>> png_rows(const ByteSource& source, const PictureStructure& structure) {
  auto decoder = std::make_unique<PngRowDecoder>(source, structure);
  if (Status begun = decoder->begin(structure.width); !begun) return begun.error();
  return std::unique_ptr<RowDecoder>(std::move(decoder));
}

}  // namespace fcn::tools
