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
#include "tools/image_io.hpp"
#include "tools/input_list.hpp"
#include "tools/output_json.hpp"
#include "tools/output_npy.hpp"
#include "tools/output_overlay.hpp"
#include "tools/output_targets.hpp"
#include "tools/profile_table.hpp"
#include "tools/progress.hpp"
#include "tools/run_report.hpp"
#include "tools/terminal_report.hpp"

namespace fcn::tools {
namespace {

double milliseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

/// The stride of the classifier's pool in the plan that ran.
int pool_stride_of(const Plan& plan, const ModelInfo& info) {
  for (const Node& node : plan.graph().nodes)
    if (const auto* pool = std::get_if<AveragePool>(&node.op);
        pool != nullptr && node.name == info.classifier_pool)
      return pool->stride.y;
  return 1;
}

Status check_fits_window(const Picture& picture, const Extent& window) {
  if (picture.width >= window.x && picture.height >= window.y) return {};
  return Error{
      ErrorCode::too_small,
      fmt::format(
          "the picture has {}x{} pixels, the model needs at least {}x{}; --resize short:{} enlarges it",
          picture.width, picture.height, window.x, window.y, std::max(window.x, window.y)),
      ""};
}

class InferRun {
 public:
  InferRun(const Model& model, std::string model_path, const InferOptions& options)
      : model_(model),
        model_name_(std::filesystem::path(model_path).filename().string()),
        options_(options) {}

  int run() {
    if (Status ready = prepare(); !ready) {
      print_error(ready.error());
      return ready.error().code == ErrorCode::invalid_argument ? kExitUsage : kExitImageFailed;
    }
    for (const Error& error : inputs_.errors) fail(error);
    {
      Progress progress(inputs_.images.size(), !options_.quiet);
      for (std::size_t i = 0; i < inputs_.images.size() && !output_lost_; ++i) {
        progress.show(i, inputs_.images[i]);
        auto text = one_picture(inputs_.images[i]);
        progress.clear();
        if (!text)
          fail(text.error().at(inputs_.images[i] == "-" ? "standard input" : inputs_.images[i]));
        else if (!print_result(*text))
          output_lost_ = true;
      }
    }
    if (json_)
      if (Status done = json_->commit(); !done) fail(done.error());
    return exit_code();
  }

 private:
  Status prepare() {
    inputs_ = list_inputs(options_.inputs);
    const bool several = inputs_.images.size() > 1;
    if (!options_.class_name.empty()) {
      auto found = find_class(model_.info(), class_count(model_), options_.class_name);
      if (!found) return found.error().at("--class");
      asked_class_ = *found;
    }
    // A plan for the model's own window shows whether the options suit the model, before any picture is read.
    const Extent window = model_.info().window;
    const auto plan =
        Plan::create(model_, {.height = window.y, .width = window.x, .pool_stride = options_.pool_stride});
    if (!plan && plan.error().code == ErrorCode::invalid_argument) return plan.error().at("--pool-stride");
    auto session = Session::create(
        model_,
        {.threads = options_.threads, .pool_stride = options_.pool_stride, .scores = options_.scores});
    if (!session) return session.error();
    session_.emplace(*std::move(session));
    return open_outputs(several);
  }

  Status open_outputs(bool several) {
    auto npy = OutputTarget::create("--npy", options_.npy, ".npy", several);
    if (!npy) return npy.error();
    auto overlay = OutputTarget::create("--overlay", options_.overlay, ".overlay.png", several);
    if (!overlay) return overlay.error();
    npy_ = *std::move(npy);
    overlay_ = *std::move(overlay);
    if (options_.json.empty() || options_.json == "-") return {};
    auto json = AtomicFile::create(options_.json);
    if (!json) return json.error();
    json_.emplace(*std::move(json));
    return {};
  }

  /// Runs one picture and writes its files; returns what standard output gets.
  Result<std::string> one_picture(const std::string& path) {
    RunReport report;
    report.image = path;
    const Limits& limits = model_.limits();
    const auto start = std::chrono::steady_clock::now();
    auto picture = load(path, limits);
    if (!picture) return picture.error();
    report.decode_ms = milliseconds_since(start);
    const auto decoded = std::chrono::steady_clock::now();
    if (options_.resize) {
      picture = resized(*picture, limits);
      if (!picture) return picture.error();
      report.preprocess_ms = milliseconds_since(decoded);
    }
    if (Status fits = check_fits_window(*picture, model_.info().window); !fits) return fits.error();
    // Outputs that cannot be written are found out before the work is done.
    auto npy = open_output(npy_, path);
    if (!npy) return npy.error();
    auto overlay = open_output(overlay_, path);
    if (!overlay) return overlay.error();
    if (Status ran = run_network(report, picture->view()); !ran) return ran.error();
    complete(report, *picture);
    const std::string text = result_text(report);
    if (Status written = write_files(report, *npy, *overlay, *std::move(picture)); !written)
      return written.error();
    return text;
  }

