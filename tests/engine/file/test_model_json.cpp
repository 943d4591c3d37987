// SPDX-License-Identifier: MIT
// The text of a model: what its scores mean and how its pictures are made comes back, texts of the version
// before are read as they were meant, and every wrong field is named.
#include "fcn/file/model_json.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace fcn;
using Catch::Contains;

namespace {

Graph small_graph() {
  Graph graph;
  const NodeId input = graph.append("input", Input{.channels = 1}, {});
  graph.append("pick", SelectChannels{{0, 0}}, {input});
  return graph;
}

ModelInfo small_info() {
  ModelInfo info;
  info.mean = {0.485f};
  info.std = {0.229f};
  info.window = {4, 4};
  return info;
}

std::string text_of(const Graph& graph, const ModelInfo& info) {
  return model_to_json(graph, info, {});
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string error_of(const std::string& text) {
  const auto model = model_from_json(text);
  return model ? "" : model.error().to_string();
}

/// What a file of version 2 says: the same without what version 3 added.
std::string second_version(const Graph& graph) {
  const std::string text = replaced(text_of(graph, small_info()), R"("version":3)", R"("version":2)");
  return replaced(text, R"("kind":"classifier",)", "");
}

/// What a file of version 1 says: the same without what version 2 added.
std::string first_version(const Graph& graph) {
  const std::string text = replaced(second_version(graph), R"("version":2)", R"("version":1)");
  return replaced(text, R"("activation":"softmax","size_multiple":[1,1],"recipe":null,)", "");
}

}  // namespace

TEST_CASE("what scores mean and how pictures are made comes back") {
  ModelInfo info = small_info();
  for (const auto activation : {ScoreActivation::softmax, ScoreActivation::sigmoid, ScoreActivation::none}) {
    info.activation = activation;
    const auto model = model_from_json(text_of(small_graph(), info));
    REQUIRE(model);
    CHECK(model->info.activation == activation);
    CHECK(model->info.size_multiple == Extent{1, 1});
    CHECK_FALSE(model->info.recipe);
  }
  info.size_multiple = {32, 64};
  for (const auto interpolation : {RecipeInterpolation::nearest, RecipeInterpolation::bilinear,
                                   RecipeInterpolation::bicubic, RecipeInterpolation::lanczos}) {
    info.recipe = ResizeRecipe{{8, 6}, interpolation == RecipeInterpolation::nearest, {4, 5}, interpolation};
    const auto model = model_from_json(text_of(small_graph(), info));
    REQUIRE(model);
    CHECK(model->info.size_multiple == Extent{32, 64});
    CHECK(model->info.recipe == info.recipe);
  }
}

TEST_CASE("the version before is read: softmax, unless the network makes probabilities itself") {
  const auto read = [](const Graph& graph) {
    const auto model = model_from_json(first_version(graph));
    REQUIRE(model);
    CHECK(model->info.size_multiple == Extent{1, 1});
    CHECK_FALSE(model->info.recipe);
    return model->info.activation;
  };
  Graph graph = small_graph();
  CHECK(read(graph) == ScoreActivation::softmax);
  graph.append("relu", Relu{}, {graph.output});
  CHECK(read(graph) == ScoreActivation::softmax);
  const NodeId body = graph.output;
  graph.append("end", Softmax{}, {body});
  CHECK(read(graph) == ScoreActivation::none);
  graph.nodes.back().op = Activation{.kind = ActivationKind::sigmoid};
  CHECK(read(graph) == ScoreActivation::none);
  CHECK_THAT(error_of(R"({"version":1,"name":"x"})"), Contains("missing"));
  const std::string mixed = replaced(second_version(small_graph()), R"("version":2)", R"("version":1)");
  CHECK_THAT(error_of(mixed), Contains("has 13 members, 10 are known"));
}

TEST_CASE("other versions are refused before anything else") {
  for (const char* version : {"0", "4", "2147483647"})
    CHECK(error_of(std::string(R"({"version":)") + version + R"(,"anything":[]})") ==
          std::string("field version: is ") + version +
              ", this program reads versions 1 to 3: export the model again");
  CHECK_THAT(error_of(R"({"version":-1})"), Contains("field version: expected an integer"));
}

TEST_CASE("a wrong meaning, size or recipe is refused with its field") {
  ModelInfo info = small_info();
  info.recipe = ResizeRecipe{{8, 6}, true, {4, 5}, RecipeInterpolation::bicubic};
  const std::string text = text_of(small_graph(), info);
  REQUIRE(error_of(text).empty());
  const auto error = [&](const std::string& from, const std::string& to) {
    return error_of(replaced(text, from, to));
  };
  CHECK_THAT(error(R"("activation":"softmax")", R"("activation":"tanh")"), Contains("field activation"));
  CHECK_THAT(error(R"("activation":"softmax")", R"("activation":1)"), Contains("field activation"));
  CHECK_THAT(error(R"("activation":"softmax",)", ""), Contains("field activation: is missing"));
  CHECK_THAT(error(R"("size_multiple":[1,1])", R"("size_multiple":[0,1])"), Contains("size_multiple[0]"));
  CHECK_THAT(error(R"("size_multiple":[1,1])", R"("size_multiple":[1,99999999])"),
             Contains("size_multiple[1]"));
  CHECK_THAT(error(R"("size_multiple":[1,1])", R"("size_multiple":32)"), Contains("size_multiple"));
  CHECK_THAT(error(R"("size_multiple":[1,1],)", ""), Contains("size_multiple"));
  CHECK_THAT(error(R"("resize":[8,6])", R"("resize":[8,-6])"), Contains("recipe.resize[1]"));
  CHECK_THAT(error(R"("resize":[8,6])", R"("resize":[3,6])"), Contains("recipe.crop"));
  CHECK_THAT(error(R"("crop":[4,5])", R"("crop":[4])"), Contains("crop: expected [y, x]"));
  CHECK_THAT(error(R"("keep_ratio":true)", R"("keep_ratio":1)"), Contains("recipe.keep_ratio"));
  CHECK_THAT(error(R"("interpolation":"bicubic")", R"("interpolation":"cubic")"),
             Contains("none of nearest, bilinear"));
  CHECK_THAT(error(R"("keep_ratio":true,)", R"("keep_ratio":true,"more":1,)"),
             Contains("field recipe: has 5 members"));
  CHECK_THAT(error(R"("recipe":{)", R"("recipe":[],"x":{)"), Contains("recipe"));
}

TEST_CASE("a model says whether it labels pixels, and one of version 2 is a classifier") {
  ModelInfo info = small_info();
  info.kind = ModelKind::pixels;
  const std::string text = text_of(small_graph(), info);
  const auto model = model_from_json(text);
  REQUIRE(model);
  CHECK(model->info.kind == ModelKind::pixels);
  const auto older = model_from_json(second_version(small_graph()));
  REQUIRE(older);
  CHECK(older->info.kind == ModelKind::classifier);
  CHECK_THAT(error_of(replaced(text, R"("kind":"pixels")", R"("kind":"boxes")")), Contains("kind"));
  CHECK_THAT(error_of(replaced(text, R"("kind":"pixels",)", "")), Contains("kind"));
  Graph coarse = small_graph();
  coarse.append("pool", MaxPool{.kernel = {2, 2}, .stride = {2, 2}, .dilation = {1, 1}, .pad = {}}, {1});
  CHECK_THAT(error_of(text_of(coarse, info)),
             Contains("is pixels, but on the window") && Contains("the map has only 2x2 places"));
}
