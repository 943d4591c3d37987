// SPDX-License-Identifier: MIT
// The executor against a float64 evaluation of the same graph, and against itself: bands, threads, archs and
// batches must not change a bit.
#include "fcn/run/executor.hpp"

#include <catch2/catch.hpp>
#include <numeric>
#include <string_view>
#include <tuple>
#include <vector>

#include "tests/engine/emulated.hpp"
#include "tests/engine/error_bound.hpp"
#include "tests/engine/random_modern.hpp"
#include "tests/engine/run_network.hpp"

namespace fcn::test {
namespace {

const kernels::KernelTable& reference_table() {
  const kernels::KernelTable* table = kernels::find_table("reference");
  REQUIRE(table != nullptr);
  return *table;
}

ModelInfo normalised(int channels) {
  ModelInfo info;
  info.mean.assign(static_cast<std::size_t>(channels), 0.45f);
  info.std.assign(static_cast<std::size_t>(channels), 0.25f);
  return info;
}

int input_channels(const Graph& graph) {
  return std::get<Input>(graph.nodes[0].op).channels;
}

void check_against_float64(const Graph& graph, const Picture& picture, const kernels::KernelTable& table,
                           AlgorithmChoice algorithm) {
  const ModelInfo info = normalised(picture.channels);
  const std::vector<Map> truth = evaluate(graph, picture.input(info));
  const std::vector<Map> bounds = error_bounds(graph, truth, algorithm);
  std::vector<NodeId> nodes(graph.nodes.size());
  std::iota(nodes.begin(), nodes.end(), NodeId{0});
  const std::vector<Tensor> all = run_nodes(
      graph, info, {&picture, 1}, {.table = &table, .algorithm = algorithm, .keep_rows = true}, nodes);
  for (const NodeId id : nodes) {
    const Tensor& got = all[id];
    const Map& want = truth[id];
    INFO("node " << graph.nodes[id].name << ", arch " << table.arch);
    REQUIRE(got.shape() == Shape{want.c, want.h, want.w});
    double worst = 0, largest = 0;
    for (int c = 0; c < want.c; ++c)
      for (int y = 0; y < want.h; ++y)
        for (int x = 0; x < want.w; ++x) {
          const double error = std::abs(static_cast<double>(got.pixel(0, y, x)[c]) - want.at(c, y, x));
          worst = std::max(worst, error / (bounds[id].at(c, y, x) + 1e-30));
          largest = std::max(largest, std::abs(want.at(c, y, x)));
        }
    CHECK(worst <= 1.0);
    CHECK(largest > 0);  // or nothing was compared
  }
}

const char* network_name(Graph (*network)(std::uint32_t)) {
  return network == &random_mixed ? " mixed" : network == &random_modern ? " modern" : "";
}

}  // namespace

TEST_CASE("every node of a random network stays within the float32 error bound of float64") {
  const std::uint32_t seed = GENERATE(range(1u, kEmulated ? 4u : 13u));
  const auto network = GENERATE(&random_fcn, &random_mixed, &random_modern);
  Random random(seed);
  const Graph graph = network(seed);
  const Picture picture(random, random.between(24, 61), random.between(24, 75), input_channels(graph));
  INFO("seed " << seed << network_name(network) << ", picture " << picture.height << "x" << picture.width);
  for (const kernels::KernelTable* table : kernels::supported_tables())
    for (const AlgorithmChoice algorithm : {AlgorithmChoice::direct, AlgorithmChoice::automatic})
      check_against_float64(graph, picture, *table, algorithm);
}

TEST_CASE("all Winograd forms run in bands and threads without a change of bits, near float64") {
  using Form = std::tuple<int, int, int, ConvAlgorithm>;
  const int many =
      static_cast<int>(kernels::kMostWholeFilters) / 16;  // their filters are kept half transformed
  const auto [in, out, stride, algorithm] =
      GENERATE_COPY(Form{17, 24, 1, ConvAlgorithm::winograd4}, Form{17, many, 1, ConvAlgorithm::winograd4},
                    Form{kFewestPolyphaseChannels + 1, 35, 2, ConvAlgorithm::polyphase});
  const bool halves = out == many;
  Random random(static_cast<std::uint32_t>(out));
  Graph graph;
  NodeId x = graph.append("input", Input{3}, {});
  const Conv stem = random_conv(random, 3, in, 7, 2, 3);
  REQUIRE(choose_algorithm(stem, AlgorithmChoice::automatic) == ConvAlgorithm::rowwise);
  x = graph.append("stem", stem, {x});
  Conv conv = random_conv(random, in, out, 3, stride, 1);
  conv.relu = true;
  REQUIRE(choose_algorithm(conv, AlgorithmChoice::automatic) == algorithm);
  x = graph.append("tiled", conv, {x});
  graph.append("head", random_conv(random, out, 5, 1, 1, 0), {x});
  const Picture picture(random, halves ? 13 : 29, halves ? 17 : 37, 3);
  const Tensor want = run_network(graph, normalised(3), {&picture, 1}, {.table = &reference_table()});
  for (const kernels::KernelTable* table : kernels::supported_tables()) {
    check_against_float64(graph, picture, *table, AlgorithmChoice::automatic);
    if (table->arch == std::string_view("sse2")) continue;
    for (const int threads : {1, 2, 5})
      for (const int band_rows : {0, 1, 3, 16}) {
        if (halves && band_rows % 3 != 0) continue;  // so many filters take long to pack
        CHECK(same_bits(run_network(graph, normalised(3), {&picture, 1},
                                    {.table = table, .threads = threads, .band_rows = band_rows}),
                        want));
      }
  }
}

TEST_CASE(
    "a max-pool that computes its convolution gives the bits of the two apart, and refuses a tap between") {
  const int pad = GENERATE(0, 1);
  Random random(static_cast<std::uint32_t>(40 + pad));
  Graph graph;
  NodeId x = graph.append("input", Input{3}, {});
  Conv stem = random_conv(random, 3, 20, 7, 2, 3);
  stem.relu = true;
  const auto algorithm = GENERATE(AlgorithmChoice::automatic, AlgorithmChoice::direct);
  const NodeId conv = graph.append("stem", stem, {x});
  x = graph.append("pool", MaxPool{{3, 3}, {2, 2}, {1, 1}, {pad, pad, pad, pad}, pad == 0}, {conv});
  graph.append("head", random_conv(random, 20, 5, 1, 1, 0), {x});
  const Picture picture(random, 43, 58, 3);
  const ModelInfo info = normalised(3);
  const kernels::KernelTable* table = kernels::supported_tables().back();
  const Tensor want =
      run_network(graph, info, {&picture, 1}, {.table = table, .algorithm = algorithm, .keep_rows = true});
  for (const int threads : {1, 2, 5})
    for (const int band_rows : {0, 1, 3, 43})
      CHECK(same_bits(
          run_network(graph, info, {&picture, 1},
                      {.table = table, .threads = threads, .band_rows = band_rows, .algorithm = algorithm}),
          want));

  auto model = Model::from_graph(graph, info, {.table = table, .limits = {}});
  REQUIRE(model);
  auto plan = Plan::create(*model, {.height = picture.height, .width = picture.width});
  REQUIRE(plan);
  CHECK(plan->node(conv).fused_into == conv + 1);
  auto tensor = Tensor::create(1, plan->node(conv).shape);
  REQUIRE(tensor);
  ThreadPool pool(1);
  auto executor = Executor::create(*model, *std::move(plan), pool);
  REQUIRE(executor);
  TensorSink sink(*std::move(tensor));
  const Tap tap{conv, &sink};
  const ImageView view = picture.view();
  const Status refused = executor->run({&view, 1}, {&tap, 1});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().to_string().find("keep_rows") != std::string::npos);
}

