// SPDX-License-Identifier: MIT
// fcn-export: arguments, messages and exit codes. The work is in export_model.cpp and inspect_file.cpp.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <exception>
#include <new>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "fcn/base/printable.hpp"
#include "fcn/limits.hpp"
#include "tools/export/export_model.hpp"
#include "tools/export/export_report.hpp"
#include "tools/export/inspect_file.hpp"
#include "tools/export/layer_table.hpp"
#include "tools/shell/input_files.hpp"
#include "tools/shell/interrupt.hpp"
#include "tools/shell/standard_streams.hpp"

namespace {

using fcn::Error;
using fcn::ErrorCode;
using fcn::Extent;
using fcn::Result;

constexpr int kExitFine = 0;
constexpr int kExitUsage = 2;
constexpr int kExitUnusable = 3;  // a file that cannot be used, or an output that cannot be written

struct Arguments {
  std::string checkpoint;
  std::string output;
  std::string labels;
  std::string background;
  std::string mean;
  std::string deviation;
  std::string scale;
  std::string channels;
  std::string window;
  std::string key;
  std::string activation;
  std::string to = "model";
  std::string size;
  std::string pool_stride;
  std::string file;  // of inspect and verify
  bool half = false;
  bool no_fold = false;
  std::string output_name;
  bool no_external_data = false;
  bool quiet = false;
};

/// One line on stderr. What came from a file cannot steer the terminal.
int fail(const Error& error) {
  fcn::tools::write_to_stderr("fcn-export: " + fcn::printable(error.to_string()) + "\n");
  const bool usage = error.code == ErrorCode::invalid_argument || error.code == ErrorCode::too_small;
  return usage ? kExitUsage : kExitUnusable;
}

Error usage_error(std::string message, const char* option) {
  return {ErrorCode::invalid_argument, std::move(message), option};
}

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "224" or "HxW", in pixels.
Result<Extent> parse_size(std::string_view text, const char* option) {
  const std::size_t cross = text.find('x');
  const auto height = parse_number<int>(text.substr(0, cross));
  const auto width = cross == std::string_view::npos ? height : parse_number<int>(text.substr(cross + 1));
  const int most = fcn::Limits().max_image_side;
  if (height && width && *height >= 1 && *width >= 1 && *height <= most && *width <= most)
    return Extent{*height, *width};
  return usage_error(
      "expected N or HxW, each from 1 to " + std::to_string(most) + ", found \"" + std::string(text) + "\"",
      option);
}

/// Numbers separated by commas or spaces; none from an empty text.
Result<std::vector<float>> parse_floats(std::string_view text, const char* option) {
  std::vector<float> values;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(", "), text.size());
    const auto value = parse_number<float>(text.substr(0, end));
    if (!value || !std::isfinite(*value))
      return usage_error("expected numbers such as 0.485,0.456,0.406", option);
    values.push_back(*value);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return values;
}

/// "1", "0.017" or "1/127.5".
Result<double> parse_scale(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto above = parse_number<double>(text.substr(0, slash));
  const auto below = slash == std::string_view::npos ? 1.0 : parse_number<double>(text.substr(slash + 1));
  if (above && below && *below != 0) return *above / *below;
  return usage_error("expected a number, or two as 1/127.5, found \"" + std::string(text) + "\"", "--scale");
}

Result<fcn::tools::ExportRequest> make_request(const Arguments& arguments) {
  fcn::tools::ExportRequest request;
  request.checkpoint = arguments.checkpoint;
  request.output = arguments.output;
  request.key = arguments.key;
  request.half = arguments.half;
  request.to_onnx = arguments.to == "onnx";
  request.fold = !arguments.no_fold;
  request.output_name = arguments.output_name;
  request.external_data = !arguments.no_external_data;
  if (!arguments.window.empty()) {
    const auto window = parse_size(arguments.window, "--window");
    if (!window) return window.error();
    request.window = *window;
  }
  auto mean = parse_floats(arguments.mean, "--mean");
  if (!mean) return mean.error();
  request.preprocessing.mean = *std::move(mean);
  auto deviation = parse_floats(arguments.deviation, "--std");
  if (!deviation) return deviation.error();
  request.preprocessing.std = *std::move(deviation);
  if (!arguments.scale.empty()) {
    const auto scale = parse_scale(arguments.scale);
    if (!scale) return scale.error();
    request.preprocessing.scale = *scale;
  }
  const auto& orders = fcn::tools::kChannelOrderNames;
  if (!arguments.channels.empty())
    request.preprocessing.channels = static_cast<fcn::tools::ChannelOrder>(
        std::find(orders.begin(), orders.end(), arguments.channels) - orders.begin());
  if (!arguments.labels.empty()) {
    auto labels = fcn::tools::read_label_file(arguments.labels);
    if (!labels) return usage_error(labels.error().to_string(), "--labels");
    request.labels = *std::move(labels);
    request.labels_source = arguments.labels;
  }
  if (!arguments.background.empty()) request.background = arguments.background;
  const auto& activations = fcn::kind_names<fcn::ScoreActivation>;
  if (!arguments.activation.empty())
    request.activation = static_cast<fcn::ScoreActivation>(
        std::find(activations.begin(), activations.end(), arguments.activation) - activations.begin());
  return request;
}

