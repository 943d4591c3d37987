// SPDX-License-Identifier: MIT
// Definitions of model_json.hpp: compiled into fcn::runtime, or inline where headers are used alone.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "fcn/base/checked.hpp"
#include "fcn/file/graph_json.hpp"
#include "fcn/file/model_json.hpp"
#include "fcn/file/op_json.hpp"
#include "fcn/graph/shape_inference.hpp"
#include "fcn/graph/validate_graph.hpp"

namespace fcn::inline FCN_ABI {

namespace detail {

/// Most that the side of a self-test's grid and the elements of its parts may be: self-tests are small.
inline constexpr int kMaxSelfTestGrid = 64;

inline constexpr std::size_t kMaxSelfTestValues = std::size_t{1} << 18;
/// Classes of a pixel model, whose labels are 16-bit numbers.
inline constexpr int kMaxLabels = 1 << 16;

FCN_INLINE OrderedJson floats_to_json(const std::vector<float>& values) {
  OrderedJson array = OrderedJson::array();
  for (const float value : values) array.push_back(json_number(value));
  return array;
}

FCN_INLINE OrderedJson self_test_to_json(const SelfTest& test) {
  OrderedJson json = OrderedJson::object();
  json["height"] = test.height;
  json["width"] = test.width;
  json["grid_size"] = test.grid_size;
  json["grid"] = test.grid;
  json["logits"] = floats_to_json(test.logits);
  return json;
}

FCN_INLINE SelfTest read_self_test(JsonFields& parent, const JsonView& view, const Limits& limits) {
  JsonFields fields(view);
  SelfTest test;
  test.height = fields.integer("height", 1, limits.max_extent);
  test.width = fields.integer("width", 1, limits.max_extent);
  test.grid_size = fields.integer("grid_size", 1, kMaxSelfTestGrid);
  for (const int value : fields.integers("grid", kMaxSelfTestValues, 0, 255))
    test.grid.push_back(static_cast<std::uint8_t>(value));
  test.logits = fields.floats("logits", kMaxSelfTestValues);
  if (const Status read = fields.finish(); !read) parent.fail(read.error());
  return test;
}

FCN_INLINE void read_preprocess(JsonFields& parent, ModelInfo& info) {
  JsonFields fields(parent.member("preprocess"));
  info.mean = fields.floats("mean", kMaxChannels);
  info.std = fields.floats("std", kMaxChannels);
  if (const Status read = fields.finish(); !read) parent.fail(read.error());
}

FCN_INLINE void read_provenance(JsonFields& parent, ModelInfo& info) {
  JsonFields fields(parent.member("provenance"));
  info.source = fields.string("source");
  info.source_sha256 = fields.string("source_sha256");
  info.exporter = fields.string("exporter");
  info.trained_parameters = fields.unsigned_integer("trained_parameters");
  if (const Status read = fields.finish(); !read) parent.fail(read.error());
}

FCN_INLINE void read_checksums(JsonFields& parent, TensorChecksums& checksums) {
  const JsonView view = parent.member("crc32");
  if (!view.value().is_object()) return parent.fail(view.expected("an object"));
  for (const auto& [name, value] : view.value().items()) {
    const JsonView checksum(value, view.path() + "." + name);
    checksums.emplace(name, static_cast<std::uint32_t>(parent.keep(checksum.integer(0, 0xffff'ffff))));
  }
}

FCN_INLINE void read_graph(JsonFields& parent, ModelText& model, const Limits& limits) {
  JsonFields fields(parent.member("graph"));
  model.graph = fields.keep(graph_from_json(fields, limits));
  model.info.classifier_pool = fields.string("classifier_pool");
  if (const Status read = fields.finish(); !read) parent.fail(read.error());
}

FCN_INLINE OrderedJson recipe_to_json(const ResizeRecipe& recipe) {
  OrderedJson json = OrderedJson::object();
  json["resize"] = to_json(recipe.resize);
  json["keep_ratio"] = recipe.keep_ratio;
  json["crop"] = to_json(recipe.crop);
  json["interpolation"] = to_json(recipe.interpolation);
  return json;
}

FCN_INLINE ResizeRecipe read_recipe(JsonFields& parent, const JsonView& view, const Limits& limits) {
  JsonFields fields(view);
  ResizeRecipe recipe;
  recipe.resize = read_extent(fields, "resize", limits);
  recipe.keep_ratio = fields.boolean("keep_ratio");
  recipe.crop = read_extent(fields, "crop", limits);
  recipe.interpolation = read_kind<RecipeInterpolation>(fields, "interpolation");
  if (const Status read = fields.finish(); !read) parent.fail(read.error());
  return recipe;
}

/// A classifier that ends in a softmax or a sigmoid gives probabilities, not logits.
FCN_INLINE bool ends_in_probabilities(const Graph& graph) {
  const Op& op = graph.nodes[graph.output].op;
  const auto* activation = std::get_if<Activation>(&op);
  return std::holds_alternative<Softmax>(op) ||
         (activation != nullptr && activation->kind == ActivationKind::sigmoid);
}

/// How scores are meant and pictures made. Version 1 did not say: softmax was applied to whatever came, twice
/// where the network ended in one, so there the network's own numbers are the scores.
FCN_INLINE void read_meaning(JsonFields& fields, int version, ModelText& model, const Limits& limits) {
  ModelInfo& info = model.info;
  if (version == 1) {
    const bool made = !model.graph.nodes.empty() && ends_in_probabilities(model.graph);
    info.activation = made ? ScoreActivation::none : ScoreActivation::softmax;
    return;
  }
  if (version >= 3) info.kind = read_kind<ModelKind>(fields, "kind");
  info.activation = read_kind<ScoreActivation>(fields, "activation");
  info.size_multiple = read_extent(fields, "size_multiple", limits);
  if (const JsonView recipe = fields.member("recipe"); !recipe.is_null())
    info.recipe = read_recipe(fields, recipe, limits);
}

FCN_INLINE Error model_error(std::string message, const char* field) {
  return {ErrorCode::malformed, std::move(message), std::string("field ") + field};
}

FCN_INLINE Status validate_self_test(const SelfTest& test, const Graph& graph, int channels, ModelKind kind) {
  const std::size_t grid = static_cast<std::size_t>(test.grid_size) *
                           static_cast<std::size_t>(test.grid_size) * static_cast<std::size_t>(channels);
  if (test.grid.size() != grid)
    return model_error(
        "has " + std::to_string(test.grid.size()) + " values, expected " + std::to_string(grid),
        "self_test.grid");
  const auto shapes = infer_shapes(graph, {channels, test.height, test.width});
  if (!shapes) return shapes.error().at("field self_test");
  Shape out = (*shapes)[graph.output];
  if (kind == ModelKind::pixels) {
    const int step = self_test_step(out.channels, test.height, test.width);
    out.height = ceil_div(test.height, step);
    out.width = ceil_div(test.width, step);
  }
  const auto logits = checked_product(std::initializer_list<int>{out.channels, out.height, out.width});
  if (!logits || *logits != test.logits.size())
    return model_error("has " + std::to_string(test.logits.size()) + " values, expected " +
                           std::to_string(out.channels) + "x" + std::to_string(out.height) + "x" +
                           std::to_string(out.width),
                       "self_test.logits");
  return {};
}

FCN_INLINE bool is_average_pool(const Graph& graph, const std::string& name) {
  for (const Node& node : graph.nodes)
    if (node.name == name) return std::holds_alternative<AveragePool>(node.op);
  return false;
}

}  // namespace detail

namespace detail {

/// A pixel model's map covers its window, and its labels fit 16 bits.
FCN_INLINE Status validate_map(const ModelInfo& info, const Shape& map) {
  if (info.kind != ModelKind::pixels) return {};
  if (map.height < info.window.y || map.width < info.window.x)
    return model_error("is pixels, but on the window of " + std::to_string(info.window.x) + "x" +
                           std::to_string(info.window.y) + " pixels the map has only " +
                           std::to_string(map.width) + "x" + std::to_string(map.height) + " places",
                       "kind");
  if (map.channels <= kMaxLabels) return {};
  return model_error("is pixels with " + std::to_string(map.channels) + " classes, at most " +
                         std::to_string(kMaxLabels) + " are supported",
                     "kind");
}

FCN_INLINE Status validate_meaning(const ModelInfo& info, int most) {
  const auto fits = [most](Extent extent) {
    return extent.y >= 1 && extent.y <= most && extent.x >= 1 && extent.x <= most;
  };
  const std::string range = "expected numbers from 1 to " + std::to_string(most);
  if (!fits(info.size_multiple)) return model_error(range, "size_multiple");
  if (!info.recipe) return {};
  const ResizeRecipe& recipe = *info.recipe;
  if (!fits(recipe.resize) || !fits(recipe.crop))
    return model_error(range, fits(recipe.resize) ? "recipe.crop" : "recipe.resize");
  if (recipe.crop.y > recipe.resize.y || recipe.crop.x > recipe.resize.x)
    return model_error("is larger than recipe.resize", "recipe.crop");
  return {};
}

}  // namespace detail

FCN_INLINE Status validate_model(const Graph& graph, const ModelInfo& info) {
  using detail::model_error;
  const int channels = std::get<Input>(graph.nodes.front().op).channels;
  const auto shapes = infer_shapes(graph, {channels, info.window.y, info.window.x});
  if (!shapes)
    return shapes.error().at("on the training window of " + std::to_string(info.window.x) + "x" +
                             std::to_string(info.window.y));
  const int classes = (*shapes)[graph.output].channels;
  if (const Status fits = detail::validate_map(info, (*shapes)[graph.output]); !fits) return fits;
  if (!info.labels.empty() && info.labels.size() != static_cast<std::size_t>(classes))
    return model_error(
        std::to_string(info.labels.size()) + " labels for " + std::to_string(classes) + " classes", "labels");
  if (info.background && (*info.background < 0 || *info.background >= classes))
    return model_error("names class " + std::to_string(*info.background) + " of " + std::to_string(classes),
                       "background");
  const auto per_channel = static_cast<std::size_t>(channels);
  if (info.mean.size() != per_channel || info.std.size() != per_channel)
    return model_error("mean and std have " + std::to_string(info.mean.size()) + " and " +
                           std::to_string(info.std.size()) + " values, the input has " +
                           std::to_string(channels) + " channels",
                       "preprocess");
  for (const float deviation : info.std)
    if (!(deviation > 0)) return model_error("must be positive", "preprocess.std");
  if (!info.classifier_pool.empty() && !detail::is_average_pool(graph, info.classifier_pool))
    return model_error("\"" + info.classifier_pool + "\" is not an average pool of the graph",
                       "graph.classifier_pool");
  if (const Status meant = detail::validate_meaning(info, Limits().max_extent); !meant) return meant;
  return info.self_test ? detail::validate_self_test(*info.self_test, graph, channels, info.kind) : Status{};
}

FCN_INLINE std::string model_to_json(const Graph& graph, const ModelInfo& info,
                                     const TensorChecksums& checksums) {
  OrderedJson json = OrderedJson::object();
  json["version"] = kModelFormatVersion;
  json["name"] = info.name;
  json["graph"] = graph_to_json(graph);
  json["graph"]["classifier_pool"] = info.classifier_pool;
  json["labels"] = info.labels;
  json["background"] = info.background ? OrderedJson(*info.background) : OrderedJson(nullptr);
  json["preprocess"] = OrderedJson::object();
  json["preprocess"]["mean"] = detail::floats_to_json(info.mean);
  json["preprocess"]["std"] = detail::floats_to_json(info.std);
  json["window"] = detail::to_json(info.window);
  json["kind"] = detail::to_json(info.kind);
  json["activation"] = detail::to_json(info.activation);
  json["size_multiple"] = detail::to_json(info.size_multiple);
  json["recipe"] = info.recipe ? detail::recipe_to_json(*info.recipe) : OrderedJson(nullptr);
  json["provenance"] = OrderedJson::object();
  json["provenance"]["source"] = info.source;
  json["provenance"]["source_sha256"] = info.source_sha256;
  json["provenance"]["exporter"] = info.exporter;
  json["provenance"]["trained_parameters"] = info.trained_parameters;
  json["self_test"] = info.self_test ? detail::self_test_to_json(*info.self_test) : OrderedJson(nullptr);
  json["crc32"] = checksums;
  return dump_json(json);
}

FCN_INLINE Result<ModelText> model_from_json(std::string_view text, const Limits& limits) {
  const auto json = parse_json(text, limits);
  if (!json) return json.error();
  JsonFields fields(JsonView(*json, ""));
  const int version = fields.integer("version", 0);
  if (const Status read = fields.status(); !read) return read.error();
  if (version < 1 || version > kModelFormatVersion)
    return Error{ErrorCode::unsupported,
                 "is " + std::to_string(version) + ", this program reads versions 1 to " +
                     std::to_string(kModelFormatVersion) + ": export the model again",
                 "field version"};
  ModelText model;
  model.info.name = fields.string("name");
  detail::read_graph(fields, model, limits);
  model.info.labels = fields.strings("labels", kMaxChannels);
  if (const JsonView background = fields.member("background"); !background.is_null())
    model.info.background = static_cast<int>(fields.keep(background.integer(0, kMaxChannels)));
  detail::read_preprocess(fields, model.info);
  model.info.window = detail::read_extent(fields, "window", limits);
  detail::read_meaning(fields, version, model, limits);
  detail::read_provenance(fields, model.info);
  if (const JsonView test = fields.member("self_test"); !test.is_null())
    model.info.self_test = detail::read_self_test(fields, test, limits);
  detail::read_checksums(fields, model.checksums);
  if (const Status read = fields.finish(); !read) return read.error();
  if (const Status valid = validate_model(model.graph, model.info); !valid) return valid.error();
  return model;
}

}  // namespace fcn::inline FCN_ABI
