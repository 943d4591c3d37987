// SPDX-License-Identifier: MIT
// .pt2 files that are damaged, or made to do damage: each gives a typed error, or a network that is valid.
// Nothing else may happen, whatever the bytes. FCN_PT2_MUTATIONS sets another number of mutations than the
// few seconds' worth here.
#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/engine/random_network.hpp"
#include "tests/import/pt2/pt2_case.hpp"
#include "tools/import/import_network.hpp"
#include "tools/import/pt2/import_pt2.hpp"

using namespace fcn;
using namespace fcn::tools;
using Catch::Matchers::Contains;

namespace {

Json case_of(const std::string& name) {
  const Json cases = *parse_json(read_file(fixture("../pt2/cases.json")));
  for (const auto& test : cases)
    if (test["name"] == name) return test;
  FAIL("no case " << name);
  return {};
}

std::string complaint(const std::vector<ZipMember>& members, const Limits& limits = {}) {
  const std::string bytes = make_zip(members);
  std::string version;
  const auto model = read_pt2(source_of(bytes), version, limits);
  if (!model) return model.error().to_string();
  const auto network = import_network(source_of(bytes));
  return network ? "" : network.error().to_string();
}

/// The complaint about the case once its program, or the list of its weights, is another.
std::string complaint_about(Json test, const std::string& pointer, const Json& value) {
  test["program"][Json::json_pointer(pointer)] = value;
  return complaint(test_pt2::members(test["program"], test["weights"]));
}

/// The case with this text in the place of a member.
std::string complaint_with(const Json& test, const std::string& member, const std::string& text,
                           const Limits& limits = {}) {
  auto members = test_pt2::members(test["program"], test["weights"]);
  for (ZipMember& each : members)
    if (each.name == member) each.data = text;
  return complaint(members, limits);
}

constexpr const char* kProgram = "m/models/model.json";
constexpr const char* kWeights = "m/data/weights/model_weights_config.json";

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

/// One JSON value of the tree, chosen at random, becomes one that nobody would write.
void poison(Json& json, test::Random& random) {
  Json* at = &json;
  while (at->is_structured() && !at->empty() && random.between(0, 9) != 0) {
    auto child = at->begin();
    std::advance(child, random.between(0, static_cast<int>(at->size()) - 1));
    at = &*child;
  }
  const Json values[] = {nullptr,
                         -1,
                         0,
                         1,
                         3,
                         1'000'000'007,
                         INT64_MAX,
                         INT64_MIN,
                         UINT64_MAX,
                         1e300,
                         true,
                         "",
                         "x",
                         "NaN",
                         Json::array(),
                         Json::object(),
                         Json::array({1, -1}),
                         {{"as_int", -7}},
                         {{"as_none", true}},
                         {{"as_ints", {0, INT64_MAX, -5}}},
                         {{"as_tensor", {{"name", "x"}}}},
                         {{"as_sym_int", {{"as_name", "x"}}}}};
  *at = values[random.between(0, static_cast<int>(std::size(values)) - 1)];
}

/// Flips a bit or sets a byte, cuts the end off, or both.
std::string damaged(std::string bytes, test::Random& random) {
  const auto place = [&] {
    return static_cast<std::size_t>(random.between(0, static_cast<int>(bytes.size()) - 1));
  };
  constexpr unsigned char kBytes[] = {0x00, 0x7f, 0x80, 0xff};
  const int kind = random.between(0, 4);
  if (kind == 4) bytes[place()] = static_cast<char>(kBytes[random.between(0, 3)]);
  if (kind != 0 && kind != 4) bytes[place()] ^= static_cast<char>(1 << random.between(0, 7));
  if (kind == 0 || kind == 3) bytes.resize(place());
  if (bytes.empty()) bytes = "P";
  return bytes;
}

int mutations() {
  const char* asked = std::getenv("FCN_PT2_MUTATIONS");
  return asked == nullptr ? 600 : std::atoi(asked);
}

/// Whatever it is, it is read to its end and says so in words.
void check_survives(const std::string& bytes) {
  const auto network = import_network(source_of(bytes));
  if (!network) CHECK(!network.error().message.empty());
}

constexpr const char* kSubjects[] = {"conv2d all",     "standardised weights", "constants", "free sizes",
                                     "chunk and cat",  "head decomposed",      "in place",  "reshapes",
                                     "avg_pool2d ceil"};

}  // namespace

