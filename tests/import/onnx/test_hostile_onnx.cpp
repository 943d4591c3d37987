// SPDX-License-Identifier: MIT
// ONNX files that are wrong in every way that can be thought of: an error each that names the place, or a
// network that holds together, and nothing else.
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <random>

#include "tests/import/noise_weights.hpp"
#include "tests/import/onnx/onnx_mutations.hpp"
#include "tests/import/onnx/pixel_networks.hpp"
#include "tools/import/import_network.hpp"

using namespace fcn;
using namespace fcn::tools;
using Catch::Contains;
using namespace test_onnx;

namespace {

constexpr std::int64_t kHuge = std::int64_t{1} << 62;

/// Why a file is refused; empty if it is not.
std::string error_of(const onnx::ModelProto& model) {
  const std::string bytes = model.SerializeAsString();
  const auto network = import_network(source_of(bytes));
  return network ? "" : network.error().to_string();
}

/// A 1x2x4x4 picture through a convolution that `spoil` has had its hands on.
std::string conv_error(const std::function<void(onnx::ModelProto&, onnx::NodeProto&)>& spoil) {
  onnx::ModelProto file = model({1, 2, 4, 4});
  onnx::NodeProto& node = add_node(file, "Conv", {"x", "w"}, {"y"});
  add_floats(file, "w", {3, 2, 3, 3});
  spoil(file, node);
  return error_of(file);
}

}  // namespace

TEST_CASE("a sound little ONNX file is read") {
  CHECK(conv_error([](auto&, auto&) {}) == "");
}

TEST_CASE("graphs that do not hang together are refused") {
  CHECK_THAT(conv_error([](auto&, auto& node) { node.set_input(0, "y"); }),
             Contains("test: node the_Conv (Conv)") && Contains("a cycle"));
  CHECK_THAT(conv_error([](auto&, auto& node) { node.set_input(1, "nothing"); }),
             Contains("the value nothing is made by no node before"));
  CHECK_THAT(conv_error([](auto&, auto& node) { node.set_input(1, ""); }), Contains("input 1 is missing"));
  CHECK_THAT(conv_error([](auto&, auto& node) { node.clear_input(); }), Contains("input 0 is missing"));
  CHECK_THAT(conv_error([](auto&, auto& node) { node.set_output(0, "z"); }), Contains("the value y"));
  CHECK_THAT(conv_error([](auto& file, auto&) { add_node(file, "Relu", {"x"}, {"y"}); }),
             Contains("makes the value y, which exists already"));
  CHECK_THAT(conv_error([](auto& file, auto&) { add_floats(file, "w", {1}); }),
             Contains("initialiser w is there twice"));
  CHECK_THAT(conv_error([](auto&, auto& node) { node.set_op_type("Einsum"); }), Contains("(Einsum)"));
  CHECK_THAT(conv_error([](auto&, auto& node) { node.set_domain("com.example"); }), Contains("com.example"));
  CHECK_THAT(conv_error([](auto& file, auto&) { file.mutable_graph()->clear_input(); }),
             Contains("0 inputs"));
  CHECK_THAT(conv_error([](auto& file, auto&) { set_shape(*file.mutable_graph()->add_output(), "z", {}); }),
             Contains("2 outputs") && Contains("y (scalar), z (scalar)"));
  CHECK_THAT(conv_error([](auto& file, auto&) { file.mutable_opset_import(0)->set_version(6); }),
             Contains("operator set 6") && Contains("7 and newer"));
  CHECK_THAT(conv_error([](auto& file, auto&) { file.mutable_opset_import(0)->set_version(1000); }),
             Contains("(Conv)") && Contains("operator set 1000") && Contains("7 to 27"));
  CHECK_THAT(conv_error([](auto& file, auto&) { file.clear_opset_import(); }), Contains("no operator set"));
  CHECK_THAT(conv_error([](auto& file, auto&) { file.clear_graph(); }), Contains("damaged"));
}

