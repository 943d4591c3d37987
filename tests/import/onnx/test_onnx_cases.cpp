// SPDX-License-Identifier: MIT
// Small graphs of operator set 17 and later with ONNX Runtime's answers (make_onnx_cases.py): imported for
// the first of three picture sizes, run on all of them, in bands, by every arch's kernels. The bound is twice
// the running error analysis of the graph that the importer made: one for each of the two float32 runs.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "fcn/kernels/tables.hpp"
#include "fcn/passes/rewire.hpp"
#include "tests/engine/error_bound.hpp"
#include "tests/engine/run_network.hpp"
#include "tests/import/files.hpp"
#include "tools/import/onnx/import_onnx.hpp"
#include "tools/import/onnx/lower/lowering.hpp"
#include "tools/import/onnx/lower_nodes.hpp"

namespace {

using fcn::test::Map;

struct Run {
  int height = 0;
  int width = 0;
  Map expected;
};

struct Case {
  std::string name;
  std::string model;
  std::vector<Run> runs;
};

class CaseReader {
 public:
  explicit CaseReader(std::string bytes) : bytes_(std::move(bytes)) {}

  std::uint32_t number() {
    std::uint32_t value = 0;
    const std::string raw = text(sizeof value);
    std::memcpy(&value, raw.data(), sizeof value);
    return value;
  }
  std::string text(std::size_t size) {
    REQUIRE(size <= bytes_.size() - at_);
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }
  Case next() {
    Case one;
    one.name = text(number());
    one.model = text(number());
    for (int i = 0; i < 3; ++i) {
      Run run;
      run.height = static_cast<int>(number());
      run.width = static_cast<int>(number());
      REQUIRE(number() == 1);
      const auto c = static_cast<int>(number()), h = static_cast<int>(number()),
                 w = static_cast<int>(number());
      run.expected = Map(c, h, w);
      for (double& value : run.expected.v) {
        float single = 0;
        std::memcpy(&single, text(sizeof single).data(), sizeof single);
        value = single;
      }
      one.runs.push_back(std::move(run));
    }
    return one;
  }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

fcn::ModelInfo picture_info() {
  fcn::ModelInfo info;
  info.mean = {0.5f, 0.5f, 0.5f};
  info.std = {0.25f, 0.25f, 0.25f};
  return info;
}

fcn::test::Picture picture_of(const Run& run) {
  fcn::test::Random random(1);
  fcn::test::Picture picture(random, run.height, run.width, 3);
  std::size_t at = 0;
  for (int y = 0; y < run.height; ++y)
    for (int x = 0; x < run.width; ++x)
      for (int c = 0; c < 3; ++c)
        picture.pixels[at++] = static_cast<std::uint8_t>((7 * y + 13 * x + 29 * c + 5 * (x * y % 31)) % 256);
  return picture;
}

/// The graph with its output as a map of images x channels x rows x columns.
fcn::Graph import_case(const Case& one) {
  using namespace fcn::tools;
  const auto model = read_onnx(source_of(one.model));
  REQUIRE(model);
  NetworkBuilder net{fcn::Limits{}};
  net.name_nodes("input");
  const Feature pixels = net.append_input(3, {one.runs[0].height, one.runs[0].width});
  const auto made = lower_nodes(*model, {{"x", pixels}}, {"y"}, net);
  if (!made) FAIL(made.error().to_string());
  const Feature out = as_map(std::get<Feature>(made->front()), net);
  fcn::Graph graph = net.take();
  graph.output = out.node;
  REQUIRE(fcn::passes::remove_dead_nodes(graph));
  return graph;
}

/// The first value that is too far off; nothing if none is.
std::string difference(const fcn::Tensor& found, const Map& expected, const Map& bound) {
  if (found.shape() != fcn::Shape{expected.c, expected.h, expected.w}) return "another shape";
  for (int c = 0; c < expected.c; ++c)
    for (int y = 0; y < expected.h; ++y)
      for (int x = 0; x < expected.w; ++x) {
        const double value = found.pixel(0, y, x)[c], wanted = expected.at(c, y, x);
        if (!(std::abs(value - wanted) <= 2 * bound.at(c, y, x)))
          return "channel " + std::to_string(c) + " at " + std::to_string(y) + ", " + std::to_string(x) +
                 " is " + std::to_string(value) + ", expected " + std::to_string(wanted) + " within " +
                 std::to_string(2 * bound.at(c, y, x));
      }
  return "";
}

void check(const Case& one) {
  const fcn::Graph graph = import_case(one);
  const fcn::ModelInfo info = picture_info();
  for (const Run& run : one.runs) {
    INFO(one.name << " on " << run.height << " x " << run.width);
    const fcn::test::Picture picture = picture_of(run);
    const std::vector<Map> values = fcn::test::evaluate(graph, picture.input(info));
    const std::vector<Map> bounds = fcn::test::error_bounds(graph, values, fcn::AlgorithmChoice::automatic);
    const fcn::Tensor truth =
        fcn::test::run_network(graph, info, {&picture, 1}, {.table = &fcn::kernels::table_reference});
    CHECK(difference(truth, run.expected, bounds[graph.output]) == "");
    for (const int rows : {1, 2})
      for (const auto* table : fcn::kernels::supported_tables()) {
        if (table->arch == std::string_view("sse2")) continue;  // without FMA: a class of its own
        CHECK(fcn::test::same_bits(
            truth, fcn::test::run_network(graph, info, {&picture, 1}, {.table = table, .band_rows = rows})));
      }
  }
}

}  // namespace

TEST_CASE("operators give what ONNX Runtime gives, at any size, in bands, on every arch") {
  CaseReader reader(read_file(FCN_IMPORT_FIXTURES "/onnx_cases.bin"));
  const std::uint32_t count = reader.number();
  CHECK(count > 100);
  for (std::uint32_t i = 0; i < count; ++i) check(reader.next());
}
