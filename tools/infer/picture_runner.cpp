// SPDX-License-Identifier: MIT
#include "tools/infer/picture_runner.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>

#include "fcn/graph/shape_inference.hpp"
#include "tools/infer/label_runner.hpp"
#include "tools/outputs/layer_pictures.hpp"
#include "tools/outputs/regions/geojson_file.hpp"
#include "tools/outputs/score_npy_rows.hpp"
#include "tools/pictures/image_io.hpp"
#include "tools/report/label_text.hpp"
#include "tools/report/output_json.hpp"
#include "tools/report/profile_table.hpp"
#include "tools/report/scale_report.hpp"
#include "tools/report/terminal_report.hpp"
#include "tools/report/window_report.hpp"
#include "tools/runs/regions.hpp"
#include "tools/runs/run_picture.hpp"
#include "tools/shell/elapsed.hpp"

namespace fcn::tools {

int class_count(const Model& model) {
  const Extent window = model.info().window;
  const auto shapes = infer_shapes(model.graph(), {model.input_channels(), window.y, window.x});
  return shapes ? (*shapes)[model.graph().output].channels : 0;
}

PictureRunner::PictureRunner(const Model& model, const std::string& model_path, const InferOptions& options)
    : model_(model),
      model_path_(model_path),
      model_name_(std::filesystem::path(model_path).filename().string()),
      options_(options),
      load_peak_(MemoryCount::peak()) {}

Status PictureRunner::prepare(bool several) {
  several_ = several;
  if (Status suits = check_kind(options_, model_.info().kind); !suits) return suits;
  border_ = PictureBorder::of(options_.border, model_.info());
  const bool thresholds =
      options_.regions.kind != RegionKind::none || !options_.mask.empty() || !options_.masked.empty();
  const bool scores_places = model_.info().kind == ModelKind::classifier;
  if (thresholds && scores_places && !options_.threshold && model_.info().activation == ScoreActivation::none)
    return Error{ErrorCode::invalid_argument,
                 "regions and masks need --threshold: the model's scores are no probabilities",
                 options_.regions.kind != RegionKind::none ? "--regions"
                 : options_.mask.empty()                   ? "--masked"
                                                           : "--mask"};
  for (const std::string& name : options_.class_names) {
    auto found = scores_places ? find_class(model_.info(), class_count(model_), name)
                               : find_label(model_.info(), class_count(model_), name);
    if (!found) return found.error().at("--class");
    asked_classes_.push_back(*found);
  }
  if (options_.resize && options_.resize->by_recipe && !model_.info().recipe)
    return Error{ErrorCode::invalid_argument, "the model records no recipe; give a size, such as short:256",
                 "--resize"};
  const auto pool_stride = check_strides(model_, options_.pool_stride, options_.output_stride);
  if (!pool_stride) return pool_stride.error();
  pool_stride_ = *pool_stride;
  auto session = Session::create(model_, {.threads = options_.threads,
                                          .pool_stride = options_.pool_stride,
                                          .output_stride = options_.output_stride,
                                          .scores = options_.scores});
  if (!session) return session.error();
  session_.emplace(*std::move(session));
  if (!options_.layers.empty() && several_) {
    auto folders = OutputTarget::create("--layers", options_.layers, "", true);
    if (!folders) return folders.error();
    layers_ = *std::move(folders);
  }
  return {};
}

Result<PictureTexts> PictureRunner::run(const std::string& path, ResultFiles& files) {
  MemoryCount::restart_peak();
  const auto start = std::chrono::steady_clock::now();
  auto file = PictureFile::open(path, model_.limits(), read_options());
  if (!file) return file.error();
  PictureNeeds needs = PictureNeeds::of(*file, options_.apply_exif);
  if (Status fits = complete_needs(needs); !fits) return fits.error();
  RunReport report;
  report.image = path;
  report.frame = OriginalFrame::of(file->structure(), options_.apply_exif, needs.run);
  report.georeference = file->structure().georeference;
  if (options_.page) report.page = file->structure().page;
  if (!options_.runs_pictures()) return plan_texts(path, needs, report.frame, file->structure().page);
  if (Status placed = check_georeference(options_, report.georeference); !placed) return placed.error();
  if (Status fits = obey_memory_limit(needs); !fits) return fits.error();
  report.decode_ms = milliseconds_since(start);  // of opening; decode() adds its own
  if (needs.by_rows) {
    PictureSource picture(*std::move(file));
    picture.narrow(options_.roi);
    picture.surround(border_);
    return run_source(report, picture, files);
  }
  auto decoded = decode(*std::move(file), needs, report);
  if (!decoded) return decoded.error();
  PictureSource picture(*std::move(decoded));
  picture.narrow(options_.roi);
  picture.surround(border_);
  return run_source(report, picture, files);
}

/// A picture is held whole if something needs more of it at once than a row.
ReadOptions PictureRunner::read_options() const {
  ReadOptions read{.apply_exif = options_.apply_exif, .page = options_.page};
  if (!options_.runs_pictures() && !read.page) read.page = PicturePage();  // which is then said
  read.max_held = options_.max_memory != 0 ? options_.max_memory : model_.limits().max_file_bytes;
  const bool whole = options_.resize || options_.compare_windows || options_.tile ||
                     !options_.scales.empty() || !options_.layers.empty() ||
                     pixel_use(options_) == PixelUse::whole;
  if (!whole) read.rows_from = options_.rows_from;
  return read;
}

/// The picture as it runs: upright, then resized.
Result<Picture> PictureRunner::decode(PictureFile file, const PictureNeeds& needs, RunReport& report) const {
  const auto start = std::chrono::steady_clock::now();
  auto picture = decode_picture(std::move(file), {options_.apply_exif, model_.limits(), needs.decoder_limit});
  report.decode_ms += milliseconds_since(start);
  if (!picture || !needs.is_resized()) return picture;
  const auto decoded = std::chrono::steady_clock::now();
  picture = resize_picture(*picture, static_cast<int>(needs.run.width), static_cast<int>(needs.run.height),
                           needs.interpolation, model_.limits());
  report.preprocess_ms = milliseconds_since(decoded);
  return picture;
}

Result<PictureTexts> PictureRunner::run_source(RunReport& report, PictureSource& picture,
                                               ResultFiles& files) {
  auto outputs = files.open_begun();
  if (!outputs) return outputs.error();
  if (model_.info().kind == ModelKind::pixels) return run_labels(report, picture, *std::move(outputs));
  if (Status ran = run_scores(report, picture, *outputs); !ran) return ran.error();
  picture.end_run();
  complete(report, picture);
  if (Status found = add_regions(report); !found) return found.error();
  if (Status written = ResultFiles::write(*std::move(outputs), {picture, report, model_.limits()}); !written)
    return written.error();
  if (Status drawn = draw_layers(report.image, picture); !drawn) return drawn.error();
  if (Status listed = files.append_coco(report); !listed) return listed.error();
  return result_texts(report);
}

/// By a classifier. Of a map that is not held the scores are written as they come.
Status PictureRunner::run_scores(RunReport& report, PictureSource& picture, PictureOutputs& outputs) {
  const PictureSize size = picture.whole();
  if (use_of_map(size) == MapUse::held)
    return run_picture(model_, *session_, options_, picture, map_, nullptr, report);
  const auto map = map_shape(size);
  if (!map) return map.error();
  PictureOutput* const npy =
      outputs.empty() ? nullptr : &outputs.front();  // no other file goes without cells
  ScoreNpyRows rows(npy != nullptr ? &npy->file : nullptr, *map);
  if (Status ran = run_picture(model_, *session_, options_, picture, map_, &rows, report); !ran) return ran;
  if (npy != nullptr) npy->complete = true;
  return rows.status();
}

/// By a model that labels pixels: files are written while it runs.
Result<PictureTexts> PictureRunner::run_labels(const RunReport& run, PictureSource& picture,
                                               PictureOutputs outputs) {
  LabelReport report;
  report.image = run.image;
  report.frame = run.frame;
  report.page = run.page;
  report.georeference = run.georeference;
  report.decode_ms = run.decode_ms;
  report.preprocess_ms = run.preprocess_ms;
  report.width = picture.width();
  report.height = picture.height();
  report.part = options_.roi;
  report.model = model_name_;
  report.info = &model_.info();
  report.classes = class_count(model_);
  report.threads = session_->threads();
  report.arch = model_.table().arch;
  std::optional<LabelRuns> runs;
  if (keeps_runs(options_))
    runs.emplace(label_count(report.classes),
                 static_cast<std::uint64_t>(report.width) * static_cast<std::uint64_t>(report.height));
  LabelCensus census(label_count(report.classes), std::move(runs));
  report.census = &census;
  if (Status ran = label_picture(model_, *session_, options_, asked_classes_, picture, std::move(outputs),
                                 census, report);
      !ran)
    return ran.error();
  if (Status drawn = draw_layers(report.image, picture); !drawn) return drawn.error();
  report.peak_bytes = std::max<std::uint64_t>(load_peak_, MemoryCount::peak());
  std::string text;
  if (!options_.quiet) text = several_ && !options_.verbose ? label_line(report) : label_table(report);
  return PictureTexts{std::move(text), options_.json.empty() ? std::string() : label_json(report),
                      options_.results.empty() ? std::string() : label_json(report, Cost::left_out)};
}

Status PictureRunner::check_layers(const std::vector<std::string>& images, const InputFiles& inputs) const {
  if (options_.layers.empty()) return {};
  const std::vector<std::string> names = layer_picture_names(model_.graph());
  OutputTarget folders = layers_;
  for (const std::string& image : images) {
    const std::string folder = several_ ? folders.path_for(image) : options_.layers;
    if (!std::filesystem::is_directory(folder)) continue;
    for (const std::string& name : names)
      if (Status kept = inputs.check_output(folder + "/" + name, "--layers"); !kept) return kept;
  }
  return {};
}

/// --layers: into the folder itself or, of several pictures, into a folder of each.
Status PictureRunner::draw_layers(const std::string& image, PictureSource& picture) {
  if (options_.layers.empty()) return {};
  const PlanOptions ran = session_->plan()->options();
  session_->forget();  // its rings and those of the unfused network need not stand side by side
  const std::string folder = several_ ? layers_.path_for(image) : options_.layers;
  return write_layer_pictures(model_, model_path_, picture.view(), ran, session_->pool(), folder);
}

void PictureRunner::complete(RunReport& report, const PictureSource& picture) {
  report.width = picture.width();
  report.height = picture.height();
  report.part = options_.roi;
  report.border = border_;
  map_.set_geometry(map_.geometry().moved(-report.part.x - border_.x, -report.part.y - border_.y));
  report.model = model_name_;
  report.info = &model_.info();
  report.map = &map_;
  report.pool_stride = pool_stride_;
  report.top = options_.top;
  report.placement = options_.placement;
  report.asked_classes = asked_classes_;
  report.region_request = options_.regions;
  report.region_request.threshold =
      options_.threshold.value_or(maps::usual_threshold(model_.info().activation));
  report.threads = session_->threads();
  report.arch = model_.table().arch;
}

PictureTexts PictureRunner::result_texts(RunReport& report) const {
  report.peak_bytes = std::max<std::uint64_t>(load_peak_, MemoryCount::peak());
  std::string text;
  if (options_.verbose)
    text = terminal_report(report, Detail::verbose);
  else if (!options_.quiet)
    text = several_ ? terminal_line(report) : terminal_report(report, Detail::normal);
  if (report.profile) text += profile_table(*report.profile);
  if (report.scales && !options_.quiet) text += scale_lines(report, *report.scales);
  if (report.windows && !options_.quiet) text += window_report(report, *report.windows);
  return {std::move(text), json_line(report),
          options_.results.empty() ? std::string() : json_line(report, Cost::left_out)};
}

}  // namespace fcn::tools
