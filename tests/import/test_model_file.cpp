// SPDX-License-Identifier: MIT
// Model files: what is written is read back, and nothing damaged, foreign or contradictory is believed.
#include "fcn/base/byte_reader.hpp"
#include "fcn/file/model_file.hpp"

#include <catch2/catch.hpp>

#include "files.hpp"
#include "tools/export/model_writer.hpp"

using namespace fcn;
using namespace fcn::tools;
using Catch::Contains;

namespace {

/// 1x1 convolution, kept batch norm, pool over the 2x2 window.
Graph small_graph() {
  Graph graph;
  const NodeId input = graph.append("input", Input{.channels = 1}, {});
  Conv conv;
  conv.in_channels = 1;
  conv.out_channels = 2;
  conv.weights = {0.5f, -2.0f};
  conv.bias = {0.1f, 0.2f};
  const NodeId body = graph.append("conv", conv, {input});
  BatchNorm norm;
  norm.channels = 2;
  norm.weight = {1, 2};
  norm.bias = {3, 4};
  norm.mean = {5, 6};
  norm.variance = {7, 8};
  const NodeId normed = graph.append("norm", norm, {body});
  graph.append("pool", AveragePool{.kernel = {2, 2}, .stride = {1, 1}, .pad = {}}, {normed});
  return graph;
}

ModelInfo small_info() {
  ModelInfo info;
  info.name = "small";
  info.labels = {"cat", "d\xc3\xb6g"};
  info.background = 1;
  info.mean = {0.485f};
  info.std = {0.229f};
  info.window = {2, 2};
  info.activation = ScoreActivation::sigmoid;
  info.size_multiple = {32, 16};
  info.recipe = ResizeRecipe{
      .resize = {5, 4}, .keep_ratio = false, .crop = {3, 2}, .interpolation = RecipeInterpolation::lanczos};
  info.classifier_pool = "pool";
  info.source = "small.pth";
  info.source_sha256 = "00ff";
  info.exporter = "test";
  info.trained_parameters = 6;
  info.self_test =
      SelfTest{.height = 2, .width = 3, .grid_size = 1, .grid = {7}, .logits = {0.1f, 1e-30f, -3.5f, 4}};
  return info;
}

std::string written(const Graph& graph, const ModelInfo& info, WeightStorage storage = WeightStorage::f32) {
  const Scratch scratch;
  const auto bytes = write_model(scratch.path("model"), graph, info, storage);
  REQUIRE(bytes);
  const std::string file = read_file(scratch.path("model"));
  REQUIRE(file.size() == *bytes);
  REQUIRE(scratch.files() == 1);
  return file;
}

/// The first Error of opening a model and loading all of it.
std::string error_of(const std::string& file) {
  const auto model = ModelFile::read(source_of(file));
  if (!model) return model.error().to_string();
  Graph graph = model->graph();
  for (Node& node : graph.nodes)
    if (const Status loaded = model->load_weights(node); !loaded) return loaded.error().to_string();
  return "";
}

std::size_t data_begin(const std::string& file) {
  return 8 + *ByteReader(bytes_of(file)).number<std::uint64_t>();
}

/// A safetensors file with this header text and data.
std::string container(const std::string& header, const std::string& data = "") {
  return little_endian(header.size(), 8) + header + data;
}

}  // namespace

TEST_CASE("a model file gives back what was written") {
  for (const WeightStorage storage : {WeightStorage::f32, WeightStorage::f16}) {
    const std::string file = written(small_graph(), small_info(), storage);
    CHECK(data_begin(file) % 8 == 0);
    const auto model = ModelFile::read(source_of(file));
    REQUIRE(model);
    Graph graph = model->graph();
    REQUIRE(graph.nodes.size() == 4);
    for (Node& node : graph.nodes) REQUIRE(model->load_weights(node));
    const auto& conv = std::get<Conv>(graph.nodes[1].op);
    CHECK(conv.weights == std::vector<float>{0.5f, -2.0f});
    CHECK(conv.bias == std::vector<float>{0.1f, 0.2f});
    CHECK(std::get<BatchNorm>(graph.nodes[2].op).variance == std::vector<float>{7, 8});
    const ModelInfo& info = model->info();
    const ModelInfo expected = small_info();
    CHECK(info.name == expected.name);
    CHECK(info.labels == expected.labels);
    CHECK(info.background == expected.background);
    CHECK(info.mean == expected.mean);
    CHECK(info.std == expected.std);
    CHECK(info.window == expected.window);
    CHECK(info.activation == expected.activation);
    CHECK(info.size_multiple == expected.size_multiple);
    CHECK(info.recipe == expected.recipe);
    CHECK(info.classifier_pool == expected.classifier_pool);
    CHECK(info.source_sha256 == expected.source_sha256);
    CHECK(info.trained_parameters == expected.trained_parameters);
    REQUIRE(info.self_test);
    CHECK(info.self_test->logits == expected.self_test->logits);
    CHECK(info.self_test->grid == expected.self_test->grid);
  }
}

