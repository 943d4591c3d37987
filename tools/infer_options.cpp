// SPDX-License-Identifier: MIT
// fcn-infer's command line, in CLI11's terms. Numbers are parsed by from_chars: CLI11's own reading would
// take "010" for eight.
#include "tools/infer_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <limits>
#include <sstream>
#include <string_view>

#include "engine/printable.hpp"

namespace fcn::tools {
namespace {

constexpr int kMostThreads = 1024;  // Session's own bound
constexpr int kMostClasses = 1'000'000;
constexpr int kLargestStride = 1'000;  // far beyond any pool; the model says what it allows

/// A choice between two words; `second` tells whether the second was taken.
void add_choice(CLI::App& app, const std::string& name, const std::string& first_word,
                const std::string& second_word, std::function<void(bool second)> take,
                const std::string& help) {
  app.add_option_function<std::string>(
         name,
         [=](const std::string& text) {
           if (text != first_word && text != second_word)
             throw CLI::ValidationError(
                 name, fmt::format("\"{}\" is neither {} nor {}", text, first_word, second_word));
           take(text == second_word);
         },
         help)
      ->type_name("KIND");
}

/// A callback that sets `target` to a whole number in [low, high] or fails.
auto number_into(int& target, int low, int high) {
  return [&target, low, high](const std::string& text) {
    int value = 0;
    const char* const end = text.data() + text.size();
    const auto [parsed_to, failed] = std::from_chars(text.data(), end, value);
    if (failed != std::errc() || parsed_to != end || value < low || value > high)
      throw CLI::ValidationError(fmt::format("\"{}\" is not a whole number from {} to {}", text, low, high));
    target = value;
  };
}

void add_number(CLI::App& app, const std::string& names, int& target, int low, int high,
                const std::string& help) {
  app.add_option_function<std::string>(names, number_into(target, low, high), help)->type_name("N");
}

/// "300M": a whole number, alone or with K, M or G for powers of 1024; 0 if it is none.
std::uint64_t parse_bytes(const std::string& text) {
  constexpr std::string_view kUnits = "KMG";
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [parsed_to, failed] = std::from_chars(text.data(), end, value);
  if (failed != std::errc() || end - parsed_to > 1) return 0;
  if (parsed_to == end) return value;
  const auto unit = kUnits.find(static_cast<char>(std::toupper(static_cast<unsigned char>(*parsed_to))));
  if (unit == std::string_view::npos) return 0;
  const unsigned shift = 10 * (static_cast<unsigned>(unit) + 1);
  return value <= (std::numeric_limits<std::uint64_t>::max() >> shift) ? value << shift : 0;
}

void add_memory(CLI::App& app, InferOptions& options) {
  app.add_option_function<std::string>(
         "--max-memory",
         [&options](const std::string& text) {
           options.max_memory = parse_bytes(text);
           if (options.max_memory == 0)
             throw CLI::ValidationError("--max-memory",
                                        "\"" + text + "\" is not a size such as 300M or 1G (or K, or bytes)");
         },
         "Fit a picture's peak (see --plan) into SIZE, as 300M\nor 1G, or refuse it before decoding")
      ->type_name("SIZE");
  app.add_flag("--plan", options.plan, "Do not run: show layers, sizes and the peak of memory");
  app.add_option_function<std::string>(
         "--size",
         [&options](const std::string& text) {
           const auto spec = parse_resize(text);
           if (!spec || spec->short_side != 0)
             throw CLI::ValidationError("--size", "\"" + text + "\" is not WxH with positive numbers");
           options.size = PictureSize{spec->width, spec->height};
         },
         "With --plan, in place of IMAGE: pixels, width first")
      ->type_name("WxH");
}

void add_what_to_run(CLI::App& app, InferOptions& options) {
  app.add_option("IMAGE", options.inputs, "JPEG, PNG, BMP, PGM, PPM; a folder of them; - for stdin");
  app.add_option("-m,--model", options.model, "Model of fcn-export ($FCN_MODEL or the shipped one)")
      ->type_name("FILE");
  add_number(app, "-t,--threads", options.threads, 1, kMostThreads, "Threads (default: all cores)");
  add_number(app, "--pool-stride", options.pool_stride, 1, kLargestStride,
             "Step between windows in feature cells: 1 (dense) to the\npool's own size (fewest cells)");
  app.add_option_function<std::string>(
         "--resize",
         [&options](const std::string& text) {
           auto spec = parse_resize(text);
           if (!spec) throw CLI::ValidationError("--resize", "\"" + text + "\" is neither short:N nor WxH");
           options.resize = *spec;
         },
         "Resize first: short:N for the shorter side, or WxH")
      ->type_name("SIZE");
  add_choice(
      app, "--algorithm", "auto", "direct",
      [&options](bool direct) {
        options.algorithm = direct ? AlgorithmChoice::direct : AlgorithmChoice::automatic;
      },
      "Convolutions: auto (default: Winograd where it\npays) or direct");
  app.add_flag_callback(
      "--no-exif", [&options] { options.apply_exif = false; }, "Do not turn pictures upright");
}

void add_what_to_show(CLI::App& app, InferOptions& options) {
  add_number(app, "-k,--top", options.top, 1, kMostClasses, "How many classes to list (default: 5)");
  app.add_option("--class", options.class_name, "Show this class, not the predicted one")
      ->type_name("NAME|ID");
  add_choice(
      app, "--output", "probabilities", "logits",
      [&options](bool logits) { options.scores = logits ? ScoreKind::logits : ScoreKind::probabilities; },
      "Scores: probabilities (default) or logits");
  app.add_option("--json", options.json, "One JSON object a line; - for stdout, without the report")
      ->type_name("FILE");
  app.add_option("--npy", options.npy, "Score map as NumPy float32, classes x rows x cols")
      ->type_name("FILE|DIR");
  app.add_option("--overlay", options.overlay, "PNG of the picture with its map drawn over it")
      ->type_name("FILE|DIR");
  app.add_flag("-q,--quiet", options.quiet, "Only errors and the outputs asked for");
  app.add_flag("-v,--verbose", options.verbose, "Also the map's shape and each cell's winning class");
  app.add_flag("--profile", options.profile, "Also time, GFLOP/s and share of the peak of each layer");
  app.add_flag("--version", options.version, "Print the version and the arch in use");
  app.add_flag("--list-classes", options.list_classes, "Print the model's classes");
}

/// What CLI11 cannot check by option.
void check_together(const InferOptions& options) {
  if (options.size && (!options.plan || !options.inputs.empty()))
    throw CLI::ValidationError("--size goes with --plan and without an image");
  if (options.inputs.empty() && !options.size && !options.version && !options.list_classes)
    throw CLI::ValidationError("no image given; fcn-infer --help shows how");
  if (options.quiet && options.verbose)
    throw CLI::ValidationError("--quiet and --verbose contradict each other");
  if (options.npy == "-" || options.overlay == "-")
    throw CLI::ValidationError("only --json can go to standard output");
}

}  // namespace

ParsedArguments parse_infer_arguments(int argc, const char* const* argv) {
  InferOptions options;
  CLI::App app(
      "Finds what a picture shows and where: runs an image classifier as a fully convolutional "
      "network.\nResults go to standard output, all else to\nstandard error.",
      "fcn-infer");
  app.footer(
      "Exit codes: 0 fine, 1 some images failed, 2 usage, 3 unusable model,\n4 the one image given is over a "
      "limit, 130 interrupted.");
  app.get_formatter()->column_width(24);
  try {
    add_what_to_run(app, options);
    add_memory(app, options);
    add_what_to_show(app, options);
    app.parse(argc, argv);
    check_together(options);
  } catch (const CLI::CallForHelp&) {
    const std::string help = app.help();
    const bool shown = std::fputs(help.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
    return {std::nullopt, shown ? kExitFine : kExitImageFailed};
  } catch (const CLI::Error& error) {
    fmt::print(stderr, "fcn-infer: {}\n", printable(error.what()));
    return {std::nullopt, kExitUsage};
  }
  return {std::move(options), kExitFine};
}

}  // namespace fcn::tools
