// SPDX-License-Identifier: MIT
// Forms of a small classifier that once became a model file which its own reader refused, or none at all:
// each is exported to a model file and to ONNX, and gives the map of the plain form on a larger picture.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "fcn/kernels/tables.hpp"
#include "tests/import/files.hpp"
#include "tests/import/onnx/onnx_bytes.hpp"
#include "tests/import/torch_picture.hpp"
#include "tools/export/export_model.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace test_onnx;

namespace {

constexpr int kHeight = 13, kWidth = 11;

/// The map that the exported file makes.
std::vector<double> exported(const onnx::ModelProto& file) {
  const Scratch scratch;
  ExportRequest request;
  request.checkpoint = scratch.write("m.onnx", file.SerializeAsString());
  request.output = scratch.path("m.safetensors");
  const auto report = export_model(request);
  if (!report) FAIL(report.error().to_string());
  const auto logits = logits_of(request.output, kHeight, kWidth, &kernels::table_reference);
  request.output = scratch.path("fcn.onnx");
  request.to_onnx = true;
  REQUIRE(export_model(request));
  return logits;
}

/// The classifier with another activation: its node takes the convolution's "a" to "f".
onnx::ModelProto with_activation(const std::string& type, const std::vector<std::string>& more, int opset) {
  onnx::ModelProto file = classifier(opset);
  onnx::NodeProto& node = *file.mutable_graph()->mutable_node(1);
  node.set_op_type(type);
  for (const std::string& input : more) node.add_input(input);
  add_values(file, "bound", onnx::TensorProto::FLOAT, {}, {0.25f});
  return file;
}

onnx::ModelProto clipped_by_attribute(const char* name) {
  onnx::ModelProto file = with_activation("Clip", {}, 9);
  auto& attribute = *file.mutable_graph()->mutable_node(1)->add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::FLOAT);
  attribute.set_f(0.25f);
  return file;
}

}  // namespace

TEST_CASE("a clip with one bound, as an attribute or an input, is exported and read back") {
  const auto most = exported(with_activation("Min", {"bound"}, 9));
  check_logits(exported(clipped_by_attribute("max")), most);
  check_logits(exported(with_activation("Clip", {"", "bound"}, 13)), most);
  const auto least = exported(with_activation("Max", {"bound"}, 9));
  check_logits(exported(clipped_by_attribute("min")), least);
  check_logits(exported(with_activation("Clip", {"bound"}, 13)), least);
}

TEST_CASE("scores of one place with their rows and columns are those of a flat head") {
  onnx::ModelProto file = classifier();
  auto& nodes = *file.mutable_graph()->mutable_node();
  nodes.DeleteSubrange(3, 2);
  std::vector<float> turned(20);
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t o = 0; o < 5; ++o)
      turned[o * 4 + i] = file.graph().initializer(1).float_data(static_cast<int>(i * 5 + o));
  add_values(file, "head", onnx::TensorProto::FLOAT, {5, 4, 1, 1}, turned);
  add_node(file, "Conv", {"p", "head"}, {"y"});
  set_shape(*file.mutable_graph()->mutable_output(0), "y", {1, 5, 1, 1});
  check_logits(exported(file), exported(classifier()));
}
