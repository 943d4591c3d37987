// SPDX-License-Identifier: MIT
// What to run and how, what to compare it with, and how much memory that may take.
#include <cctype>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "fcn/base/checked.hpp"
#include "tools/infer/infer_options_groups.hpp"
#include "tools/pictures/picture_formats.hpp"
#include "tools/runs/scale_pyramid.hpp"

namespace fcn::tools {
namespace {

constexpr int kMostThreads = 1024;                  // Session's own bound
constexpr int kLargestWindowStride = 1'000'000;     // far beyond any picture
constexpr int kLargestStride = 1'000;               // far beyond any network's; the model says what it allows
constexpr std::uint64_t kLeastRowsFrom = 1u << 20;  // smaller pictures may have to be enlarged to be drawn

Error not_understood(const std::string& text, const std::string& expected) {
  return {ErrorCode::invalid_argument, "\"" + text + "\" is " + expected, ""};
}

/// "300M": a whole number, alone or with K, M, G, T or P for powers of `step`, and whether it is one above 0
/// that fits.
std::optional<std::uint64_t> parse_amount(const std::string& text, std::uint64_t step) {
  constexpr std::string_view kUnits = "KMGTP";
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [parsed_to, failed] = std::from_chars(text.data(), end, value);
  if (failed != std::errc() || end - parsed_to > 1) return std::nullopt;
  if (parsed_to != end) {
    const auto unit = kUnits.find(static_cast<char>(std::toupper(static_cast<unsigned char>(*parsed_to))));
    if (unit == std::string_view::npos) return std::nullopt;
    for (std::size_t i = 0; i <= unit; ++i) {
      const auto more = checked_mul(value, step);
      if (!more) return std::nullopt;
      value = *more;
    }
  }
  return value != 0 ? std::optional(value) : std::nullopt;
}

/// Sets `part` to "X,Y,W,H".
auto part_into(PixelRect& part) {
  return [&part](const std::string& text) -> Status {
    const char* at = text.data();
    const char* const end = at + text.size();
    int* const fields[] = {&part.x, &part.y, &part.width, &part.height};
    for (int* const field : fields) {
      const auto [parsed_to, failed] = std::from_chars(at, end, *field);
      const bool last = field == &part.height;
      if (failed != std::errc() || (last ? parsed_to != end : parsed_to == end || *parsed_to != ','))
        return not_understood(text, "not X,Y,W,H: the first pixel and the size of a part");
      at = parsed_to + 1;
    }
    if (part.x < 0 || part.y < 0 || part.width < 1 || part.height < 1)
      return not_understood(text, "no part of a picture: W and H must be at least 1, X and Y at least 0");
    return {};
  };
}

/// Sets `size` to "WxH".
auto size_into(std::optional<PictureSize>& size) {
  return [&size](const std::string& text) -> Status {
    const auto spec = parse_resize(text);
    if (!spec || spec->short_side != 0 || spec->by_recipe)
      return not_understood(text, "not WxH with positive numbers");
    size = PictureSize{spec->width, spec->height};
    return {};
  };
}

}  // namespace

void add_run_options(CommandLine& line, InferOptions& options) {
  OptionGroup group = line.group("What to run");
  group.arguments("IMAGE", options.inputs,
                  readable_formats() + ";\na folder of them; a quoted pattern ('*.jpg'); - is stdin");
  group.text("--list", "FILE", options.list, "Also the pictures named in FILE, one a line; - for stdin");
  group.flag(
      "--skip-existing", options.skip_existing,
      "Leave out pictures whose output files are all there, and\nadd to the --json FILE what it lacks");
  group.text("-m,--model", "FILE", options.model, "Model of fcn-export ($FCN_MODEL or the shipped one)");
  group.number("-t,--threads", options.threads, 1, kMostThreads,
               "Threads (default: all cores that may be used)");
  group.number("--pool-stride", options.pool_stride, 1, kLargestStride,
               "Step between windows in feature cells: 1 (dense) to the\npool's own size (fewest cells)");
  group.number("--output-stride", options.output_stride, 1, kLargestStride,
               "Pixels between feature cells, for denser maps: 16, 8 or\n4 where the network's own are 32");
  group.value(
      "--page", "N",
      [&options](const std::string& text) -> Status {
        options.page = parse_page(text);
        if (options.page) return {};
        return not_understood(text, "no page: 1 is the first, and 1.1 its first smaller copy (SubIFD)");
      },
      "The page of a TIFF, from 1; N.K is the K-th smaller copy\nof page N (SubIFD). --plan says what there "
      "is");
  group.value("--roi", "X,Y,W,H", part_into(options.roi),
              "Run only this part: the cells whose centres lie in it,\nas in the whole picture's map");
  group.choice(
      "--border", {"reflect", "edge", "mean"},
      [&options](std::size_t taken) {
        constexpr BorderKind kKinds[] = {BorderKind::reflect, BorderKind::edge, BorderKind::mean};
        options.border = kKinds[taken];
      },
      "Half a window more on each side, so that edges have\n"
      "cells: mirrored, the edge repeated, or the model's mean");
  group.value(
      "--resize", "SIZE",
      [&options](const std::string& text) -> Status {
        auto spec = parse_resize(text);
        if (!spec) return not_understood(text, "neither short:N nor WxH nor recipe");
        options.resize = *spec;
        return {};
      },
      "Resize first: short:N for the shorter side, WxH, or\nrecipe for what the model's training code did");
  group.value(
      "--scales", "LIST",
      [&options](const std::string& text) -> Status {
        auto scales = parse_scales(text);
        if (!scales) return scales.error();
        options.scales = *std::move(scales);
        return {};
      },
      "Run at several sizes, as 0.5,0.71,1,1.41, and make\ntheir maps one");
  group.choice(
      "--fuse", {"max", "mean"},
      [&options](std::size_t taken) { options.fuse = taken == 1 ? maps::Fuse::mean : maps::Fuse::max; },
      "With --scales: a place's score is the max (default) or\nmean of the maps there");
  group.value("--tile-average", "WxH", size_into(options.tile),
              "Of a model for pixels: run tiles that cover the picture,\nand average the logits where they "
              "overlap");
  group.choice(
      "--algorithm", {"auto", "direct"},
      [&options](std::size_t taken) {
        options.algorithm = taken == 1 ? AlgorithmChoice::direct : AlgorithmChoice::automatic;
      },
      "Convolutions: auto (default: Winograd where it\npays) or direct");
  group.flag("--no-exif", options.apply_exif, "Do not turn pictures upright", false);
}

void add_memory_options(CommandLine& line, InferOptions& options) {
  OptionGroup group = line.group("Memory and work");
  group.value(
      "--max-memory", "SIZE",
      [&options](const std::string& text) -> Status {
        const auto bytes = parse_amount(text, 1024);
        if (!bytes) return not_understood(text, "not a size such as 300M or 1G (or K, or bytes)");
        options.max_memory = *bytes;
        return {};
      },
      "Fit a picture's peak (see --plan) into SIZE, as 300M\nor 1G, or refuse it before decoding");
  group.value(
      "--rows-from", "SIZE",
      [&options](const std::string& text) -> Status {
        const auto bytes = parse_amount(text, 1024);
        if (!bytes || *bytes < kLeastRowsFrom)
          return not_understood(text, "not a size of 1M or more, such as 64M or 1G");
        options.rows_from = *bytes;
        return {};
      },
      "Read PNG, JPEG, TIFF, BMP and PPM row by row if they\ntake SIZE or more decoded (default: 64M)");
  group.value(
      "--max-work", "AMOUNT",
      [&options](const std::string& text) -> Status {
        const auto work = parse_amount(text, 1000);
        if (!work) return not_understood(text, "not a number of multiply-adds such as 500G or 20T");
        options.max_work = *work;
        return {};
      },
      "Refuse pictures that take longer than so many multiply-\nadds, as 500G or 20T (default: 32M a pixel, "
      "1P)");
  group.flag("--plan", options.plan, "Do not run: show layers, sizes and the peak of memory");
  group.value("--size", "WxH", size_into(options.size),
              "With --plan or --explain-geometry, in place of IMAGE:\npixels, width first");
}

void add_comparison_options(CommandLine& line, InferOptions& options) {
  OptionGroup group = line.group("To compare");
  group.optional_number(
      "--compare-windows", "STRIDE", options.compare_windows, 0, 1, kLargestWindowStride,
      "Also classify each window on its own, one every STRIDE\npixels (default: the map's)");
}

}  // namespace fcn::tools
