// SPDX-License-Identifier: MIT
// Which of an ONNX file's inputs is the picture, and what its pixels are.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/import/onnx/onnx_bytes.hpp"
#include "tests/import/onnx/onnx_run.hpp"

using Catch::Contains;
using namespace fcn::tools;
using namespace test_onnx;

namespace {

using onnx::TensorProto;

/// The classifier whose picture goes through `prepare` first, from "x" to "x1".
template <class Prepare>
onnx::ModelProto prepared(Prepare prepare) {
  onnx::ModelProto file = classifier();
  file.mutable_graph()->mutable_node(0)->set_input(0, "x1");
  const int before = file.graph().node_size();
  prepare(file);
  auto& nodes = *file.mutable_graph()->mutable_node();
  std::rotate(nodes.pointer_begin(), nodes.pointer_begin() + before, nodes.pointer_end());
  return file;
}

}  // namespace

TEST_CASE("pixels enter a graph that takes integers as they are") {
  const onnx::ModelProto file = prepared([](onnx::ModelProto& of) {
    of.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(
        TensorProto::UINT8);
    set_int(add_node(of, "Cast", {"x"}, {"x0"}), "to", TensorProto::FLOAT);
    add_values(of, "most", TensorProto::FLOAT, {}, {255});
    add_node(of, "Div", {"x0", "most"}, {"x1"});
  });
  CHECK(agree(run(file), run(classifier())));  // which is given 0 to 1
  CHECK_THAT(imported(file).preprocessing_source, Contains("integers"));
}

TEST_CASE("inputs that the scores do not depend on are passed over, others are named") {
  onnx::ModelProto file = classifier();
  set_shape(*file.mutable_graph()->add_input(), "unused", {1});
  CHECK(agree(run(file), run(classifier())));
  add_node(file, "Add", {"y", "unused"}, {"z"});
  file.mutable_graph()->mutable_output(0)->set_name("z");
  CHECK_THAT(refusal_of(file), Contains("2 inputs (x, unused)"));
}

TEST_CASE("an input with no fixed size at all has the channels of the first convolution") {
  onnx::ModelProto file = prepared([](onnx::ModelProto& of) {
    add_values(of, "mean", TensorProto::FLOAT, {3, 1, 1}, {0.1f, 0.2f, 0.3f});
    add_node(of, "Sub", {"x", "mean"}, {"x1"});
  });
  const auto expected = run(file);
  auto& shape =
      *file.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
  shape.mutable_dim(1)->set_dim_param("num_channels");
  CHECK(agree(run(file), expected));
  file.mutable_graph()->mutable_node(1)->set_op_type("MaxPool");
  CHECK_THAT(refusal_of(file), Contains("does not say how many channels"));
}