TEST_CASE("an If that cannot be decided, or has no such branch, is refused") {
  const auto with_if = [](const std::function<void(onnx::ModelProto&, onnx::NodeProto&)>& spoil) {
    onnx::ModelProto file = model({1, 2, 4, 4});
    onnx::NodeProto& node = add_node(file, "If", {"c"}, {"y"});
    add_values(file, "c", onnx::TensorProto::BOOL, {}, {1});
    auto& attribute = *node.add_attribute();
    attribute.set_name("then_branch");
    attribute.set_type(onnx::AttributeProto::GRAPH);
    auto& inner = *attribute.mutable_g()->add_node();
    inner.set_op_type("Relu");
    inner.add_input("x");
    inner.add_output("r");
    attribute.mutable_g()->add_output()->set_name("r");
    spoil(file, node);
    return error_of(file);
  };
  const auto branch = [](onnx::NodeProto& node) { return node.mutable_attribute(0)->mutable_g(); };
  CHECK(with_if([](auto&, auto&) {}) == "");
  CHECK_THAT(with_if([](auto&, auto& node) { node.set_input(0, "x"); }), Contains("depends on the picture"));
  CHECK_THAT(with_if([](auto&, auto& node) { node.clear_input(); }), Contains("depends on the picture"));
  CHECK_THAT(with_if([](auto&, auto& node) { node.mutable_attribute(0)->set_name("else_branch"); }),
             Contains("then_branch is missing"));
  CHECK_THAT(with_if([](auto&, auto& node) { node.add_output("z"); }),
             Contains("more outputs than its branch"));
  CHECK_THAT(with_if([&](auto&, auto& node) { branch(node)->mutable_node(0)->set_op_type("Nonsense"); }),
             Contains("node the_If (If)") && Contains("in its branch, node r (Nonsense)"));
  CHECK_THAT(with_if([&](auto&, auto& node) { branch(node)->mutable_node(0)->set_input(0, "y"); }),
             Contains("the value y is made by no node before"));
  CHECK_THAT(with_if([&](auto& file, auto& node) {
               branch(node)->mutable_node(0)->set_output(0, "x");
               (void)file;
             }),
             Contains("the value x, which exists already"));
  CHECK_THAT(with_if([&](auto&, auto& node) {
               branch(node)->add_initializer()->set_data_location(onnx::TensorProto::EXTERNAL);
             }),
             Contains("not supported inside a branch"));
}

TEST_CASE("shapes without sense are refused before anything is allocated") {
  const auto with_weights = [](const Dims& dims) {
    return conv_error([&](auto& file, auto&) {
      file.mutable_graph()->clear_initializer();
      add_floats(file, "w", dims, 4);
    });
  };
  CHECK_THAT(with_weights({-1, 2, 3, 3}), Contains("initialiser w") && Contains("negative"));
  CHECK_THAT(with_weights({kHuge, 4, 1, 1}), Contains("the limit is"));
  CHECK_THAT(with_weights({1 << 20, 1 << 20, 1 << 20, 8}), Contains("the limit is"));
  CHECK_THAT(with_weights({3, 2, 3, 3}), Contains("holds 4 values") && Contains("takes 54"));
  CHECK_THAT(with_weights({2, 2}), Contains("supported is 2-dimensional"));
  CHECK_THAT(with_weights({1, 1, 1, 1, 1, 1, 1, 1, 1}), Contains("9 dimensions"));
  CHECK_THAT(with_weights({2, 1, 1, 2}), Contains("1 channels in 1 groups"));
  for (const Dims& dims : {Dims{}, Dims{1, 2, 4}, Dims{8, 2, 4, 4}, Dims{1, -3, 4, 4}, Dims{1, kHuge, 4, 4},
                           Dims{1, 2, kHuge, 4}, Dims{1, 2, 1, 1}})
    CHECK(conv_error([&](auto& file, auto&) {
            set_shape(*file.mutable_graph()->mutable_input(0), "x", dims);
          }) != "");
}

TEST_CASE("attributes out of range are refused by name") {
  const auto with_ints = [](const char* name, const Dims& values) {
    return conv_error([&](auto&, auto& node) { set_ints(node, name, values); });
  };
  CHECK_THAT(with_ints("strides", {0, 1}), Contains("(Conv)") && Contains("strides is 0"));
  CHECK_THAT(with_ints("strides", {1}), Contains("1-dimensional"));
  CHECK_THAT(with_ints("dilations", {-1, kHuge}), Contains("dilations is -1"));
  CHECK_THAT(with_ints("pads", {1, 1, 1}), Contains("3 numbers"));
  CHECK_THAT(with_ints("pads", {1, 1, 1, -1}), Contains("pads is -1"));
  CHECK_THAT(with_ints("pads", {1 << 20, 0, 0, 0}), Contains("pad[0]"));
  CHECK_THAT(with_ints("kernel_shape", {5, 5}), Contains("contradicts its weights"));
  CHECK_THAT(conv_error([](auto&, auto& node) { set_int(node, "strides", 1); }),
             Contains("not a list of integers"));
  CHECK_THAT(conv_error([](auto&, auto& node) { set_int(node, "group", 0); }), Contains("group is 0"));
  CHECK_THAT(conv_error([](auto&, auto& node) { set_int(node, "group", 1), set_int(node, "group", 1); }),
             Contains("attribute group is given twice"));
}

