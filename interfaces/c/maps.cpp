// SPDX-License-Identifier: MIT
// The score maps and label maps of fcn.h, as far as they are read.
#include <algorithm>

#include "interfaces/c/boundary.hpp"
#include "interfaces/c/handles.hpp"

using fcn::c::fail;

namespace {

fcn_code no_cell(const char* function) {
  return fail(FCN_INVALID_ARGUMENT, function, "the map has no such class or cell");
}

}  // namespace

extern "C" {

fcn_code fcn_map_create(fcn_map** map) {
  if (map == nullptr) return fail(FCN_INVALID_ARGUMENT, __func__, "map must not be NULL");
  return fcn::c::guarded(__func__, [&]() -> fcn_code {
    *map = new fcn_map{};
    return FCN_OK;
  });
}

void fcn_map_free(fcn_map* map) {
  delete map;
}

fcn_code fcn_map_get_details(const fcn_map* map, fcn_map_details* details) {
  if (map == nullptr || details == nullptr)
    return fail(FCN_INVALID_ARGUMENT, __func__, "map and details must not be NULL");
  const fcn::MapGeometry& geometry = map->map.geometry();
  fcn_map_details known{};
  known.classes = map->map.classes();
  known.rows = map->map.rows();
  known.columns = map->map.cols();
  known.scores = static_cast<int>(map->map.kind());
  known.stride_x = geometry.x.stride;
  known.stride_y = geometry.y.stride;
  known.first_center_x = geometry.x.first_center;
  known.first_center_y = geometry.y.first_center;
  known.window_width = geometry.window.x;
  known.window_height = geometry.window.y;
  if (!fcn::c::write_sized(known, *details)) return fail(FCN_INVALID_ARGUMENT, __func__, fcn::c::kWrongSize);
  return FCN_OK;
}

const float* fcn_map_scores(const fcn_map* map) {
  return map == nullptr || map->map.rows() == 0 || map->map.cols() == 0 ? nullptr : map->map.cell(0, 0);
}

fcn_code fcn_map_peak(const fcn_map* map, int class_id, fcn_peak* peak) {
  if (map == nullptr || peak == nullptr)
    return fail(FCN_INVALID_ARGUMENT, __func__, "map and peak must not be NULL");
  if (class_id < 0 || class_id >= map->map.classes()) return no_cell(__func__);
  const fcn::Peak& found = map->map.peak(class_id);
  *peak = {found.probability, found.row, found.col, map->map.geometry().center_x(found.col),
           map->map.geometry().center_y(found.row)};
  return FCN_OK;
}

fcn_code fcn_map_top(const fcn_map* map, int capacity, int* class_ids, int* count) {
  if (map == nullptr || class_ids == nullptr || count == nullptr)
    return fail(FCN_INVALID_ARGUMENT, __func__, "map, class_ids and count must not be NULL");
  return fcn::c::guarded(__func__, [&]() -> fcn_code {
    const std::vector<int> best = map->map.top(capacity);
    std::copy(best.begin(), best.end(), class_ids);
    *count = static_cast<int>(best.size());
    return FCN_OK;
  });
}

fcn_code fcn_map_predicted(const fcn_map* map, int* class_id) {
  if (map == nullptr || class_id == nullptr)
    return fail(FCN_INVALID_ARGUMENT, __func__, "map and class_id must not be NULL");
  return fcn::c::guarded(__func__, [&]() -> fcn_code {
    *class_id = map->map.predicted().value_or(-1);
    return FCN_OK;
  });
}

fcn_code fcn_map_winner(const fcn_map* map, int row, int column, int* class_id) {
  if (map == nullptr || class_id == nullptr)
    return fail(FCN_INVALID_ARGUMENT, __func__, "map and class_id must not be NULL");
  if (row < 0 || row >= map->map.rows() || column < 0 || column >= map->map.cols()) return no_cell(__func__);
  *class_id = map->map.winner(row, column).value_or(-1);
  return FCN_OK;
}

fcn_code fcn_label_map_create(fcn_label_map** labels) {
  if (labels == nullptr) return fail(FCN_INVALID_ARGUMENT, __func__, "labels must not be NULL");
  return fcn::c::guarded(__func__, [&]() -> fcn_code {
    *labels = new fcn_label_map{};
    return FCN_OK;
  });
}

void fcn_label_map_free(fcn_label_map* labels) {
  delete labels;
}

int fcn_label_map_rows(const fcn_label_map* labels) {
  return labels == nullptr ? 0 : labels->map.rows();
}

int fcn_label_map_columns(const fcn_label_map* labels) {
  return labels == nullptr ? 0 : labels->map.cols();
}

const uint16_t* fcn_label_map_data(const fcn_label_map* labels) {
  return labels == nullptr || labels->map.rows() == 0 ? nullptr : labels->map.row(0).data();
}

}  // extern "C"
