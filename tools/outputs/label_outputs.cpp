// SPDX-License-Identifier: MIT
#include "tools/outputs/label_outputs.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <string_view>
#include <utility>

#include "tools/draw/label_colours.hpp"
#include "tools/outputs/label_overlay.hpp"
#include "tools/outputs/output_label_page.hpp"
#include "tools/outputs/output_writers.hpp"
#include "tools/pictures/png_writer.hpp"

namespace fcn::tools {
namespace {

/// A PNG of one byte a pixel, made of its label.
class BytePng : public LabelOutput {
 public:
  BytePng(PngRows png, std::vector<std::uint8_t> byte_of)
      : png_(std::move(png)), byte_of_(std::move(byte_of)) {}

  void take(int, std::span<const std::uint16_t> labels) override {
    row_.clear();
    for (const std::uint16_t label : labels) row_.push_back(byte_of_[label]);
    if (status_) status_ = png_.add(row_.data());
  }
  Status finish(const LabelReport&) override { return status_ ? png_.finish() : status_; }

 private:
  PngRows png_;
  std::vector<std::uint8_t> byte_of_;  // by label
  std::vector<std::uint8_t> row_;
  Status status_;
};

/// The labels themselves as NumPy's unsigned 16-bit numbers, rows x columns.
class NumberFile : public LabelOutput {
 public:
  explicit NumberFile(AtomicFile& file) : file_(&file) {}

  void take(int, std::span<const std::uint16_t> labels) override {
    static_assert(std::endian::native == std::endian::little, "labels are written as they lie in memory");
    if (status_) status_ = file_->write(std::as_bytes(labels));
  }
  Status finish(const LabelReport&) override { return status_; }

 private:
  AtomicFile* file_;
  Status status_;
};

Result<std::unique_ptr<LabelOutput>> byte_png(PictureOutput& output, const LabelRequest& request,
                                              PngPixels pixels, const std::vector<std::uint8_t>& palette,
                                              std::vector<std::uint8_t> byte_of) {
  auto png = PngRows::create(output.file, request.picture.width(), request.picture.height(), pixels, palette);
  if (!png) return png.error();
  return std::unique_ptr<LabelOutput>(std::make_unique<BytePng>(*std::move(png), std::move(byte_of)));
}

/// The numbers of a palette are the labels, as in the VOC's own class maps.
Result<std::unique_ptr<LabelOutput>> class_map(PictureOutput& output, const LabelRequest& request) {
  const int labels = label_count(request.classes);
  if (labels > 256)
    return Error{ErrorCode::unsupported,
                 "a palette has 256 colours, the model has " + std::to_string(labels) +
                     " classes; --npy writes the labels as numbers",
                 "--argmax"};
  std::vector<std::uint8_t> byte_of;
  for (int label = 0; label < labels; ++label) byte_of.push_back(static_cast<std::uint8_t>(label));
  return byte_png(output, request, PngPixels::rgb,
                  palette_bytes(label_colours(labels, background_label(request.info, request.classes))),
                  std::move(byte_of));
}

Result<std::unique_ptr<LabelOutput>> mask_file(PictureOutput& output, const LabelRequest& request) {
  if (request.masked.empty())
    return Error{ErrorCode::invalid_argument, "needs --class, which says what is drawn white", "--mask"};
  std::vector<std::uint8_t> byte_of(static_cast<std::size_t>(label_count(request.classes)), 0);
  for (const int label : request.masked) byte_of[static_cast<std::size_t>(label)] = 255;
  return byte_png(output, request, PngPixels::grey, {}, std::move(byte_of));
}

Result<std::unique_ptr<LabelOutput>> number_file(PictureOutput& output, const LabelRequest& request) {
  const Status begun =
      output.file.write(npy_header("<u2", {request.picture.height(), request.picture.width()}));
  if (!begun) return begun.error();
  return std::unique_ptr<LabelOutput>(std::make_unique<NumberFile>(output.file));
}

}  // namespace

bool writes_labels(const OutputKind& kind) {
  const std::string_view option = kind.option;
  return option == "--argmax" || option == "--overlay" || option == "--mask" || option == "--npy" ||
         option == "--html";
}

Result<std::unique_ptr<LabelOutput>> make_label_output(PictureOutput& output, const LabelRequest& request) {
  const std::string_view option = output.kind->option;
  if (option == "--argmax") return class_map(output, request);
  if (option == "--overlay") return make_label_overlay(output.file, request);
  if (option == "--mask") return mask_file(output, request);
  if (option == "--html") return make_label_page(output.file, request);
  return number_file(output, request);
}

}  // namespace fcn::tools
