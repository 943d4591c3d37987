// SPDX-License-Identifier: MIT
// The writers of a picture's files, each in a source of its own. A writer fills `file` and leaves the commit
// to its caller; x_bytes() is the most memory that write_x() holds beside the picture. Not here: which option
// asks for which file (output_kinds.hpp), opening and committing (result_files.hpp).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "fcn/result.hpp"
#include "fcn/score_map.hpp"
#include "tools/outputs/picture_result.hpp"
#include "tools/shell/atomic_file.hpp"

namespace fcn::tools {

/// output_npy.cpp: the map as .npy (format 1.0), little-endian float32, C order, classes x rows x cols.
Status write_npy(AtomicFile& file, const PictureResult& result);
Status write_score_npy(AtomicFile& file, const ScoreMap& map);

/// output_npy.cpp: the header of such a file of elements of NumPy's `type`, whose values follow in C order.
std::string npy_header(const std::string& type, std::initializer_list<int> dims);

/// output_csv.cpp: a heading and a line for each cell, row by row: row, col, center_x, center_y (pixels of
/// the picture that ran), best_class, best_label, best_score (background included), then the score of each
/// class that the report lists, under its label. Commas, LF, fields quoted as RFC 4180 has it.
Status write_csv(AtomicFile& file, const PictureResult& result);

/// regions/geojson_file.cpp: the report's regions as a FeatureCollection (RFC 7946) in the coordinates of the
/// picture's GeoTIFF tags, which check_georeference() has found fit for it.
Status write_geojson(AtomicFile& file, const PictureResult& result);

/// output_overlay.cpp: a PNG of the picture with the map of one class over it, the best place framed and
/// named. Small pictures are enlarged so that the text can be read.
Status write_overlay(AtomicFile& file, const PictureResult& result);
std::uint64_t overlay_bytes(const OutputNeeds& needs);

/// output_heat.cpp: a PNG of the map of one class alone, with a scale. Grey where no cell looked.
Status write_heat(AtomicFile& file, const PictureResult& result);
std::uint64_t heat_bytes(const OutputNeeds& needs);

/// output_argmax.cpp: a PNG whose pixels show the winner of the nearest cell, or the picture itself where
/// that is the background. The classes that win most cells have colours of their own.
Status write_argmax(AtomicFile& file, const PictureResult& result);
std::uint64_t argmax_bytes(const OutputNeeds& needs);

/// output_masks.cpp: an 8-bit grey PNG of the picture's size, 255 where a class whose regions the report asks
/// for (the shown one, if it asks for none) reaches the threshold, else 0. What --nms drops is still in it.
Status write_mask(AtomicFile& file, const PictureResult& result);

/// output_masks.cpp: what the OpenCV tutorials show, to the pixel: picture * (map - min) / max of the
/// stretched map of the shown class, in float32 and cut to whole numbers, with the tutorials' box as
/// cv2.rectangle draws it in red, two pixels thick. Black where the map is the same everywhere: the tutorials
/// divide by zero there.
Status write_masked(AtomicFile& file, const PictureResult& result);

/// output_panels.cpp: two panels of the picture's size, one above the other if it is wide: the picture, and
/// the map of the shown class over it, both with the boxes of the report's regions.
Status write_side_by_side(AtomicFile& file, const PictureResult& result);
std::uint64_t side_by_side_bytes(const OutputNeeds& needs);

/// output_panels.cpp: a panel for each class that the report lists, the picture reduced to at most 480 pixels
/// a side.
Status write_sheet(AtomicFile& file, const PictureResult& result);
std::uint64_t sheet_bytes(const OutputNeeds& needs);

/// output_explore.cpp: an HTML page with the picture, the maps and what draws them, which loads nothing from
/// any network. To keep it at a few megabytes, the picture is reduced to 1.2 megapixels and scores to 16
/// bits; of many classes on a large map those with the highest peaks are kept.
Status write_explore(AtomicFile& file, const PictureResult& result);
std::uint64_t explore_bytes(const OutputNeeds& needs);

}  // namespace fcn::tools
