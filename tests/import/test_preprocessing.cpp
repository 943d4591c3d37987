// SPDX-License-Identifier: MIT
// What pixels become before a network: options, the graph's own arithmetic and the order of channels, each
// against the definition in float64.
#include "tools/export/preprocessing.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cstddef>
#include <string>
#include <vector>

#include "fcn/kernels/tables.hpp"
#include "files.hpp"
#include "tests/import/onnx/onnx_bytes.hpp"
#include "tools/export/export_model.hpp"
#include "tools/export/export_report.hpp"
#include "torch_picture.hpp"

using namespace fcn;
using namespace fcn::tools;
using Catch::Contains;

namespace {

constexpr int kSide = 8;
using Numbers = std::vector<double>;

/// Arithmetic of a graph's first nodes: one number a channel.
struct Step {
  std::string type;
  std::vector<float> values;
};

void add_constant(onnx::ModelProto& file, const std::string& name, const std::vector<float>& values,
                  std::int64_t side = 1) {
  auto& tensor = test_onnx::add_floats(file, name, {static_cast<std::int64_t>(values.size()), side, side}, 0);
  for (const float value : values)
    for (std::int64_t i = 0; i < side * side; ++i) tensor.add_float_data(value);
}

/// Steps, then a 1 x 1 convolution to 4 classes, a global pool and a flatten. `order`: a Gather of channels.
onnx::ModelProto network(const std::vector<Step>& steps, bool gather_bgr = false,
                         std::int64_t constant_side = 1) {
  onnx::ModelProto file = test_onnx::model({1, 3, kSide, kSide});
  std::string last = "x";
  if (gather_bgr) {
    test_onnx::add_integers(file, "bgr", {2, 1, 0});
    test_onnx::set_int(test_onnx::add_node(file, "Gather", {"x", "bgr"}, {"g"}), "axis", 1);
    last = "g";
  }
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::string name = "s" + std::to_string(i);
    add_constant(file, name + "c", steps[i].values, constant_side);
    test_onnx::add_node(file, steps[i].type, {last, name + "c"}, {name});
    last = name;
  }
  test_onnx::add_node(file, "Conv", {last, "w"}, {"c"});
  test_onnx::add_floats(file, "w", {4, 3, 1, 1});
  test_onnx::add_node(file, "GlobalAveragePool", {"c"}, {"p"});
  test_onnx::add_node(file, "Flatten", {"p"}, {"y"});
  return file;
}

/// The logits of the network's convolution where channel c of it is scale[c] times the picture's channel
/// from[c], plus shift[c].
Numbers expected(const Numbers& scale, const Numbers& shift,
                 const std::array<std::size_t, 3>& from = {0, 1, 2}, std::size_t channels = 3) {
  const auto pixels = pattern(kSide, kSide, static_cast<int>(channels));
  Numbers logits(4, 0.0);
  for (std::size_t at = 0; at < pixels.size(); at += channels)
    for (std::size_t k = 0; k < 4; ++k)
      for (std::size_t c = 0; c < 3; ++c) {
        const double weight = static_cast<double>(3 * k + c) / 8;
        logits[k] += weight * (scale[c] * pixels[at + from[c]] + shift[c]) / (kSide * kSide);
      }
  return logits;
}

struct Exported {
  Scratch scratch;
  ExportReport report;
  Numbers logits;
};

void run(Exported& made, const onnx::ModelProto& file, const PreprocessingRequest& asked = {}) {
  ExportRequest request;
  request.checkpoint = made.scratch.write("m.onnx", file.SerializeAsString());
  request.output = made.scratch.path("m.safetensors");
  request.preprocessing = asked;
  auto report = export_model(request);
  if (!report) FAIL(report.error().to_string());
  made.report = *std::move(report);
  made.logits = logits_of(request.output, kSide, kSide, &kernels::table_reference);
}

/// Within 1e-5 of the largest: a handful of float32 roundings.
void check(const Exported& made, const Numbers& wanted) {
  REQUIRE(made.logits.size() == wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i)
    CHECK(std::abs(made.logits[i] - wanted[i]) <= 1e-5 * largest_of(wanted));
}

Numbers times(const Numbers& values, double factor) {
  Numbers product;
  for (const double value : values) product.push_back(value * factor);
  return product;
}