TEST_CASE("damaged .pt2 files give typed errors", "[pt2][hostile]") {
  test::Random random(11);
  for (const char* name : kSubjects) {
    const std::string whole = test_pt2::archive(case_of(name));
    for (int i = 0; i < mutations() / 9; ++i) check_survives(damaged(whole, random));
  }
}

TEST_CASE("damaged JSON of a .pt2 whose checksums are right gives typed errors", "[pt2][hostile]") {
  test::Random random(12);
  for (const char* name : kSubjects) {
    const Json test = case_of(name);
    const auto whole = test_pt2::members(test["program"], test["weights"]);
    for (int i = 0; i < mutations() / 9; ++i) {
      auto members = whole;
      for (ZipMember& member : members)
        if (member.name.ends_with(".json") && random.between(0, 1) == 0)
          member.data = damaged(member.data, random);
      check_survives(make_zip(members));
    }
  }
}

TEST_CASE("programs of a .pt2 that no exporter writes give typed errors", "[pt2][hostile]") {
  test::Random random(13);
  for (const char* name : kSubjects) {
    const Json test = case_of(name);
    for (int i = 0; i < mutations() / 9; ++i) {
      Json program = test["program"];
      for (int times = random.between(1, 3); times > 0; --times) poison(program, random);
      auto members = test_pt2::members(program, test["weights"]);
      for (ZipMember& member : members) {
        if (!member.name.ends_with("_config.json") || random.between(0, 3) != 0) continue;
        Json config = *parse_json(member.data);
        poison(config, random);
        member.data = config.dump();
      }
      check_survives(make_zip(members));
    }
  }
}

TEST_CASE("JSON bombs in a .pt2 are refused within the limits", "[pt2][hostile]") {
  const Json test = case_of("conv2d all");
  const std::string deep = repeated("[", 40) + repeated("]", 40);
  CHECK_THAT(complaint_with(test, kProgram, deep), Contains("nested deeper than 32"));
  CHECK_THAT(complaint_with(test, kWeights, deep), Contains("nested deeper than 32"));
  CHECK_THAT(complaint_with(test, kProgram, "[0" + repeated(",0", 1'100'000) + "]"),
             Contains("more than 1048576 JSON values"));
  CHECK_THAT(complaint_with(test, kProgram, R"({"graph_module":{},"graph_module":{}})"),
             Contains("duplicate key"));
  CHECK_THAT(complaint_with(test, kWeights, R"({"config":{"a":{},"a":{}}})"), Contains("duplicate key"));
  Limits limits;
  limits.max_header_bytes = 100;
  CHECK_THAT(complaint_with(test, kProgram, test["program"].dump(), limits), Contains("the limit is 100"));
  limits = {};
  limits.max_nodes = 0;
  CHECK_THAT(complaint_with(test, kProgram, test["program"].dump(), limits), Contains("expected at most 0"));
  limits = {};
  limits.max_tensors = 3;
  CHECK_THAT(complaint_with(test, kProgram, test["program"].dump(), limits), Contains("3"));
}

TEST_CASE("weights of a .pt2 must lie within their members", "[pt2][hostile]") {
  const Json test = case_of("conv2d all");
  const auto with = [&](const std::string& field, const Json& value) {
    for (const ZipMember& member : test_pt2::members(test["program"], test["weights"])) {
      if (member.name != kWeights) continue;
      Json config = *parse_json(member.data);
      config["config"]["c.weight"][Json::json_pointer(field)] = value;
      return complaint_with(test, kWeights, config.dump());
    }
    return std::string();
  };
  CHECK(with("/tensor_meta/layout", 7).empty());
  CHECK_THAT(with("/tensor_meta/storage_offset", {{"as_int", INT64_MAX}}),
             Contains("reach past its storage"));
  CHECK_THAT(with("/tensor_meta/storage_offset", {{"as_int", 1}}), Contains("reach past its storage"));
  CHECK_THAT(with("/tensor_meta/storage_offset", {{"as_int", -1}}), Contains("expected an integer from 0"));
  CHECK_THAT(with("/tensor_meta/strides/0", {{"as_int", INT64_MAX}}), Contains("reach past its storage"));
  CHECK_THAT(with("/tensor_meta/sizes/0", {{"as_int", INT64_MAX}}), Contains("exceeds the limit"));
  CHECK_THAT(with("/tensor_meta/sizes/0", {{"as_int", 400}}), Contains("reach past its storage"));
  CHECK_THAT(with("/tensor_meta/sizes/0", {{"as_expr", {{"expr_str", "s0"}}}}),
             Contains("has no fixed size"));
  CHECK_THAT(with("/tensor_meta/sizes", Json::array()), Contains("differ in length"));
  CHECK_THAT(with("/tensor_meta/dtype", 9), Contains("type that is not supported"));
  CHECK_THAT(with("/tensor_meta/dtype", 8), Contains("reach past its storage"));
  CHECK_THAT(with("/tensor_meta/layout", 1), Contains("sparse"));
  CHECK_THAT(with("/path_name", "../../etc/passwd"), Contains("is missing"));
  CHECK_THAT(with("/use_pickle", true), Contains("no plain tensor of this name"));
}

