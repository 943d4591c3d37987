// SPDX-License-Identifier: MIT
// The data of one picture's report: the common source of the terminal report, the JSON line and the overlay,
// so that they cannot disagree. Nothing is formatted here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fcn/maps/regions.hpp"
#include "fcn/model_info.hpp"
#include "fcn/score_map.hpp"
#include "tools/pictures/geo/map_frame.hpp"
#include "tools/pictures/original_frame.hpp"
#include "tools/pictures/picture_border.hpp"
#include "tools/pictures/picture_page.hpp"
#include "tools/runs/region_request.hpp"
#include "tools/runs/run_profile.hpp"
#include "tools/runs/scale_pyramid.hpp"
#include "tools/runs/window_comparison.hpp"

namespace fcn::tools {

struct RunReport {
  std::string image;  ///< as the user named it
  int width = 0;      ///< of what files show: the picture that ran, upright and resized, or a part of it
  int height = 0;
  PixelRect part;                                    ///< of the picture that ran; empty for all of it
  PictureBorder border;                              ///< with which it ran
  std::optional<PageChoice> page;                    ///< of the file, if one was asked for
  OriginalFrame frame;                               ///< back to the pixels of the file
  std::optional<Result<Georeference>> georeference;  ///< of those, if the file says something of it
  std::string model;                                 ///< the model file's name, without folders
  const ModelInfo* info = nullptr;                   ///< never null
  const ScoreMap* map = nullptr;                     ///< never null; its places are pixels of what files show
  int pool_stride = 1;  ///< cells of the last feature map from one cell of the score map to the next
  int top = 5;          ///< how many classes to list
  maps::Placement placement = maps::Placement::centers;  ///< of maps on pictures
  std::vector<int> asked_classes;                        ///< to show instead of the predicted one
  RegionRequest region_request;
  std::vector<maps::Region> regions;  ///< if the request asks for them, in pixels of what files show
  double decode_ms = 0;
  double preprocess_ms = 0;  ///< resizing; normalising is part of infer_ms
  double plan_ms = 0;
  double infer_ms = 0;
  int threads = 1;
  std::string arch;
  std::uint64_t peak_bytes = 0;  ///< the most that was held at a time, as MemoryCount counts it
  std::optional<RunProfile> profile;
  std::optional<WindowComparison> windows;
  std::optional<ScaleReport> scales;  ///< `map` is then what they were fused to
};

/// Where the map's cells lie in the picture that ran.
MapGeometry whole_geometry(const RunReport& report);
/// A region in pixels of the picture that ran.
maps::Region whole_region(const RunReport& report, maps::Region region);
/// Its box, with `width` x `height` pixels.
PixelBox box_of(const maps::Region& region);
/// The picture that ran.
PictureSize whole_size(const RunReport& report);

/// From the picture that ran to the map; nothing if the file does not tell.
std::optional<MapFrame> map_frame(const RunReport& report);

/// The size on which the network ran: with the border, and what padded_size.hpp adds.
Extent padded_size(const RunReport& report);

/// The best cell of one class, in every unit that outputs state it. Of a picture that ran with a border,
/// its place is held within the picture.
struct ClassPeak {
  int id = 0;
  std::string label;      ///< from the model file: escape it before showing it
  float probability = 0;  ///< Peak::probability
  float score = 0;        ///< what the map holds there: the probability again, or the logit
  int row = 0;
  int col = 0;
  double center_x = 0;  ///< pixel that the network looks at, of the picture that ran
  double center_y = 0;
  std::int64_t window_x = 0;  ///< the crop a sliding window would have classified
  std::int64_t window_y = 0;
  int window_width = 0;
  int window_height = 0;
  PixelPoint original_center;  ///< both again, in the pixels of the file
  PixelBox original_window;
};

/// ClassPeak::window_x and the others as a box.
PixelBox window_of(const ClassPeak& peak);

/// The class's label, or its number if the model has none.
std::string class_label(const ModelInfo& info, int id);

ClassPeak class_peak(const RunReport& report, int id);

/// The class to picture where there is room for one: the first that was asked for, or the one with the
/// highest peak, even if it is not likely; nothing if the model knows only a background.
std::optional<int> shown_class(const RunReport& report);

/// All classes that were asked for, or the one with the highest peak.
std::vector<int> shown_classes(const RunReport& report);

/// The classes to list: all that were asked for, or the best RunReport::top.
std::vector<int> listed_classes(const RunReport& report);

/// A class by number or label; a label that is also a number counts as a label. An Error names what exists.
Result<int> find_class(const ModelInfo& info, int classes, const std::string& name);

/// The threshold of regions as text, in the unit of the map's scores.
std::string threshold_text(const RunReport& report);

/// A score as text: a percentage that never rounds up to 100, or a logit.
std::string score_text(float score, ScoreKind kind);

}  // namespace fcn::tools
