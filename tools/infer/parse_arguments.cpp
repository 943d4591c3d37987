// SPDX-License-Identifier: MIT
// fcn-infer's command line: its themes (infer_options_groups.hpp) together, and what no option can check
// alone.
#include "tools/infer/parse_arguments.hpp"

#include <algorithm>
#include <utility>

#include "tools/infer/infer_options_groups.hpp"
#include "tools/outputs/output_kinds.hpp"
#include "tools/shell/standard_streams.hpp"

namespace fcn::tools {
namespace {

Error contradiction(const std::string& message) {
  return {ErrorCode::invalid_argument, message, ""};
}

Status check_regions(const InferOptions& options) {
  if (options.regions.kind == RegionKind::none && (options.regions.contours || options.regions.nms))
    return contradiction("--nms and --contours need --regions");
  if (options.regions.kind == RegionKind::none && (!options.geojson.empty() || !options.coco.empty()))
    return contradiction("--geojson and --coco write regions: they need --regions, such as --regions all");
  if (!options.coco.empty() && (options.skip_existing || options.resume))
    return contradiction(
        "--coco cannot be combined with --skip-existing or --resume: it would lack the pictures left out");
  if (options.coco == "-") return contradiction("only --json can go to standard output");
  const bool thresholds =
      options.regions.kind != RegionKind::none || !options.mask.empty() || !options.masked.empty();
  if (options.scores == ScoreKind::logits && thresholds)
    return contradiction("--regions, --mask and --masked need probabilities, not --scores logits");
  return {};
}

/// Whether there is something to run, and one thing to do with it.
Status check_pictures(const InferOptions& options) {
  const bool no_images = options.inputs.empty() && options.list.empty();
  if (options.size && (options.runs_pictures() || !no_images))
    return contradiction("--size needs --plan or --explain-geometry, and takes the place of an image");
  if (no_images && !options.size && !options.explain_geometry && !options.version && !options.list_classes)
    return contradiction("no image given; fcn-infer --help shows how");
  if (options.plan && options.explain_geometry)
    return contradiction("--plan and --explain-geometry cannot be combined");
  if (options.list == "-" &&
      std::find(options.inputs.begin(), options.inputs.end(), "-") != options.inputs.end())
    return contradiction("standard input is a picture (-) or the list of them (--list -), not both");
  const bool writes_files =
      std::any_of(output_kinds().begin(), output_kinds().end(),
                  [&](const OutputKind& kind) { return !(options.*kind.place).empty(); }) ||
      (!options.json.empty() && options.json != "-");
  if (options.skip_existing && !writes_files)
    return contradiction("--skip-existing needs an option that writes a file, such as --json FILE");
  return {};
}

Status check_results(const InferOptions& options) {
  if (options.keep_failed && !options.resume) return contradiction("--keep-failed needs --resume");
  if (options.results.empty())
    return options.resume ? contradiction("--resume needs --results FILE") : Status();
  if (!options.runs_pictures() || options.profile || options.compare_windows)
    return contradiction(
        "--results cannot be combined with --plan, --explain-geometry, --profile or --compare-windows");
  if (options.skip_existing)
    return contradiction("--skip-existing cannot be combined with --results; --resume takes its place");
  if (options.results == "-") return contradiction("--results needs a file; --json - is for standard output");
  return {};
}

Status check_part(const InferOptions& options) {
  if (options.roi.is_empty()) return {};
  if (options.resize || !options.scales.empty() || options.tile || options.compare_windows ||
      !options.layers.empty() || options.explain_geometry)
    return contradiction(
        "--roi cannot be combined with --resize, --scales, --tile-average, --compare-windows, --layers or "
        "--explain-geometry");
  return {};
}

Status check_border(const InferOptions& options) {
  if (options.border == BorderKind::none) return {};
  if (!options.roi.is_empty() || !options.scales.empty() || options.tile || options.compare_windows ||
      !options.layers.empty() || options.explain_geometry)
    return contradiction(
        "--border cannot be combined with --roi, --scales, --tile-average, --compare-windows, --layers or "
        "--explain-geometry");
  return {};
}

Status check_together(const InferOptions& options) {
  if (Status pictures = check_pictures(options); !pictures) return pictures;
  if (Status results = check_results(options); !results) return results;
  if (options.compare_windows && (options.plan || options.max_memory != 0))
    return contradiction(
        "--compare-windows cannot be combined with --plan or --max-memory, which do not count its batches");
  if (!options.scales.empty() &&
      (!options.runs_pictures() || options.max_memory != 0 || options.profile || options.compare_windows))
    return contradiction(
        "--scales cannot be combined with --plan, --explain-geometry, --max-memory, --profile or "
        "--compare-windows");
  if (options.fuse && options.scales.empty()) return contradiction("--fuse needs --scales");
  if (options.quiet && options.verbose) return contradiction("--quiet and --verbose contradict each other");
  if (!options.layers.empty() && (options.plan || options.max_memory != 0))
    return contradiction(
        "--layers cannot be combined with --plan or --max-memory, which do not count its memory");
  if (Status regions = check_regions(options); !regions) return regions;
  if (Status part = check_part(options); !part) return part;
  if (Status border = check_border(options); !border) return border;
  for (const OutputKind& kind : output_kinds())
    if (options.*kind.place == "-") return contradiction("only --json can go to standard output");
  return {};
}

int print_help(const CommandLine& line) {
  const Status shown = write_to_stdout(line.help());
  if (shown) return kExitFine;
  tell_error("fcn-infer", shown.error());
  return kExitImageFailed;
}

ParsedArguments usage_error(const Error& error) {
  tell_error("fcn-infer", error);
  return {std::nullopt, kExitUsage};
}

}  // namespace

ParsedArguments parse_infer_arguments(int argc, const char* const* argv) {
  CommandLine line(
      "fcn-infer",
      "Finds what a picture shows and where: runs an image classifier as a fully\nconvolutional network. "
      "Results go to standard output, all else to\nstandard error.",
      "Exit codes: 0 fine, 1 some images failed, 2 usage, 3 unusable model,\n4 the one image given is over a "
      "limit, 5 --results is in use, 6 --results\ncannot be written, 130 interrupted.");
  InferOptions options;
  add_run_options(line, options);
  add_worker_options(line, options);
  add_memory_options(line, options);
  add_comparison_options(line, options);
  add_report_options(line, options);
  add_region_options(line, options);
  add_file_options(line, options);
  const auto outcome = line.parse(argc, argv);
  if (!outcome) return usage_error(outcome.error());
  if (*outcome == CommandLine::Outcome::help_wanted) return {std::nullopt, print_help(line)};
  if (Status sensible = check_together(options); !sensible) return usage_error(sensible.error());
  return {std::move(options), kExitFine};
}

}  // namespace fcn::tools
