// SPDX-License-Identifier: MIT
// Networks are found below any prefix, with the heads that people give them; what else lies in a checkpoint
// is left out when it plays no part and refused when it may.
#include "tools/import/recognise_network.hpp"

#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "files.hpp"
#include "tools/import/families/family_library.hpp"

using namespace fcn;
using namespace fcn::tools;
using Catch::Contains;

namespace {

using Tensors = std::vector<CheckpointTensor>;

/// A narrow ResNet-18 whose tensors were changed.
template <class Change>
Result<ImportedNetwork> recognised(const Change& change) {
  const auto read = read_checkpoint(fixture("zip.pth"));
  REQUIRE(read);
  Tensors tensors = read->tensors();
  change(tensors);
  return recognise_network(Checkpoint(*ByteSource::open(fixture("zip.pth")), "test", std::move(tensors)));
}

template <class Change>
std::string error_with(const Change& change) {
  const auto network = recognised(change);
  return network ? "" : network.error().to_string();
}

CheckpointTensor& at(Tensors& tensors, const std::string& name) {
  return *std::find_if(tensors.begin(), tensors.end(),
                       [&](const auto& tensor) { return tensor.name == name; });
}

/// Adds a tensor that shows the values of another one.
void add(Tensors& tensors, const std::string& name, const std::string& like,
         std::vector<std::uint64_t> shape) {
  CheckpointTensor tensor = at(tensors, like);
  tensor.name = name;
  tensor.strides.resize(shape.size(), 1);
  tensor.elements = 1;
  for (const std::uint64_t size : shape) tensor.elements *= size;
  tensor.strides = contiguous_strides(shape);
  tensor.span = tensor.elements;
  tensor.shape = std::move(shape);
  tensors.push_back(std::move(tensor));
}

/// The names of the last operations.
std::string tail(const Graph& graph, std::size_t count) {
  std::string text;
  for (std::size_t i = graph.nodes.size() - count; i < graph.nodes.size(); ++i)
    text += (text.empty() ? "" : " ") + std::string(op_name(graph.nodes[i].op));
  return text;
}

void rename_head(Tensors& tensors, const std::string& name) {
  at(tensors, "fc.weight").name = name + ".weight";
  at(tensors, "fc.bias").name = name + ".bias";
}

}  // namespace

TEST_CASE("every family's text is understood") {
  const auto& library = family_library();
  if (!library) FAIL(library.error().to_string());
  CHECK(library->families.size() > 20);
}

TEST_CASE("a prefix that the network's tensors share does not matter") {
  for (const std::string prefix : {"model.", "backbone.", "_orig_mod.", "module.model.", "a.b.c.d.", "0."}) {
    INFO(prefix);
    const auto network = recognised([&](Tensors& tensors) {
      for (CheckpointTensor& tensor : tensors) tensor.name = prefix + tensor.name;
    });
    REQUIRE(network);
    CHECK(network->name == "resnet18");
  }
}

TEST_CASE("heads are found under the names that people give them") {
  for (const std::string head :
       {"head", "classifier", "head.fc", "fc.1", "linear", "last_linear", "classifier.1"}) {
    INFO(head);
    CHECK(error_with([&](Tensors& tensors) { rename_head(tensors, head); }).empty());
  }
  // Beside the network, at any level; and behind it in a Sequential
  const auto beside = [&](const std::string& prefix, const std::string& head) {
    return error_with([&](Tensors& tensors) {
      for (CheckpointTensor& tensor : tensors)
        if (!tensor.name.starts_with("fc")) tensor.name = prefix + tensor.name;
      rename_head(tensors, head);
    });
  };
  CHECK(beside("backbone.", "head").empty());
  CHECK(beside("model.backbone.", "model.head.fc").empty());
  CHECK(beside("model.backbone.", "classifier.1").empty());
  CHECK(beside("0.", "2").empty());
  CHECK(error_with([&](Tensors& tensors) {
          std::erase_if(tensors, [](auto& t) { return t.name == "fc.bias"; });
        }).empty());
  CHECK_THAT(error_with([&](Tensors& tensors) { rename_head(tensors, "unheard"); }),
             Contains("no classifier"));
}

