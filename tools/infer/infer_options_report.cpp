// SPDX-License-Identifier: MIT
// What to show of a result, its regions, and the files to write.
#include "tools/infer/infer_options_groups.hpp"
#include "tools/outputs/output_kinds.hpp"

namespace fcn::tools {
namespace {

constexpr int kMostClasses = 1'000'000;

}  // namespace

void add_report_options(CommandLine& line, InferOptions& options) {
  OptionGroup group = line.group("What to show");
  group.number("-k,--top", options.top, 1, kMostClasses, "How many classes to list (default: 5)");
  group.texts("--class", "NAME|ID", options.class_names,
              "Show this class, not the predicted one; may be repeated");
  group.choice(
      "--scores", {"probabilities", "logits", "labels"},
      [&options](std::size_t taken) {
        options.scores = taken == 1 ? ScoreKind::logits : ScoreKind::probabilities;
        options.npy_holds = taken == 2 ? NpyHolds::labels : NpyHolds::scores;
      },
      "What maps hold: probabilities (default) or logits; of a\nmodel for pixels --npy holds labels "
      "(default) or these");
  group.choice(
      "--activation", {"softmax", "sigmoid", "none"},
      [&options](std::size_t taken) { options.activation = static_cast<ScoreActivation>(taken); },
      "What makes probabilities of logits (default: as the\nmodel says)");
  group.flag("-q,--quiet", options.quiet, "Only errors and the outputs asked for");
  group.flag("-v,--verbose", options.verbose, "Also the map's shape and each cell's winning class");
  group.flag("--profile", options.profile, "Also time, GFLOP/s and share of the peak of each layer");
  group.flag(
      "--explain-geometry", options.explain_geometry,
      "Do not run: explain which pixels the map's cells show,\nof IMAGE, of --size or of the model's window");
  group.flag("--version", options.version, "Print the version and the arch in use");
  group.flag("--list-classes", options.list_classes, "Print the model's classes");
}

void add_region_options(CommandLine& line, InferOptions& options) {
  OptionGroup group = line.group("Regions and placement");
  group.choice(
      "--regions", {"shown", "all", "tutorial"},
      [&options](std::size_t taken) {
        constexpr RegionKind kKinds[] = {RegionKind::shown, RegionKind::all, RegionKind::tutorial};
        options.regions.kind = kKinds[taken];
      },
      "List connected regions: of the shown class (shown),\nof all classes (all), or the tutorials' box "
      "(tutorial)");
  group.fraction("--threshold", options.threshold,
                 "The least probability in a region (default: 0.25, or\n0.5 where classes are independent)");
  group.fraction(
      "--nms", options.regions.nms,
      "Drop regions whose boxes overlap a better one's by\nmore than this intersection over union");
  group.flag("--contours", options.regions.contours, "Also the regions' outlines, in the JSON");
  group.choice(
      "--placement", {"centers", "stretch"},
      [&options](std::size_t taken) {
        options.placement = taken == 1 ? maps::Placement::stretch : maps::Placement::centers;
      },
      "Maps on pictures: centers (default: each cell where\nthe network looked) or stretch (over the whole "
      "picture)");
}

void add_file_options(CommandLine& line, InferOptions& options) {
  OptionGroup group = line.group("Files");
  group.text("--json", "FILE", options.json, "One JSON object a line; - for stdout, without the report");
  group.text(
      "--coco", "FILE", options.coco,
      "The regions of all pictures as COCO's annotations, in\none JSON file; outlines with --contours");
  for (const OutputKind& kind : output_kinds())
    group.text(kind.option, "FILE|DIR", options.*kind.place, kind.help);
  group.text("--layers", "DIR", options.layers,
             "PNGs of each layer's feature maps and of the first\nlayer's filters");
  group.flag("--sandbox", options.sandbox,
             "First give up all other files, the network and other\nprograms; where Linux cannot, refuse");
}

}  // namespace fcn::tools
