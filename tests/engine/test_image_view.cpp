// SPDX-License-Identifier: MIT
// One picture in every layout of pixels gives the bits of packed RGB; layouts that make no sense are refused.
#include "fcn/image_view.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "fcn/run/executor.hpp"
#include "fcn/run/pixels/pixel_layout.hpp"
#include "tests/engine/session_fixture.hpp"

namespace fcn::test {
namespace {

template <class Sample>
Sample sample_of(std::uint8_t level) {
  if constexpr (std::is_same_v<Sample, float>) return static_cast<float>(level) / 255.0f;
  if constexpr (std::is_same_v<Sample, std::uint16_t>) return static_cast<std::uint16_t>(257 * level);
  return static_cast<Sample>(level);
}

/// How a picture is stored in a buffer, beside the type of its samples.
struct Layout {
  PixelFormat format;
  bool planar;
  int row_gap;    // samples after each row, which are noise
  int plane_gap;  // samples after each plane; -1: the planes lie line by line in each other
  bool bottom_up;
};

/// A packed RGB picture in another layout.
template <class Sample>
struct Stored {
  std::vector<Sample> samples;
  ImageView view;

  Stored(const NoisePicture& picture, const Layout& layout) {
    const int channels = channel_count(layout.format);
    const std::ptrdiff_t pixel = layout.planar ? 1 : channels;
    const std::ptrdiff_t line = pixel * picture.width + layout.row_gap;
    const bool by_line = layout.planar && layout.plane_gap < 0;
    const std::ptrdiff_t row = by_line ? channels * line : line;
    const std::ptrdiff_t plane = !layout.planar ? 1
                                 : by_line      ? line
                                                : row * picture.height + layout.plane_gap;
    samples.assign(static_cast<std::size_t>(channels * line * picture.height + 4 * plane), Sample{3});
    const auto at = [&](int x, int y, int c) -> Sample& {
      const int stored_row = layout.bottom_up ? picture.height - 1 - y : y;
      return samples[static_cast<std::size_t>(stored_row * row + x * pixel + c * plane)];
    };
    const bool reversed = layout.format == PixelFormat::bgr || layout.format == PixelFormat::bgra;
    for (int y = 0; y < picture.height; ++y)
      for (int x = 0; x < picture.width; ++x)
        for (int c = 0; c < std::min(channels, 3); ++c)
          at(x, y, reversed ? 2 - c : c) = sample_of<Sample>(
              picture.pixels[3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(picture.width) +
                                  static_cast<std::size_t>(x)) +
                             static_cast<std::size_t>(c)]);
    view = {
        .pixels = &at(0, 0, 0), .width = picture.width, .height = picture.height, .format = layout.format};
    constexpr auto kBytes = static_cast<std::ptrdiff_t>(sizeof(Sample));
    if (layout.row_gap != 0 || layout.bottom_up || by_line)
      view.row_stride = (layout.bottom_up ? -row : row) * kBytes;
    view.planar = layout.planar;
    if (layout.planar && layout.plane_gap != 0) view.plane_stride = plane * kBytes;
  }
};

/// A network of one convolution, so that each pixel of each channel counts.
Model one_conv(int channels) {
  ModelInfo info;
  info.mean.assign(static_cast<std::size_t>(channels), 0.485f);
  info.std.assign(static_cast<std::size_t>(channels), 0.229f);
  info.window = {1, 1};
  Graph graph;
  const NodeId input = graph.append("input", Input{channels}, {});
  Conv conv;
  conv.in_channels = channels;
  conv.out_channels = 4;
  conv.kernel = {3, 3};
  conv.pad = {1, 1, 1, 1};
  for (int i = 0; i < 4 * channels * 9; ++i)
    conv.weights.push_back(static_cast<float>((i * 37) % 19 - 9) / 8.0f);
  conv.bias = {0, 1, 2, 3};
  graph.output = graph.append("conv", conv, {input});
  auto model = Model::from_graph(graph, info, {.table = kernels::select_table().table, .limits = {}});
  if (!model) FAIL(model.error().to_string());
  return *std::move(model);
}

template <class Sample>
void check_layouts(Session& session, const NoisePicture& picture, const ScoreMap& truth) {
  for (const PixelFormat format : {PixelFormat::rgb, PixelFormat::bgr, PixelFormat::rgba, PixelFormat::bgra})
    for (const bool planar : {false, true})
      for (const int row_gap : {0, 5})
        for (const int plane_gap : {0, 3, -1})
          for (const bool bottom_up : {false, true}) {
            if (!planar && plane_gap != 0) continue;
            CAPTURE(sizeof(Sample), static_cast<int>(format), planar, row_gap, plane_gap, bottom_up);
            const Stored<Sample> stored(picture, {format, planar, row_gap, plane_gap, bottom_up});
            const auto map = session.run(stored.view);
            if (!map) FAIL(map.error().to_string());
            CHECK(same_scores(*map, truth));
            const auto crop = stored.view.crop(2, 1, picture.width - 5, picture.height - 3);
            REQUIRE(crop);
            const auto cropped = session.run(*crop);
            ImageView packed = picture.view();
            packed.format = PixelFormat::rgb;
            const auto expected = session.run(*packed.crop(2, 1, picture.width - 5, picture.height - 3));
            REQUIRE(cropped);
            REQUIRE(expected);
            CHECK(same_scores(*cropped, *expected));
          }
}

std::string refusal(const ImageView& view, int model_channels) {
  const auto layout = pixel_layout(view, model_channels);
  if (layout) return "";
  CHECK(layout.error().code == ErrorCode::invalid_argument);
  return layout.error().message;
}

}  // namespace