std::string refusal(const onnx::ModelProto& file, const PreprocessingRequest& asked) {
  const Scratch scratch;
  ExportRequest request;
  request.checkpoint = scratch.write("m.onnx", file.SerializeAsString());
  request.output = scratch.path("m");
  request.preprocessing = asked;
  const auto report = export_model(request);
  REQUIRE_FALSE(report);
  CHECK(report.error().code == ErrorCode::invalid_argument);
  return report.error().to_string();
}

const Numbers kMean{0.485, 0.456, 0.406}, kStd{0.229, 0.224, 0.225};
const Numbers kImageNetScale{1 / 0.229 / 255, 1 / 0.224 / 255, 1 / 0.225 / 255};
const Numbers kImageNetShift{-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225};

}  // namespace

TEST_CASE("without any word ImageNet's mean and std are taken, and said so", "[preprocessing]") {
  Exported made;
  run(made, network({}));
  check(made, expected(kImageNetScale, kImageNetShift));
  const std::string table = preprocessing_table(made.report);
  CHECK_THAT(table, Contains("0.485, 0.456, 0.406 ") && Contains("ImageNet's; the file has none (--mean)") &&
                        Contains("RGB, 0 to 1") && Contains("8 x 8") && Contains("classes go by number"));
  for (std::size_t begin = 0; begin < table.size(); begin = table.find('\n', begin) + 1)
    CHECK(table.find('\n', begin) - begin <= 80);
}

TEST_CASE("normalisation in the graph is taken into mean and std", "[preprocessing]") {
  SECTION("for pixels of 0 to 1") {
    Exported made;
    run(made, network({{"Sub", {0.485f, 0.456f, 0.406f}}, {"Div", {0.229f, 0.224f, 0.225f}}}));
    check(made, expected(kImageNetScale, kImageNetShift));
    CHECK(made.report.info.mean[0] == Approx(0.485));
    CHECK_THAT(preprocessing_table(made.report),
               Contains("0.485, 0.456, 0.406 ") && Contains("the network's own first layers"));
  }
  SECTION("for pixels of 0 to 255, as Keras scales them") {
    Exported made;
    run(made, network({{"Mul", {1 / 127.5f}}, {"Sub", {1.0f}}}));
    check(made, expected({1 / 127.5, 1 / 127.5, 1 / 127.5}, {-1, -1, -1}));
    CHECK_THAT(preprocessing_table(made.report), Contains("RGB, 0 to 255") && Contains("127.5"));
  }
  SECTION("in Caffe's way, blue first") {
    Exported made;
    run(made, network({{"Sub", {103.939f, 116.779f, 123.68f}}}, true));
    check(made, expected({1, 1, 1}, {-103.939, -116.779, -123.68}, {2, 1, 0}));
  }
  SECTION("by a mean image that is one colour") {
    Exported made;
    run(made, network({{"Sub", {103.939f, 116.779f, 123.68f}}}, false, kSide));
    check(made, expected({1, 1, 1}, {-103.939, -116.779, -123.68}));
  }
  SECTION("nothing is left of it in the graph") {
    Exported made;
    run(made, network({{"Div", {255.0f}}, {"Sub", {0.5f, 0.25f, 0.125f}}}));
    check(made, expected({1 / 255.0, 1 / 255.0, 1 / 255.0}, {-0.5, -0.25, -0.125}));
    CHECK(made.report.info.mean[1] == 0.25f);
    CHECK(made.report.info.std[1] == Approx(1.0));
  }
  SECTION("but a scale that is not positive stays in the graph") {
    Exported made;
    run(made, network({{"Mul", {-1.0f, 1.0f, 1.0f}}}));
    check(made, expected({-1 / 255.0, 1 / 255.0, 1 / 255.0}, {0, 0, 0}));
  }
  SECTION("and what is asked for comes before it") {
    Exported made;
    run(made, network({{"Sub", {0.5f}}}), {.mean = {0.25f, 0.25f, 0.25f}, .std = {2, 2, 2}});
    check(made, expected({0.5 / 255, 0.5 / 255, 0.5 / 255}, {-0.625, -0.625, -0.625}));
  }
}