TEST_CASE("a Sequential's layers without tensors are taken as ReLU after linear layers, and that is said") {
  const auto build = [&](const std::string& norm) {
    return recognised([&](Tensors& tensors) {
      add(tensors, "fc.0.weight", "layer4.1.conv1.weight", {8, 8});
      add(tensors, "fc.0.bias", "layer4.1.bn1.bias", {8});
      rename_head(tensors, "fc.4");
      if (norm.empty()) return;
      for (const char* part : {".weight", ".bias", ".running_mean", ".running_var"})
        add(tensors, norm + part, std::string("layer4.1.bn1") + part, {8});
    });
  };
  const auto plain = build("");  // Linear, ReLU, Dropout, ?, Linear
  REQUIRE(plain);
  CHECK(tail(plain->graph, 4) == "flatten linear relu linear");
  REQUIRE(!plain->notes.empty());
  CHECK_THAT(plain->notes[0], Contains("ReLU"));
  const auto normed = build("fc.1");  // Linear, BatchNorm1d, ReLU, Dropout, Linear
  REQUIRE(normed);
  CHECK(tail(normed->graph, 5) == "flatten linear batch_norm relu linear");
  const auto late = build("fc.2");  // Linear, ReLU, BatchNorm1d, Dropout, Linear
  REQUIRE(late);
  CHECK(tail(late->graph, 5) == "flatten linear relu batch_norm linear");
}

TEST_CASE("what else lies in a checkpoint is left out or refused") {
  const auto with = [](const std::string& name) {
    return recognised([&](Tensors& tensors) { add(tensors, name, "fc.bias", {5}); });
  };
  for (const char* harmless : {"total_ops", "layer1.total_params", "layer2.0.total_ops"}) {
    INFO(harmless);
    const auto network = with(harmless);
    REQUIRE(network);
    CHECK(network->notes.empty());
  }
  const auto criterion = with("criterion.weight");
  REQUIRE(criterion);
  CHECK_THAT(criterion->notes.at(0), Contains("criterion.weight"));
  for (const char* doubtful : {"normalize.mean", "layer1.0.attention.weight", "se.weight"}) {
    const auto network = with(doubtful);
    REQUIRE_FALSE(network);
    CHECK_THAT(network.error().to_string(), Contains(doubtful) && Contains("is not part of resnet18"));
  }
}

TEST_CASE("of a student and its teacher the teacher is taken") {
  const auto network = recognised([&](Tensors& tensors) {
    const Tensors once = tensors;
    for (CheckpointTensor& tensor : tensors) tensor.name = "student." + tensor.name;
    for (CheckpointTensor tensor : once) tensor.name = "teacher." + tensor.name, tensors.push_back(tensor);
  });
  REQUIRE(network);
  CHECK_THAT(network->notes.at(0), Contains("\"teacher.\""));
  CHECK_THAT(error_with([&](Tensors& tensors) {
               const Tensors once = tensors;
               for (CheckpointTensor& tensor : tensors) tensor.name = "left." + tensor.name;
               for (CheckpointTensor tensor : once)
                 tensor.name = "right." + tensor.name, tensors.push_back(tensor);
             }),
             Contains("several networks"));
}

TEST_CASE("weights that are no numbers are named") {
  const auto read = read_checkpoint(fixture("zip.pth"));
  REQUIRE(read);
  for (const auto& [value, word] : {std::pair(std::numeric_limits<float>::quiet_NaN(), "NaN"),
                                    std::pair(std::numeric_limits<float>::infinity(), "infinity")}) {
    std::string bytes = read_file(fixture("zip.pth"));
    const std::string changed = little_endian(std::bit_cast<std::uint32_t>(value), 4);
    bytes.replace(static_cast<std::size_t>(read->find("layer3.0.conv2.weight")->begin) + 8, 4, changed);
    const auto network = recognise_network(Checkpoint(source_of(bytes), "test", read->tensors()));
    REQUIRE_FALSE(network);
    CHECK_THAT(network.error().to_string(),
               Contains("layer3.0.conv2.weight") && Contains(word) && Contains("element 2"));
  }
}
