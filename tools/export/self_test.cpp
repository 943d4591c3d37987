// SPDX-License-Identifier: MIT
#include "tools/export/self_test.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <variant>

#include "fcn/kernels/tables.hpp"
#include "fcn/session.hpp"
#include "tools/export/pixel_model.hpp"

namespace fcn::tools {
namespace {

constexpr int kGridSize = 8;
/// How much wider than its window a self-test's picture is: a quarter, at least one cell of any stride up to
/// that.
constexpr int kWiderBy = 4;

/// A fixed sequence (xorshift, Marsaglia 2003): the same picture in every build.
class Noise {
 public:
  std::uint8_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return static_cast<std::uint8_t>(state_ >> 24);
  }

 private:
  std::uint32_t state_ = 0x2545'f491;
};

/// The grid enlarged as SelfTest says.
std::vector<std::uint8_t> enlarge(const SelfTest& picture, int channels) {
  std::vector<std::uint8_t> pixels;
  pixels.reserve(static_cast<std::size_t>(picture.height) * static_cast<std::size_t>(picture.width) *
                 static_cast<std::size_t>(channels));
  for (std::int64_t y = 0; y < picture.height; ++y)
    for (std::int64_t x = 0; x < picture.width; ++x) {
      const std::int64_t cell = (y * picture.grid_size / picture.height) * picture.grid_size +
                                x * picture.grid_size / picture.width;
      for (int c = 0; c < channels; ++c)
        pixels.push_back(picture.grid[static_cast<std::size_t>(cell * channels + c)]);
    }
  return pixels;
}

/// Multiply-adds of one output value.
std::int64_t reduction(const Op& op) {
  if (const auto* conv = std::get_if<Conv>(&op))
    return std::int64_t{conv->in_channels / conv->groups} * conv->kernel.y * conv->kernel.x;
  if (const auto* linear = std::get_if<Linear>(&op)) return linear->in_features;
  if (const auto* pool = std::get_if<AveragePool>(&op)) return std::int64_t{pool->kernel.y} * pool->kernel.x;
  return 1;
}

}  // namespace

Result<Comparison> compare(const std::vector<float>& expected, const std::vector<float>& found) {
  if (expected.size() != found.size())
    return Error{
        ErrorCode::mismatch,
        "expected " + std::to_string(expected.size()) + " logits, found " + std::to_string(found.size()), ""};
  Comparison result;
  result.values = expected.size();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (!std::isfinite(expected[i]) || !std::isfinite(found[i]))
      return Error{ErrorCode::mismatch, "logit " + std::to_string(i) + " is not finite", ""};
    result.scale = std::max(result.scale, static_cast<double>(std::abs(expected[i])));
    result.largest_difference =
        std::max(result.largest_difference, std::abs(static_cast<double>(expected[i]) - found[i]));
  }
  result.identical =
      expected.empty() || std::memcmp(expected.data(), found.data(), expected.size() * sizeof(float)) == 0;
  return result;
}

SelfTest make_picture(int height, int width, int channels) {
  SelfTest picture{.height = height, .width = width, .grid_size = kGridSize, .grid = {}, .logits = {}};
  Noise noise;
  for (int i = 0; i < kGridSize * kGridSize * channels; ++i) picture.grid.push_back(noise.next());
  return picture;
}

Result<std::vector<float>> run_picture(const Model& model, const SelfTest& picture) {
  const int channels = model.input_channels();
  const std::vector<std::uint8_t> pixels = enlarge(picture, channels);
  auto session = Session::create(model, {.scores = ScoreKind::logits});
  if (!session) return session.error();
  const auto map = session->run({.pixels = pixels.data(),
                                 .width = picture.width,
                                 .height = picture.height,
                                 .row_stride = std::ptrdiff_t{picture.width} * channels});
  if (!map) return map.error();
  std::vector<float> logits;
  for (int c = 0; c < map->classes(); ++c)
    for (int row = 0; row < map->rows(); ++row)
      for (int col = 0; col < map->cols(); ++col) logits.push_back(map->at(c, row, col));
  return logits;
}

Result<std::vector<float>> run_picture(const Graph& graph, const ModelInfo& info, const SelfTest& picture,
                                       const kernels::KernelTable& table) {
  ModelOptions options;
  options.table = &table;
  const auto model = Model::from_graph(graph, info, options);
  if (!model) return model.error();
  return run_picture(*model, picture);
}

std::vector<float> kept_logits(std::vector<float> logits, const SelfTest& picture, ModelKind kind) {
  const auto height = static_cast<std::size_t>(picture.height);
  const auto width = static_cast<std::size_t>(picture.width);
  if (kind != ModelKind::pixels) return logits;
  const std::size_t classes = logits.size() / (height * width);
  const auto step =
      static_cast<std::size_t>(self_test_step(static_cast<int>(classes), picture.height, picture.width));
  std::vector<float> kept;
  for (std::size_t c = 0; c < classes; ++c)
    for (std::size_t row = 0; row < height; row += step)
      for (std::size_t col = 0; col < width; col += step)
        kept.push_back(logits[(c * height + row) * width + col]);
  return kept;
}

Result<SelfTest> make_self_test(const Model& model) {
  const ModelInfo& info = model.info();
  const int wider = round_up(ceil_div(info.window.x, kWiderBy), info.size_multiple.x);
  const Extent size = info.kind == ModelKind::pixels ? small_picture(model.graph(), info)
                                                     : Extent{info.window.y, info.window.x + wider};
  SelfTest test = make_picture(size.y, size.x, model.input_channels());
  auto logits = run_picture(model, test);
  if (!logits) return logits.error();
  test.logits = kept_logits(*std::move(logits), test, info.kind);
  return test;
}

double rounding_bound(const Graph& graph) {
  constexpr double unit = 0x1p-24;
  double bound = 0;
  for (const Node& node : graph.nodes) bound += static_cast<double>(reduction(node.op) + 1) * unit;
  return 2 * bound;
}

}  // namespace fcn::tools