TEST_CASE("no prefix of a model file is believed, and nothing after its end") {
  const std::string file = written(small_graph(), small_info());
  REQUIRE(error_of(file).empty());
  for (std::size_t length = 0; length < file.size(); ++length)
    CHECK_FALSE(error_of(file.substr(0, length)).empty());
  CHECK_FALSE(error_of(file + '\0').empty());
}

TEST_CASE("every flipped byte of a model file is noticed") {
  const std::string file = written(small_graph(), small_info());
  for (std::size_t at = 0; at < file.size(); ++at) {
    for (const unsigned flip : {0x01u, 0x20u, 0x80u, 0xffu}) {
      std::string bad = file;
      bad[at] = static_cast<char>(static_cast<unsigned char>(bad[at]) ^ flip);
      INFO("offset " << at << " xor " << flip);
      CHECK_FALSE(error_of(bad).empty());
    }
  }
}

TEST_CASE("files of another kind are named for what they are") {
  CHECK_THAT(error_of("\x89PNG\r\n\x1a\n and so on"), Contains("not an fcn model file"));
  CHECK_THAT(error_of(""), Contains("not an fcn model file"));
  CHECK_THAT(error_of(read_file(fixture("zip.pth"))), Contains("not an fcn model file"));
  CHECK_THAT(error_of(read_file(fixture("plain.safetensors"))), Contains("convert it with fcn-export"));
  CHECK_THAT(error_of(container("{}")), Contains("convert it with fcn-export"));
  CHECK_THAT(
      error_of(container(R"({"__metadata__":{"format":"fcn-model","fcn":"{}","fcn_crc32":"00000000"}})")),
      Contains("damaged"));
}

TEST_CASE("a model that contradicts itself is refused") {
  const auto refused = [](const auto& change) {
    Graph graph = small_graph();
    ModelInfo info = small_info();
    change(graph, info);
    const Scratch scratch;
    const auto bytes = write_model(scratch.path("model"), graph, info, WeightStorage::f32);
    CHECK(scratch.files() == 0);
    return bytes ? "" : bytes.error().to_string();
  };
  CHECK_THAT(refused([](Graph&, ModelInfo& info) { info.labels.push_back("x"); }),
             Contains("3 labels for 2 classes"));
  CHECK_THAT(refused([](Graph&, ModelInfo& info) { info.background = 2; }), Contains("background"));
  CHECK_THAT(refused([](Graph&, ModelInfo& info) { info.mean.push_back(0); }), Contains("1 channels"));
  CHECK_THAT(refused([](Graph&, ModelInfo& info) { info.std = {0}; }), Contains("positive"));
  CHECK_THAT(refused([](Graph&, ModelInfo& info) { info.window = {1, 2}; }), Contains("window"));
  CHECK_THAT(refused([](Graph&, ModelInfo& info) { info.classifier_pool = "conv"; }),
             Contains("classifier_pool"));
  CHECK_THAT(refused([](Graph&, ModelInfo& info) {
               info.size_multiple = {0, 1};
             }),
             Contains("size_multiple"));
  CHECK_THAT(refused([](Graph&, ModelInfo& info) { info.recipe->crop = {6, 1}; }), Contains("recipe.crop"));
  CHECK_THAT(refused([](Graph&, ModelInfo& info) { info.recipe->resize.x = 1 << 30; }), Contains("recipe"));
  CHECK_THAT(refused([](Graph&, ModelInfo& info) { info.self_test->logits.pop_back(); }),
             Contains("self_test.logits"));
  CHECK_THAT(refused([](Graph&, ModelInfo& info) { info.self_test->grid.push_back(1); }),
             Contains("self_test.grid"));
  CHECK_THAT(refused([](Graph& graph, ModelInfo&) { std::get<Conv>(graph.nodes[1].op).weights.clear(); }),
             Contains("no values"));
  CHECK_THAT(
      refused([](Graph& graph, ModelInfo&) { std::get<Conv>(graph.nodes[1].op).weights[0] = INFINITY; }),
      Contains("not finite"));
}

TEST_CASE("half storage refuses what it cannot hold") {
  Graph graph = small_graph();
  REQUIRE(round_weights_to_half(graph));
  std::get<Conv>(graph.nodes[1].op).weights[1] = 70000.0f;
  const Status rounded = round_weights_to_half(graph);
  REQUIRE_FALSE(rounded);
  CHECK_THAT(rounded.error().to_string(), Contains("conv.weight") && Contains("65504"));
}

TEST_CASE("a model that cannot be written leaves nothing") {
  const auto full = write_model("/dev/full", small_graph(), small_info(), WeightStorage::f32);
  REQUIRE_FALSE(full);
  CHECK(full.error().code == ErrorCode::io);
  const auto missing = write_model("/nonexistent/model", small_graph(), small_info(), WeightStorage::f32);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == ErrorCode::io);
}
