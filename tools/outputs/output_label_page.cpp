// SPDX-License-Identifier: MIT
#include "tools/outputs/output_label_page.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/draw/label_colours.hpp"
#include "tools/outputs/page_parts.hpp"
#include "tools/report/json_members.hpp"
#include "tools/shell/base64_writer.hpp"
#include "tools/shell/counted_memory.hpp"

namespace fcn::tools {
namespace {

/// The pixel that stands for point `point` of `points` spread evenly over `pixels`.
std::int64_t pixel_of(std::int64_t point, std::int64_t points, std::int64_t pixels) {
  return (2 * point + 1) * pixels / (2 * points);
}

class LabelPage : public LabelOutput {
 public:
  LabelPage(AtomicFile& file, const LabelRequest& request)
      : file_(&file),
        picture_(request.picture.held()),
        limits_(&request.limits),
        background_(background_label(request.info, request.classes)),
        colours_(label_colours(label_count(request.classes), background_)),
        grid_(page_size({request.picture.width(), request.picture.height()})) {
    points_.reserve(static_cast<std::size_t>(grid_.width * grid_.height));
  }

  void take(int row, std::span<const std::uint16_t> labels) override {
    if (next_row_ == grid_.height || row != pixel_of(next_row_, grid_.height, picture_->height)) return;
    ++next_row_;
    for (std::int64_t point = 0; point < grid_.width; ++point)
      points_.push_back(labels[static_cast<std::size_t>(pixel_of(point, grid_.width, picture_->width))]);
  }

  Status finish(const LabelReport& report) override {
    const std::vector<int> present = report.census->present();
    std::string_view page = label_page();
    if (Status before = write_until(*file_, page, "@@picture@@"); !before) return before;
    if (Status picture = write_page_picture(*file_, *picture_, *limits_); !picture) return picture;
    if (Status before = write_until(*file_, page, "@@result@@"); !before) return before;
    if (Status result = file_->write(result_text(report, present)); !result) return result;
    if (Status before = write_until(*file_, page, "@@labels@@"); !before) return before;
    if (Status labels = write_points(present); !labels) return labels;
    return file_->write(page);
  }

 private:
  [[nodiscard]] std::string result_text(const LabelReport& report, const std::vector<int>& present) const {
    JsonWriter json;
    json.object([&] {
      json.member("image", report.image);
      json.member("model", report.model);
      json.member("width", report.width);
      json.member("height", report.height);
      json.object("grid", [&] {
        json.member("width", grid_.width);
        json.member("height", grid_.height);
      });
      json.member("all_labels", report.census->counts().size());
      json.array("labels", [&] {
        for (const int label : present) add_label(json, report, label);
      });
    });
    return for_script(json.take());
  }

  void add_label(JsonWriter& json, const LabelReport& report, int label) const {
    const auto index = static_cast<std::size_t>(label);
    const std::uint64_t pixels = report.census->counts()[index];
    const Colour& colour = colours_[index];
    json.object([&] {
      json.member("class", label);
      json.member("label", label_name(*report.info, report.classes, label));
      json.member("background", label == background_);
      json.member("pixels", pixels);
      json.member("share", static_cast<double>(pixels) / (static_cast<double>(report.width) * report.height));
      json.array("colour", [&] {
        for (const int part : {colour.red, colour.green, colour.blue}) json.add(part);
      });
    });
  }

  /// The points' labels as indices of `present`, two bytes each, the lower first.
  Status write_points(const std::vector<int>& present) {
    std::vector<std::uint16_t> index_of(colours_.size(), 0);
    for (std::size_t i = 0; i < present.size(); ++i)
      index_of[static_cast<std::size_t>(present[i])] = static_cast<std::uint16_t>(i);
    Base64Writer base64(*file_);
    for (const std::uint16_t label : points_) {
      const std::uint16_t index = index_of[label];
      const std::array<std::byte, 2> bytes = {static_cast<std::byte>(index & 0xff),
                                              static_cast<std::byte>(index >> 8)};
      if (Status written = base64.write(bytes); !written) return written;
    }
    return base64.finish();
  }

  AtomicFile* file_;
  const Picture* picture_;
  const Limits* limits_;
  int background_;
  std::vector<Colour> colours_;
  PictureSize grid_;
  std::int64_t next_row_ = 0;  // of the grid
  CountedVector<std::uint16_t> points_;
};

}  // namespace

Result<std::unique_ptr<LabelOutput>> make_label_page(AtomicFile& file, const LabelRequest& request) {
  return std::unique_ptr<LabelOutput>(std::make_unique<LabelPage>(file, request));
}

std::uint64_t label_page_bytes(const PictureSize& size) {
  const PictureSize grid = page_size(size);
  return page_picture_bytes(size) + sizeof(std::uint16_t) * static_cast<std::uint64_t>(grid.width) *
                                        static_cast<std::uint64_t>(grid.height);
}

}  // namespace fcn::tools