TEST_CASE("a .pt2's program must hang together", "[pt2][hostile]") {
  const Json test = case_of("conv2d all");
  const std::string node = "/graph_module/graph/nodes/0", first = node + "/inputs/0/arg";
  CHECK_THAT(complaint_about(test, node + "/target", "torch.ops.aten.fft_fft2.default"),
             Contains("node conv2d_1 (torch.ops.aten.fft_fft2.default): this operator is not supported"));
  CHECK_THAT(complaint_about(test, node + "/target", "torch.ops.mine.conv2d.default"),
             Contains("not supported"));
  CHECK_THAT(complaint_about(test, first, {{"as_tensor", {{"name", "conv2d_1"}}}}),
             Contains("which nothing before makes"));
  CHECK_THAT(complaint_about(test, first, {{"as_int", 1}}), Contains("argument input is of another kind"));
  CHECK_THAT(complaint_about(test, first, {{"as_int", 1}, {"as_none", true}}),
             Contains("an object of one member"));
  CHECK_THAT(complaint_about(test, node + "/outputs", Json::array({{{"as_tensor", {{"name", "x"}}}}})),
             Contains("is made by no supported call"));
  CHECK_THAT(complaint_about(test, "/graph_module/signature/output_specs", Json::array()),
             Contains("output"));
  CHECK_THAT(complaint_about(test, "/graph_module/signature", {{"parameters", Json::array()}}),
             Contains("PyTorch 2.1"));
  Json twice = test["program"]["graph_module"]["graph"]["nodes"];
  twice.push_back(twice[0]);
  CHECK_THAT(complaint_about(test, "/graph_module/graph/nodes", twice), Contains("exists already"));
  Json inputs = test["program"]["graph_module"]["signature"]["input_specs"];
  inputs[0] = inputs.back();
  inputs[0]["user_input"]["arg"]["as_tensor"]["name"] = "p_c_weight";
  CHECK_THAT(complaint_about(test, "/graph_module/signature/input_specs", inputs), Contains("2 inputs"));
}

TEST_CASE("a change in place that another view shows is refused", "[pt2][hostile]") {
  Json test = case_of("in place");
  CHECK(complaint(test_pt2::members(test["program"], test["weights"])).empty());
  Json& nodes = test["program"]["graph_module"]["graph"]["nodes"];
  Json view = {{"target", "torch.ops.aten.view.default"},
               {"inputs",
                {{{"name", "self"}, {"arg", nodes[0]["outputs"][0]}},
                 {{"name", "size"}, {"arg", {{"as_ints", {1, 4, 5, 6}}}}}}},
               {"outputs", {{{"as_tensor", {{"name", "seen"}}}}}},
               {"metadata", Json::object()},
               {"name", "seen"}};
  test["program"]["graph_module"]["graph"]["tensor_values"]["seen"] =
      test["program"]["graph_module"]["graph"]["tensor_values"]["conv2d_1"];
  nodes.insert(nodes.begin() + 1, view);
  nodes.back()["inputs"][0]["arg"] = {{"as_tensor", {{"name", "seen"}}}};
  CHECK_THAT(complaint(test_pt2::members(test["program"], test["weights"])),
             Contains("reads seen, whose memory another call changed in place"));
}
