// SPDX-License-Identifier: MIT
// The loop over pictures, and what becomes of each failure.
#include "tools/infer_run.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/printable.hpp"
#include "engine/session.hpp"
#include "engine/shape_inference.hpp"
#include "tools/elapsed.hpp"
#include "tools/geometry_report.hpp"
#include "tools/image_io.hpp"
#include "tools/input_list.hpp"
#include "tools/interrupt.hpp"
#include "tools/layer_pictures.hpp"
#include "tools/output_json.hpp"
#include "tools/picture_plan.hpp"
#include "tools/plan_report.hpp"
#include "tools/profile_table.hpp"
#include "tools/progress.hpp"
#include "tools/regions.hpp"
#include "tools/result_files.hpp"
#include "tools/run_picture.hpp"
#include "tools/run_report.hpp"
#include "tools/scale_report.hpp"
#include "tools/terminal_report.hpp"
#include "tools/window_report.hpp"

namespace fcn::tools {
namespace {

class InferRun {
 public:
  InferRun(const Model& model, std::string model_path, const InferOptions& options)
      : model_(model),
        model_path_(model_path),
        model_name_(std::filesystem::path(model_path).filename().string()),
        options_(options),
        load_peak_(MemoryCount::peak()) {}

  int run() {
    if (Status ready = prepare(); !ready) {
      print_error(ready.error());
      return ready.error().code == ErrorCode::invalid_argument ? kExitUsage : kExitImageFailed;
    }
    for (const Error& error : inputs_.errors) fail(error);
    const Extent window = model_.info().window;
    const bool only_model = options_.explain_geometry && inputs_.images.empty() && inputs_.errors.empty();
    if (options_.size || only_model)
      show(plan_size(options_.size.value_or(PictureSize{window.x, window.y})), "--size");
    const std::size_t done = run_all();
    if (Status there = files_.commit(); !there) fail(there.error());
    if (skipped_ > 0 && !options_.quiet)
      fmt::print(stderr, "fcn-infer: {} of {} pictures left out, their outputs are there\n", skipped_,
                 inputs_.images.size());
    if (done == inputs_.images.size() || output_lost_) return exit_code();
    fmt::print(stderr, "interrupted after {} of {} pictures\n", done, inputs_.images.size());
    return kExitInterrupted;
  }

 private:
  /// Every picture, until one cannot be reported or a signal comes; returns how many are behind it. A run of
  /// one picture has nothing to keep that would be worth waiting for its end.
  std::size_t run_all() {
    const std::vector<std::string>& images = inputs_.images;
    if (images.size() > 1) finish_when_interrupted();
    Progress progress(images.size(), !options_.quiet);
    std::size_t done = 0;
    for (; done < images.size() && !output_lost_ && !interrupted(); ++done) {
      if (!files_.begin(images[done])) {
        ++skipped_;
        continue;
      }
      progress.show(done, done - skipped_, images[done]);
      const auto text = one_picture(images[done]);
      progress.clear();
      show(text, images[done] == "-" ? "standard input" : images[done]);
    }
    return done;
  }

  Status prepare() {
    inputs_ = list_inputs(options_.inputs);
    if (!options_.list.empty()) add_listed_inputs(options_.list, inputs_);
    for (const std::string& name : options_.class_names) {
      auto found = find_class(model_.info(), class_count(model_), name);
      if (!found) return found.error().at("--class");
      asked_classes_.push_back(*found);
    }
    const auto pool_stride = check_strides(model_, options_.pool_stride, options_.output_stride);
    if (!pool_stride) return pool_stride.error();
    pool_stride_ = *pool_stride;
    auto session = Session::create(model_, {.threads = options_.threads,
                                            .pool_stride = options_.pool_stride,
                                            .output_stride = options_.output_stride,
                                            .scores = options_.scores});
    if (!session) return session.error();
    session_.emplace(*std::move(session));
    if (!options_.layers.empty() && inputs_.images.size() > 1) {
      auto folders = OutputTarget::create("--layers", options_.layers, "", true);
      if (!folders) return folders.error();
      layers_ = *std::move(folders);
    }
    return files_.open(options_, inputs_.images.size() > 1 || !options_.list.empty());
  }

  /// What standard output gets of one input, or why it gets nothing.
  void show(const Result<std::string>& text, const std::string& input) {
    if (!text)
      fail(text.error().at(input));
    else if (!print_result(*text))
      output_lost_ = true;
  }

