// SPDX-License-Identifier: MIT
// fcn-export's command line.
#include "tools/export/export_options.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "fcn/limits.hpp"
#include "tools/shell/command_line.hpp"

namespace fcn::tools {
namespace {

/// A label is an unsigned number of 16 bits.
constexpr int kMostClasses = 65'535;

Error not_understood(std::string_view text, const std::string& expected) {
  return {ErrorCode::invalid_argument, "\"" + std::string(text) + "\" is " + expected, ""};
}

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "224" or "WxH", in pixels.
Result<Extent> parse_size(std::string_view text) {
  const std::size_t cross = text.find('x');
  const auto width = parse_number<int>(text.substr(0, cross));
  const auto height = cross == std::string_view::npos ? width : parse_number<int>(text.substr(cross + 1));
  const int most = Limits().max_extent;
  if (height && width && *height >= 1 && *width >= 1 && *height <= most && *width <= most)
    return Extent{*height, *width};
  return not_understood(text, "neither N nor WxH, each from 1 to " + std::to_string(most));
}

/// Numbers separated by commas or spaces.
Result<std::vector<float>> parse_floats(std::string_view text) {
  std::vector<float> values;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find_first_of(", "), rest.size());
    const auto value = parse_number<float>(rest.substr(0, end));
    if (!value || !std::isfinite(*value))
      return not_understood(text, "not a list of numbers such as 0.485,0.456,0.406");
    values.push_back(*value);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return values;
}

/// "1", "0.017" or "1/127.5".
Result<double> parse_scale(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto above = parse_number<double>(text.substr(0, slash));
  const auto below = slash == std::string_view::npos ? 1.0 : parse_number<double>(text.substr(slash + 1));
  if (above && below && *below != 0) return *above / *below;
  return not_understood(text, "neither a number nor two as 1/127.5");
}

/// A callback that sets `target` to what `parse` makes of a word.
template <class Target, class Parse>
auto parsed_into(Target& target, const Parse& parse) {
  return [&target, parse](const std::string& text) -> Status {
    auto value = parse(text);
    if (!value) return value.error();
    target = *std::move(value);
    return {};
  };
}

template <class Names>
std::vector<std::string> words(const Names& names) {
  return {std::begin(names), std::end(names)};
}

void add_source_options(CommandLine& line, ExportOptions& options) {
  ExportRequest& request = options.request;
  OptionGroup group = line.group("What to convert");
  group.argument("CHECKPOINT", request.checkpoint,
                 "ONNX, torch.export's .pt2, PyTorch .pth or\n.safetensors (told apart by content)", false);
  group.value("--window", "N|WxH", parsed_into(request.window, parse_size),
              "Crop the classifier was trained on, pixels (default:\nthe file's own, or 224)");
  group.text("--key", "NAME", request.key,
             "Which of a checkpoint's state_dicts (default: the\nmoving average, if there is one)");
  group.text("--output-name", "NAME", request.output_name,
             "Which output of an ONNX file holds the scores\n(default: the one that plainly does)");
  group.flag("--no-external-data", request.external_data,
             "Do not read an ONNX file's weights from files beside it", false);
}

void add_head_options(CommandLine& line, ExportOptions& options) {
  OptionGroup group = line.group("A head that labels pixels, in place of the classifier's");
  group.choice(
      "--head", words(kind_names<PixelHead>),
      [&options](std::size_t taken) { options.head = static_cast<PixelHead>(taken); },
      "Enlarge the scores of every place bilinearly to the\npicture's size: in one step, or with scores of "
      "the\nmaps of half and a quarter of the stride between");
  group.number("--classes", options.head_classes, 1, kMostClasses,
               "Of --head: a new scoring layer of N classes, to be\ntrained (default: the classifier's own)");
}

void add_meaning_options(CommandLine& line, ExportOptions& options) {
  PreprocessingRequest& pixels = options.request.preprocessing;
  OptionGroup group = line.group("What pixels and scores mean");
  group.text("--labels", "FILE", options.labels, "Class labels, one a line, in class order");
  group.value(
      "--background", "LABEL",
      [&options](const std::string& label) -> Status {
        if (!label.empty()) options.request.background = label;
        return {};
      },
      "Label that never counts as a prediction");
  group.value("--mean", "R,G,B", parsed_into(pixels.mean, parse_floats),
              "Mean per channel of scaled pixels (default: the file's\nown, or 0.485,0.456,0.406)");
  group.value("--std", "R,G,B", parsed_into(pixels.std, parse_floats),
              "Standard deviation likewise (0.229,0.224,0.225)");
  group.value(
      "--scale", "S", parsed_into(pixels.scale, parse_scale),
      "What pixels of 0..255 are multiplied by, before mean\nand std; 1 for Caffe's (default: 1/255)");
  group.choice(
      "--channels", words(kChannelOrderNames),
      [&pixels](std::size_t taken) { pixels.channels = static_cast<ChannelOrder>(taken); },
      "Order that the network was trained with: rgb (default),\nbgr or grey; mean and std are R,G,B all the "
      "same");
  group.choice(
      "--activation", words(kind_names<ScoreActivation>),
      [&options](std::size_t taken) { options.request.activation = static_cast<ScoreActivation>(taken); },
      "How logits become scores, where the network does not\nend in it: softmax (default), sigmoid (default "
      "of "
      "one\nclass) or none");
}

void add_sandbox_option(OptionGroup& group, ExportOptions& options) {
  group.flag("--sandbox", options.sandbox,
             "First give up all other files, the network and other\nprograms; where Linux cannot, refuse");
}

void add_output_options(CommandLine& line, ExportOptions& options) {
  ExportRequest& request = options.request;
  OptionGroup group = line.group("What to write");
  group.text("-o,--output", "FILE", request.output, "Model file to write");
  group.choice(
      "--to", {"model", "onnx"}, [&request](std::size_t taken) { request.to_onnx = taken == 1; },
      "A model for fcn-infer (default), or onnx for other\nengines");
  group.flag("--half", request.half, "Store weights as float16: half the size");
  group.flag("--no-fold", request.fold, "Keep batch norms as layers of their own", false);
  group.flag("-q,--quiet", options.quiet, "Print errors only");
  group.flag("--version", options.version, "Print the version");
  add_sandbox_option(group, options);
}

void add_commands(CommandLine& line, ExportOptions& options) {
  OptionGroup inspect =
      line.command("inspect", "Show what a model file or checkpoint holds", options.inspect);
  inspect.argument("FILE", options.file, "Model file or checkpoint", true);
  inspect.value("--size", "N|WxH", parsed_into(options.inspection.size, parse_size),
                "Input size for the layers' shapes");
  inspect.number(
      "--pool-stride", options.inspection.pool_stride, 1, std::numeric_limits<int>::max(),
      "Of a checkpoint show the FCN that it converts to, with\nthis step between windows in feature "
      "cells");
  add_sandbox_option(inspect, options);
  OptionGroup verify = line.command("verify", "Replay a model's self-test on this machine", options.verify);
  verify.argument("MODEL", options.file, "Model file", true);
  add_sandbox_option(verify, options);
  OptionGroup to_header = line.command(
      "to-header", "Write a model as C or C++ source, to be part of a program", options.to_header);
  to_header.argument("MODEL", options.file, "Model file", true);
  to_header.text(
      "-o,--output", "FILE", options.source_output,
      "NAME.h or NAME.hpp, which holds the bytes; or NAME.S,\nwhich includes the model file when it "
      "is assembled and\ncompiles at once, with its declarations in NAME.h");
  add_sandbox_option(to_header, options);
}

}  // namespace

Result<std::optional<ExportOptions>> parse_export_arguments(int argc, const char* const* argv,
                                                            std::string& help) {
  CommandLine line("fcn-export",
                   "Converts a trained classifier into a fully convolutional model for fcn-infer.",
                   "Exit codes: 0 fine, 2 usage, 3 a file that cannot be used or written,\n130 interrupted.");
  ExportOptions options;
  add_source_options(line, options);
  add_head_options(line, options);
  add_meaning_options(line, options);
  add_output_options(line, options);
  add_commands(line, options);
  const auto outcome = line.parse(argc, argv);
  if (!outcome) return outcome.error();
  if (*outcome == CommandLine::Outcome::help_wanted) {
    help = line.help();
    return std::optional<ExportOptions>();
  }
  if (options.head) {
    options.request.head = PixelHeadRequest{*options.head, std::nullopt};
    if (options.head_classes != 0) options.request.head->classes = options.head_classes;
  } else if (options.head_classes != 0) {
    return Error{ErrorCode::invalid_argument, "is for --head only", "--classes"};
  }
  return std::optional<ExportOptions>(std::move(options));
}

}  // namespace fcn::tools
