// SPDX-License-Identifier: MIT
// A file's own functions, operators of other domains, and quantised networks become ONNX's own operators.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/import/onnx/onnx_bytes.hpp"
#include "tests/import/onnx/onnx_run.hpp"

using Catch::Contains;
using namespace test_onnx;

namespace {

/// "pkg.NAME": from "i" to "o" through nodes of these types.
onnx::FunctionProto& add_function(onnx::ModelProto& file, const std::string& name,
                                  const std::vector<std::string>& types, const std::string& domain = "") {
  auto& function = *file.add_functions();
  function.set_domain("pkg");
  function.set_name(name);
  function.add_input("i");
  function.add_output("o");
  function.add_opset_import()->set_version(17);
  for (std::size_t k = 0; k < types.size(); ++k) {
    auto& node = *function.add_node();
    node.set_op_type(types[k]);
    node.set_domain(types[k].starts_with('F') ? "pkg" : domain);
    node.add_input(k == 0 ? "i" : "t" + std::to_string(k));
    node.add_output(k + 1 == types.size() ? "o" : "t" + std::to_string(k + 1));
  }
  return function;
}

/// The classifier with its relu replaced by a call.
onnx::ModelProto with_call(const std::string& type, const std::string& domain = "pkg") {
  onnx::ModelProto file = classifier();
  auto& node = *file.mutable_graph()->mutable_node(1);
  node.set_op_type(type);
  node.set_domain(domain);
  return file;
}

}  // namespace

TEST_CASE("functions are put in place of their calls, nested ones, too") {
  onnx::ModelProto file = with_call("F1");
  add_function(file, "F1", {"Identity", "F2", "Relu"});
  add_function(file, "F2", {"Relu"});
  CHECK(agree(run(file), run(classifier())));
}

namespace {

/// A branch of one node from "i", which lies around it, to a value of its own.
void set_branch(onnx::NodeProto& node, const std::string& name, const std::string& type) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::GRAPH);
  auto& inner = *attribute.mutable_g()->add_node();
  inner.set_op_type(type);
  inner.set_domain(type.starts_with('F') ? "pkg" : "");
  inner.add_input("i");
  inner.add_output("chosen");
  attribute.mutable_g()->add_output()->set_name("chosen");
}

/// The classifier whose relu is a call of a function with an If, whose condition is `condition`.
onnx::ModelProto with_if(bool condition) {
  onnx::ModelProto file = with_call("F1");
  add_function(file, "F2", {"Relu"});
  auto& function = add_function(file, "F1", {"Constant", "If"});
  auto& constant = *function.mutable_node(0);
  constant.clear_input();
  auto& value = *constant.add_attribute();
  value.set_name("value");
  value.set_type(onnx::AttributeProto::TENSOR);
  value.mutable_t()->set_data_type(onnx::TensorProto::BOOL);
  value.mutable_t()->add_int32_data(condition ? 1 : 0);
  set_branch(*function.mutable_node(1), "then_branch", "F2");
  set_branch(*function.mutable_node(1), "else_branch", "Neg");
  return file;
}

}  // namespace

TEST_CASE("an If becomes the branch that its condition chooses, inside functions and with calls, too") {
  CHECK(agree(run(with_if(true)), run(classifier())));
  onnx::ModelProto negative = classifier();
  negative.mutable_graph()->mutable_node(1)->set_op_type("Neg");
  CHECK(agree(run(with_if(false)), run(negative)));
}

TEST_CASE("a function's attributes come from its call") {
  onnx::ModelProto file = with_call("F1");
  set_real(*file.mutable_graph()->mutable_node(1), "slope", 0.25f);
  auto& function = add_function(file, "F1", {"LeakyRelu"});
  function.add_attribute("slope");
  auto& attribute = *function.mutable_node(0)->add_attribute();
  attribute.set_name("alpha");
  attribute.set_ref_attr_name("slope");
  attribute.set_type(onnx::AttributeProto::FLOAT);
  onnx::ModelProto plain = with_call("LeakyRelu", "");
  set_real(*plain.mutable_graph()->mutable_node(1), "alpha", 0.25f);
  CHECK(agree(run(file), run(plain)));
  CHECK_FALSE(agree(run(file), run(with_call("LeakyRelu", ""))));
}

