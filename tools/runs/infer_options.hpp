// SPDX-License-Identifier: MIT
// The options of fcn-infer, as given. Not here: whether they suit the model and the files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fcn/graph/conv_algorithm.hpp"
#include "fcn/maps/fusion.hpp"
#include "fcn/maps/placed_map.hpp"
#include "fcn/score_map.hpp"
#include "tools/pictures/picture_border.hpp"
#include "tools/pictures/picture_page.hpp"
#include "tools/pictures/resize.hpp"
#include "tools/results/shard.hpp"
#include "tools/runs/region_request.hpp"

namespace fcn::tools {

/// What --npy is to hold.
enum class NpyHolds {
  usual,   ///< a classifier's scores; of a model for pixels their labels
  scores,  ///< those of InferOptions::scores
  labels,
};

/// A new option that changes a picture's JSON also belongs in infer/run_identity.cpp.
struct InferOptions {
  std::vector<std::string> inputs;  ///< files, folders, patterns, "-"
  std::string list;                 ///< a file of paths; "-" for standard input; empty for none
  bool skip_existing = false;       ///< leave out pictures whose outputs are there
  Shard shard;                      ///< which of the pictures to run; all of them by default
  std::string results;              ///< file to append sealed lines to; empty for none
  bool resume = false;              ///< leave out pictures that have a line of `results`
  bool keep_failed = false;         ///< also those whose line is an error
  int retries = 0;                  ///< further attempts at a picture whose file cannot be read
  std::string model;                ///< empty for the shipped one
  int top = 5;
  int threads = 0;        ///< 0 for all cores
  int pool_stride = 0;    ///< 0 for the model's own
  int output_stride = 0;  ///< pixels; 0 for the network's own
  AlgorithmChoice algorithm = AlgorithmChoice::automatic;
  std::vector<std::string> class_names;
  RegionRequest regions;
  std::optional<double> threshold;  ///< RegionRequest's; nothing for what suits the model's scores
  maps::Placement placement = maps::Placement::centers;
  ScoreKind scores = ScoreKind::probabilities;
  NpyHolds npy_holds = NpyHolds::usual;
  std::optional<ScoreActivation> activation;  ///< nothing for the model's own
  std::string json;                           ///< empty for none; "-" for standard output
  std::string npy;
  std::string overlay;
  std::string layers;  ///< folder for pictures of feature maps
  std::string html;
  std::string heat;
  std::string masked;
  std::string mask;
  std::string argmax;
  std::string side_by_side;
  std::string sheet;
  std::string csv;
  std::string geojson;
  std::string coco;                 ///< one file for all pictures; empty for none
  std::optional<PicturePage> page;  ///< of a TIFF; nothing for the first
  PixelRect roi;                    ///< the part to run; empty for all of the picture
  BorderKind border = BorderKind::none;
  std::optional<ResizeSpec> resize;
  bool apply_exif = true;
  bool quiet = false;
  bool verbose = false;
  bool profile = false;
  std::vector<double> scales;          ///< of the picture after `resize`; empty for just that
  std::optional<maps::Fuse> fuse;      ///< how their maps become one; the maximum if nothing is said
  std::optional<PictureSize> tile;     ///< run tiles of this size and average them, of a model for pixels
  std::optional<int> compare_windows;  ///< pixels from window to window; 0 for the map's own stride
  bool plan = false;                   ///< report the memory of a run, and do not run
  bool explain_geometry = false;       ///< report where cells lie in the picture, and do not run
  std::optional<PictureSize> size;     ///< plan or explain this size; no pictures are given then
  std::uint64_t max_memory = 0;        ///< bytes; 0 for no limit
  std::uint64_t max_work = 0;          ///< multiply-adds; 0 for what Limits allow
  std::uint64_t rows_from =
      64u << 20;  ///< bytes: larger pictures and maps go by rows, where that is possible
  bool version = false;
  bool list_classes = false;
  bool sandbox = false;  ///< give up all but this run's files before the model is read

  [[nodiscard]] bool runs_pictures() const { return !plan && !explain_geometry; }
};

}  // namespace fcn::tools
