// SPDX-License-Identifier: MIT
// Files that hold a network with its graph: ONNX, torch.export's programs, networks as text.
#include <string>

#include "fcn/graph/validate_graph.hpp"
#include "tests/fuzz/fuzz_target.hpp"
#include "tests/import/files.hpp"
#include "tests/import/onnx/onnx_bytes.hpp"
#include "tests/import/pt2/pt2_case.hpp"
#include "tools/import/import_network.hpp"
#include "tools/import/text_network.hpp"

namespace fcn::fuzz {
namespace {

void import(Bytes bytes) {
  const auto network = tools::import_network(source_of(bytes), {.external_data = false});
  if (!check(network)) return;
  if (const Status valid = validate_graph(network->graph); !valid)
    broken("an invalid graph was imported: " + valid.error().to_string());
}

void run_onnx(Bytes bytes) {
  import(bytes);
}

/// The program, in an archive that is right and has a few weights.
void run_pt2(Bytes bytes) {
  const auto weights =
      Json::parse(R"({"w":{"shape":[4,3,3,3],"seed":1,"scale":0.1,"shift":0,"constant":false}})");
  auto members = test_pt2::members(Json::object(), weights);
  for (ZipMember& member : members)
    if (member.name.ends_with("models/model.json")) member.data = text_of(bytes);
  import(bytes_of(make_zip(members)));
}

void run_text(Bytes bytes) {
  const auto network = tools::import_text_network(source_of(bytes), small_limits());
  if (!check(network)) return;
  if (const Status valid = validate_graph(network->graph); !valid)
    broken("an invalid graph was imported: " + valid.error().to_string());
}

std::vector<std::string> onnx_seeds() {
  onnx::ModelProto file = test_onnx::model({1, 3, 16, 16});
  test_onnx::add_floats(file, "w", {4, 3, 3, 3});
  test_onnx::add_node(file, "Conv", {"x", "w"}, {"c"});
  test_onnx::add_node(file, "Relu", {"c"}, {"r"});
  test_onnx::add_node(file, "GlobalAveragePool", {"r"}, {"g"});
  test_onnx::set_int(test_onnx::add_node(file, "Flatten", {"g"}, {"y"}), "axis", 1);
  onnx::ModelProto shaped = test_onnx::model({1, 3, 16, 16});
  test_onnx::add_node(shaped, "Shape", {"x"}, {"s"});
  test_onnx::add_node(shaped, "Reshape", {"x", "s"}, {"z"});
  test_onnx::add_node(shaped, "Add", {"z", "x"}, {"y"});
  return {file.SerializeAsString(), shaped.SerializeAsString()};
}

std::vector<std::string> pt2_seeds() {
  std::vector<std::string> seeds;
  const auto cases = parse_json(file_content(fixture("../pt2/cases.json")));
  if (!cases) return seeds;
  for (const Json& each : *cases)
    if (seeds.size() < 12) seeds.push_back(dump_json(each["program"]));
  return seeds;
}

std::vector<std::string> text_seeds() {
  return {
      R"({"name":"edges","layers":[{"op":"conv","filters":[[[1,0,-1],[2,0,-2],[1,0,-1]]],"pad":1},)"
      R"({"op":"relu"},{"op":"max_pool","size":2}]})",
      R"({"name":"mean","channels":3,"labels":["a","b"],"layers":[{"op":"average_pool","size":3,"stride":1},)"
      R"({"op":"conv","filters":[[[[1]],[[0]],[[2]]],[[[1]],[[1]],[[1]]]],"bias":[0.5,1]}]})"};
}

}  // namespace

std::span<const Target> network_targets() {
  static constexpr Target kTargets[] = {
      {"onnx", run_onnx, onnx_seeds}, {"pt2", run_pt2, pt2_seeds}, {"text", run_text, text_seeds}};
  return kTargets;
}

}  // namespace fcn::fuzz