TEST_CASE("functions that call themselves or never end are refused") {
  onnx::ModelProto file = with_call("F1");
  add_function(file, "F1", {"F2"});
  add_function(file, "F2", {"F1"});
  CHECK_THAT(refusal_of(file), Contains("calls itself"));
  onnx::ModelProto bomb = with_call("F0");
  for (int i = 0; i < 40; ++i)
    add_function(bomb, "F" + std::to_string(i),
                 {"F" + std::to_string(i + 1), "F" + std::to_string(i + 1), "F" + std::to_string(i + 1)});
  add_function(bomb, "F40", {});
  CHECK_THAT(refusal_of(bomb), Contains("too often"));
  onnx::ModelProto twice = with_call("F1");
  add_function(twice, "F1", {"Relu"});
  add_function(twice, "F1", {"Abs"});
  CHECK_THAT(refusal_of(twice), Contains("is there twice"));
}

TEST_CASE("operators of unknown domains are refused by their node") {
  CHECK_THAT(refusal_of(with_call("Magic", "com.example")), Contains("(Magic)") && Contains("com.example"));
  CHECK_THAT(refusal_of(with_call("NhwcFusedConv", "com.microsoft")), Contains("(NhwcFusedConv)"));
}

TEST_CASE("what ONNX Runtime's optimiser fuses is taken apart") {
  onnx::ModelProto fused = classifier();
  auto& conv = *fused.mutable_graph()->mutable_node(0);
  conv.set_op_type("FusedConv");
  conv.set_domain("com.microsoft");
  set_text(conv, "activation", "LeakyRelu");
  auto& numbers = *conv.add_attribute();
  numbers.set_name("activation_params");
  numbers.set_type(onnx::AttributeProto::FLOATS);
  numbers.add_floats(0.5f);
  onnx::ModelProto plain = classifier();
  plain.mutable_graph()->mutable_node(0)->set_output(0, "b");
  auto& leaky = add_node(plain, "LeakyRelu", {"b"}, {"a"});
  set_real(leaky, "alpha", 0.5f);
  plain.mutable_graph()->mutable_node()->SwapElements(1, 5);  // in order again
  plain.mutable_graph()->mutable_node()->SwapElements(2, 5);
  plain.mutable_graph()->mutable_node()->SwapElements(3, 5);
  plain.mutable_graph()->mutable_node()->SwapElements(4, 5);
  CHECK(agree(run(fused), run(plain)));
  set_text(*fused.mutable_graph()->mutable_node(1), "unused", "");  // of another operator: stays
  conv.mutable_attribute(0)->set_s("Softplus");
  CHECK_THAT(refusal_of(fused), Contains("Softplus"));

  onnx::ModelProto quick = with_call("QuickGelu", "com.microsoft");
  onnx::ModelProto spelt = classifier();
  spelt.mutable_graph()->mutable_node(1)->set_op_type("Mul");
  spelt.mutable_graph()->mutable_node(1)->add_input("s");
  add_values(spelt, "factor", onnx::TensorProto::FLOAT, {}, {1.702f});
  add_node(spelt, "Mul", {"a", "factor"}, {"m"});
  add_node(spelt, "Sigmoid", {"m"}, {"s"});
  auto& nodes = *spelt.mutable_graph()->mutable_node();
  std::rotate(nodes.pointer_begin() + 1, nodes.pointer_begin() + 5, nodes.pointer_end());
  CHECK(agree(run(quick), run(spelt)));
}

namespace {

using onnx::TensorProto;

void add_steps(onnx::ModelProto& file, const std::string& name, float scale, int type, float zero) {
  add_values(file, name + "_s", TensorProto::FLOAT, {}, {scale});
  add_values(file, name + "_z", type, {}, {zero});
}

}  // namespace

TEST_CASE("a relu that quantisation implies is kept") {
  onnx::ModelProto file = classifier();
  add_steps(file, "q", 0.05f, TensorProto::UINT8, 0);
  auto& quantise = *file.mutable_graph()->mutable_node(1);
  quantise.set_op_type("QuantizeLinear");
  for (const char* name : {"q_s", "q_z"}) quantise.add_input(name);
  quantise.set_output(0, "fq");
  add_node(file, "DequantizeLinear", {"fq", "q_s", "q_z"}, {"f"});
  auto& nodes = *file.mutable_graph()->mutable_node();
  std::rotate(nodes.pointer_begin() + 2, nodes.pointer_begin() + 5, nodes.pointer_end());
  CHECK(agree(run(file), run(classifier()), 2e-2));  // to the step of 0.05 among values up to 6
  CHECK(has_note(imported(file), "quantised"));
}

