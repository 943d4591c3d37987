// SPDX-License-Identifier: MIT
// Streaming to the letter: no row is made twice, and neither threads nor bands nor memory nor the arch change
// a bit.
#include <atomic>
#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "fcn/run/plan.hpp"
#include "fcn/run/profile.hpp"
#include "fcn/run/run_memory.hpp"
#include "tests/engine/emulated.hpp"
#include "tests/engine/session_fixture.hpp"

namespace fcn::test {
namespace {

constexpr int kSizes = kEmulated ? 5 : 50;

/// The chosen table, with its convolutions counted: output pixels or tiles times panels, by the layer's
/// weights.
struct CountingTable {
  static inline const kernels::KernelTable* inner = kernels::select_table().table;
  static inline std::map<const float*, std::atomic<std::ptrdiff_t>> counts;

  static void count(const kernels::ConvBand& band, kernels::Range units, kernels::Range panels) {
    counts.at(band.weights) += (units.end - units.begin) * (panels.end - panels.begin);
  }
  static void conv(const kernels::ConvBand& band, kernels::Range pixels, kernels::Range panels) {
    count(band, pixels, panels);
    inner->conv(band, pixels, panels);
  }
  static void winograd(const kernels::ConvBand& band, ConvAlgorithm algorithm, kernels::Range tiles,
                       kernels::Range panels, float* scratch) {
    count(band, tiles, panels);
    inner->winograd(band, algorithm, tiles, panels, scratch);
  }
  /// Rows of the convolution under each pooled column: a column more where workers meet does not count.
  static void conv_max_pool(const kernels::ConvPoolBand& band, kernels::Range columns, float* scratch) {
    counts.at(band.conv.weights) += (columns.end - columns.begin) * band.conv.out_rows;
    inner->conv_max_pool(band, columns, scratch);
  }
  static kernels::KernelTable make() {
    kernels::KernelTable table = *inner;
    table.conv_max_pool = &conv_max_pool;
    table.conv = &conv;
    table.winograd = &winograd;
    return table;
  }
};

/// What a layer should count once.
std::ptrdiff_t units_of(const kernels::KernelTable& table, const Op& op, const Plan& plan, NodeId id) {
  const NodePlan& node = plan.node(id);
  if (node.fused_into) return std::ptrdiff_t{node.shape.height} * plan.node(*node.fused_into).shape.width;
  const kernels::ConvShape shape = conv_shape(op);
  if (!node.tiled()) return std::ptrdiff_t{node.shape.height} * node.shape.width * table.conv_panels(shape);
  const auto tiles = [](int size, int phases, int tile) {  // of all phases
    std::ptrdiff_t count = 0;
    for (int phase = 0; phase < phases; ++phase)
      count += ceil_div(ceil_div(std::max(size - phase, 0), phases), tile);
    return count;
  };
  return tiles(node.shape.height, node.phases().y, node.tile().y) *
         tiles(node.shape.width, node.phases().x, node.tile().x) *
         table.winograd_panels(shape, node.algorithm);
}

}  // namespace

TEST_CASE("every layer makes each of its rows once") {
  const kernels::KernelTable table = CountingTable::make();
  const Model model = narrow_resnet(8, table);  // its last strided layer has as many channels as tiles take
  for (const int threads : {1, 2, 5})
    for (const int band_rows : {0, 1, 7}) {
      if (kEmulated && threads + band_rows != 2) continue;
      for (const auto& [height, width, output_stride] :
           {std::tuple{200, 200, 0}, {233, 301, 0}, {302, 231, 0}, {207, 230, 8}}) {
        CAPTURE(threads, band_rows, height, width, output_stride);
        CountingTable::counts.clear();
        for (NodeId id = 0; id < model.graph().nodes.size(); ++id)
          CountingTable::counts[model.packed(id).data()] = 0;
        Session session =
            session_on(model, {.threads = threads, .output_stride = output_stride, .band_rows = band_rows});
        Profile profile;
        session.set_profile(&profile);
        static_cast<void>(logits_of(session, NoisePicture(height, width)));
        const Plan& plan = *session.plan();
        for (NodeId id = 0; id < plan.size(); ++id) {
          const Node& node = plan.graph().nodes[id];
          CAPTURE(node.name);
          CHECK(profile.costs()[id].rows == static_cast<std::uint64_t>(plan.node(id).shape.height));
          if (std::holds_alternative<Conv>(node.op))
            CHECK(CountingTable::counts.at(model.packed(id).data()) == units_of(table, node.op, plan, id));
        }
      }
    }
}

TEST_CASE("bits are the same for threads, bands, steps, memory limits and archs") {
  const kernels::KernelTable& table = *kernels::select_table().table;
  const Model model = narrow_resnet(8, table);
  std::vector<Model> others;
  for (const kernels::KernelTable* other : kernels::supported_tables()) {
    const std::string arch = other->arch;
    if (other != &table && arch != "sse2" && arch != "reference") others.push_back(narrow_resnet(8, *other));
  }
  std::mt19937 bits(50);
  const auto between = [&](int low, int high) {
    return low + static_cast<int>(bits() % static_cast<unsigned>(high - low + 1));
  };
  for (int round = 0; round < kSizes; ++round) {
    const NoisePicture picture(between(200, 300), between(200, 300));
    const int band_rows = between(1, 12), pool_stride = between(1, 7);
    CAPTURE(round, picture.height, picture.width, band_rows, pool_stride);
    const auto run = [&](const Model& on, SessionOptions options) {
      options.pool_stride = pool_stride;
      options.scores = ScoreKind::logits;
      Session session = session_on(on, options);
      return logits_of(session, picture);
    };
    const ScoreMap truth = run(model, {.threads = 1});
    CHECK(same_scores(run(model, {.threads = 2}), truth));
    CHECK(same_scores(run(model, {.threads = 5, .band_rows = band_rows}), truth));
    const auto least = smallest_run_bytes(
        model, {.height = picture.height, .width = picture.width, .pool_stride = pool_stride, .threads = 2});
    REQUIRE(least);
    CHECK(same_scores(run(model, {.threads = 2, .max_run_bytes = *least}), truth));
    for (const Model& other : others) {
      CAPTURE(other.table().arch);
      CHECK(same_scores(run(other, {.threads = 2}), truth));
    }
  }
}

TEST_CASE("a network taken apart gives the same bits") {
  const kernels::KernelTable& table = *kernels::select_table().table;
  const NoisePicture picture(231, 250);
  const Model fused = narrow_resnet(8, table);
  const auto apart = Model::from_graph(bench::RandomResNet18(8).build(10), fused.info(),
                                       {.table = &table, .limits = {}, .unfused = true});
  REQUIRE(apart);
  REQUIRE(apart->graph().nodes.size() > fused.graph().nodes.size());
  Session on_fused = session_on(fused, {.threads = 2}), on_apart = session_on(*apart, {.threads = 2});
  CHECK(same_scores(logits_of(on_apart, picture), logits_of(on_fused, picture)));
}

TEST_CASE("the reference kernels give the same bits") {
  const kernels::KernelTable& table = *kernels::select_table().table;
  if (std::string(table.arch) == "sse2") return;  // a class of its own
  for (const kernels::KernelTable* reference : kernels::supported_tables()) {
    if (std::string(reference->arch) != "reference") continue;
    const NoisePicture picture(203, 217);
    const Model fast = narrow_resnet(8, table), slow = narrow_resnet(8, *reference);
    Session on_fast = session_on(fast, {.threads = 2}), on_slow = session_on(slow, {.threads = 1});
    CHECK(same_scores(logits_of(on_fast, picture), logits_of(on_slow, picture)));
  }
}

}  // namespace fcn::test
