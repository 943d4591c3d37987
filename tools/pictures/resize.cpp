// SPDX-License-Identifier: MIT
// Pillow's Resample.c restated for 8-bit RGB: weights of its filters in float64, rounded to fixed point, rows
// first and columns second, each pass rounded to 8 bits. Every step matters to the last bit. Unlike in
// Pillow, the first pass is not stored: a ring keeps the rows that the second still reads.
#include "tools/pictures/resize.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <new>

#include "tools/shell/counted_memory.hpp"

namespace fcn::tools {
namespace {

// Bits behind the point: what 32 leave beside 8 for the sample and 2 for sums beyond it.
constexpr int kFractionBits = 32 - 8 - 2;

/// For each output position, the input positions it reads and how much each counts.
struct Weights {
  struct Span {
    int first = 0;
    int count = 0;
  };
  CountedVector<Span> spans;
  CountedVector<std::int32_t> values;  // [output][widest], fixed point
  int widest = 0;

  [[nodiscard]] const std::int32_t* of(int output) const {
    return values.data() + static_cast<std::size_t>(output) * static_cast<std::size_t>(widest);
  }
};

/// How far a filter reaches in the larger of the two scales.
double filter_reach(RecipeInterpolation interpolation) {
  constexpr double reaches[] = {0.0, 1.0, 2.0, 3.0};  // nearest, bilinear, bicubic, lanczos
  return reaches[static_cast<std::size_t>(interpolation)];
}

double sinc(double x) {
  constexpr double pi = 3.14159265358979323846;
  return x == 0.0 ? 1.0 : std::sin(x * pi) / (x * pi);
}

/// The weight of a pixel at this distance, before normalisation.
double filter_weight(RecipeInterpolation interpolation, double distance) {
  const double x = std::abs(distance);
  if (interpolation == RecipeInterpolation::bilinear) return x < 1.0 ? 1.0 - x : 0.0;
  if (interpolation == RecipeInterpolation::lanczos)
    return distance >= -3.0 && distance < 3.0 ? sinc(distance) * sinc(distance / 3) : 0.0;
  constexpr double a = -0.5;
  if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
  return x < 2.0 ? (((x - 5) * x + 8) * x - 4) * a : 0.0;
}

/// Shrinking widens the filter: that is the antialiasing.
double filter_scale_of(int from, int to) {
  return std::max(static_cast<double>(from) / to, 1.0);
}

/// Most input positions that one output position reads.
int widest_span(int from, int to, RecipeInterpolation interpolation) {
  if (interpolation == RecipeInterpolation::nearest) return 1;
  return static_cast<int>(std::ceil(filter_reach(interpolation) * filter_scale_of(from, to))) * 2 + 1;
}

/// As Pillow rounds: away from zero at halves.
std::int32_t to_fixed(double share) {
  const double scaled = share * (1 << kFractionBits);
  return static_cast<std::int32_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}

/// One pixel each: the one under the middle of the output's.
Weights nearest_weights(int from, int to) {
  Weights weights;
  weights.widest = 1;
  weights.spans.resize(static_cast<std::size_t>(to));
  weights.values.resize(static_cast<std::size_t>(to), 1 << kFractionBits);
  const double scale = static_cast<double>(from) / to;
  // Added up step by step, as Pillow's affine transform does.
  double at = scale * 0.5;
  for (Weights::Span& span : weights.spans) {
    span = {std::min(static_cast<int>(at), from - 1), 1};
    at += scale;
  }
  return weights;
}

Weights filter_weights(int from, int to, RecipeInterpolation interpolation) {
  if (interpolation == RecipeInterpolation::nearest) return nearest_weights(from, to);
  const double scale = static_cast<double>(from) / to;
  const double filter_scale = filter_scale_of(from, to);
  const double support = filter_reach(interpolation) * filter_scale;
  Weights weights;
  weights.widest = widest_span(from, to, interpolation);
  weights.spans.resize(static_cast<std::size_t>(to));
  weights.values.resize(static_cast<std::size_t>(to) * static_cast<std::size_t>(weights.widest));
  CountedVector<double> exact(static_cast<std::size_t>(weights.widest));
  for (int i = 0; i < to; ++i) {
    const double center = (i + 0.5) * scale;
    const double step = 1.0 / filter_scale;
    const int first = std::max(static_cast<int>(center - support + 0.5), 0);
    const int count = std::min(static_cast<int>(center + support + 0.5), from) - first;
    double sum = 0;
    for (int k = 0; k < count; ++k) {
      exact[static_cast<std::size_t>(k)] = filter_weight(interpolation, (k + first - center + 0.5) * step);
      sum += exact[static_cast<std::size_t>(k)];
    }
    weights.spans[static_cast<std::size_t>(i)] = {first, count};
    std::int32_t* const out =
        weights.values.data() + static_cast<std::size_t>(i) * static_cast<std::size_t>(weights.widest);
    for (int k = 0; k < count; ++k) {
      const double share =
          sum != 0.0 ? exact[static_cast<std::size_t>(k)] / sum : exact[static_cast<std::size_t>(k)];
      out[k] = to_fixed(share);
    }
  }
  return weights;
}

std::uint8_t to_sample(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> kFractionBits, 0, 255));
}

