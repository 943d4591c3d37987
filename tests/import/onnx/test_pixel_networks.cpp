// SPDX-License-Identifier: MIT
// Networks that label pixels, from ONNX files: sizes that come from other maps, on windows and beside them,
// and what export makes of them. The same function written with sizes as numbers, as a traced file has it,
// and computed from shapes, as one of free size has it, is compared on sizes that strides do not divide.
#include <catch2/catch.hpp>
#include <fstream>
#include <tuple>

#include "fcn/graph/shape_inference.hpp"
#include "fcn/kernels/tables.hpp"
#include "fcn/model.hpp"
#include "tests/import/onnx/onnx_run.hpp"
#include "tests/import/onnx/pixel_networks.hpp"
#include "tools/export/export_model.hpp"

using namespace fcn;
using namespace fcn::tools;
using Catch::Contains;
using namespace test_onnx;

namespace {

std::string written(const onnx::ModelProto& file, const Scratch& scratch) {
  std::ofstream(scratch.path("network.onnx"), std::ios::binary) << file.SerializeAsString();
  return scratch.path("network.onnx");
}

Result<ExportReport> exported(const onnx::ModelProto& file, const Scratch& scratch) {
  ExportRequest request;
  request.checkpoint = written(file, scratch);
  request.output = scratch.path("model");
  request.preprocessing.mean = {0, 0, 0};
  request.preprocessing.std = {1, 1, 1};
  return export_model(request);
}

}  // namespace

TEST_CASE("sizes from other maps are followed, and literal ones taken for those of maps") {
  const auto traced = imported(skip_network(false)), free = imported(skip_network(true));
  CHECK(agree(run(traced), run(free), 0));
  CHECK(has_note(traced, "taken to be the size of input"));
  CHECK_FALSE(has_note(free, "taken to be"));
  for (const auto& network : {traced, free})
    for (const auto& [height, width] : {std::pair(16, 16), std::pair(17, 23), std::pair(40, 13)}) {
      const auto shapes = infer_shapes(network.graph, {3, height, width});
      REQUIRE(shapes);
      CHECK((*shapes)[network.graph.output] == Shape{kClasses, height, width});
    }
}

TEST_CASE("a padding by halves of a difference leads to the other map's size, whatever that is") {
  const auto network = imported(padded_network());
  const Node& last = network.graph.nodes[network.graph.output];
  REQUIRE(std::holds_alternative<CenterTo>(last.op));
  CHECK(std::get<CenterTo>(last.op).before == PlacesBefore::floor);
  CHECK(last.inputs[1] == 0);
  const auto shapes = infer_shapes(network.graph, {3, 19, 30});
  REQUIRE(shapes);
  CHECK((*shapes)[network.graph.output] == Shape{kClasses, 19, 30});
  CHECK_FALSE(has_note(network, "computed from sizes"));

  onnx::ModelProto other = padded_network();  // by twice the difference, less the difference
  for (auto& node : *other.mutable_graph()->mutable_node())
    if (node.op_type() == "Div" && node.output(0).starts_with("half")) node.set_op_type("Mul");
  CHECK(has_note(imported(other), "a padding that is computed from sizes"));
}

TEST_CASE("a padding by all of a difference, below or above, leads to the other map's size as well") {
  const auto last_of = [](const ImportedNetwork& network) -> const Node& {
    return network.graph.nodes[network.graph.output];
  };
  const std::tuple<std::string, std::string, PlacesBefore> kinds[] = {
      {"none", "more", PlacesBefore::none},
      {"more", "none", PlacesBefore::all},
      {"rest", "half", PlacesBefore::ceil},
      {"one", "fewer", PlacesBefore::none}};  // a literal row, and one fewer than the difference
  for (const auto& [first, last, before] : kinds) {
    INFO(first << ", " << last);
    const auto network = imported(padded_network(first, last));
    CHECK_FALSE(has_note(network, "computed from sizes"));
    REQUIRE(std::holds_alternative<CenterTo>(last_of(network).op));
    const auto& op = std::get<CenterTo>(last_of(network).op);
    CHECK(op.before == before);
    CHECK_FALSE(op.only_cut);
    const auto shapes = infer_shapes(network.graph, {3, 19, 30});
    REQUIRE(shapes);
    CHECK((*shapes)[network.graph.output] == Shape{kClasses, 19, 30});
  }
  CHECK(has_note(imported(padded_network("half", "half")), "a padding that is computed from sizes"));
}