/// What became of the head, a line for each kind of change.
std::string head_report(const std::vector<fcn::passes::HeadChange>& changes) {
  if (changes.empty()) return "The network is fully convolutional already.\n";
  std::string text = "To work at every place of a larger picture:\n";
  for (auto at = changes.begin(); at != changes.end(); ++at) {
    const auto alike = [&](const auto& other) { return other.found == at->found && other.made == at->made; };
    if (std::any_of(changes.begin(), at, alike)) continue;
    const auto others = std::count_if(at + 1, changes.end(), alike);
    const std::string more = others > 0 ? fmt::format(" and {} more", others) : "";
    text += fcn::printable(fmt::format("  {}{}: {} -> {}", at->node, more, at->found, at->made)) + "\n";
  }
  return text;
}

/// Which sizes the network accepts, if not all.
std::string size_report(const fcn::ModelInfo& info) {
  const Extent multiple = info.size_multiple;
  if (multiple == Extent{1, 1}) return "";
  return fmt::format(
      "Its branches meet on some sizes only: {0}x{1} and multiples of {2}x{3} more. Other pictures are "
      "padded\n"
      "on the right and below, with their edge pixels, and the map is that of the picture itself.\n",
      info.window.y, info.window.x, multiple.y, multiple.x);
}

std::string export_report(const fcn::tools::ExportReport& report, const std::string& output) {
  std::string text = fmt::format("{}, {}, {}, window {}x{}\n\n{}\n", report.info.name, report.format,
                                 report.classes == 1 ? "1 class" : fmt::format("{} classes", report.classes),
                                 report.info.window.y, report.info.window.x, report.layers);
  for (const std::string& note : report.notes) text += fmt::format("Note: {}.\n", fcn::printable(note));
  text += fcn::tools::preprocessing_table(report) + "\n";
  text += head_report(report.changes) + size_report(report.info) + "\n";
  text += fmt::format(
      "Converted: on one window the map's cell and the classifier differ by {:.2g} (logits up to {:.3g})\n",
      report.proof.largest_difference, report.proof.scale);
  if (report.probability_proof)
    text += fmt::format("  its probabilities by {:.2g}\n", report.probability_proof->largest_difference);
  if (report.kernel_check)
    text += fmt::format("Computed with the {} kernels, whose bits were the reference's on {}x{} pixels\n",
                        report.proof_arch, report.kernel_check->y, report.kernel_check->x);
  text += fcn::tools::meaning_text(report.meaning, report.classes);
  return text + fmt::format("Written: {}, {} bytes\n", fcn::printable(output),
                            fcn::tools::with_commas(report.file_bytes));
}

int show(const Result<std::string>& text) {
  if (!text) return fail(text.error());
  const fcn::Status shown = fcn::tools::write_to_stdout(*text);
  return shown ? kExitFine : fail(shown.error());
}

bool shows_progress = false;

/// On a terminal the stages are said on a line that is cleared in the end, even before a message.
fcn::tools::ExportRequest with_progress(fcn::tools::ExportRequest request, bool quiet) {
  shows_progress = !quiet && ::isatty(STDERR_FILENO) == 1;
  if (shows_progress)
    request.progress = [](const char* stage) {
      fcn::tools::write_to_stderr(fmt::format("\r\x1b[K{} ...", stage));
    };
  return request;
}

void clear_progress() {
  if (shows_progress) fcn::tools::write_to_stderr("\r\x1b[K");
}

int run_export(const Arguments& arguments) {
  if (arguments.checkpoint.empty())
    return fail(usage_error("name a checkpoint to convert (see --help)", "CHECKPOINT"));
  if (arguments.output.empty()) return fail(usage_error("say where the model goes (see --help)", "-o MODEL"));
  fcn::tools::InputFiles inputs;
  inputs.add(arguments.labels);
  if (const fcn::Status kept = inputs.check_output(arguments.output, "-o"); !kept) return fail(kept.error());
  const auto request = make_request(arguments);
  if (!request) return fail(request.error());
  const auto report = fcn::tools::export_model(with_progress(*request, arguments.quiet));
  clear_progress();
  if (!report) return fail(report.error());
  if (arguments.quiet) return kExitFine;
  return show(export_report(*report, arguments.output));
}