void resize_row(const std::uint8_t* from, const Weights& weights, std::uint8_t* to) {
  for (std::size_t x = 0; x < weights.spans.size(); ++x) {
    const auto [first, count] = weights.spans[x];
    const std::int32_t* const weight = weights.of(static_cast<int>(x));
    const std::uint8_t* pixel = from + 3 * static_cast<std::ptrdiff_t>(first);
    std::int32_t red = 1 << (kFractionBits - 1);
    std::int32_t green = red;
    std::int32_t blue = red;
    for (int k = 0; k < count; ++k, pixel += 3) {
      red += pixel[0] * weight[k];
      green += pixel[1] * weight[k];
      blue += pixel[2] * weight[k];
    }
    *to++ = to_sample(red);
    *to++ = to_sample(green);
    *to++ = to_sample(blue);
  }
}

/// One output row from the rows that `row_at(y)` returns, first to first + count - 1.
template <class RowAt>
void blend_rows(const RowAt& row_at, Weights::Span span, const std::int32_t* weight,
                CountedVector<std::int32_t>& sums, std::uint8_t* to) {
  std::fill(sums.begin(), sums.end(), 1 << (kFractionBits - 1));
  for (int k = 0; k < span.count; ++k) {
    const std::uint8_t* const row = row_at(span.first + k);
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += row[i] * weight[k];
  }
  for (const std::int32_t sum : sums) *to++ = to_sample(sum);
}

Picture resize_into(const Picture& from, Picture to, RecipeInterpolation interpolation) {
  const Weights across = filter_weights(from.width, to.width, interpolation);
  const Weights down = filter_weights(from.height, to.height, interpolation);
  // Pillow leaves out the pass along a side that keeps its length.
  const bool resize_across = from.width != to.width;
  const bool resize_down = from.height != to.height;

  const std::size_t row_bytes = to.row_bytes();
  const int ring_rows = down.widest;
  ByteVector ring(resize_across ? static_cast<std::size_t>(ring_rows) * row_bytes : 0);
  CountedVector<std::int32_t> sums(row_bytes);
  int made = 0;  // rows of the first pass so far
  const auto first_pass_row = [&](int y) -> const std::uint8_t* {
    if (!resize_across) return from.row(y);
    for (; made <= y; ++made)
      resize_row(from.row(made), across,
                 ring.data() + static_cast<std::size_t>(made % ring_rows) * row_bytes);
    return ring.data() + static_cast<std::size_t>(y % ring_rows) * row_bytes;
  };
  for (int y = 0; y < to.height; ++y) {
    if (resize_down)
      blend_rows(first_pass_row, down.spans[static_cast<std::size_t>(y)], down.of(y), sums, to.row(y));
    else
      std::copy_n(first_pass_row(y), row_bytes, to.row(y));
  }
  return to;
}

