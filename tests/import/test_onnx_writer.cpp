// SPDX-License-Identifier: MIT
// Graphs written as ONNX: each name is given once and before it is read, by operators of operator set 14; and
// in ONNX Runtime they give what float64 gives. For the latter FCN_ONNXRUNTIME names a folder with npm's
// onnxruntime-node, and node runs it; without them that test says so and passes.
#include "tools/export/onnx/onnx_writer.hpp"

#include <onnx/onnx_pb.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <set>
#include <string>

#include "files.hpp"
#include "tests/engine/error_bound.hpp"
#include "tests/engine/random_modern.hpp"

namespace fcn::test {
namespace {

ModelInfo window_of(int height, int width) {
  ModelInfo info;
  info.window = {height, width};
  info.mean.assign(3, 0.5f);
  info.std.assign(3, 0.25f);
  return info;
}

/// Networks of every op that the writer knows, but for those of random_fcn, which end as fcn-export's do.
std::vector<Graph> networks() {
  std::vector<Graph> graphs;
  for (std::uint32_t seed = 1; seed <= 12; ++seed) graphs.push_back(random_modern(seed));
  for (std::size_t i = 0; i < kind_names<ActivationKind>.size(); ++i) {
    Random random(static_cast<std::uint32_t>(i));
    Graph g;
    NodeId x = g.append("input", Input{3}, {});
    x = g.append("conv", random_conv(random, 3, 5, 3, 2, 1), {x});
    x = g.append("curve", Activation{ActivationKind::softplus, 0, 0}, {x});  // for those that take no others
    g.append("last", Activation{static_cast<ActivationKind>(i), 0.3f, 0.7f}, {x});
    graphs.push_back(g);
  }
  for (const float beta : {0.0f, 1.0f, 1.5f}) {
    Graph g;
    g.append("elu", Activation{ActivationKind::elu, 0.6f, beta}, {g.append("input", Input{3}, {})});
    graphs.push_back(g);
  }
  for (std::size_t i = 0; i < kind_names<PlacesBefore>.size(); ++i) {
    Random random(static_cast<std::uint32_t>(i));
    Graph g;
    const NodeId input = g.append("input", Input{3}, {});
    NodeId x = g.append("down", random_conv(random, 3, 5, 3, 2, 0), {input});
    const auto before = static_cast<PlacesBefore>(i);
    x = g.append("pad_to", CenterTo{CropAxes::both, before}, {x, input});
    x = g.append("wide", Pad{PadMode::edge, {1, 4, 2, 1}, 0}, {x});
    x = g.append("rows_to", CenterTo{CropAxes::rows, before, true}, {x, input});
    g.append("cut_to", CenterTo{CropAxes::both, before, true}, {x, input});
    graphs.push_back(g);
  }
  return graphs;
}

void write(const std::string& path, const Graph& graph, const ModelInfo& info) {
  auto file = tools::AtomicFile::create(path);
  REQUIRE(file);
  REQUIRE(tools::write_onnx(*file, graph, info));
  REQUIRE(file->commit());
}

onnx::ModelProto read_model(const std::string& path) {
  onnx::ModelProto model;
  REQUIRE(model.ParseFromString(read_file(path)));
  return model;
}

TEST_CASE("every name of a written graph is given once and before it is read") {
  const Scratch scratch;
  for (const Graph& graph : networks()) {
    write(scratch.path("model.onnx"), graph, window_of(32, 40));
    const onnx::ModelProto model = read_model(scratch.path("model.onnx"));
    CHECK(model.opset_import(0).version() == 14);
    std::set<std::string> known{model.graph().input(0).name()};
    for (const auto& tensor : model.graph().initializer()) {
      INFO(tensor.name());
      CHECK(known.insert(tensor.name()).second);
    }
    for (const auto& node : model.graph().node()) {
      INFO(node.op_type() << " " << node.name());
      for (const std::string& input : node.input()) CHECK((input.empty() || known.contains(input)));
      for (const std::string& output : node.output()) CHECK(known.insert(output).second);
    }
    CHECK(known.contains(model.graph().output(0).name()));
  }
}

std::string as_bytes(const Map& map) {
  std::string bytes(map.v.size() * sizeof(float), '\0');
  for (std::size_t i = 0; i < map.v.size(); ++i) {
    const auto value = static_cast<float>(map.v[i]);
    std::memcpy(bytes.data() + i * sizeof value, &value, sizeof value);
  }
  return bytes;
}

TEST_CASE("a written graph gives in ONNX Runtime what float64 gives") {
  const char* modules = std::getenv("FCN_ONNXRUNTIME");
  if (modules == nullptr) {
    WARN("FCN_ONNXRUNTIME is not set: nothing compared");
    return;
  }
  const Scratch scratch;
  int number = 0;
  for (const Graph& graph : networks()) {
    INFO("network " << number++);
    Random random(static_cast<std::uint32_t>(number));
    const int height = random.between(24, 37), width = random.between(24, 37);
    write(scratch.path("model.onnx"), graph, window_of(height, width));
    Map picture(3, height, width);
    for (double& value : picture.v) value = random.uniform(-2, 2);
    scratch.write("in", as_bytes(picture));
    const std::string runs = "[{\"input\":\"" + scratch.path("in") + "\",\"dims\":[1,3," +
                             std::to_string(height) + "," + std::to_string(width) + "],\"output\":\"" +
                             scratch.path("out") + "\"}]";
    const std::string command = std::string("node ") + FCN_RUN_ONNX + " '" + modules + "' '" +
                                scratch.path("model.onnx") + "' '" + runs + "'";
    REQUIRE(std::system(command.c_str()) == 0);
    const std::vector<Map> maps = evaluate(graph, picture);
    const Map bound = error_bounds(graph, maps, AlgorithmChoice::direct)[graph.output];
    const Map& truth = maps[graph.output];
    const std::string bytes = read_file(scratch.path("out"));
    REQUIRE(bytes.size() == truth.v.size() * sizeof(float));
    double worst = 0;
    for (std::size_t i = 0; i < truth.v.size(); ++i) {
      float value = 0;
      std::memcpy(&value, bytes.data() + i * sizeof value, sizeof value);
      const double error = std::abs(value - truth.v[i]) / (bound.v[i] + 1e-30);
      if (!(error <= worst)) worst = error;
    }
    CHECK(worst <= 1.0);
  }
}

}  // namespace
}  // namespace fcn::test
