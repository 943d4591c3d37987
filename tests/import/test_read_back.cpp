// SPDX-License-Identifier: MIT
// Nothing takes the place of a file before it was read from the disk and gave the self-test's logits.
#include "tools/export/read_back.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

#include "fcn/kernels/tables.hpp"
#include "files.hpp"
#include "tests/engine/random_network.hpp"
#include "tools/export/model_writer.hpp"
#include "tools/export/onnx/onnx_writer.hpp"
#include "tools/export/self_test.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::test;
using Catch::Contains;

namespace {

struct Written {
  Graph graph;
  ModelInfo info;
  Written() {
    Random random(4);
    graph.append("input", Input{3}, {});
    graph.append("conv", random_conv(random, 3, 4, 3, 2, 1), {0});
    graph.append("pool", AveragePool{{8, 8}, {1, 1}, {}, false, true}, {1});
    graph.append("head", random_conv(random, 4, 3, 1, 1, 0), {2});
    info.name = "small";
    info.mean = info.std = {0.5f, 0.5f, 0.5f};
    info.window = {16, 16};
    info.classifier_pool = "pool";
    info.source_sha256 = std::string(64, '0');
    ModelOptions options;
    options.table = &kernels::table_reference;
    const auto model = Model::from_graph(graph, info, options);
    REQUIRE(model);
    auto test = make_self_test(*model);
    REQUIRE(test);
    info.self_test = *std::move(test);
  }
};

}  // namespace

TEST_CASE("a file that gives its self-test's logits may take its place") {
  const Scratch scratch;
  const Written written;
  auto model = AtomicFile::create(scratch.path("model"));
  REQUIRE((model && write_model(*model, written.graph, written.info, WeightStorage::f32)));
  CHECK(read_back_model(*model, kernels::table_reference));
  auto onnx = AtomicFile::create(scratch.path("onnx"));
  REQUIRE((onnx && write_onnx(*onnx, written.graph, written.info)));
  const Status whole = read_back_onnx(*onnx, written.graph, written.info, kernels::table_reference);
  if (!whole) FAIL(whole.error().to_string());
  auto device = AtomicFile::create("/dev/null");
  REQUIRE((device && write_model(*device, written.graph, written.info, WeightStorage::f32)));
  CHECK(read_back_model(*device, kernels::table_reference));  // keeps nothing that could be read
}

TEST_CASE("a file that gives other logits does not") {
  const Scratch scratch;
  Written written;
  written.info.self_test->logits[1] += 0.01f;
  auto model = AtomicFile::create(scratch.path("model"));
  REQUIRE((model && write_model(*model, written.graph, written.info, WeightStorage::f32)));
  const Status changed = read_back_model(*model, kernels::table_reference);
  REQUIRE_FALSE(changed);
  CHECK_THAT(changed.error().to_string(),
             Contains(scratch.path("model") + ": ") && Contains("logits differ"));
  auto onnx = AtomicFile::create(scratch.path("onnx"));
  REQUIRE((onnx && write_onnx(*onnx, written.graph, written.info)));
  CHECK_FALSE(read_back_onnx(*onnx, written.graph, written.info, kernels::table_reference));
  auto torn = AtomicFile::create(scratch.path("torn"));
  REQUIRE((torn && torn->write("half of it")));
  const Status unread = read_back_model(*torn, kernels::table_reference);
  REQUIRE_FALSE(unread);
  CHECK_THAT(unread.error().to_string(), Contains("not an fcn model file") && !Contains(".tmp"));
}
