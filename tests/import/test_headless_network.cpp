// SPDX-License-Identifier: MIT
// Networks without a head: their map is what the file's own graph gives, on its window and on other pictures.
#include <catch2/catch.hpp>
#include <cmath>

#include "fcn/kernels/tables.hpp"
#include "fcn/model.hpp"
#include "fcn/session.hpp"
#include "tests/engine/run_network.hpp"
#include "tests/import/onnx/onnx_bytes.hpp"
#include "tests/import/onnx/onnx_run.hpp"
#include "tools/export/export_model.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace test_onnx;
using Catch::Contains;

namespace {

struct Exported {
  ExportReport report;
  Model model;
};

Exported exported(const onnx::ModelProto& file) {
  const Scratch scratch;
  ExportRequest request;
  request.checkpoint = scratch.write("net.onnx", file.SerializeAsString());
  request.output = scratch.path("model");
  const auto report = export_model(request);
  if (!report) FAIL(report.error().to_string());
  auto model = Model::load(request.output, {.table = &kernels::table_reference, .limits = {}});
  if (!model) FAIL(model.error().to_string());
  return {*report, *std::move(model)};
}

/// Two convolutions and, between them, a gate of the whole map's mean.
onnx::ModelProto gated(const Dims& window) {
  onnx::ModelProto file = model(window);
  set_ints(add_node(file, "Conv", {"x", "w"}, {"a"}), "strides", {2, 2});
  set_ints(*file.mutable_graph()->mutable_node(0), "pads", {1, 1, 1, 1});
  add_node(file, "GlobalAveragePool", {"a"}, {"g"});
  add_node(file, "Sigmoid", {"g"}, {"s"});
  add_node(file, "Mul", {"a", "s"}, {"m"});
  add_node(file, "Conv", {"m", "v"}, {"y"}).set_name("last");
  for (float& value : *add_floats(file, "w", {3, 3, 3, 3}).mutable_float_data()) value = std::sin(value);
  for (float& value : *add_floats(file, "v", {2, 3, 2, 2}).mutable_float_data()) value = std::cos(value);
  return file;
}

/// The model's map of a picture, beside that of the file's own graph.
void check_map(const Exported& found, const onnx::ModelProto& file, int height, int width) {
  test::Random random(3);
  const test::Picture picture(random, height, width, 3);
  const Tensor truth = test::run_network(imported(file).graph, found.model.info(), {&picture, 1},
                                         {.table = &kernels::table_reference});
  auto session = Session::create(found.model, {.threads = 1, .scores = ScoreKind::logits});
  REQUIRE(session);
  const auto map = session->run({picture.pixels.data(), width, height, 3 * width});
  if (!map) FAIL(map.error().to_string());
  REQUIRE(map->rows() == truth.shape().height);
  REQUIRE(map->cols() == truth.shape().width);
  for (int c = 0; c < map->classes(); ++c)
    for (int row = 0; row < map->rows(); ++row)
      for (int col = 0; col < map->cols(); ++col)
        CHECK(std::abs(map->at(c, row, col) - truth.pixel(0, row, col)[c]) < 1e-4f);
}

}  // namespace

TEST_CASE("a network without a head scores every place that it gives") {
  const auto file = gated({1, 3, 20, 28});
  const Exported found = exported(file);
  // 20 and 28 pixels are 10 and 14 places, then 9 and 13 cells of stride 2: one of them is 4 pixels.
  CHECK(found.model.info().window == Extent{4, 4});
  CHECK_THAT(found.report.notes.back(), Contains("of 28x20") && Contains("13x9 cells") && Contains("of 4x4"));
  check_map(found, file, 20, 28);
  check_map(found, file, 9, 31);
  check_map(found, file, 4, 4);
}

TEST_CASE("a convolution alone is such a network") {
  onnx::ModelProto file = model({1, 3, 32, 32});
  add_node(file, "Conv", {"x", "w"}, {"y"});
  for (float& value : *add_floats(file, "w", {8, 3, 3, 3}).mutable_float_data()) value = std::sin(value);
  const Exported found = exported(file);
  CHECK(found.model.info().window == Extent{3, 3});
  check_map(found, file, 32, 32);
  check_map(found, file, 5, 17);
}

TEST_CASE("a map whose gate pools a part of fixed size is refused") {
  onnx::ModelProto file = gated({1, 3, 20, 28});
  onnx::NodeProto& pool = *file.mutable_graph()->mutable_node(1);
  pool.set_op_type("AveragePool");
  set_ints(pool, "kernel_shape", {10, 14});
  const Scratch scratch;
  ExportRequest request;
  request.checkpoint = scratch.write("net.onnx", file.SerializeAsString());
  request.output = scratch.path("model");
  const auto report = export_model(request);
  REQUIRE_FALSE(report);
  CHECK_THAT(report.error().to_string(), Contains("not a classifier") && Contains("13x9"));
}