TEST_CASE("a trained batch norm at the start is a layer like others", "[preprocessing]") {
  onnx::ModelProto file = test_onnx::model({1, 3, kSide, kSide});
  for (const char* name : {"weight", "bias", "mean", "variance"}) {
    auto& tensor = test_onnx::add_floats(file, name, {3}, 0);
    for (int i = 0; i < 3; ++i) tensor.add_float_data(name[0] == 'w' || name[0] == 'v' ? 1.0f : 0.0f);
  }
  test_onnx::add_node(file, "BatchNormalization", {"x", "weight", "bias", "mean", "variance"}, {"b"});
  test_onnx::add_node(file, "Conv", {"b", "w"}, {"c"});
  test_onnx::add_floats(file, "w", {4, 3, 1, 1});
  test_onnx::add_node(file, "GlobalAveragePool", {"c"}, {"p"});
  test_onnx::add_node(file, "Flatten", {"p"}, {"y"});
  Exported made;
  run(made, file);
  const double norm = 1 / std::sqrt(1 + 1e-5);
  check(made, expected(times(kImageNetScale, norm), times(kImageNetShift, norm)));
}

TEST_CASE("a scale of pixels goes into mean and std", "[preprocessing]") {
  Exported made;
  SECTION("Caffe's") {
    run(made, network({}),
        {.mean = {123.68f, 116.779f, 103.939f}, .scale = 1, .channels = ChannelOrder::bgr});
    check(made, expected({1, 1, 1}, {-103.939, -116.779, -123.68}, {2, 1, 0}));
    CHECK_THAT(preprocessing_table(made.report), Contains("BGR, 0 to 255") &&
                                                     Contains("123.68, 116.78, 103.94") &&
                                                     Contains("none, as --scale is given"));
  }
  SECTION("one over 127.5, less one") {
    run(made, network({}), {.mean = {1, 1, 1}, .scale = 1 / 127.5});
    check(made, expected({1 / 127.5, 1 / 127.5, 1 / 127.5}, {-1, -1, -1}));
  }
  SECTION("the usual one changes nothing") {
    run(made, network({}), {.scale = 1.0 / 255});
    check(made, expected(kImageNetScale, kImageNetShift));
  }
}

TEST_CASE("channels are put in the network's order", "[preprocessing]") {
  SECTION("blue first, into the convolution") {
    Exported made;
    run(made, network({}), {.channels = ChannelOrder::bgr});
    check(made, expected({kImageNetScale[2], kImageNetScale[1], kImageNetScale[0]},
                         {kImageNetShift[2], kImageNetShift[1], kImageNetShift[0]}, {2, 1, 0}));
  }
  SECTION("blue first, before other layers") {
    Exported made;
    run(made, network({{"Mul", {-1.0f, 1.0f, 1.0f}}}),
        {.mean = {0, 0, 0}, .std = {1, 1, 1}, .channels = ChannelOrder::bgr});
    check(made, expected({-1 / 255.0, 1 / 255.0, 1 / 255.0}, {0, 0, 0}, {2, 1, 0}));
  }
  SECTION("grey, three times the same") {
    Exported made;
    run(made, network({}), {.channels = ChannelOrder::grey});
    CHECK(made.report.info.mean.size() == 1);
    check(made, expected(kImageNetScale, kImageNetShift, {0, 0, 0}, 1));
    CHECK_THAT(preprocessing_table(made.report), Contains("grey, 0 to 1"));
  }
  SECTION("grey with one mean") {
    Exported made;
    run(made, network({}),
        {.mean = {0.5f, 0.5f, 0.5f}, .std = {0.25f, 0.25f, 0.25f}, .channels = ChannelOrder::grey});
    check(made, expected({4 / 255.0, 4 / 255.0, 4 / 255.0}, {-2, -2, -2}, {0, 0, 0}, 1));
    CHECK(made.report.info.mean == std::vector<float>{0.5f});
  }
}

TEST_CASE("preprocessing that cannot be is refused by its option", "[preprocessing]") {
  CHECK_THAT(refusal(network({}), {.mean = {1, 2}}), Contains("--mean: needs 3 numbers"));
  CHECK_THAT(refusal(network({}), {.std = {1, 0, 1}}), Contains("--std: must be positive"));
  CHECK_THAT(refusal(network({}), {.scale = 0}), Contains("--scale: must be positive"));
  onnx::ModelProto one = test_onnx::model({1, 1, kSide, kSide});
  test_onnx::add_node(one, "Conv", {"x", "w"}, {"c"});
  test_onnx::add_floats(one, "w", {4, 1, 1, 1});
  test_onnx::add_node(one, "GlobalAveragePool", {"c"}, {"p"});
  test_onnx::add_node(one, "Flatten", {"p"}, {"y"});
  CHECK_THAT(refusal(one, {.channels = ChannelOrder::bgr}), Contains("--channels: is for networks of three"));
  Exported made;
  run(made, one);
  CHECK(made.report.info.mean == std::vector<float>{0});  // no ImageNet for grey
}
