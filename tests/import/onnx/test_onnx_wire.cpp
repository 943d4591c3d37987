// SPDX-License-Identifier: MIT
// ONNX files that are small and would make protobuf large.
#include <catch2/catch.hpp>
#include <string>

#include "tests/import/files.hpp"
#include "tests/import/onnx/onnx_bytes.hpp"
#include "tools/import/import_network.hpp"

using namespace fcn::tools;
using Catch::Contains;
using namespace test_onnx;

TEST_CASE("a file of more parts than a network has is refused before objects are made of them") {
  const auto error = [](const std::string& graph) {
    const auto varint = [](std::size_t value) {
      std::string bytes;
      for (; value >= 0x80; value >>= 7) bytes += static_cast<char>((value & 0x7f) | 0x80);
      return bytes + static_cast<char>(value);
    };
    const std::string bytes = "\x08\x08\x3a" + varint(graph.size()) + graph;
    const auto network = import_network(source_of(bytes));
    return network ? "" : network.error().to_string();
  };
  const auto nodes = [](int count) {
    std::string graph;
    for (int i = 0; i < count; ++i) graph += std::string("\x0a\0", 2);  // a node without anything
    return graph;
  };
  // The graph is a part too.
  CHECK_THAT(error(nodes(1'000'000)), Contains("more than 1000000 nodes, names, attributes"));
  CHECK_THAT(error(nodes(999'999)), Contains("operator set"));
  // What protobuf would skip does not end the count.
  CHECK_THAT(error("\x0b\x0c" + nodes(1'000'000)), Contains("protobuf cannot read it"));
}
