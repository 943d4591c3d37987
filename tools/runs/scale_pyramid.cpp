// SPDX-License-Identifier: MIT
#include "tools/runs/scale_pyramid.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "tools/shell/elapsed.hpp"

namespace fcn::tools {
namespace {

AxisGeometry unscaled_axis(const AxisGeometry& axis, double ratio) {
  return {axis.stride * ratio, (axis.first_center + 0.5) * ratio - 0.5,
          std::llround(std::ceil(static_cast<double>(axis.receptive_field) * ratio))};
}

/// The scales of one picture, run one after the other.
class Pyramid {
 public:
  Pyramid(Session& session, const Picture& picture, const Limits& limits, ScaleReport& report,
          ScoreMap& fused)
      : session_(session), picture_(picture), limits_(limits), report_(report), fused_(fused) {}

  Status run(ScaleRun& scale) {
    session_.forget();  // the rings of the scale before, which the next would find too small or too large
    if (scale.size.width == picture_.width && scale.size.height == picture_.height)
      return run_on(picture_, scale);
    const auto start = std::chrono::steady_clock::now();
    const auto scaled = resize_bilinear(picture_, static_cast<int>(scale.size.width),
                                        static_cast<int>(scale.size.height), limits_);
    if (!scaled) return scaled.error();
    report_.resize_ms += milliseconds_since(start);
    return run_on(*scaled, scale);
  }

  void finish() {
    const auto start = std::chrono::steady_clock::now();
    fusion_->finish();
    report_.infer_ms += milliseconds_since(start);
  }

 private:
  Status run_on(const Picture& scaled, ScaleRun& scale) {
    if (Status ran = session_.run_into(scaled.view(), map_); !ran) return ran;
    report_.plan_ms += session_.times().plan;
    report_.infer_ms += session_.times().infer;
    scale.rows = map_.rows();
    scale.cols = map_.cols();
    scale.geometry = unscaled(map_.geometry(), scale.size, {picture_.width, picture_.height});
    scale.peaks = map_.peaks();
    const auto start = std::chrono::steady_clock::now();
    if (fusion_) {
      if (Status added = fusion_->add(map_, scale.geometry); !added) return added;
    } else {
      auto fusion = maps::MapFusion::begin(report_.fuse, map_, scale.geometry, fused_);
      if (!fusion) return fusion.error();
      fusion_.emplace(*std::move(fusion));
    }
    report_.infer_ms += milliseconds_since(start);
    return {};
  }

  Session& session_;
  const Picture& picture_;
  const Limits& limits_;
  ScaleReport& report_;
  ScoreMap& fused_;
  ScoreMap map_;
  std::optional<maps::MapFusion> fusion_;
};

/// Which scale has each class's highest peak, of those that ran, in their order.
std::vector<std::size_t> best_scales(const ScaleReport& report, const std::vector<std::size_t>& order) {
  std::vector<std::size_t> best(report.scales[order.front()].peaks.size(), order.front());
  const auto height = [&](std::size_t scale, std::size_t id) {
    return report.scales[scale].peaks[id].probability;
  };
  for (const std::size_t scale : order)
    for (std::size_t id = 0; id < best.size(); ++id)
      if (height(scale, id) > height(best[id], id)) best[id] = scale;
  return best;
}

}  // namespace

Result<std::vector<double>> parse_scales(std::string_view text) {
  constexpr double kSmallest = 0.01, kLargest = 100;
  constexpr std::size_t kMost = 32;
  const Error wrong{
      ErrorCode::invalid_argument,
      "\"" + std::string(text) + "\" is not a list of different numbers from 0.01 to 100, as 0.5,0.71,1", ""};
  std::vector<double> scales;
  for (const char* at = text.data();; ++at) {
    const char* const end = text.data() + text.size();
    double scale = 0;
    const auto [parsed_to, failed] = std::from_chars(at, end, scale, std::chars_format::fixed);
    const bool known = std::find(scales.begin(), scales.end(), scale) != scales.end();
    if (failed != std::errc() || known || !(scale >= kSmallest && scale <= kLargest) ||
        scales.size() == kMost)
      return wrong;
    scales.push_back(scale);
    if (parsed_to == end) return scales;
    if (*parsed_to != ',') return wrong;
    at = parsed_to;
  }
}

PictureSize scaled_size(PictureSize size, double scale) {
  const auto side = [&](std::int64_t pixels) {
    return std::max<std::int64_t>(std::llround(static_cast<double>(pixels) * scale), 1);
  };
  return {side(size.width), side(size.height)};
}

MapGeometry unscaled(const MapGeometry& geometry, PictureSize scaled, PictureSize given) {
  const double x = static_cast<double>(given.width) / static_cast<double>(scaled.width);
  const double y = static_cast<double>(given.height) / static_cast<double>(scaled.height);
  return {unscaled_axis(geometry.y, y),
          unscaled_axis(geometry.x, x),
          {static_cast<int>(std::lround(geometry.window.y * y)),
           static_cast<int>(std::lround(geometry.window.x * x))}};
}

Result<ScaleReport> run_scales(const Model& model, Session& session, const Picture& picture,
                               const std::vector<double>& scales, maps::Fuse fuse, ScoreMap& fused) {
  const Extent window = model.info().window;
  ScaleReport report;
  report.fuse = fuse;
  std::vector<std::size_t> order;  // of those that run
  for (const double scale : scales) {
    ScaleRun run;
    run.scale = scale;
    run.size = scaled_size({picture.width, picture.height}, scale);
    run.skipped = run.size.width < window.x || run.size.height < window.y;
    if (!run.skipped) order.push_back(report.scales.size());
    report.scales.push_back(std::move(run));
  }
  if (order.empty())
    return Error{ErrorCode::too_small,
                 "at every scale the picture is smaller than the model's " + std::to_string(window.x) + "x" +
                     std::to_string(window.y) + " window",
                 "--scales"};
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scales[a] > scales[b]; });
  Pyramid pyramid(session, picture, model.limits(), report, fused);
  for (const std::size_t scale : order)
    if (Status ran = pyramid.run(report.scales[scale]); !ran) return ran.error().at("--scales");
  pyramid.finish();
  report.best = best_scales(report, order);
  return report;
}

}  // namespace fcn::tools
