// SPDX-License-Identifier: MIT
#include "tools/outputs/layer_pictures.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <filesystem>
#include <list>
#include <system_error>
#include <variant>
#include <vector>

#include "fcn/base/printable.hpp"
#include "fcn/file/model_file.hpp"
#include "fcn/run/executor.hpp"
#include "fcn/run/plan.hpp"
#include "tools/draw/feature_maps.hpp"
#include "tools/draw/filter_picture.hpp"
#include "tools/pictures/png_writer.hpp"
#include "tools/shell/atomic_file.hpp"

namespace fcn::tools {
namespace {

constexpr std::size_t kHeldFloats = 32u << 20;  // 128 MB of layers at a time
constexpr std::size_t kLongestName = 80;

/// A node's name as part of a file name: it comes from an untrusted checkpoint.
std::string file_name_of(const std::string& name) {
  std::string safe = name.substr(0, kLongestName);
  for (char& c : safe) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '_' || c == '-';
    if (!plain) c = '_';
  }
  return safe;
}

std::string layer_name(NodeId id, const Node& node) {
  return fmt::format("{:02}-{}.png", id, file_name_of(node.name));
}

std::string filters_name(const Node& node) {
  return fmt::format("filters-{}.png", file_name_of(node.name));
}

Status write_picture(const Picture& picture, const std::string& path) {
  auto file = AtomicFile::create(path);
  if (!file) return file.error();
  const Status written =
      write_png(*file, picture.width, picture.height, PngPixels::rgb, [&](int y) { return picture.row(y); });
  return written ? file->commit() : written;
}

class LayerPictures {
 public:
  LayerPictures(const Model& model, Executor& executor, const std::string& folder)
      : model_(model), executor_(executor), folder_(folder) {}

  /// Layers first .. and as many more as are held at a time; returns the first that is left.
  Result<NodeId> write_some(NodeId first, const ImageView& image) {
    const Plan& plan = executor_.plan();
    std::list<FeatureMaps> maps;
    std::vector<Tap> taps;
    std::size_t floats = 0;
    NodeId end = first;
    for (; end < plan.size(); ++end) {
      const Shape& shape = plan.node(end).shape;
      const std::size_t more = FeatureMapGrid::of(shape).floats(shape);
      if (end > first && floats + more > kHeldFloats) break;
      floats += more;
      taps.push_back({end, &maps.emplace_back(shape)});
    }
    if (Status ran = executor_.run({&image, 1}, taps); !ran) return ran.error();
    NodeId id = first;
    for (const FeatureMaps& map : maps)
      if (Status written = write(id++, map); !written) return written.error();
    return end;
  }

 private:
  Status write(NodeId id, const FeatureMaps& map) const {
    const Node& node = executor_.plan().graph().nodes[id];
    const Shape& shape = executor_.plan().node(id).shape;
    const auto picture = map.draw(fmt::format("{} ({}): {} maps of {}x{}", printable(node.name),
                                              op_name(node.op), shape.channels, shape.width, shape.height),
                                  model_.limits());
    if (!picture) return picture.error();
    return write_picture(*picture, folder_ + "/" + layer_name(id, node));
  }

  const Model& model_;
  Executor& executor_;
  const std::string& folder_;
};

/// The first convolution, with its weights.
Status write_filters(const std::string& model_path, const Limits& limits, const std::string& folder) {
  const auto file = ModelFile::open(model_path, limits);
  if (!file) return file.error();
  for (const Node& each : file->graph().nodes) {
    if (!std::holds_alternative<Conv>(each.op)) continue;
    Node node = each;
    if (Status loaded = file->load_weights(node); !loaded) return loaded;
    const auto& conv = std::get<Conv>(node.op);
    const auto picture = draw_filters(conv,
                                      fmt::format("{}: {} filters of {}x{}", printable(node.name),
                                                  conv.out_channels, conv.kernel.x, conv.kernel.y),
                                      limits);
    if (!picture) return picture.error();
    return write_picture(*picture, folder + "/" + filters_name(node));
  }
  return {};
}

}  // namespace

std::vector<std::string> layer_picture_names(const Graph& graph) {
  std::vector<std::string> names;
  for (NodeId id = 1; id < graph.nodes.size(); ++id) names.push_back(layer_name(id, graph.nodes[id]));
  for (const Node& node : graph.nodes)
    if (std::holds_alternative<Conv>(node.op)) names.push_back(filters_name(node));
  return names;
}

Status write_layer_pictures(const Model& model, const std::string& model_path, const ImageView& image,
                            PlanOptions options, ThreadPool& pool, const std::string& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) return Error{ErrorCode::io, "cannot make the folder: " + failed.message(), folder};
  options.height = image.height;  // of several scales the session ran another last
  options.width = image.width;
  options.keep_rows = true;
  auto plan = Plan::create(model, options);
  if (!plan) return plan.error();
  auto executor = Executor::create(model, *std::move(plan), pool);
  if (!executor) return executor.error();
  LayerPictures layers(model, *executor, folder);
  for (NodeId next = 1; next < executor->plan().size();) {
    const auto end = layers.write_some(next, image);
    if (!end) return end.error();
    next = *end;
  }
  return write_filters(model_path, model.limits(), folder);
}

}  // namespace fcn::tools
