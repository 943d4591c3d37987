// SPDX-License-Identifier: MIT
// The only file that names libpng. It reports errors by longjmp; the frames it may jump over hold nothing
// that needs a destructor.
#include "tools/pictures/png_writer.hpp"

#include <png.h>

#include <csetjmp>
#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace fcn::tools {
namespace {

struct PngOutput {
  const ByteSink& sink;
  std::optional<Error> error;
};

void write_bytes(png_structp png, png_bytep bytes, std::size_t count) {
  auto* const output = static_cast<PngOutput*>(png_get_io_ptr(png));
  {
    const Status written = output->sink(std::as_bytes(std::span(bytes, count)));
    if (written) return;
    output->error = written.error();
  }
  png_error(png, "cannot write");
}

void flush_nothing(png_structp) {}

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
  auto* const output = static_cast<PngOutput*>(png_get_io_ptr(png));
  if (output != nullptr && !output->error)
    output->error = Error{ErrorCode::io, std::string("cannot write PNG: ") + message, ""};
  png_longjmp(png, 1);
}

void ignore_warning(png_structp, png_const_charp) {}

/// All calls that may jump. No local variables, so that none is left undefined or undestroyed.
bool write_image(png_structp png, png_infop info, int width, int height, int colour_type,
                 const RowSource& row) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  // The limits of libpng are for reading; ours were checked when the picture was.
  png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
  png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), 8, colour_type,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  // One filter and a low level: an overlay should appear quickly rather than be small.
  png_set_compression_level(png, 3);
  png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
  png_write_info(png, info);
  for (int y = 0; y < height; ++y) png_write_row(png, row(y));
  png_write_end(png, nullptr);
  return true;
}

}  // namespace

Status write_png(AtomicFile& file, int width, int height, PngPixels pixels, const RowSource& row) {
  return write_png([&file](std::span<const std::byte> bytes) { return file.write(bytes); }, width, height,
                   pixels, row);
}

Status write_png(const ByteSink& sink, int width, int height, PngPixels pixels, const RowSource& row) {
  PngOutput output{sink, std::nullopt};
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, on_error, ignore_warning);
  png_infop info = png != nullptr ? png_create_info_struct(png) : nullptr;
  if (info == nullptr) {
    png_destroy_write_struct(&png, nullptr);
    return Error{ErrorCode::out_of_memory, "no memory to write a PNG", ""};
  }
  png_set_write_fn(png, &output, write_bytes, flush_nothing);
  const bool written = write_image(png, info, width, height,
                                   pixels == PngPixels::grey ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, row);
  png_destroy_write_struct(&png, &info);
  if (written) return {};
  return output.error.value_or(Error{ErrorCode::io, "cannot write PNG", ""});
}

}  // namespace fcn::tools
