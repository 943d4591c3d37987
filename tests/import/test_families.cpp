// SPDX-License-Identifier: MIT
// torchvision's families of classifiers, as PyTorch exports them to ONNX: converted, and compared with
// PyTorch on their windows and, as FCNs, on larger pictures (make_families.py).
#include <onnx/onnx_pb.h>

#include <catch2/catch.hpp>
#include <utility>

#include "fcn/file/json.hpp"
#include "fcn/kernels/select.hpp"
#include "fcn/passes/fold_batch_norm.hpp"
#include "fcn/passes/to_fcn.hpp"
#include "files.hpp"
#include "noise_weights.hpp"
#include "tests/import/onnx/onnx_bytes.hpp"
#include "tools/export/export_model.hpp"
#include "tools/import/import_network.hpp"
#include "tools/import/recognise_network.hpp"
#include "torch_picture.hpp"

using namespace fcn;
using namespace fcn::tools;

namespace {

std::vector<float> floats(const Json& json, std::size_t count) {
  auto values = json.get<std::vector<float>>();
  values.resize(count);
  return values;
}

/// The FCN written as ONNX, read back at each size, gives the same maps.
void check_written_onnx(const std::string& path, const ModelInfo& info, const Json& maps) {
  for (const auto& map : maps) {
    const Extent size{map["size"][0].get<int>(), map["size"][1].get<int>()};
    auto network = import_network(*ByteSource::open(path), {.window = size});
    if (!network) FAIL(network.error().to_string());
    CHECK(network->mean == info.mean);
    ModelInfo sized = info;
    sized.classifier_pool.clear();
    ModelOptions options;
    options.table = kernels::select_table().table;
    const auto model = Model::from_graph(network->graph, sized, options);
    REQUIRE(model);
    check_logits(logits_of(*model, size.y, size.x), map["logits"].get<std::vector<double>>());
  }
}

}  // namespace

TEST_CASE("torchvision's families convert and agree with PyTorch at any size") {
  const Json expected = *parse_json(read_file(fixture("../families/expected.json")));
  const Scratch scratch;
  scratch.write("noise.bin", noise_bytes());
  for (const auto& [name, family] : expected["families"].items()) {
    INFO(name);
    const auto channels = family["channels"].get<std::size_t>();
    ExportRequest request;
    request.checkpoint = scratch.write(name + ".onnx", read_file(fixture("../families/" + name + ".onnx")));
    request.output = scratch.path(name + ".safetensors");
    request.preprocessing.mean = floats(expected["mean"], channels);
    request.preprocessing.std = floats(expected["std"], channels);
    request.external_data = true;
    const auto report = export_model(request);
    if (!report) FAIL_CHECK(report.error().to_string());
    if (!report) continue;
    CHECK(report->info.window == Extent{family["window"].get<int>(), family["window"].get<int>()});
    for (const auto& map : family["maps"])
      check_logits(logits_of(request.output, map["size"][0], map["size"][1], kernels::select_table().table),
                   map["logits"].get<std::vector<double>>());
    request.output = scratch.path(name + ".fcn.onnx");
    request.to_onnx = true;
    REQUIRE(export_model(request));
    check_written_onnx(request.output, report->info, family["maps"]);
  }
}

TEST_CASE("a strided transposed convolution survives the way to ONNX and back") {
  const Scratch scratch;
  onnx::ModelProto file = test_onnx::model({1, 3, 32, 32});
  test_onnx::set_ints(test_onnx::add_node(file, "ConvTranspose", {"x", "w"}, {"up"}), "strides", {3, 2});
  test_onnx::add_floats(file, "w", {3, 4, 3, 5});
  test_onnx::add_node(file, "GlobalAveragePool", {"up"}, {"pooled"});
  test_onnx::add_node(file, "Flatten", {"pooled"}, {"y"});
  ExportRequest request;
  request.checkpoint = scratch.write("up.onnx", file.SerializeAsString());
  request.output = scratch.path("up.safetensors");
  const auto report = export_model(request);
  REQUIRE(report);
  const auto truth = logits_of(request.output, 41, 50, kernels::select_table().table);
  request.output = scratch.path("up.fcn.onnx");
  request.to_onnx = true;
  REQUIRE(export_model(request));
  check_written_onnx(request.output, report->info, Json::array({{{"size", {41, 50}}, {"logits", truth}}}));
}

