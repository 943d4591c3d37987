// SPDX-License-Identifier: MIT
// The loop over pictures, and the handling of failures.
#include "tools/infer/infer_run.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "fcn/base/printable.hpp"
#include "tools/infer/parse_arguments.hpp"
#include "tools/infer/path_stream.hpp"
#include "tools/infer/picture_runner.hpp"
#include "tools/infer/run_identity.hpp"
#include "tools/outputs/output_kinds.hpp"
#include "tools/outputs/result_files.hpp"
#include "tools/results/result_line.hpp"
#include "tools/results/results_file.hpp"
#include "tools/shell/interrupt.hpp"
#include "tools/shell/progress.hpp"
#include "tools/shell/standard_streams.hpp"

namespace fcn::tools {
namespace {

class InferRun {
 public:
  InferRun(const Model& model, const std::string& model_path, const InferOptions& options, InputList inputs)
      : model_(model),
        model_path_(model_path),
        options_(options),
        inputs_(std::move(inputs)),
        runner_(model, model_path, options) {}

  int run() {
    if (Status ready = prepare(); !ready) {
      print_error(ready.error());
      return exit_code_of(ready.error());
    }
    for (const Error& error : inputs_.errors) fail(error);
    const Extent window = model_.info().window;
    const bool only_model = options_.explain_geometry && inputs_.images.empty() && inputs_.errors.empty();
    if (options_.size || only_model)
      show(runner_.plan_size(options_.size.value_or(PictureSize{window.x, window.y})), "--size");
    run_all();
    if (Status there = files_.commit(); !there) fail(there.error());
    if (results_)
      if (Status safe = results_->flush(); !safe) lose_results(safe.error());
    return conclude();
  }

 private:
  /// Every picture of this worker's share, until one cannot be reported or a signal comes. A run of one
  /// picture ends at once: it has no earlier results to complete.
  void run_all() {
    if (inputs_.images.size() > 1 || stream_) finish_when_interrupted();
    Progress progress(stream_ ? 0 : share_, !options_.quiet);
    for (const std::string& image : inputs_.images)
      if (!must_stop()) take(image, progress);
    while (stream_ && !must_stop()) {
      const auto image = stream_->next();
      if (!image)
        fail(image.error());
      else if (*image)
        take_streamed(**image, progress);
      else
        break;
    }
    if (stream_ && stream_->ended() && streamed_ == 0)
      fail({ErrorCode::io, "the list names no picture", "standard input"});
  }

  [[nodiscard]] bool must_stop() const { return output_lost_ || results_lost_ || interrupted(); }

  void take(const std::string& image, Progress& progress) {
    const bool needed = files_.begin(image);  // names of files do not depend on who runs which picture
    if (!options_.shard.takes(image)) return;
    ++done_;
    if (!needed || (results_ && results_->has(image))) {
      ++skipped_;
      return;
    }
    if (results_ && !is_utf8(image))
      return fail({ErrorCode::unsupported,
                   "the name is not UTF-8, so that a line of --results could not name it; rename the file",
                   image});
    progress.show(done_ - 1, done_ - 1 - skipped_, image);
    const auto texts = run_patiently(image);
    progress.clear();
    if (record(image, texts)) show(texts, image == "-" ? "standard input" : image);
  }

  /// A path that was not known when the others were checked.
  void take_streamed(const std::string& image, Progress& progress) {
    ++streamed_;
    InputFiles inputs;
    inputs.add(image);
    Status usable = check_listed_input(image);
    if (image == "-")
      usable = Error{ErrorCode::invalid_argument, "standard input is the list already", image};
    if (usable) usable = check_named_outputs(inputs);
    if (usable) return take(image, progress);
    if (options_.shard.takes(image)) fail(usable.error().at(image));
  }

  /// The picture's result. One that cannot be read is tried again as often as --retries allows: a server may
  /// be slow to answer, or the file on its way.
  Result<PictureTexts> run_patiently(const std::string& image) {
    constexpr int kFirstWait = 250, kLongestWait = 30'000;  // milliseconds
    int wait = kFirstWait;
    for (int left = image == "-" ? 0 : options_.retries;; --left) {
      auto texts = runner_.run(image, files_);
      const bool may_pass =
          !texts && (texts.error().code == ErrorCode::io || texts.error().code == ErrorCode::out_of_memory);
      if (!may_pass || left == 0 || interrupted()) return texts;
      pollfd signal{interruption_fd(), POLLIN, 0};
      ::poll(&signal, 1, wait);
      wait = std::min(2 * wait, kLongestWait);
    }
  }

  /// Appends the picture's line to the file of --results, if there is one. False if that cannot be written.
  bool record(const std::string& image, const Result<PictureTexts>& texts) {
    if (!results_) return true;
    const Status recorded =
        results_->append(image, texts ? texts->result : error_object(image, texts.error()));
    if (!recorded) lose_results(recorded.error());
    return static_cast<bool>(recorded);
  }

  void lose_results(const Error& error) {
    print_error(error);
    results_lost_ = true;
  }