TEST_CASE("band heights, threads and archs do not change a bit") {
  const std::uint32_t seed = GENERATE(range(100u, kEmulated ? 102u : 106u));
  const auto network = GENERATE(&random_fcn, &random_mixed, &random_modern);
  Random random(seed);
  const Graph graph = network(seed);
  const ModelInfo info = normalised(input_channels(graph));
  const Picture picture(random, random.between(24, 60), random.between(24, 60), input_channels(graph));
  INFO("seed " << seed << network_name(network) << ", picture " << picture.height << "x" << picture.width);
  const Tensor want = run_network(graph, info, {&picture, 1}, {.table = &reference_table()});
  for (const kernels::KernelTable* table : kernels::supported_tables()) {
    if (table->arch == std::string_view("sse2")) continue;  // without FMA: a class of its own
    for (const int threads : {1, 2, 5})
      for (const int band_rows : {0, 1, 5, 16, picture.height}) {
        INFO("arch " << table->arch << ", threads " << threads << ", band rows " << band_rows);
        const Tensor got = run_network(graph, info, {&picture, 1},
                                       {.table = table, .threads = threads, .band_rows = band_rows});
        CHECK(same_bits(got, want));
      }
  }
}

TEST_CASE("SSE2 gives the same bits for any band height and thread count") {
  const kernels::KernelTable* table = kernels::find_table("sse2");
  if (table == nullptr) return;  // another family of processors
  Random random(7);
  const Graph graph = random_fcn(7);
  const ModelInfo info = normalised(input_channels(graph));
  const Picture picture(random, 51, 64, input_channels(graph));
  const Tensor want = run_network(graph, info, {&picture, 1}, {.table = table});
  for (const int band_rows : {1, 5, 16, 51})
    CHECK(same_bits(
        run_network(graph, info, {&picture, 1}, {.table = table, .threads = 2, .band_rows = band_rows}),
        want));
}

