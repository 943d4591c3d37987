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
#include "tests/import/onnx/onnx_bytes.hpp"
#include "tests/import/onnx/onnx_run.hpp"
#include "tools/export/export_model.hpp"

using namespace fcn;
using namespace fcn::tools;
using Catch::Contains;
using namespace test_onnx;

namespace {

constexpr int kSide = 16, kClasses = 5;

void add_weights(onnx::ModelProto& file, const std::string& name, const Dims& dims) {
  std::int64_t count = 1;
  for (const std::int64_t dim : dims) count *= dim;
  std::vector<float> weights;
  for (std::int64_t i = 0; i < count; ++i)
    weights.push_back(static_cast<float>((i * 37 + static_cast<std::int64_t>(name.size())) % 23 - 11) / 16);
  add_values(file, name, onnx::TensorProto::FLOAT, dims, weights);
}

onnx::NodeProto& add_conv(onnx::ModelProto& file, const std::string& from, const std::string& weights,
                          const std::string& to, std::int64_t stride, std::int64_t pad) {
  auto& conv = add_node(file, "Conv", {from, weights}, {to});
  set_ints(conv, "strides", {stride, stride});
  set_ints(conv, "pads", {pad, pad, pad, pad});
  return conv;
}

/// "name": the sizes of `of`, as numbers or computed; with `images` before them of images and channels.
void add_sizes(onnx::ModelProto& file, const std::string& name, const std::string& of, const Dims& numbers,
               bool computed) {
  if (!computed) {
    add_integers(file, name, numbers);
    return;
  }
  add_node(file, "Shape", {of}, {name + ".shape"});
  add_integers(file, name + ".from", {2});
  add_integers(file, name + ".to", {4});
  const std::string places = numbers.size() == 4 ? name + ".places" : name;
  add_node(file, "Slice", {name + ".shape", name + ".from", name + ".to"}, {places});
  if (numbers.size() != 4) return;
  add_integers(file, name + ".others", {numbers[0], numbers[1]});
  auto& joined = add_node(file, "Concat", {name + ".others", places}, {name});
  set_int(joined, "axis", 0);
}

/// Down by 4, scores enlarged to a skip's size, to which the skip, padded, is cut, and then to the picture's.
onnx::ModelProto skip_network(bool computed) {
  onnx::ModelProto file = model({1, 3, kSide, kSide});
  add_weights(file, "w1", {4, 3, 3, 3});
  add_weights(file, "w2", {kClasses, 4, 3, 3});
  add_weights(file, "w3", {kClasses, 4, 1, 1});
  add_conv(file, "x", "w1", "half", 2, 1);
  add_conv(file, "half", "w2", "low", 2, 1);
  add_sizes(file, "half_size", "half", {1, kClasses, kSide / 2, kSide / 2}, computed);
  auto& up = add_node(file, "Resize", {"low", "", "", "half_size"}, {"up"});
  set_text(up, "mode", "linear");
  set_text(up, "coordinate_transformation_mode", "align_corners");
  add_conv(file, "half", "w3", "wide", 1, 3);
  add_integers(file, "begin", {2, 3});
  add_integers(file, "axes", {2, 3});
  if (computed) {
    add_sizes(file, "up_size", "up", {0, 0}, true);
    add_node(file, "Add", {"up_size", "begin"}, {"end"});
  } else {
    add_integers(file, "end", {2 + kSide / 2, 3 + kSide / 2});
  }
  add_node(file, "Slice", {"wide", "begin", "end", "axes"}, {"skip"});
  add_node(file, "Add", {"up", "skip"}, {"sum"});
  add_sizes(file, "picture_size", "x", {1, kClasses, kSide, kSide}, computed);
  auto& last = add_node(file, "Resize", {"sum", "", "", "picture_size"}, {"y"});
  set_text(last, "mode", "linear");
  set_text(last, "coordinate_transformation_mode", "half_pixel");
  set_shape(*file.mutable_graph()->mutable_output(0), "y", {1, kClasses, kSide, kSide});
  return file;
}

/// Of the sizes of "x" and `of`, which is "up": per axis the difference, "more", its half, "half", and the
/// rest, "rest".
void add_differences(onnx::ModelProto& file, const std::string& of) {
  add_node(file, "Shape", {"x"}, {"x.shape"});
  add_node(file, "Shape", {of}, {of + ".shape"});
  add_integers(file, "two", {2});
  add_integers(file, "none", {0});
  add_integers(file, "one", {1});
  for (const std::int64_t axis : {2, 3}) {
    const std::string a = std::to_string(axis);
    add_integers(file, "axis" + a, {axis});
    add_node(file, "Gather", {"x.shape", "axis" + a}, {"x" + a});
    add_node(file, "Gather", {of + ".shape", "axis" + a}, {of + a});
    add_node(file, "Sub", {"x" + a, of + a}, {"more" + a});
    add_node(file, "Sub", {"more" + a, "one"}, {"fewer" + a});
    add_node(file, "Div", {"more" + a, "two"}, {"half" + a});
    add_node(file, "Sub", {"more" + a, "half" + a}, {"rest" + a});
    add_node(file, "Sub", {of + a, "x" + a}, {"less" + a});
    add_node(file, "Div", {"less" + a, "two"}, {"cut" + a});
    add_node(file, "Neg", {"x" + a}, {"from_end" + a});
    add_node(file, "Cast", {"less" + a}, {"real_less" + a});
    set_int(*file.mutable_graph()->mutable_node(file.graph().node_size() - 1), "to",
            onnx::TensorProto::FLOAT);
    add_values(file, "real_two" + a, onnx::TensorProto::FLOAT, {}, {2});
    add_node(file, "Div", {"real_less" + a, "real_two" + a}, {"real_half" + a});
    add_node(file, "Round", {"real_half" + a}, {"rounded" + a});
    add_node(file, "Cast", {"rounded" + a}, {"even" + a});
    set_int(*file.mutable_graph()->mutable_node(file.graph().node_size() - 1), "to",
            onnx::TensorProto::INT64);
  }
}

/// A U-Net of one step that pads what comes back to the size of what went down, by halves of the difference,
/// as its Python says, or by other values of add_differences().
onnx::ModelProto padded_network(const std::string& first = "half", const std::string& last = "rest") {
  onnx::ModelProto file = model({1, 3, kSide, kSide});
  auto& pool = add_node(file, "MaxPool", {"x"}, {"low"});
  set_ints(pool, "kernel_shape", {4, 4});
  set_ints(pool, "strides", {4, 4});
  add_weights(file, "w", {3, kClasses, 4, 4});
  auto& up = add_node(file, "ConvTranspose", {"low", "w"}, {"up"});
  set_ints(up, "strides", {4, 4});
  add_differences(file, "up");
  std::vector<std::string> before{"none", "none"}, after{"none", "none"};
  for (const std::string a : {"2", "3"}) {
    before.push_back(first == "none" || first == "one" ? first : first + a);
    after.push_back(last == "none" ? last : last + a);
  }
  before.insert(before.end(), after.begin(), after.end());
  set_int(add_node(file, "Concat", before, {"pads"}), "axis", 0);
  add_node(file, "Pad", {"up", "pads"}, {"y"});
  set_shape(*file.mutable_graph()->mutable_output(0), "y", {1, kClasses, kSide, kSide});
  return file;
}

/// A wide map's slice from `begin` to `end`, values of add_differences(): as large as the picture.
onnx::ModelProto cut_network(const std::string& begin, const std::string& end = "") {
  onnx::ModelProto file = model({1, 3, kSide, kSide});
  add_weights(file, "w", {kClasses, 3, 1, 1});
  add_conv(file, "x", "w", "wide", 1, 3);
  add_differences(file, "wide");
  add_integers(file, "all", {1 << 30});
  std::string from = "wide";
  for (const std::string a : {"2", "3"}) {
    add_node(file, "Add", {begin + a, "x" + a}, {"end" + a});
    add_node(file, "Slice", {from, begin + a, end.empty() ? "end" + a : end, "axis" + a}, {"cut_to" + a});
    add_node(file, "Relu", {"cut_to" + a}, {a == "2" ? "between" : "y"});
    from = "between";
  }
  set_shape(*file.mutable_graph()->mutable_output(0), "y", {1, kClasses, kSide, kSide});
  return file;
}

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
  const auto last_of = [](const ImportedNetwork& network) {
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
  onnx::ModelProto file = model({1, 3, kSide, kSide});
  add_weights(file, "w1", {4, 3, 3, 3});
  add_weights(file, "w2", {4, 4, 3, 3});
  add_conv(file, "x", "w1", "a", 1, 1);
  auto& pool = add_node(file, "MaxPool", {"a"}, {"p", "i"});
  set_ints(pool, "kernel_shape", {2, 2});
  set_ints(pool, "strides", {2, 2});
  add_conv(file, "p", "w2", "q", 1, 1);
  auto& unpool = add_node(file, "MaxUnpool", {"q", "i"}, {"y"});
  set_ints(unpool, "kernel_shape", {2, 2});
  set_ints(unpool, "strides", {2, 2});
  set_shape(*file.mutable_graph()->mutable_output(0), "y", {1, 4, kSide, kSide});
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