TEST_CASE("integers between a quantisation and its undoing mean what they mean") {
  onnx::ModelProto file = classifier();
  add_steps(file, "q", 0.1f, TensorProto::INT8, 5);
  add_steps(file, "r", 0.3f, TensorProto::INT8, -7);  // undone in other steps: 3 (f / 0.1 + 12) 0.1 ...
  add_node(file, "QuantizeLinear", {"f", "q_s", "q_z"}, {"fq"});
  add_node(file, "DequantizeLinear", {"fq", "r_s", "r_z"}, {"g"});
  auto& nodes = *file.mutable_graph()->mutable_node();
  std::rotate(nodes.pointer_begin() + 2, nodes.pointer_begin() + 5, nodes.pointer_end());
  file.mutable_graph()->mutable_node(4)->set_input(0, "g");
  onnx::ModelProto plain = classifier();  // g = 0.3 (f / 0.1 + 5 + 7), cut at 127
  add_values(plain, "three", TensorProto::FLOAT, {}, {3});
  add_values(plain, "more", TensorProto::FLOAT, {}, {3.6f});
  add_values(plain, "most", TensorProto::FLOAT, {}, {0.3f * 134});
  add_values(plain, "least", TensorProto::FLOAT, {}, {0.3f * -121});
  add_node(plain, "Mul", {"f", "three"}, {"g0"});
  add_node(plain, "Add", {"g0", "more"}, {"g1"});
  add_node(plain, "Clip", {"g1", "least", "most"}, {"g"});
  auto& others = *plain.mutable_graph()->mutable_node();
  std::rotate(others.pointer_begin() + 2, others.pointer_begin() + 5, others.pointer_end());
  plain.mutable_graph()->mutable_node(5)->set_input(0, "g");
  CHECK(agree(run(file), run(plain)));
}

TEST_CASE("convolutions of integers are convolutions of what the integers stand for") {
  // The weights in steps of 1/16 are integers themselves; pixels in steps of 1/255.
  onnx::ModelProto file = classifier();
  auto& graph = *file.mutable_graph();
  std::vector<float> integers;
  for (const float weight : graph.initializer(0).float_data()) integers.push_back(weight * 16 + 3);
  add_values(file, "wq", TensorProto::INT8, {4, 3, 3, 3}, integers);
  add_steps(file, "x", 1.0f / 255, TensorProto::UINT8, 0);
  add_steps(file, "w", 1.0f / 16, TensorProto::INT8, 3);
  add_steps(file, "a", 0.125f, TensorProto::UINT8, 100);
  add_node(file, "QuantizeLinear", {"x", "x_s", "x_z"}, {"xq"});
  add_node(file, "QLinearConv", {"xq", "x_s", "x_z", "wq", "w_s", "w_z", "a_s", "a_z"}, {"aq"});
  add_node(file, "DequantizeLinear", {"aq", "a_s", "a_z"}, {"a"});
  auto& nodes = *graph.mutable_node();
  std::rotate(nodes.pointer_begin(), nodes.pointer_begin() + 5, nodes.pointer_end());
  nodes.DeleteSubrange(3, 1);
  CHECK(agree(run(file), run(classifier())));

  onnx::ModelProto dynamic = classifier();
  add_values(dynamic, "wq", TensorProto::INT8, {4, 3, 3, 3}, integers);
  add_steps(dynamic, "w", 1.0f / 16, TensorProto::INT8, 3);
  add_node(dynamic, "DynamicQuantizeLinear", {"x"}, {"xq", "xs", "xz"});
  add_node(dynamic, "ConvInteger", {"xq", "wq", "xz", "w_z"}, {"ai"});
  auto& cast = add_node(dynamic, "Cast", {"ai"}, {"af"});
  set_int(cast, "to", TensorProto::FLOAT);
  add_node(dynamic, "Mul", {"xs", "w_s"}, {"step"});
  add_node(dynamic, "Mul", {"af", "step"}, {"a"});
  auto& order = *dynamic.mutable_graph()->mutable_node();
  std::rotate(order.pointer_begin(), order.pointer_begin() + 5, order.pointer_end());
  order.DeleteSubrange(5, 1);
  CHECK(agree(run(dynamic), run(classifier())));
}
