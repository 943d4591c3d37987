// SPDX-License-Identifier: MIT
// The loop over pictures, and the handling of failures.
#include "tools/infer/infer_run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fcn/base/printable.hpp"
#include "tools/infer/input_list.hpp"
#include "tools/infer/parse_arguments.hpp"
#include "tools/infer/picture_runner.hpp"
#include "tools/outputs/result_files.hpp"
#include "tools/shell/interrupt.hpp"
#include "tools/shell/progress.hpp"
#include "tools/shell/standard_streams.hpp"

namespace fcn::tools {
namespace {

class InferRun {
 public:
  InferRun(const Model& model, const std::string& model_path, const InferOptions& options)
      : model_(model), model_path_(model_path), options_(options), runner_(model, model_path, options) {}

  int run() {
    if (Status ready = prepare(); !ready) {
      print_error(ready.error());
      return ready.error().code == ErrorCode::invalid_argument ? kExitUsage : kExitImageFailed;
    }
    for (const Error& error : inputs_.errors) fail(error);
    const Extent window = model_.info().window;
    const bool only_model = options_.explain_geometry && inputs_.images.empty() && inputs_.errors.empty();
    if (options_.size || only_model)
      show(runner_.plan_size(options_.size.value_or(PictureSize{window.x, window.y})), "--size");
    const std::size_t done = run_all();
    if (Status there = files_.commit(); !there) fail(there.error());
    if (skipped_ > 0 && !options_.quiet)
      write_to_stderr(
          fmt::format("fcn-infer: {} of {} pictures left out, their outputs are there\n", skipped_, share_));
    if (done == share_ || output_lost_) return exit_code();
    write_to_stderr(fmt::format("interrupted after {} of {} pictures\n", done, share_));
    return kExitInterrupted;
  }

 private:
  /// Every picture of this worker's share, until one cannot be reported or a signal comes; returns how many
  /// are done. A run of one picture ends at once: it has no earlier results to complete.
  std::size_t run_all() {
    const std::vector<std::string>& images = inputs_.images;
    if (images.size() > 1) finish_when_interrupted();
    Progress progress(share_, !options_.quiet);
    std::size_t done = 0;
    for (const std::string& image : images) {
      if (output_lost_ || interrupted()) break;
      const bool needed = files_.begin(image);  // names of files do not depend on who runs which picture
      if (!options_.shard.takes(image)) continue;
      if (needed) {
        progress.show(done, done - skipped_, image);
        const auto texts = runner_.run(image, files_);
        progress.clear();
        show(texts, image == "-" ? "standard input" : image);
      } else {
        ++skipped_;
      }
      ++done;
    }
    return done;
  }

  Status prepare() {
    inputs_ = list_inputs(options_.inputs);
    if (!options_.list.empty()) add_listed_inputs(options_.list, inputs_);
    share_ = static_cast<std::size_t>(
        std::count_if(inputs_.images.begin(), inputs_.images.end(),
                      [&](const std::string& image) { return options_.shard.takes(image); }));
    const bool several = inputs_.images.size() > 1;
    if (Status ready = runner_.prepare(several); !ready) return ready;
    const InputFiles inputs = all_inputs();
    if (Status kept = check_named_outputs(inputs); !kept) return kept;
    if (Status opened = files_.open(options_, several || !options_.list.empty()); !opened) return opened;
    return files_.check_outputs(inputs_.images, inputs);
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
    return runner_.check_layers(inputs_.images, inputs);
  }

  /// Writes the result of one input to the JSON file and to standard output.
  void show(const Result<PictureTexts>& texts, const std::string& input) {
    if (!texts) return fail(texts.error().at(input));
    if (Status written = files_.append_json(texts->json); !written) {
      output_lost_ = output_lost_ || files_.lost();
      return fail(written.error().at(input));
    }
    if (!print_result(options_.json == "-" ? texts->json + "\n" : texts->text)) output_lost_ = true;
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
  const std::string& model_path_;
  const InferOptions& options_;
  InputList inputs_;
  PictureRunner runner_;
  ResultFiles files_;
  std::size_t share_ = 0;    // how many of the pictures are this worker's
  std::size_t skipped_ = 0;  // pictures whose outputs were there
  int failures_ = 0;
  bool over_limit_ = false;   // the last failure was a limit
  bool output_lost_ = false;  // standard output or the JSON file cannot be written
};

}  // namespace

void print_error(const Error& error) {
  write_to_stderr("fcn-infer: " + printable(error.to_string()) + "\n");
}

bool print_result(const std::string& text) {
  const Status written = write_to_stdout(text);
  if (!written) print_error(written.error());
  return static_cast<bool>(written);
}

int infer_pictures(const Model& model, const std::string& model_path, const InferOptions& options) {
  return InferRun(model, model_path, options).run();
}

}  // namespace fcn::tools