namespace {

/// A tensor that begins at this byte of the noise.
CheckpointTensor in_noise(const std::string& name, const std::vector<std::uint64_t>& shape,
                          std::uint64_t begin) {
  CheckpointTensor tensor;
  tensor.name = name;
  tensor.shape = shape;
  tensor.strides = contiguous_strides(shape);
  tensor.begin = begin;
  tensor.elements = 1;
  for (const std::uint64_t dim : shape) tensor.elements *= dim;
  tensor.span = tensor.elements;
  return tensor;
}

/// The weights of a family's ONNX file as a checkpoint: the same names, shapes and places in the noise.
Checkpoint as_checkpoint(const std::string& name, const std::string& noise) {
  onnx::ModelProto model;
  REQUIRE(model.ParseFromString(read_file(fixture("../families/" + name + ".onnx"))));
  std::vector<CheckpointTensor> tensors;
  for (const auto& initializer : model.graph().initializer()) {
    std::vector<std::uint64_t> shape;
    for (const std::int64_t dim : initializer.dims()) shape.push_back(static_cast<std::uint64_t>(dim));
    std::uint64_t begin = 0;
    for (const auto& entry : initializer.external_data())
      if (entry.key() == "offset") begin = std::stoull(entry.value());
    tensors.push_back(in_noise(initializer.name(), shape, begin));
  }
  return {ByteSource::from_memory(bytes_of(noise), "noise"), "test", std::move(tensors)};
}

/// The checkpoint is a network of this family, and its FCN gives PyTorch's maps.
void check_network(const Checkpoint& checkpoint, const std::string& family, const Json& facts,
                   const Json& expected) {
  auto network = recognise_network(checkpoint);
  if (!network) FAIL_CHECK(network.error().to_string());
  if (!network) return;
  CHECK(network->name == family);
  ModelInfo info;
  const int window = facts["window"].get<int>();
  info.window = {window, window};
  info.mean = floats(expected["mean"], 3);
  info.std = floats(expected["std"], 3);
  REQUIRE(passes::fold_batch_norm(network->graph));
  REQUIRE(passes::to_fcn(network->graph, info));
  ModelOptions options;
  options.table = kernels::select_table().table;
  const auto model = Model::from_graph(network->graph, info, options);
  REQUIRE(model);
  for (const auto& map : facts["maps"])
    check_logits(logits_of(*model, map["size"][0], map["size"][1]), map["logits"].get<std::vector<double>>());
}

}  // namespace

// Not GoogLeNet: the file here normalises its input once more (transform_input), which no tensor tells.
TEST_CASE("families are recognised by their tensors and agree with PyTorch") {
  const Json expected = *parse_json(read_file(fixture("../families/expected.json")));
  const std::string noise = noise_bytes();
  for (const auto& [family, name] : {std::pair("resnet18", "resnet18"),
                                     {"resnet34", "resnet34"},
                                     {"resnet50", "resnet50"},
                                     {"resnet101", "resnet101"},
                                     {"resnet152", "resnet152"},
                                     {"resnext50_32x4d", "resnext50"},
                                     {"wide_resnet50_2", "wide_resnet50_2"},
                                     {"vgg11", "vgg11"},
                                     {"vgg11_bn", "vgg11_bn"},
                                     {"vgg16", "vgg16"},
                                     {"vgg16_bn", "vgg16_bn"},
                                     {"alexnet", "alexnet"},
                                     {"squeezenet1_0", "squeezenet1_0"},
                                     {"squeezenet1_1", "squeezenet1_1"},
                                     {"mobilenet_v2", "mobilenet_v2"},
                                     {"mobilenet_v3_small", "mobilenet_v3_small"},
                                     {"mobilenet_v3_large", "mobilenet_v3_large"},
                                     {"densenet121", "densenet121"},
                                     {"shufflenet_v2_x1_0", "shufflenet_v2"},
                                     {"mnasnet1_0", "mnasnet"},
                                     {"efficientnet_b0", "efficientnet_b0"},
                                     {"regnet_x_400mf", "regnet"},
                                     {"regnet_y_400mf", "regnet"}}) {
    INFO(family);
    const Json& facts = expected["families"][family];
    check_network(as_checkpoint(family, noise), name, facts, expected);
  }
}

TEST_CASE("families of other libraries are recognised by their tensors and agree with PyTorch") {
  const Json expected = *parse_json(read_file(fixture("../families/checkpoints.json")));
  const std::string noise = noise_bytes();
  for (const auto& [name, network] : expected["networks"].items()) {
    INFO(name);
    std::vector<CheckpointTensor> tensors;
    for (const auto& tensor : network["tensors"])
      tensors.push_back(in_noise(tensor[0], tensor[1], sizeof(float) * tensor[2].get<std::uint64_t>()));
    check_network({ByteSource::from_memory(bytes_of(noise), "noise"), "test", std::move(tensors)},
                  network["family"].get<std::string>(), network, expected);
  }
}
