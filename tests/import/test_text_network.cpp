// SPDX-License-Identifier: MIT
// Networks written as text mean what they say, and what they cannot mean is refused by its field.
#include "tools/import/text_network.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <random>

#include "fcn/kernels/select.hpp"
#include "fcn/model.hpp"
#include "fcn/session.hpp"
#include "files.hpp"
#include "tools/export/export_model.hpp"

using namespace fcn;
using namespace fcn::tools;
using Catch::Contains;

namespace {

std::string error_of(const std::string& text) {
  const auto network = import_text_network(source_of(text));
  return network ? "" : network.error().to_string();
}

std::string with_layers(const std::string& layers, const std::string& more = "") {
  return R"({"name": "n", "channels": 1, )" + more + R"("layers": [)" + layers + "]}";
}

constexpr std::array<std::array<int, 9>, 3> kFilters{
    {{-1, -2, -1, 0, 0, 0, 1, 2, 1}, {0, -1, 0, -1, 4, -1, 0, -1, 0}, {-1, 0, 1, -2, 0, 2, -1, 0, 1}}};

/// What the example does to pixels in 0..1, in float64.
double edges_at(const std::vector<std::uint8_t>& grey, int width, std::size_t filter, int row, int col) {
  double most = 0;  // of relu's zeros
  for (int y = 2 * row; y < 2 * row + 2; ++y)
    for (int x = 2 * col; x < 2 * col + 2; ++x) {
      double sum = 0;
      for (int k = 0; k < 9; ++k)
        sum += kFilters[filter][static_cast<std::size_t>(k)] / 255.0 *
               grey[static_cast<std::size_t>((y + k / 3) * width + x + k % 3)];
      most = std::max(most, sum);
    }
  return most;
}

}  // namespace

TEST_CASE("the classic exercise gives its numbers") {
  const Scratch scratch;
  ExportRequest request;
  request.checkpoint = FCN_EXAMPLES "/edges.json";
  request.output = scratch.path("edges.safetensors");
  const auto report = export_model(request);
  if (!report) FAIL(report.error().to_string());
  CHECK(report->info.window == Extent{4, 4});
  CHECK(report->info.labels.size() == 3);
  ModelOptions options;
  options.table = kernels::select_table().table;
  const auto model = Model::load(request.output, options);
  REQUIRE(model);
  auto session = Session::create(*model, {.threads = 2, .scores = ScoreKind::logits});
  REQUIRE(session);
  constexpr int height = 37, width = 42;
  std::vector<std::uint8_t> grey(height * width);
  std::mt19937 random(1);
  for (auto& pixel : grey) pixel = static_cast<std::uint8_t>(random());
  const auto map = session->run({grey.data(), width, height, width});
  REQUIRE(map);
  REQUIRE(map->rows() == (height - 2) / 2);
  REQUIRE(map->cols() == (width - 2) / 2);
  for (std::size_t filter = 0; filter < 3; ++filter)
    for (int row = 0; row < map->rows(); ++row)
      for (int col = 0; col < map->cols(); ++col) {
        const double expected = edges_at(grey, width, filter, row, col);
        // Nine products of at most 4, each rounded once in the sum, of pixels that were rounded themselves.
        CHECK(std::abs(static_cast<double>(map->at(static_cast<int>(filter), row, col)) - expected) <=
              20 * 0x1p-24 * 8);
      }
}

TEST_CASE("channels, strides, paddings and biases are read") {
  const auto network = import_text_network(source_of(R"({"name": "n", "channels": 2, "layers": [
    {"op": "conv", "filters": [[[[1, 2]], [[3, 4]]], [[[5, 6]], [[7, 8.5]]]], "stride": 2, "pad": 1, "bias": [0.5, -1]},
    {"op": "average_pool", "size": 3, "stride": 1}, {"op": "max_pool", "size": 2, "pad": 1}]})"));
  if (!network) FAIL(network.error().to_string());
  CHECK(network->is_fcn);
  const auto& conv = std::get<Conv>(network->graph.nodes[1].op);
  CHECK(conv.weights == std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8.5f});
  CHECK(conv.bias == std::vector<float>{0.5f, -1});
  CHECK(conv.kernel == Extent{1, 2});
  CHECK(conv.stride == Extent{2, 2});
  CHECK(conv.pad == Padding{1, 1, 1, 1});
  CHECK(std::get<AveragePool>(network->graph.nodes[2].op).stride == Extent{1, 1});
  CHECK(std::get<MaxPool>(network->graph.nodes[3].op).stride == Extent{2, 2});
  CHECK(network->window == Extent{7, 8});  // of 4 rows and columns 2 apart, and the filter's second column
}

TEST_CASE("what a text network cannot mean is refused by its field") {
  const std::string conv = R"({"op": "conv", "filters": [[[1, 2], [3, 4]]]})";
  REQUIRE(error_of(with_layers(conv)).empty());
  CHECK_THAT(error_of("{"), Contains("not valid JSON"));
  CHECK_THAT(error_of("{}"), Contains("name") && Contains("is missing"));
  CHECK_THAT(error_of(with_layers(conv, R"("bias": 1, )")), Contains("members"));
  CHECK_THAT(error_of(with_layers(R"({"op": "dense"})")),
             Contains("none of conv, relu") && Contains("layers[0]"));
  CHECK_THAT(error_of(with_layers(R"({"op": "conv", "filters": []})")), Contains("layers[0].filters"));
  CHECK_THAT(error_of(with_layers(R"({"op": "conv", "filters": [[[]]]})")), Contains("numbers"));
  CHECK_THAT(error_of(with_layers(R"({"op": "conv", "filters": [[[1, 2], [3]]]})")),
             Contains("filters[0][1]") && Contains("2 numbers"));
  CHECK_THAT(error_of(with_layers(R"({"op": "conv", "filters": [[[1], [2]], [[1]]]})")),
             Contains("filters[1]") && Contains("2 rows"));
  CHECK_THAT(error_of(with_layers(R"({"op": "conv", "filters": [[["x"]]]})")),
             Contains("filters[0][0][0]") && Contains("a number"));
  CHECK_THAT(error_of(with_layers(R"({"op": "conv", "filters": [[[1e39]]]})")), Contains("beyond a float"));
  CHECK_THAT(error_of(with_layers(R"({"op": "conv", "filters": [[[1]]], "bias": [1, 2]})")),
             Contains("bias") && Contains("1 numbers"));
  CHECK_THAT(error_of(with_layers(R"({"op": "max_pool", "size": 0})")), Contains("size"));
  CHECK_THAT(error_of(with_layers(R"({"op": "max_pool"})")), Contains("size") && Contains("missing"));
  CHECK_THAT(error_of(with_layers(conv + R"(, {"op": "conv", "name": "conv1", "filters": [[[1]]]})")),
             Contains("conv1"));
  CHECK_FALSE(looks_like_text_network(source_of("")));
  CHECK_FALSE(looks_like_text_network(source_of("[1]")));
  CHECK(looks_like_text_network(source_of(" \n{ \"name\"")));
}