TEST_CASE("shape arithmetic cannot be made to overflow, or to fill memory") {
  const auto arithmetic = [](const char* type, const Dims& a, const Dims& b) {
    onnx::ModelProto file = model({1, 2, 4, 4});
    add_integers(file, "a", a);
    add_integers(file, "b", b);
    add_node(file, type, {"a", "b"}, {"s"});
    add_node(file, "Reshape", {"x", "s"}, {"y"});
    return error_of(file);
  };
  CHECK_THAT(arithmetic("Mul", {kHuge}, {4}), Contains("(Mul)") && Contains("overflows"));
  CHECK_THAT(arithmetic("Div", {1}, {0}), Contains("overflows"));
  CHECK_THAT(arithmetic("Add", {1, 2}, {1, 2, 3}), Contains("do not fit"));
  CHECK_THAT(arithmetic("Mul", {8, 1}, {kHuge / 8, 8}), Contains("(Reshape)"));
  CHECK_THAT(arithmetic("Sub", {0, -1}, {3, 0}), Contains("negative"));
  onnx::ModelProto file = model({1, 2, 4, 4});
  add_integers(file, "s", {1 << 20, 1 << 20, 1 << 20});
  add_node(file, "ConstantOfShape", {"s"}, {"c"});
  add_node(file, "Add", {"x", "c"}, {"y"});
  CHECK_THAT(error_of(file), Contains("(ConstantOfShape)") && Contains("the limit is"));
}

TEST_CASE("weights in other files are read from plain names of the folder only") {
  const Scratch scratch;
  scratch.write("w.bin", std::string(54 * 4 + 8, '\0'));
  std::filesystem::create_directory(scratch.path("sub"));
  scratch.write("sub/w.bin", std::string(54 * 4 + 8, '\0'));
  std::filesystem::create_symlink(scratch.path("w.bin"), scratch.path("link.bin"));
  std::filesystem::create_symlink(scratch.path("sub/w.bin"), scratch.path("out.bin"));
  std::filesystem::create_symlink(scratch.path("nowhere"), scratch.path("gone.bin"));
  const auto error_with = [&](const std::string& location, const std::string& offset, bool allowed = true) {
    onnx::ModelProto file = model({1, 2, 4, 4});
    add_node(file, "Conv", {"x", "w"}, {"y"});
    auto& tensor = add_floats(file, "w", {3, 2, 3, 3}, 0);
    tensor.set_data_location(onnx::TensorProto::EXTERNAL);
    for (const auto& [key, value] : {std::pair("location", location), std::pair("offset", offset)}) {
      auto& entry = *tensor.add_external_data();
      entry.set_key(key);
      entry.set_value(value);
    }
    auto source = ByteSource::open(scratch.write("m.onnx", file.SerializeAsString()));
    REQUIRE(source);
    const auto network = import_network(*std::move(source), {.window = {}, .external_data = allowed});
    return network ? "" : network.error().to_string();
  };
  CHECK(error_with("w.bin", "8") == "");
  CHECK_THAT(error_with("w.bin", "8", false), Contains("--no-external-data"));
  CHECK_THAT(error_with("w.bin", "12"), Contains("the file ends"));
  CHECK_THAT(error_with("w.bin", "-1"), Contains("expected a number"));
  CHECK_THAT(error_with("../w.bin", "0"), Contains("without a folder"));
  CHECK_THAT(error_with("/etc/passwd", "0"), Contains("without a folder"));
  CHECK_THAT(error_with("sub", "0"), Contains("directory"));
  CHECK(error_with("link.bin", "0") == "");  // to a file in the model's own folder
  CHECK_THAT(error_with("out.bin", "0"), Contains("is a link"));
  CHECK_THAT(error_with("gone.bin", "0"), Contains("is a link"));
  CHECK_THAT(error_with("none.bin", "0"), Contains("cannot open"));
}

TEST_CASE("a hub cache's links are followed: the model and its weights are links into one store") {
  const Scratch scratch;
  for (const char* folder : {"blobs", "snapshots", "elsewhere"})
    std::filesystem::create_directory(scratch.path(folder));
  onnx::ModelProto file = model({1, 2, 4, 4});
  add_node(file, "Conv", {"x", "w"}, {"y"});
  auto& tensor = add_floats(file, "w", {3, 2, 3, 3}, 0);
  tensor.set_data_location(onnx::TensorProto::EXTERNAL);
  auto& entry = *tensor.add_external_data();
  entry.set_key("location");
  entry.set_value("m.onnx.data");
  scratch.write("blobs/0a1b", file.SerializeAsString());
  scratch.write("blobs/2c3d", std::string(54 * 4, '\0'));
  scratch.write("elsewhere/2c3d", std::string(54 * 4, '\0'));
  std::filesystem::create_symlink("../blobs/0a1b", scratch.path("snapshots/m.onnx"));
  const auto error_with = [&](const char* weights) {
    std::filesystem::remove(scratch.path("snapshots/m.onnx.data"));
    std::filesystem::create_symlink(weights, scratch.path("snapshots/m.onnx.data"));
    auto source = ByteSource::open(scratch.path("snapshots/m.onnx"));
    REQUIRE(source);
    const auto network = import_network(*std::move(source));
    return network ? "" : network.error().to_string();
  };
  CHECK(error_with("../blobs/2c3d") == "");
  CHECK_THAT(error_with("../elsewhere/2c3d"), Contains("initialiser w") && Contains("is a link out of"));
}