int run_inspect(const Arguments& arguments) {
  fcn::tools::InspectOptions options;
  if (!arguments.size.empty()) {
    const auto size = parse_size(arguments.size, "--size");
    if (!size) return fail(size.error());
    options.size = *size;
  }
  if (!arguments.pool_stride.empty()) {
    const auto stride = parse_number<int>(arguments.pool_stride);
    if (!stride || *stride < 1) return fail(usage_error("expected a whole number from 1", "--pool-stride"));
    options.pool_stride = *stride;
  }
  return show(fcn::tools::inspect_file(arguments.file, options));
}

void declare_export(CLI::App& app, Arguments& arguments) {
  app.add_option("CHECKPOINT", arguments.checkpoint,
                 "ONNX, PyTorch .pth or .safetensors (told apart by content)");
  app.add_option("-o,--output", arguments.output, "Model file to write")->type_name("MODEL");
  app.add_option("--labels", arguments.labels, "Class labels, one a line, in class order")->type_name("FILE");
  app.add_option("--background", arguments.background, "Label that never counts as a prediction")
      ->type_name("LABEL");
  app.add_option("--mean", arguments.mean,
                 "Mean per channel of scaled pixels (the file's own, or\n0.485,0.456,0.406)")
      ->type_name("R,G,B");
  app.add_option("--std", arguments.deviation, "Standard deviation likewise (0.229,0.224,0.225)")
      ->type_name("R,G,B");
  app.add_option("--scale", arguments.scale,
                 "What pixels of 0..255 are multiplied by, before mean and\nstd; 1 for Caffe's (1/255)")
      ->type_name("S");
  app.add_option(
         "--channels", arguments.channels,
         "Order that the network was trained with; mean and std\nare given as R,G,B all the same (rgb)")
      ->check(CLI::IsMember({"rgb", "bgr", "grey"}))
      ->type_name("rgb|bgr|grey");
  app.add_option("--window", arguments.window,
                 "Crop the classifier was trained on, pixels (ONNX: its input's size; 224)")
      ->type_name("N|HxW");
  app.add_option("--key", arguments.key,
                 "Which of a checkpoint's state_dicts (the moving average, if there is one)")
      ->type_name("NAME");
  app.add_option("--output-name", arguments.output_name,
                 "Which output of an ONNX file holds the scores (the one that plainly does)")
      ->type_name("NAME");
  app.add_flag("--no-external-data", arguments.no_external_data,
               "Do not read an ONNX file's weights from files beside it");
  app.add_option("--to", arguments.to,
                 "What to write: a model for fcn-infer, or ONNX for other engines (model)")
      ->check(CLI::IsMember({"model", "onnx"}))
      ->type_name("model|onnx");
  app.add_option(
         "--activation", arguments.activation,
         "How logits become scores, where the network does not end\nin it (softmax; of one class sigmoid)")
      ->check(CLI::IsMember({"softmax", "sigmoid", "none"}))
      ->type_name("softmax|sigmoid|none");
  app.add_flag("--half", arguments.half, "Store weights as float16: half the size");
  app.add_flag("--no-fold", arguments.no_fold, "Keep batch norms as layers of their own");
  app.add_flag("-q,--quiet", arguments.quiet, "Print errors only");
  app.set_version_flag("--version", "fcn-export " FCN_VERSION);
}

int run(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Converts a trained classifier into a fully convolutional model for fcn-infer.", "fcn-export");
  app.footer("Exit codes: 0 fine, 2 usage, 3 a file that cannot be used or written, 130 interrupted.");
  declare_export(app, arguments);
  CLI::App* inspect = app.add_subcommand("inspect", "Show what a model file or checkpoint holds");
  inspect->add_option("FILE", arguments.file, "Model file or checkpoint")->required();
  inspect->add_option("--size", arguments.size, "Input size for the layers' shapes")->type_name("N|HxW");
  inspect
      ->add_option("--pool-stride", arguments.pool_stride,
                   "Of a checkpoint show the FCN that it converts to, with this\nstep between windows in "
                   "feature cells")
      ->type_name("N");
  CLI::App* verify = app.add_subcommand("verify", "Replay a model's self-test on this machine");
  verify->add_option("MODEL", arguments.file, "Model file")->required();
  app.require_subcommand(0, 1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    std::ostringstream text;
    app.exit(success, text, text);
    return show(text.str());
  } catch (const CLI::ParseError& error) {
    return fail(usage_error(error.what(), ""));
  }
  if (inspect->parsed()) return run_inspect(arguments);
  if (verify->parsed()) return show(fcn::tools::verify_model(arguments.file));
  return run_export(arguments);
}

}  // namespace

int main(int argc, char** argv) {
  fcn::tools::hold_standard_streams();
  fcn::tools::end_cleanly_when_interrupted();
  try {
    return run(argc, argv);
  } catch (const std::bad_alloc&) {
    return fail({ErrorCode::out_of_memory, "not enough memory", ""});
  } catch (const std::exception& error) {
    return fail({ErrorCode::io, error.what(), ""});
  }
}