  /// Runs one picture and writes its files, or plans it; returns what standard output gets.
  Result<std::string> one_picture(const std::string& path) {
    MemoryCount::restart_peak();
    const auto start = std::chrono::steady_clock::now();
    const std::uint64_t most_held =
        options_.max_memory != 0 ? options_.max_memory : model_.limits().max_file_bytes;
    auto file = PictureFile::open(path, model_.limits(), most_held);
    if (!file) return file.error();
    PictureNeeds needs = PictureNeeds::of(*file, options_.apply_exif);
    if (Status fits = complete_needs(needs); !fits) return fits.error();
    const auto frame = OriginalFrame::of(file->structure(), options_.apply_exif, needs.run);
    if (!options_.runs_pictures()) return plan_text(path, needs, frame);
    if (Status fits = obey_memory_limit(needs); !fits) return fits.error();

    RunReport report;
    report.image = path;
    report.frame = frame;
    auto picture =
        decode_picture(*std::move(file), {options_.apply_exif, model_.limits(), needs.decoder_limit});
    if (!picture) return picture.error();
    report.decode_ms = milliseconds_since(start);
    const auto decoded = std::chrono::steady_clock::now();
    if (needs.is_resized()) {
      picture = resize_bilinear(*picture, static_cast<int>(needs.run.width),
                                static_cast<int>(needs.run.height), model_.limits());
      if (!picture) return picture.error();
      report.preprocess_ms = milliseconds_since(decoded);
    }
    auto outputs = files_.open_begun();
    if (!outputs) return outputs.error();
    if (Status ran = run_picture(model_, *session_, options_, *picture, map_, report); !ran)
      return ran.error();
    complete(report, *picture);
    if (Status found = add_regions(report); !found) return found.error();
    if (Status written = ResultFiles::write(*std::move(outputs), {*picture, report, model_.limits()});
        !written)
      return written.error();
    if (Status drawn = draw_layers(path, *picture); !drawn) return drawn.error();
    return result_text(report);
  }

  /// --layers: into the folder itself or, of several pictures, into a folder of each.
  Status draw_layers(const std::string& image, const Picture& picture) {
    if (options_.layers.empty()) return {};
    const PlanOptions ran = session_->plan()->options();
    session_->release();  // its rings and those of the unfused network need not stand side by side
    const std::string folder = inputs_.images.size() > 1 ? layers_.path_for(image) : options_.layers;
    return write_layer_pictures(model_, model_path_, picture.view(), ran, session_->pool(), folder);
  }

  /// Adds what the options ask for beyond decoding, and checks the size that will run.
  Status complete_needs(PictureNeeds& needs) const {
    if (options_.resize) {
      needs.run = resized_size(*options_.resize, static_cast<int>(needs.upright.width),
                               static_cast<int>(needs.upright.height));
      if (Status fits = check_picture_size(static_cast<std::uint64_t>(needs.run.width),
                                           static_cast<std::uint64_t>(needs.run.height), model_.limits());
          !fits)
        return fits.error().at("--resize");
    }
    const int listed = listed_count(options_, model_.info(), class_count(model_));
    needs.outputs =
        std::max(output_bytes(options_, {needs.run, listed}), region_bytes(options_.regions, needs.run));
    if (!options_.scales.empty()) return {};  // one of them may enlarge it enough
    return check_fits_window(needs.run, model_.info().window);
  }

  [[nodiscard]] PlanRequest plan_request() const {
    return {session_->threads(), options_.pool_stride, options_.output_stride, options_.max_memory,
            load_peak_};
  }

  /// Under --max-memory: the steps that fit, or the refusal. Nothing of the picture before is kept then.
  Status obey_memory_limit(PictureNeeds& needs) {
    if (options_.max_memory == 0) return {};
    session_->release();
    map_ = ScoreMap();
    const auto plan = plan_picture(model_, needs, plan_request());
    if (!plan) return plan.error();
    session_->set_max_run_bytes(plan->run_limit);
    needs.decoder_limit = needs.decoder;
    return {};
  }