TEST_CASE("a cut at places computed from sizes follows the picture, but never pads") {
  const std::tuple<std::string, std::string, PlacesBefore> kinds[] = {
      {"cut", "", PlacesBefore::ceil},  // of the difference that is negative here
      {"less", "", PlacesBefore::all},
      {"even", "", PlacesBefore::even},
      {"from_end", "all", PlacesBefore::all}};
  for (const auto& [begin, end, before] : kinds) {
    INFO(begin);
    const auto network = imported(cut_network(begin, end));
    CHECK_FALSE(has_note(network, "computed from sizes"));
    bool found = false;
    for (const Node& node : network.graph.nodes)
      if (const auto* op = std::get_if<CenterTo>(&node.op))
        found = op->before == before && op->only_cut && node.inputs[1] == 0;
    CHECK(found);
    const auto shapes = infer_shapes(network.graph, {3, 17, 40});
    REQUIRE(shapes);
    CHECK((*shapes)[network.graph.output] == Shape{kClasses, 17, 40});
  }
  CHECK(has_note(imported(cut_network("more", "all")), "a cut that is computed from sizes"));
}

TEST_CASE("a map that is only cut is refused where it has fewer places") {
  const Node cut{"cut", CenterTo{CropAxes::both, PlacesBefore::floor, true}, {0, 1}};
  CHECK(infer_shape(cut, {{2, 5, 6}, {3, 5, 4}}, {3, 9, 9}));
  const auto refused = infer_shape(cut, {{2, 5, 6}, {3, 6, 4}}, {3, 9, 9});
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().to_string(), Contains("which has fewer"));
}

TEST_CASE("a network whose map is its picture's is exported as one for pixels") {
  const Scratch scratch;
  const auto report = exported(skip_network(true), scratch);
  if (!report) FAIL(report.error().to_string());
  CHECK(report->info.kind == ModelKind::pixels);
  CHECK(report->info.size_multiple == Extent{1, 1});
  CHECK(report->classes == kClasses);
  const auto model = Model::load(scratch.path("model"), {.table = &kernels::table_reference, .limits = {}});
  if (!model) FAIL(model.error().to_string());
  CHECK(model->info().kind == ModelKind::pixels);
}

TEST_CASE("scores of a grid are enlarged to the picture, what chooses among them is left out") {
  onnx::ModelProto file = skip_network(true);
  add_node(file, "Softmax", {"sum"}, {"shares"});
  set_int(*file.mutable_graph()->mutable_node(file.graph().node_size() - 1), "axis", 1);
  auto& chosen = add_node(file, "ArgMax", {"shares"}, {"label"});
  set_int(chosen, "axis", 1);
  set_shape(*file.mutable_graph()->mutable_output(0), "label", {1, 1, kSide / 2, kSide / 2});
  const Scratch scratch;
  const auto report = exported(file, scratch);
  if (!report) FAIL(report.error().to_string());
  CHECK(report->info.kind == ModelKind::pixels);
  CHECK(report->info.activation == ScoreActivation::softmax);
  bool noted = false;
  for (const std::string& note : report->notes)
    noted = noted || note.find("interpolated linearly to the picture's size") != std::string::npos;
  CHECK(noted);
}

TEST_CASE("of two maps the one with more of the network behind it is the main head's") {
  onnx::ModelProto file = skip_network(true);
  add_conv(file, "half", "w3", "early", 1, 0);
  auto& early = add_node(file, "Resize", {"early", "", "", "picture_size"}, {"side"});
  set_text(early, "mode", "linear");
  auto& output = *file.mutable_graph()->add_output();
  set_shape(output, "side", {1, kClasses, kSide, kSide});
  const auto network = imported(file);
  CHECK(has_note(network, "of 2 outputs y"));
  CHECK(agree(run(network), run(skip_network(true)), 0));
}

TEST_CASE("unpooling puts values where the pool found them") {
  const onnx::ModelProto file = unpooling_network();
  const std::vector<float> found = run(file);

  onnx::ModelProto pooled = file, whole = file;
  pooled.mutable_graph()->mutable_output(0)->set_name("q");
  whole.mutable_graph()->mutable_output(0)->set_name("a");
  const std::vector<float> q = run(pooled), a = run(whole);
  bool right = true;
  for (std::size_t c = 0; c < 4; ++c)
    for (std::size_t y = 0; y < kSide / 2; ++y)
      for (std::size_t x = 0; x < kSide / 2; ++x) {
        const auto at = [&](std::size_t tap) {
          return (c * kSide + 2 * y + tap / 2) * kSide + 2 * x + tap % 2;
        };
        std::size_t best = 0;
        for (std::size_t tap = 1; tap < 4; ++tap)
          if (a[at(tap)] > a[at(best)]) best = tap;
        for (std::size_t tap = 0; tap < 4; ++tap)
          right &= found[at(tap)] == (tap == best ? q[(c * kSide / 2 + y) * kSide / 2 + x] : 0.0f);
      }
  CHECK(right);

  onnx::ModelProto other = file;
  other.mutable_graph()->mutable_node(3)->mutable_attribute(1)->set_ints(0, 3);
  CHECK_THAT(refusal_of(other), Contains("not those of the max-pool"));
  onnx::ModelProto stranger = file;
  stranger.mutable_graph()->mutable_node(3)->set_input(1, "q");
  CHECK_THAT(refusal_of(stranger), Contains("not those that a max-pool gives"));
}
