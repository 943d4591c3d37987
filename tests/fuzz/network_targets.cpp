// SPDX-License-Identifier: MIT
// Files that hold a network with its graph: ONNX, torch.export's programs, networks as text.
#include <cstring>
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

/// A program of tests/import/pt2/cases.json, and its archive without it.
struct ExportedCase {
  std::string program;
  std::vector<ZipMember> members;
};

const std::vector<ExportedCase>& exported_cases() {
  static const std::vector<ExportedCase> all = [] {
    std::vector<ExportedCase> list;
    const auto cases = parse_json(file_content(fixture("../pt2/cases.json")));
    if (!cases) broken(cases.error().to_string());
    for (const Json& each : *cases)
      if (list.size() < 256)
        list.push_back({dump_json(each["program"]), test_pt2::members(Json::object(), each["weights"])});
    return list;
  }();
  return all;
}

/// The first byte chooses the case whose weights there are, the rest is the program, in an archive that is
/// right.
void run_pt2(Bytes bytes) {
  if (bytes.empty()) return;
  std::vector<ZipMember> members = exported_cases()[bytes[0] % exported_cases().size()].members;
  for (ZipMember& member : members)
    if (member.name.ends_with("models/model.json")) member.data = text_of(bytes.subspan(1));
  import(bytes_of(make_zip(members)));
}

void run_text(Bytes bytes) {
  const auto network = tools::import_text_network(source_of(bytes), small_limits());
  if (!check(network)) return;
  if (const Status valid = validate_graph(network->graph); !valid)
    broken("an invalid graph was imported: " + valid.error().to_string());
}

/// The models of tests/import/onnx/test_onnx_cases.cpp, about a kilobyte for each way an operator is used.
void append_onnx_cases(std::vector<std::string>& seeds) {
  const std::string file = file_content(fixture("onnx_cases.bin"));
  std::size_t at = 0;
  const auto number = [&] {
    std::uint32_t value = 0;
    if (at + 4 > file.size()) broken("onnx_cases.bin is cut short");
    std::memcpy(&value, file.data() + at, 4);
    at += 4;
    return value;
  };
  for (std::uint32_t count = number(); count > 0; --count) {
    at += number();  // the name
    const std::uint32_t bytes = number();
    seeds.push_back(file.substr(at, bytes));
    at += bytes;
    for (int run = 0; run < 3; ++run) {
      std::uint32_t sizes[6];  // the picture's, and the result's with its count of pictures
      for (std::uint32_t& size : sizes) size = number();
      at += std::size_t{sizes[3]} * sizes[4] * sizes[5] * sizeof(float);
    }
  }
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
  std::vector<std::string> seeds{file.SerializeAsString(), shaped.SerializeAsString()};
  append_onnx_cases(seeds);
  return seeds;
}

std::vector<std::string> pt2_seeds() {
  std::vector<std::string> seeds;
  for (const ExportedCase& each : exported_cases())
    seeds.push_back(static_cast<char>(seeds.size()) + each.program);
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