TEST_CASE("a batch gives each picture the bits it has alone") {
  const std::uint32_t seed = GENERATE(range(200u, 204u));
  const auto network = GENERATE(&random_fcn, &random_mixed, &random_modern);
  Random random(seed);
  const Graph graph = network(seed);
  const ModelInfo info = normalised(input_channels(graph));
  const int height = random.between(24, 40), width = random.between(24, 40);
  std::vector<Picture> pictures;
  for (int i = 0; i < 3; ++i) pictures.emplace_back(random, height, width, input_channels(graph));
  const kernels::KernelTable* table = kernels::supported_tables().back();
  INFO("seed " << seed << network_name(network) << ", arch " << table->arch);
  const Tensor batch = run_network(graph, info, pictures, {.table = table, .threads = 2});
  const std::size_t each = batch.size() / pictures.size();
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const Tensor alone = run_network(graph, info, {&pictures[i], 1}, {.table = table});
    REQUIRE(alone.size() == each);
    CHECK(std::equal(alone.data(), alone.data() + each, batch.data() + i * each));
  }
}

TEST_CASE("a classifier as trained, with global pool, flatten and linear, runs at its window") {
  Random random(5);
  Graph graph;
  NodeId x = graph.append("input", Input{3}, {});
  x = graph.append("conv", random_conv(random, 3, 9, 3, 2, 1), {x});
  const bool global = GENERATE(true, false);
  if (global) x = graph.append("pool", GlobalAveragePool{}, {x});
  x = graph.append("flatten", Flatten{}, {x});
  const int features = global ? 9 : 9 * 8 * 6;
  Linear linear{features, 7, random.floats(7 * features, -0.3f, 0.3f), random.floats(7, -1, 1)};
  x = graph.append("linear", linear, {x});
  graph.append("softmax", Softmax{}, {x});
  const Picture picture(random, 16, 12, 3);
  for (const kernels::KernelTable* table : kernels::supported_tables())
    for (const AlgorithmChoice algorithm : {AlgorithmChoice::direct, AlgorithmChoice::automatic})
      check_against_float64(graph, picture, *table, algorithm);
}

TEST_CASE("what a picture lacks of the planned size enters as zeros after normalisation") {
  Random random(4);
  Graph graph;
  graph.append("input", Input{3}, {});
  graph.append("relu", Relu{}, {0});
  const ModelInfo info = normalised(3);
  auto model = Model::from_graph(graph, info, {.table = &reference_table(), .limits = {}});
  REQUIRE(model);
  auto plan = Plan::create(*model, {.height = 10, .width = 12, .images = 4, .threads = 2});
  REQUIRE(plan);
  auto pixels = Tensor::create(4, plan->node(0).shape);
  REQUIRE(pixels);
  TensorSink sink(*std::move(pixels));
  const Tap tap{0, &sink};
  ThreadPool pool(2);
  auto executor = Executor::create(*model, *std::move(plan), pool);
  REQUIRE(executor);
  const Picture picture(random, 10, 12, 3);
  const Map whole = picture.input(info);
  std::vector<ImageView> views(4, picture.view());
  REQUIRE(executor->run(views, {&tap, 1}));  // leaves pixels behind
  views[1].height = 7;
  views[2].width = 1;
  views[3].height = views[3].width = 0;
  REQUIRE(executor->run(views, {&tap, 1}));
  for (int image = 0; image < 4; ++image)
    for (int y = 0; y < 10; ++y)
      for (int x = 0; x < 12; ++x) {
        const ImageView& view = views[static_cast<std::size_t>(image)];
        const bool there = y < view.height && x < view.width;
        CAPTURE(image, y, x);
        for (int c = 0; c < 3; ++c)
          CHECK(sink.tensor().pixel(image, y, x)[c] ==
                (there ? static_cast<float>(whole.at(c, y, x)) : 0.0f));
      }
}

TEST_CASE("the executor refuses pictures that were not planned") {
  Random random(3);
  Graph graph;
  graph.append("input", Input{3}, {});
  graph.append("relu", Relu{}, {0});
  auto model = Model::from_graph(graph, {}, {.table = &reference_table(), .limits = {}});
  REQUIRE(model);
  auto plan = Plan::create(*model, {.height = 10, .width = 12});
  REQUIRE(plan);
  ThreadPool pool(1);
  auto executor = Executor::create(*model, *std::move(plan), pool);
  REQUIRE(executor);
  const Picture wrong(random, 12, 10, 3);
  const ImageView views[] = {wrong.view(), wrong.view()};
  CHECK_FALSE(executor->run({views, 1}, {}));
  CHECK_FALSE(executor->run(std::vector<ImageView>{{wrong.pixels.data(), 5, -1, 30}}, {}));
  CHECK_FALSE(executor->run(std::vector<ImageView>{{nullptr, 12, 10, 36}}, {}));
  CHECK_FALSE(executor->run({views, 2}, {}));
  CHECK_FALSE(executor->run({}, {}));
}

}  // namespace fcn::test