  Status prepare() {
    if (streams_paths(options_)) stream_.emplace();
    share_ = static_cast<std::size_t>(
        std::count_if(inputs_.images.begin(), inputs_.images.end(),
                      [&](const std::string& image) { return options_.shard.takes(image); }));
    const bool several = inputs_.images.size() > 1 || stream_;
    if (Status ready = runner_.prepare(several); !ready) return ready;
    const InputFiles inputs = all_inputs();
    if (Status kept = check_named_outputs(inputs); !kept) return kept;
    if (Status kept = runner_.check_layers(inputs_.images, inputs); !kept) return kept;
    if (Status opened = files_.open(options_, several || !options_.list.empty()); !opened) return opened;
    if (Status kept = files_.check_outputs(inputs_.images, inputs); !kept) return kept;
    return open_results();
  }

  Status open_results() {
    if (options_.results.empty()) return {};
    const auto identity = run_identity(model_path_, options_);
    if (!identity) return identity.error();
    const Standing standing = !options_.resume       ? Standing::none
                              : options_.keep_failed ? Standing::all_outcomes
                                                     : Standing::results;
    auto opened = ResultsFile::open(options_.results, *identity, standing);
    if (!opened) return opened.error();
    results_.emplace(*std::move(opened));
    for (const std::string& note : results_->notes())
      write_to_stderr("fcn-infer: " + printable(options_.results + ": " + note) + "\n");
    return {};
  }

  [[nodiscard]] InputFiles all_inputs() const {
    InputFiles inputs;
    inputs.add(model_path_);
    if (!options_.list.empty()) inputs.add(options_.list);
    for (const std::string& image : inputs_.images) inputs.add(image);
    return inputs;
  }

  /// The outputs whose names do not depend on the picture, before any is opened.
  [[nodiscard]] Status check_named_outputs(const InputFiles& inputs) const {
    if (!options_.json.empty() && options_.json != "-")
      if (Status kept = inputs.check_output(options_.json, "--json"); !kept) return kept;
    if (!options_.results.empty()) return inputs.check_output(options_.results, "--results");
    return {};
  }

  /// Writes the result of one input to the JSON file and to standard output.
  void show(const Result<PictureTexts>& texts, const std::string& input) {
    if (!texts) {
      output_lost_ = output_lost_ || files_.lost();
      return fail(texts.error().at(input));
    }
    if (Status written = files_.append_json(texts->json); !written) {
      output_lost_ = output_lost_ || files_.lost();
      return fail(written.error().at(input));
    }
    const bool shown =
        options_.json == "-" ? print_result(texts->json) && print_result("\n") : print_result(texts->text);
    if (!shown) output_lost_ = true;
  }

  void fail(const Error& error) {
    print_error(error);
    ++failures_;
    over_limit_ = error.code == ErrorCode::limit_exceeded;
  }

  [[nodiscard]] static int exit_code_of(const Error& unprepared) {
    if (unprepared.code == ErrorCode::busy) return kExitBusy;
    return unprepared.code == ErrorCode::invalid_argument ? kExitUsage : kExitImageFailed;
  }

  /// The last words, and the exit code.
  [[nodiscard]] int conclude() const {
    const bool rest = done_ < share_ || (stream_ && !stream_->ended());
    const std::string total = stream_ ? "" : fmt::format(" of {}", share_);
    if (skipped_ > 0 && !options_.quiet)
      write_to_stderr(fmt::format("fcn-infer: {}{} pictures left out, their {} are there\n", skipped_, total,
                                  results_ ? "results" : "outputs"));
    if (results_lost_) return kExitLost;
    if (!rest || output_lost_ || !interrupted()) return exit_code();
    write_to_stderr(fmt::format("interrupted after {}{} pictures\n", done_, total));
    return kExitInterrupted;
  }

  [[nodiscard]] int exit_code() const {
    if (failures_ == 0 && !output_lost_) return kExitFine;
    const bool alone = !stream_ && inputs_.images.size() + (options_.size ? 1 : 0) == 1;
    return over_limit_ && alone ? kExitLimit : kExitImageFailed;
  }

  const Model& model_;
  const std::string& model_path_;
  const InferOptions& options_;
  InputList inputs_;
  PictureRunner runner_;
  ResultFiles files_;
  std::optional<PathStream> stream_;  // the list on standard input, if it is run as it comes
  std::optional<ResultsFile> results_;
  std::size_t share_ = 0;    // how many of the pictures are this worker's
  std::size_t done_ = 0;     // of this worker's pictures, those run and those left out
  std::size_t skipped_ = 0;  // pictures whose outputs were there
  std::size_t streamed_ = 0;
  int failures_ = 0;
  bool over_limit_ = false;    // the last failure was a limit
  bool results_lost_ = false;  // the file of --results cannot be written
  bool output_lost_ = false;   // standard output or the JSON file cannot be written
};

}  // namespace

void print_error(const Error& error) noexcept {
  tell_error("fcn-infer", error);
}

bool print_result(const std::string& text) {
  const Status written = write_to_stdout(text);
  if (!written) print_error(written.error());
  return static_cast<bool>(written);
}

bool streams_paths(const InferOptions& options) {
  const auto& kinds = output_kinds();
  const bool writes_files_of_pictures =
      !options.layers.empty() || std::any_of(kinds.begin(), kinds.end(), [&](const OutputKind& kind) {
        return !(options.*kind.place).empty();
      });
  return options.list == "-" && !writes_files_of_pictures && !options.sandbox;
}

int infer_pictures(const Model& model, const std::string& model_path, const InferOptions& options,
                   InputList inputs) {
  return InferRun(model, model_path, options, std::move(inputs)).run();
}

}  // namespace fcn::tools
