// SPDX-License-Identifier: MIT
#include "tools/infer/run_identity.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <span>

#include "fcn/base/byte_source.hpp"
#include "tools/pictures/picture_formats.hpp"
#include "tools/results/result_line.hpp"
#include "tools/shell/sha256.hpp"

namespace fcn::tools {
namespace {

template <class Value>
std::string given(const std::optional<Value>& value) {
  return value ? fmt::format("{}", *value) : "-";
}

std::string given(const std::optional<ResizeSpec>& resize) {
  if (!resize) return "-";
  return fmt::format("{}x{} {} {}", resize->width, resize->height, resize->short_side, resize->by_recipe);
}

std::string given(const std::optional<PictureSize>& size) {
  return size ? fmt::format("{}x{}", size->width, size->height) : "-";
}

template <class Enum>
std::optional<int> number_of(const std::optional<Enum>& value) {
  return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
}

/// Each option that changes a line, with its value. Sizes stand before lists, so that no two sets of options
/// have one text.
std::string options_text(const InferOptions& options) {
  std::string text =
      fmt::format("top {}\nstrides {} {}\nalgorithm {}\nscores {}\nactivation {}\nplacement {}\n",
                  options.top, options.pool_stride, options.output_stride,
                  static_cast<int>(options.algorithm), static_cast<int>(options.scores),
                  given(number_of(options.activation)), static_cast<int>(options.placement));
  text += fmt::format("regions {} {} {} {}\n", static_cast<int>(options.regions.kind),
                      given(options.threshold), options.regions.contours, given(options.regions.nms));
  text += fmt::format("resize {}\nexif {}\ntile {}\nfuse {}\n", given(options.resize), options.apply_exif,
                      given(options.tile), given(number_of(options.fuse)));
  if (const PixelRect& roi = options.roi; !roi.is_empty())
    text += fmt::format("roi {} {} {} {}\n", roi.x, roi.y, roi.width, roi.height);
  if (options.page) text += fmt::format("page {}\n", page_name(*options.page));
  if (options.border != BorderKind::none) text += fmt::format("border {}\n", border_name(options.border));
  text += fmt::format("scales {}", options.scales.size());
  for (const double scale : options.scales) text += fmt::format(" {}", scale);
  text += fmt::format("\nclasses {}", options.class_names.size());
  for (const std::string& name : options.class_names) text += fmt::format("\n{} {}", name.size(), name);
  return text;
}

}  // namespace

Result<std::string> run_identity(const std::string& model_path, const InferOptions& options) {
  const auto model = ByteSource::open(model_path);
  if (!model) return model.error();
  const auto digest = sha256_of(*model);
  if (!digest) return digest.error();
  const std::string text =
      fmt::format("fcn-infer {}\nlibjpeg {}\nmodel {} {}\n{}\n", FCN_VERSION, jpeg_by_libjpeg(), *digest,
                  std::filesystem::path(model_path).filename().string(), options_text(options));
  const auto identity = sha256_of(ByteSource::from_memory(std::as_bytes(std::span(text))));
  if (!identity) return identity;
  return identity->substr(0, kRunDigits);
}

}  // namespace fcn::tools