  /// --plan or --explain-geometry of a picture that does not exist yet: as if its pixels were there.
  Result<std::string> plan_size(const PictureSize& size) {
    PictureNeeds needs;
    needs.upright = needs.run = size;
    needs.decoder = 3 * static_cast<std::uint64_t>(size.width) * static_cast<std::uint64_t>(size.height);
    if (Status possible = check_picture_size(static_cast<std::uint64_t>(size.width),
                                             static_cast<std::uint64_t>(size.height), model_.limits());
        !possible)
      return possible.error();
    if (Status fits = complete_needs(needs); !fits) return fits.error();
    const PictureStructure file{static_cast<std::uint32_t>(size.width),
                                static_cast<std::uint32_t>(size.height)};
    return plan_text("", needs, OriginalFrame::of(file, false, needs.run));
  }

  Result<std::string> plan_text(const std::string& image, const PictureNeeds& needs,
                                const OriginalFrame& frame) {
    const auto plan = plan_picture(model_, needs, plan_request());
    if (!plan) return plan.error();
    if (options_.explain_geometry) {
      GeometryReport geometry = geometry_report(plan->plan, frame);
      geometry.image = image;
      geometry.model = model_name_;
      geometry.pool_stride = pool_stride_;
      return output(options_.quiet ? "" : geometry_text(geometry), geometry_json(geometry));
    }
    const PlanReport report{image, model_name_, pool_stride_, session_->threads(), model_.table().arch};
    return output(options_.quiet ? "" : plan_table(report, *plan), plan_json(report, *plan));
  }

  void complete(RunReport& report, const Picture& picture) const {
    report.width = picture.width;
    report.height = picture.height;
    report.model = model_name_;
    report.info = &model_.info();
    report.map = &map_;
    report.pool_stride = pool_stride_;
    report.top = options_.top;
    report.placement = options_.placement;
    report.asked_classes = asked_classes_;
    report.region_request = options_.regions;
    report.threads = session_->threads();
    report.arch = model_.table().arch;
  }

  Result<std::string> result_text(RunReport& report) {
    report.peak_bytes = std::max<std::uint64_t>(load_peak_, MemoryCount::peak());
    std::string text;
    if (options_.verbose)
      text = terminal_report(report, Detail::verbose);
    else if (!options_.quiet)
      text = inputs_.images.size() > 1 ? terminal_line(report) : terminal_report(report, Detail::normal);
    if (report.profile) text += profile_table(*report.profile);
    if (report.scales && !options_.quiet) text += scale_lines(report, *report.scales);
    if (report.windows && !options_.quiet) text += window_report(report, *report.windows);
    return output(text, json_line(report));
  }

  /// Adds the line to the JSON file, and returns the line or the text, whichever standard output gets.
  Result<std::string> output(const std::string& text, const std::string& json) {
    if (Status written = files_.append_json(json); !written) {
      output_lost_ = output_lost_ || files_.lost();
      return written.error();
    }
    return options_.json == "-" ? json + "\n" : text;
  }

  void fail(const Error& error) {
    print_error(error);
    ++failures_;
    over_limit_ = error.code == ErrorCode::limit_exceeded;
  }

  [[nodiscard]] int exit_code() const {
    if (failures_ == 0 && !output_lost_) return kExitFine;
    const bool alone = inputs_.images.size() + (options_.size ? 1 : 0) == 1;
    return over_limit_ && alone ? kExitLimit : kExitImageFailed;
  }

  const Model& model_;
  std::string model_path_;
  std::string model_name_;
  const InferOptions& options_;
  std::uint64_t load_peak_;
  InputList inputs_;
  std::vector<int> asked_classes_;
  int pool_stride_ = 1;
  std::optional<Session> session_;
  ScoreMap map_;
  ResultFiles files_;
  OutputTarget layers_;      ///< a folder of each picture, if there are several
  std::size_t skipped_ = 0;  // pictures whose outputs were there
  int failures_ = 0;
  bool over_limit_ = false;   // the last failure was a limit
  bool output_lost_ = false;  // standard output or the JSON file cannot be written
};

}  // namespace

int class_count(const Model& model) {
  const Extent window = model.info().window;
  const auto shapes = infer_shapes(model.graph(), {model.input_channels(), window.y, window.x});
  return shapes ? (*shapes)[model.graph().output].channels : 0;
}

void print_error(const Error& error) {
  fmt::print(stderr, "fcn-infer: {}\n", printable(error.to_string()));
}

bool print_result(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0)
    return true;
  print_error({ErrorCode::io, "cannot write: " + std::generic_category().message(errno), "standard output"});
  return false;
}

int infer_pictures(const Model& model, const std::string& model_path, const InferOptions& options) {
  return InferRun(model, model_path, options).run();
}

}  // namespace fcn::tools
