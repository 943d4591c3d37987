// SPDX-License-Identifier: MIT
// The format of numbers in fcn-infer's JSON, and members that several of its objects have. Not here: the
// others (each report's own file).
#pragma once

#include <string>
#include <string_view>

#include "fcn/graph/geometry.hpp"
#include "tools/pictures/original_frame.hpp"
#include "tools/pictures/picture_page.hpp"
#include "tools/shell/json_writer.hpp"

namespace fcn::tools {

/// Pixels: an integer if they are whole, as centres mostly are; else to a millionth.
JsonNumber json_pixels(double value);

/// Milliseconds to the microsecond, finer than the clock.
JsonNumber json_milliseconds(double value);

/// Four digits, more than a measurement repeats; null for numbers that JSON cannot represent.
JsonNumber json_measured(double value);

/// Adds a member of one number where both axes agree, as they do for every square-windowed network, else of
/// [x, y].
void add_along_axes(JsonWriter& json, std::string_view name, double x, double y);

/// Adds [x, y] and [x, y, width, height].
void add_point(JsonWriter& json, std::string_view name, const PixelPoint& place);
void add_box(JsonWriter& json, std::string_view name, const PixelBox& box);

/// Adds an object of width and height.
void add_size(JsonWriter& json, std::string_view name, Extent size);

/// Adds a picture's name; null if there is none, as for a size alone.
void add_image(JsonWriter& json, const std::string& image);

/// Adds "page", as --page takes it, how many "pages" the file has, and "copies" the page.
void add_page(JsonWriter& json, const PageChoice& page);

/// Adds where a cell looks and its nominal window.
void add_cell(JsonWriter& json, const MapGeometry& geometry, int row, int col);

/// Adds "original": the file's picture, and where the map's cells lie in it: cell (row, col) at
/// first_center_px + row * row_step_px + col * col_step_px.
void add_original(JsonWriter& json, const OriginalFrame& frame, const MapGeometry& geometry);

/// Whether a result says what its run took, which differs from run to run and between machines.
enum class Cost { told, left_out };

/// Adds what a run took: times, memory, threads, arch.
template <class Report>
void add_cost(JsonWriter& json, const Report& report) {
  json.object("time_ms", [&] {
    json.member("decode", json_milliseconds(report.decode_ms));
    json.member("preprocess", json_milliseconds(report.preprocess_ms));
    json.member("plan", json_milliseconds(report.plan_ms));
    json.member("infer", json_milliseconds(report.infer_ms));
  });
  json.member("peak_bytes", report.peak_bytes);
  json.member("threads", report.threads);
  json.member("arch", report.arch);
}

}  // namespace fcn::tools
