// SPDX-License-Identifier: MIT
#include "tools/outputs/regions/coco_file.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "tools/outputs/regions/region_outline.hpp"
#include "tools/report/json_members.hpp"

namespace fcn::tools {
namespace {

/// Back to the picture before --resize; upright, as annotation tools show it.
OriginalFrame upright_frame(const OriginalFrame& frame) {
  return {frame.upright_width(), frame.upright_height(), 1, frame.run_width, frame.run_height};
}

/// COCO counts from the corner of the first pixel.
void add_polygon(JsonWriter& json, const std::vector<PixelCorner>& ring, const OriginalFrame& upright) {
  json.array([&] {
    for (const PixelCorner& corner : ring) {
      const PixelPoint place = upright.point({corner.x - 0.5, corner.y - 0.5});
      json.add(json_pixels(place.x + 0.5));
      json.add(json_pixels(place.y + 0.5));
    }
  });
}

std::string annotation(const maps::Region& region, const OriginalFrame& upright, std::uint64_t id,
                       std::uint64_t image) {
  const double grown = static_cast<double>(upright.width) / upright.run_width *
                       (static_cast<double>(upright.height) / upright.run_height);
  JsonWriter json;
  json.object([&] {
    json.member("id", id);
    json.member("image_id", image);
    json.member("category_id", region.class_id);
    add_box(json, "bbox", upright.box(box_of(region)));
    json.member("area", json_pixels(static_cast<double>(region.area) * grown));
    json.array("segmentation", [&] {
      if (region.contour.empty()) return;
      for (const auto& ring : region_outline(region.contour)) add_polygon(json, ring, upright);
    });
    json.member("iscrowd", 0);
    json.member("score", region.peak);
  });
  return json.take();
}

std::string image_object(const RunReport& report, const OriginalFrame& upright, std::uint64_t id) {
  JsonWriter json;
  json.object([&] {
    json.member("id", id);
    json.member("file_name", report.image);
    json.member("width", upright.width);
    json.member("height", upright.height);
  });
  return json.take();
}

/// All classes; the background only if its regions are asked for.
std::string category_objects(const RunReport& report) {
  std::string objects;
  const auto& asked = report.asked_classes;
  for (int id = 0; id < report.map->classes(); ++id) {
    if (report.info->background == id && std::find(asked.begin(), asked.end(), id) == asked.end()) continue;
    JsonWriter json;
    json.object([&] {
      json.member("id", id);
      json.member("name", class_label(*report.info, id));
      json.member("supercategory", "");
    });
    objects += (objects.empty() ? "\n" : ",\n") + json.take();
  }
  return objects;
}

}  // namespace

Result<CocoFile> CocoFile::create(const std::string& path) {
  auto file = AtomicFile::create(path);
  if (!file) return file.error();
  return CocoFile(*std::move(file));
}

Status CocoFile::append(const RunReport& report) {
  if (image_count_ == 0) {
    categories_ = category_objects(report);
    if (Status begun =
            file_.write("{\n\"info\": {\"description\": " + json_text("fcn-infer, " + report.model) +
                        "},\n\"licenses\": [],\n\"annotations\": [");
        !begun)
      return begun;
  }
  const OriginalFrame upright = upright_frame(report.frame);
  images_ += (image_count_ == 0 ? "\n" : ",\n") + image_object(report, upright, image_count_ + 1);
  ++image_count_;
  for (const maps::Region& region : report.regions) {
    const std::string object =
        annotation(whole_region(report, region), upright, annotation_count_ + 1, image_count_);
    if (Status added = file_.write((annotation_count_ == 0 ? "\n" : ",\n") + object); !added) return added;
    ++annotation_count_;
  }
  return {};
}

Status CocoFile::commit() {
  if (image_count_ == 0) return {};
  if (Status ended =
          file_.write("\n],\n\"images\": [" + images_ + "\n],\n\"categories\": [" + categories_ + "\n]\n}\n");
      !ended)
    return ended;
  return file_.commit();
}

}  // namespace fcn::tools
