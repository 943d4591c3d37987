// SPDX-License-Identifier: MIT
// Model files as they are, and graphs from their text, with weights made up, down to the scores of a picture.
#include <algorithm>
#include <string>

#include "fcn/base/checked.hpp"
#include "fcn/file/graph_json.hpp"
#include "fcn/file/model_file.hpp"
#include "fcn/graph/node_tensors.hpp"
#include "fcn/kernels/select.hpp"
#include "fcn/session.hpp"
#include "tests/engine/random_odd.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace fcn::fuzz {
namespace {

constexpr std::uint64_t kMostWeights = 1u << 18;

std::vector<std::uint8_t> picture_of(int side, int channels) {
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(side) * static_cast<std::size_t>(side) *
                                   static_cast<std::size_t>(channels));
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * 37);
  return pixels;
}

/// A picture of 64 x 64 pixels, or as many as the window has.
void run_model(const Model& model) {
  const Extent window = model.info().window;
  const int side = std::clamp(std::max(window.y, window.x), 64, 128);
  if (model.input_channels() > 64) return;
  auto session = Session::create(model, {.threads = 1});
  if (!check(session)) return;
  const auto pixels = picture_of(side, model.input_channels());
  const ImageView view{.pixels = pixels.data(), .width = side, .height = side};
  const auto map = session->run(view);
  if (!check(map)) return;
  if (map->classes() > 0) static_cast<void>(map->top(5));
  if (model.info().kind == ModelKind::pixels) check(session->label(view));
}

void run_model_file(Bytes bytes) {
  const auto model =
      Model::read(source_of(bytes), {.table = kernels::select_table().table, .limits = small_limits()});
  if (check(model)) run_model(*model);
}

/// Deterministic values; false if there would be too many.
bool fill_weights(Graph& graph) {
  std::uint64_t all = 0;
  for (Node& node : graph.nodes)
    for (auto& tensor : node_tensors(node)) {
      const auto count = checked_product(tensor.shape);
      if (!count || *count > kMostWeights) return false;
      all += *count;
      if (all > kMostWeights) return false;
      if (tensor.optional && graph.nodes.size() % 2 == 0) continue;
      tensor.values->resize(static_cast<std::size_t>(*count));
      for (std::size_t i = 0; i < tensor.values->size(); ++i)
        (*tensor.values)[i] = static_cast<float>(i * 7 % 13) / 13.0f - 0.3f;
    }
  return true;
}

/// The first byte chooses the meaning of the scores, the rest is the text of a graph.
void run_graph(Bytes bytes) {
  if (bytes.empty()) return;
  const Limits limits = small_limits();
  const auto json = parse_json(text_of(bytes.subspan(1)), limits);
  if (!check(json)) return;
  JsonFields fields{JsonView(*json, "")};
  auto graph = graph_from_json(fields, limits);
  if (const Status read = fields.finish(); !read) return check_error(read.error());
  if (!check(graph) || !fill_weights(*graph)) return;
  ModelInfo info;
  info.activation = static_cast<ScoreActivation>(bytes[0] % 3);
  if (bytes[0] % 2 == 1) info.kind = ModelKind::pixels;
  const auto model =
      Model::from_graph(*std::move(graph), info, {.table = kernels::select_table().table, .limits = limits});
  if (check(model)) run_model(*model);
}

std::vector<std::string> model_seeds() {
  std::vector<std::string> seeds;
  for (const char* name : {"only_input", "pad", "resize"}) {
    const std::string content = file_content(std::string(FCN_FUZZ_SEEDS) + "/model/" + name + ".safetensors");
    if (!content.empty()) seeds.push_back(content);
  }
  return seeds;
}

std::vector<std::string> graph_seeds() {
  std::vector<std::string> seeds;
  for (std::uint32_t seed = 0; seed < 40; ++seed)
    seeds.push_back(static_cast<char>(seed) + dump_json(graph_to_json(test::OddGraph(seed, 64, 64).graph())));
  return seeds;
}

}  // namespace

std::span<const Target> model_targets() {
  static constexpr Target kTargets[] = {{"model", run_model_file, model_seeds},
                                        {"graph", run_graph, graph_seeds}};
  return kTargets;
}

}  // namespace fcn::fuzz