TEST_CASE("truncated and flipped files are errors or networks, and nothing else") {
  const Scratch scratch;
  scratch.write("noise.bin", noise_bytes());
  OnnxReadOptions options;
  options.external_folder = scratch.path(".");
  bool refused = false;
  for (const char* name : {"lenet5", "alexnet", "mobilenet_v3_small"}) {
    const std::string whole = read_file(fixture(std::string("../families/") + name + ".onnx"));
    INFO(name);
    REQUIRE(survives(whole, options, refused));
    REQUIRE_FALSE(refused);
    // Every prefix lacks its end, the operator set.
    for (std::size_t size = 0; size < whole.size(); size += 1 + whole.size() / 400) {
      REQUIRE(survives(whole.substr(0, size), options, refused));
      CHECK(refused);
    }
    std::string bytes = whole;
    for (std::size_t bit = 0; bit < 8 * whole.size(); bit += 5 + whole.size() / 800) {
      const char kept = bytes[bit / 8];
      bytes[bit / 8] = static_cast<char>(kept ^ (1 << bit % 8));
      INFO("bit " << bit);
      REQUIRE(survives(bytes, options, refused));
      bytes[bit / 8] = kept;
    }
  }
}

namespace {

/// What today's exporters write, small: a function, quantised weights and maps, constants that are computed.
std::string todays_file() {
  onnx::ModelProto file = classifier(20);
  auto& graph = *file.mutable_graph();
  add_values(file, "step", onnx::TensorProto::FLOAT, {}, {0.05f});
  add_values(file, "zero", onnx::TensorProto::UINT8, {}, {3});
  add_values(file, "fq", onnx::TensorProto::INT8, {4, 5},
             {graph.initializer(1).float_data().begin(), graph.initializer(1).float_data().end()});
  add_integers(file, "axes", {0});
  add_node(file, "DequantizeLinear", {"fq", "step"}, {"fd"});
  set_int(add_node(file, "ReduceMean", {"fd", "axes"}, {"m"}), "keepdims", 1);
  add_node(file, "Sub", {"fd", "m"}, {"fs"});
  add_node(file, "QuantizeLinear", {"f0", "step", "zero"}, {"f1"});
  add_node(file, "DequantizeLinear", {"f1", "step", "zero"}, {"f"});
  auto& nodes = *graph.mutable_node();
  nodes.Mutable(1)->set_op_type("Act");
  nodes.Mutable(1)->set_domain("pkg");
  nodes.Mutable(1)->set_output(0, "f0");
  nodes.Mutable(4)->set_input(1, "fs");
  std::rotate(nodes.pointer_begin() + 2, nodes.pointer_begin() + 5, nodes.pointer_end());
  file.add_opset_import()->set_domain("pkg");
  auto& function = *file.add_functions();
  function.set_domain("pkg");
  function.set_name("Act");
  function.add_input("i");
  function.add_output("o");
  auto& relu = *function.add_node();
  relu.set_op_type("Relu");
  relu.add_input("i");
  relu.add_output("o");
  return file.SerializeAsString();
}

}  // namespace

TEST_CASE("today's files with bits flipped and bytes cut are errors or networks, and nothing else") {
  const std::string whole = todays_file();
  const OnnxReadOptions options;
  bool refused = true;
  REQUIRE(survives(whole, options, refused));
  REQUIRE_FALSE(refused);
  std::minstd_rand random(7);
  for (std::size_t i = 0; i < mutations(1500); ++i) {
    INFO("mutation " << i);
    REQUIRE(survives(mutated(whole, i, random), options, refused));
  }
}

TEST_CASE("mutated files of networks that label pixels are errors or networks, and nothing else") {
  const onnx::ModelProto files[] = {skip_network(false), skip_network(true),
                                    padded_network(),    padded_network("one", "fewer"),
                                    cut_network("even"), unpooling_network()};
  for (const onnx::ModelProto& file : files) {
    const std::string whole = file.SerializeAsString();
    bool refused = true;
    REQUIRE(survives(whole, {}, refused));
    REQUIRE_FALSE(refused);
    std::minstd_rand random(8);
    for (std::size_t i = 0; i < mutations(1500) / std::size(files); ++i) {
      INFO("mutation " << i);
      REQUIRE(survives(mutated(whole, i, random), {}, refused));
    }
  }
}
