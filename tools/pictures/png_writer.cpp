// SPDX-License-Identifier: MIT
// By libpng, which reports errors by longjmp; the frames it may jump over hold nothing
// that needs a destructor.
#include "tools/pictures/png_writer.hpp"

#include <png.h>

#include <csetjmp>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace fcn::tools {

struct PngOutput {
  const ByteSink& sink;
  std::optional<Error> error;
};

namespace {

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

/// What goes before the rows.
bool begin_image(png_structp png, png_infop info, int width, int height, int colour_type,
                 png_const_colorp palette, int colours) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
  png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), 8, colour_type,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (colours > 0) png_set_PLTE(png, info, palette, colours);
  png_set_compression_level(png, 3);
  png_set_filter(png, PNG_FILTER_TYPE_BASE,
                 colour_type == PNG_COLOR_TYPE_RGB ? PNG_FILTER_SUB : PNG_FILTER_NONE);
  png_write_info(png, info);
  return true;
}

/// A row, or the end where there is none.
bool go_on(png_structp png, const std::uint8_t* row) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  if (row != nullptr)
    png_write_row(png, row);
  else
    png_write_end(png, nullptr);
  return true;
}

}  // namespace

struct PngRows::Writing {
  explicit Writing(AtomicFile& file)
      : sink([&file](std::span<const std::byte> bytes) { return file.write(bytes); }),
        output{sink, std::nullopt} {}
  Writing(const Writing&) = delete;
  Writing& operator=(const Writing&) = delete;
  ~Writing() { png_destroy_write_struct(&png, &info); }

  Status status(bool written) const {
    if (written) return {};
    return output.error.value_or(Error{ErrorCode::io, "cannot write PNG", ""});
  }

  ByteSink sink;
  PngOutput output;
  png_structp png = nullptr;
  png_infop info = nullptr;
};

PngRows::PngRows(std::unique_ptr<Writing> writing) : writing_(std::move(writing)) {}
PngRows::PngRows(PngRows&&) noexcept = default;
PngRows& PngRows::operator=(PngRows&&) noexcept = default;
PngRows::~PngRows() = default;

Result<PngRows> PngRows::create(AtomicFile& file, int width, int height, PngPixels pixels,
                                std::span<const std::uint8_t> palette) {
  auto writing = std::make_unique<Writing>(file);
  writing->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, on_error, ignore_warning);
  writing->info = writing->png != nullptr ? png_create_info_struct(writing->png) : nullptr;
  if (writing->info == nullptr) return Error{ErrorCode::out_of_memory, "no memory to write a PNG", ""};
  png_set_write_fn(writing->png, &writing->output, write_bytes, flush_nothing);
  std::vector<png_color> colours;
  for (std::size_t i = 0; i + 2 < palette.size(); i += 3)
    colours.push_back({palette[i], palette[i + 1], palette[i + 2]});
  const int type = !colours.empty()            ? PNG_COLOR_TYPE_PALETTE
                   : pixels == PngPixels::grey ? PNG_COLOR_TYPE_GRAY
                                               : PNG_COLOR_TYPE_RGB;
  const bool begun = begin_image(writing->png, writing->info, width, height, type, colours.data(),
                                 static_cast<int>(colours.size()));
  if (const Status status = writing->status(begun); !status) return status.error();
  return PngRows(std::move(writing));
}

Status PngRows::add(const std::uint8_t* row) {
  return writing_->status(go_on(writing_->png, row));
}

Status PngRows::finish() {
  return writing_->status(go_on(writing_->png, nullptr));
}

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