TEST_CASE("a picture gives the same bits in every layout of its pixels") {
  const Model model = one_conv(3);
  Session session = session_on(model, {.threads = 2, .scores = ScoreKind::logits});
  NoisePicture picture(9, 17);
  const ScoreMap truth = logits_of(session, picture);
  check_layouts<std::uint8_t>(session, picture, truth);
  check_layouts<std::uint16_t>(session, picture, truth);
  check_layouts<float>(session, picture, truth);
}

TEST_CASE("grey is three equal channels to a colour model, and colour is luma to a grey one") {
  NoisePicture picture(9, 17);
  for (std::size_t i = 0; i < picture.pixels.size(); i += 3)
    picture.pixels[i + 1] = picture.pixels[i + 2] = picture.pixels[i];
  std::vector<std::uint8_t> grey;
  for (std::size_t i = 0; i < picture.pixels.size(); i += 3) grey.push_back(picture.pixels[i]);
  for (const int channels : {1, 3}) {
    const Model model = one_conv(channels);
    Session session = session_on(model, {.threads = 1, .scores = ScoreKind::logits});
    const auto truth =
        session.run({.pixels = picture.pixels.data(), .width = 17, .height = 9, .channels = 3});
    const auto by_count = session.run({.pixels = grey.data(), .width = 17, .height = 9, .channels = 1});
    const auto by_name =
        session.run({.pixels = grey.data(), .width = 17, .height = 9, .format = PixelFormat::grey});
    REQUIRE((truth && by_count && by_name));
    CHECK(same_scores(*by_count, *truth));
    CHECK(same_scores(*by_name, *truth));
  }
}

TEST_CASE("samples need not be aligned") {
  const Model model = one_conv(3);
  Session session = session_on(model, {.threads = 1, .scores = ScoreKind::logits});
  const NoisePicture picture(5, 6);
  const Stored<float> stored(picture, {PixelFormat::rgb, false, 0, 0, false});
  std::vector<std::uint8_t> bytes(1 + 5 * 6 * 3 * sizeof(float));
  std::memcpy(bytes.data() + 1, stored.samples.data(), bytes.size() - 1);
  const auto map = session.run({.pixels = PixelPointer(bytes.data() + 1, SampleType::float32),
                                .width = 6,
                                .height = 5,
                                .channels = 3});
  REQUIRE(map);
  CHECK(same_scores(*map, logits_of(session, picture)));
}

TEST_CASE("a float picture with a sample that is no number is refused, and the next one runs") {
  const Model model = one_conv(3);
  Session session = session_on(model, {.threads = 2, .scores = ScoreKind::logits});
  const NoisePicture picture(9, 17);
  Stored<float> stored(picture, {PixelFormat::rgb, false, 0, 0, false});
  const float right = stored.samples[100];
  stored.samples[100] = std::numeric_limits<float>::quiet_NaN();
  const auto map = session.run(stored.view);
  REQUIRE_FALSE(map);
  CHECK(map.error().code == ErrorCode::invalid_argument);
  CHECK(map.error().message.find("not a number") != std::string::npos);
  stored.samples[100] = right;
  const auto again = session.run(stored.view);
  REQUIRE(again);
  CHECK(same_scores(*again, logits_of(session, picture)));
}

