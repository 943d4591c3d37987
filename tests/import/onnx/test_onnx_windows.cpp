// SPDX-License-Identifier: MIT
// Pools whose window is the whole map on the training window, as exporters without global pools write them.
#include <algorithm>
#include <catch2/catch.hpp>
#include <variant>

#include "tests/import/onnx/onnx_bytes.hpp"
#include "tests/import/onnx/onnx_run.hpp"

using namespace fcn::tools;
using namespace test_onnx;

namespace {

/// The classifier, whose map is 6x6, with an average pool in the place of its global one.
onnx::ModelProto with_pool(std::int64_t kernel, const Dims& pads, std::int64_t stride, int count_pads = 0) {
  onnx::ModelProto file = classifier();
  onnx::NodeProto& pool = *file.mutable_graph()->mutable_node(2);
  pool.set_op_type("AveragePool");
  set_ints(pool, "kernel_shape", {kernel, kernel});
  set_ints(pool, "pads", pads);
  set_ints(pool, "strides", {stride, stride});
  set_int(pool, "count_include_pad", count_pads);
  return file;
}

template <class Op>
bool has(const ImportedNetwork& network) {
  const auto& nodes = network.graph.nodes;
  return std::any_of(nodes.begin(), nodes.end(),
                     [](const fcn::Node& node) { return std::holds_alternative<Op>(node.op); });
}

}  // namespace

TEST_CASE("a padded window that holds the whole map is the mean over it, on larger pictures, too") {
  for (const Dims& pads : {Dims{0, 0, 1, 1}, Dims{1, 0, 0, 1}, Dims{1, 1, 1, 1}}) {
    const auto file = with_pool(7, pads, 2);
    CHECK(has<fcn::GlobalAveragePool>(imported(file)));
    CHECK_FALSE(has<fcn::AveragePool>(imported(file)));
    CHECK(agree(run(file), run(classifier())));
  }
  // Zeros that count: 36 of 49 values are the map's.
  onnx::ModelProto expected = classifier();
  for (float& weight : *expected.mutable_graph()->mutable_initializer(1)->mutable_float_data())
    weight *= 36.0f / 49.0f;
  CHECK(has<fcn::GlobalAveragePool>(imported(with_pool(7, {0, 0, 1, 1}, 1, 1))));
  CHECK(agree(run(with_pool(7, {0, 0, 1, 1}, 1, 1)), run(expected)));
}

TEST_CASE("a map reduced along one of its axes is refused unless the other follows") {
  const auto reduced = [](const std::string& second, std::int64_t axis) {
    onnx::ModelProto file = classifier();
    for (const int at : {2, 3}) file.mutable_graph()->mutable_node(at)->clear_attribute();
    onnx::NodeProto& first = *file.mutable_graph()->mutable_node(2);
    first.set_op_type("ReduceMean");
    set_ints(first, "axes", {3});
    set_int(first, "keepdims", 0);
    onnx::NodeProto& then = *file.mutable_graph()->mutable_node(3);
    then.set_op_type(second);
    if (second == "Flatten") return file;
    set_ints(then, "axes", {axis});
    set_int(then, "keepdims", 0);
    return file;
  };
  CHECK(agree(run(reduced("ReduceMean", 2)), run(classifier())));
  using Catch::Contains;
  CHECK_THAT(refusal_of(reduced("ReduceMax", 2)), Contains("the_Flatten") && Contains("in another way"));
  CHECK_THAT(refusal_of(reduced("ReduceMean", 1)), Contains("in another way"));
  CHECK_THAT(refusal_of(reduced("ReduceL2", 2)), Contains("some of its rows and columns"));
  CHECK_THAT(refusal_of(reduced("Flatten", 0)), Contains("some of its rows and columns"));
  onnx::ModelProto open = reduced("ReduceMean", 2);
  open.mutable_graph()->mutable_node()->DeleteSubrange(3, 2);
  open.mutable_graph()->mutable_output(0)->set_name("p");
  CHECK_THAT(refusal_of(open), Contains("some of its rows and columns"));
}

TEST_CASE("a padded window that halves the last places stays one") {
  onnx::ModelProto file = with_pool(3, {1, 1, 1, 1}, 2);
  set_shape(*file.mutable_graph()->mutable_input(0), "x", {1, 3, 4, 4});  // a map of 2x2
  CHECK(has<fcn::AveragePool>(imported(file)));
  CHECK_FALSE(has<fcn::GlobalAveragePool>(imported(file)));
}