/// All of `text` as a positive number, or 0.
int positive_number(std::string_view text) {
  int value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failed == std::errc() && end == text.data() + text.size() && value > 0 ? value : 0;
}

}  // namespace

Result<ResizeSpec> parse_resize(std::string_view text) {
  ResizeSpec spec;
  spec.by_recipe = text == "recipe";
  if (spec.by_recipe) return spec;
  constexpr std::string_view kShort = "short:";
  if (text.starts_with(kShort)) {
    spec.short_side = positive_number(text.substr(kShort.size()));
    if (spec.short_side > 0) return spec;
  } else if (const std::size_t x = text.find('x'); x != std::string_view::npos) {
    spec.width = positive_number(text.substr(0, x));
    spec.height = positive_number(text.substr(x + 1));
    if (spec.width > 0 && spec.height > 0) return spec;
  }
  return Error{ErrorCode::invalid_argument,
               "is not a size; expected short:N or WxH with positive numbers, or recipe", std::string(text)};
}

PictureSize resized_size(const ResizeSpec& spec, int width, int height) {
  if (spec.short_side == 0) return {spec.width, spec.height};
  const std::int64_t side = spec.short_side;
  if (width <= height) return {side, std::max<std::int64_t>(side * height / width, 1)};
  return {std::max<std::int64_t>(side * width / height, 1), side};
}

PictureSize resized_size(const ResizeRecipe& recipe, int width, int height) {
  if (!recipe.keep_ratio) return {recipe.resize.x, recipe.resize.y};
  if (recipe.resize.x == recipe.resize.y) {
    ResizeSpec square;
    square.short_side = recipe.resize.x;
    return resized_size(square, width, height);
  }
  // Just large enough on both sides.
  const std::int64_t x = recipe.resize.x, y = recipe.resize.y;
  if (x * height >= y * width) return {x, std::max<std::int64_t>(x * height / width, y)};
  return {std::max<std::int64_t>(y * width / height, x), y};
}

std::uint64_t resize_scratch_bytes(PictureSize from, PictureSize to, RecipeInterpolation interpolation) {
  const auto size = [](std::int64_t value) { return static_cast<std::uint64_t>(value); };
  const auto weights = [&](std::int64_t along, std::int64_t across) {
    const int widest = widest_span(static_cast<int>(along), static_cast<int>(across), interpolation);
    return size(across) * (sizeof(Weights::Span) + sizeof(std::int32_t) * size(widest));
  };
  const auto exact = [&](std::int64_t along, std::int64_t across) {
    if (interpolation == RecipeInterpolation::nearest) return std::uint64_t{0};
    return sizeof(double) *
           size(widest_span(static_cast<int>(along), static_cast<int>(across), interpolation));
  };
  const std::uint64_t across = weights(from.width, to.width), down = weights(from.height, to.height);
  const std::uint64_t row = 3 * size(to.width);
  const std::uint64_t ring =
      from.width != to.width
          ? row * size(widest_span(static_cast<int>(from.height), static_cast<int>(to.height), interpolation))
          : 0;
  const std::uint64_t working = across + down + ring + row * sizeof(std::int32_t);
  // The exact weights of one side are gone before the rows are made.
  return std::max(
      {working, across + exact(from.width, to.width), across + down + exact(from.height, to.height)});
}

Result<Picture> resize_picture(const Picture& from, int width, int height, RecipeInterpolation interpolation,
                               const Limits& limits) {
  auto to = make_picture(width, height, limits);
  if (!to) return to;
  try {
    return resize_into(from, *std::move(to), interpolation);
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::out_of_memory, "no memory to resize the picture", ""};
  }
}

}  // namespace fcn::tools