TEST_CASE("views that make no sense are refused with what to do") {
  const std::uint8_t bytes[64] = {};
  const std::uint16_t words[64] = {};
  const auto has = [](const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
  };
  const auto rgb = [&](std::ptrdiff_t row, std::ptrdiff_t plane) {
    return ImageView{.pixels = bytes,
                     .width = 2,
                     .height = 2,
                     .row_stride = row,
                     .channels = 3,
                     .planar = true,
                     .plane_stride = plane};
  };
  CHECK(has(refusal({.pixels = bytes, .width = 2, .height = 2, .channels = 4}, 3),
            "set format to rgba or bgra"));
  CHECK(has(refusal({.pixels = bytes, .width = 2, .height = 2, .channels = 2}, 3),
            "2 channels, the model takes 3"));
  CHECK(
      has(refusal({.pixels = bytes, .width = 2, .height = 2, .channels = 3, .format = PixelFormat::rgba}, 3),
          "3 channels, its format 4"));
  CHECK(has(refusal({.pixels = bytes, .width = 2, .height = 2, .format = PixelFormat::rgb}, 5),
            "the model takes 5"));
  CHECK(has(refusal({.pixels = words, .width = 2, .height = 2, .row_stride = 11, .channels = 3}, 3),
            "less than the 12 bytes"));
  CHECK(refusal({.pixels = words, .width = 2, .height = 1, .row_stride = 11, .channels = 3}, 3).empty());
  CHECK(refusal({.pixels = bytes, .width = 2, .height = 2, .format = PixelFormat::bgra}, 1).empty());
  CHECK(has(refusal(rgb(1, 0), 3), "less than the 2 bytes"));
  CHECK(has(refusal(rgb(2, 3), 3), "planes of 2 rows overlap"));
  CHECK(has(refusal(rgb(5, 2), 3), "overlap"));
  CHECK(refusal(rgb(6, 2), 3).empty());  // line by line
  CHECK(refusal(rgb(2, 4), 3).empty());
  CHECK(refusal(rgb(2, -4), 3).empty());
  constexpr auto kMost = std::numeric_limits<std::ptrdiff_t>::max();
  constexpr auto kLeast = std::numeric_limits<std::ptrdiff_t>::min();
  for (const std::ptrdiff_t stride : {kMost, kLeast, kLeast + 1}) {
    CHECK(has(refusal(rgb(stride, 0), 3), "exceed all memory"));
    CHECK(has(refusal(rgb(0, stride), 3), "exceed all memory"));
  }
}

TEST_CASE("a crop stays inside its picture and knows how large a pixel is") {
  const std::uint8_t bytes[64] = {};
  const ImageView view{.pixels = bytes, .width = 4, .height = 3, .channels = 3};
  CHECK(view.crop(0, 0, 4, 3));
  CHECK(view.crop(4, 3, 0, 0));
  for (const auto& [x, y, width, height] :
       {std::array{-1, 0, 1, 1}, {0, -1, 1, 1}, {0, 0, 5, 1}, {0, 0, 1, 4}, {3, 0, 2, 1}, {0, 0, -1, 1}}) {
    const auto crop = view.crop(x, y, width, height);
    REQUIRE_FALSE(crop);
    CHECK(crop.error().code == ErrorCode::invalid_argument);
  }
  const ImageView unknown{.pixels = bytes, .width = 4, .height = 3};
  REQUIRE_FALSE(unknown.crop(0, 0, 1, 1));
  CHECK(unknown.crop(0, 0, 1, 1).error().message.find("set channels or format") != std::string::npos);
}

TEST_CASE("a picture of more pixels than the limits allow is refused by a session") {
  Limits limits;
  limits.max_image_pixels = 300 * 300;
  const Model model = narrow_resnet(8, *kernels::select_table().table, limits);
  Session session = session_on(model, {.threads = 1});
  CHECK(session.run(NoisePicture(300, 300).view()));
  const auto map = session.run(NoisePicture(300, 301).view());
  REQUIRE_FALSE(map);
  CHECK(map.error().code == ErrorCode::limit_exceeded);
}

}  // namespace fcn::test