  Status run_network(RunReport& report, const ImageView& image) {
    if (!options_.profile) return session_->run_into(image, map_);
    auto profile = profile_run(*session_, model_.table(), image, map_);
    if (!profile) return profile.error();
    report.profile = *std::move(profile);
    return {};
  }

  [[nodiscard]] Result<Picture> load(const std::string& path, const Limits& limits) const {
    const auto bytes = read_picture_file(path, limits);
    if (!bytes) return Error{bytes.error().code, bytes.error().message, ""};
    return decode_picture(*bytes, {.apply_exif = options_.apply_exif, .limits = limits});
  }

  [[nodiscard]] Result<Picture> resized(const Picture& picture, const Limits& limits) const {
    const PictureSize size = resized_size(*options_.resize, picture.width, picture.height);
    if (Status fits = check_picture_size(static_cast<std::uint64_t>(size.width),
                                         static_cast<std::uint64_t>(size.height), limits);
        !fits)
      return fits.error().at("--resize");
    return resize_bilinear(picture, static_cast<int>(size.width), static_cast<int>(size.height), limits);
  }

  /// An open file, or none if the output is not wanted.
  static Result<std::optional<AtomicFile>> open_output(OutputTarget& target, const std::string& image) {
    if (!target.wanted()) return std::optional<AtomicFile>();
    auto file = AtomicFile::create(target.path_for(image));
    if (!file) return file.error();
    return std::optional<AtomicFile>(*std::move(file));
  }

  void complete(RunReport& report, const Picture& picture) const {
    report.width = picture.width;
    report.height = picture.height;
    report.model = model_name_;
    report.info = &model_.info();
    report.map = &map_;
    report.pool_stride = pool_stride_of(*session_->plan(), model_.info());
    report.top = options_.top;
    report.asked_class = asked_class_;
    report.plan_ms = session_->times().plan;
    report.infer_ms = session_->times().infer;
    report.threads = session_->threads();
    report.arch = model_.table().arch;
  }

  [[nodiscard]] std::string result_text(const RunReport& report) const {
    if (options_.json == "-") return json_line(report) + "\n";
    std::string text;
    if (options_.verbose)
      text = terminal_report(report, Detail::verbose);
    else if (!options_.quiet)
      text = inputs_.images.size() > 1 ? terminal_line(report) : terminal_report(report, Detail::normal);
    return report.profile ? text + profile_table(*report.profile) : text;
  }

  Status write_files(const RunReport& report, std::optional<AtomicFile>& npy,
                     std::optional<AtomicFile>& overlay, Picture picture) {
    if (npy) {
      if (Status written = write_npy(*npy, map_); !written) return written;
      if (Status done = npy->commit(); !done) return done;
    }
    if (overlay) {
      if (Status written = write_overlay(*overlay, std::move(picture), report, model_.limits()); !written)
        return written;
      if (Status done = overlay->commit(); !done) return done;
    }
    return write_json(report);
  }

  Status write_json(const RunReport& report) {
    if (!json_) return {};
    Status written = json_->write(json_line(report) + "\n");
    if (!written) {  // a file that lacks lines must not look complete
      json_.reset();
      output_lost_ = true;
    }
    return written;
  }

  void fail(const Error& error) {
    print_error(error);
    ++failures_;
    over_limit_ = error.code == ErrorCode::limit_exceeded;
  }

  [[nodiscard]] int exit_code() const {
    if (failures_ == 0 && !output_lost_) return kExitFine;
    return over_limit_ && inputs_.images.size() == 1 ? kExitLimit : kExitImageFailed;
  }

  const Model& model_;
  std::string model_name_;
  const InferOptions& options_;
  InputList inputs_;
  std::optional<int> asked_class_;
  std::optional<Session> session_;
  ScoreMap map_;
  OutputTarget npy_;
  OutputTarget overlay_;
  std::optional<AtomicFile> json_;
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
