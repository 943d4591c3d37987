// SPDX-License-Identifier: MIT
// What the executor and the kernels rely on without looking, checked of the plans of valid and odd graphs
// (random_odd.hpp). Each section is one invariant.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <functional>
#include <vector>

#include "fcn/graph/in_place.hpp"
#include "fcn/graph/shape_inference.hpp"
#include "fcn/kernels/select.hpp"
#include "fcn/run/plan.hpp"
#include "tests/engine/random_odd.hpp"

namespace fcn::test {
namespace {

void for_each_plan(const std::function<void(const Plan&)>& check) {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    Random random(seed + 1);
    const int height = random.between(1, 40), width = random.between(1, 40);
    const OddGraph odd(seed, height, width);
    const auto model =
        Model::from_graph(odd.graph(), {}, {.table = kernels::find_table("reference"), .limits = {}});
    REQUIRE(model);
    const auto plan = Plan::create(*model, {.height = height,
                                            .width = width,
                                            .images = random.between(1, 2),
                                            .band_rows = random.between(0, 5),
                                            .threads = random.between(1, 3),
                                            .keep_rows = random.chance()});
    REQUIRE(plan);
    INFO("seed " << seed);
    check(*plan);
  }
}

std::size_t size(int value) {
  return static_cast<std::size_t>(value);
}

/// Goes through a plan's steps and notes which row lies in each quantum of the rings.
class ShadowRun {
 public:
  explicit ShadowRun(const Plan& plan)
      : plan_(plan),
        schedule_(plan.schedule()),
        made_(plan.size(), 0),
        owners_(plan.zero_offset() / kernels::kChannelQuantum, Row{plan.size(), 0}) {}

  void run() {
    schedule_.restart();
    for (RowStep step; schedule_.next(step);) {
      make(step);
      check_needed();
    }
    for (NodeId id = 0; id < plan_.size(); ++id) {
      const NodePlan& node = plan_.node(id);
      const int rows = node.gathers      ? plan_.node(plan_.graph().nodes[id].inputs[0]).shape.height
                       : node.fused_into ? 0
                                         : node.shape.height;
      CHECK(made_[id] == rows);
      CHECK(node.ring_rows >= 1);
    }
  }

 private:
  struct Row {
    NodeId node;
    int row;
    bool operator==(const Row&) const = default;
  };

  /// f of each quantum of a row.
  template <class F>
  void for_row(NodeId id, int row, F&& f) {
    const NodePlan& node = plan_.node(id);
    const std::size_t quanta = size(static_cast<int>(node.row_stride)) / kernels::kChannelQuantum;
    const std::size_t first =
        node.ring_offset / kernels::kChannelQuantum + size(row % node.ring_rows) * quanta;
    for (std::size_t i = first; i < first + quanta; ++i) f(owners_.at(i));
  }
  void write(NodeId id, int row) {
    for_row(id, row, [&](Row& owner) { owner = {id, row}; });
  }
  void check(NodeId id, int row) {
    bool there = true;
    for_row(id, row, [&](const Row& owner) { there &= owner == Row{id, row}; });
    if (there) return;
    CAPTURE(id, row, plan_.graph().nodes[id].name);
    FAIL("a row that is still needed has been overwritten");
  }

  void make(const RowStep& step) {
    const NodePlan& node = plan_.node(step.node);
    REQUIRE(step.begin == made_[step.node]);
    REQUIRE(step.end > step.begin);
    CHECK(step.end - step.begin <= node.most_rows);
    made_[step.node] = step.end;
    if (step.begin == 0 && !node.overwrites)  // opens the ring
      for (int row = 0; row < node.ring_rows; ++row)
        for_row(step.node, row, [&](Row& owner) { owner = {step.node, -1}; });
    if (node.fused_conv) carry(*node.fused_conv, step.begin > 0);
    if (node.gathers) return carry(step.node, step.begin > 0);
    for (int row = step.begin; row < step.end; ++row) write(step.node, row);
  }
  /// A node's only row, which goes on from step to step.
  void carry(NodeId id, bool goes_on) {
    if (goes_on) check(id, 0);
    write(id, 0);
  }

  void check_needed() {
    for (NodeId reader = 0; reader < plan_.size(); ++reader) {
      if (plan_.node(reader).fused_into) continue;
      const auto& inputs = plan_.graph().nodes[plan_.node(reader).fused_conv.value_or(reader)].inputs;
      for (std::size_t slot = 0; slot < inputs.size(); ++slot) {
        const NodePlan& from = plan_.node(inputs[slot]);
        const bool gathered = from.gathers && made_[inputs[slot]] > 0;
        const int there = from.gathers ? static_cast<int>(gathered) : made_[inputs[slot]];
        for (int row = std::max(schedule_.first_row_needed(reader, slot), 0); row < there; ++row)
          check(inputs[slot], row);
      }
    }
  }

  const Plan& plan_;
  RowSchedule schedule_;
  std::vector<int> made_;
  std::vector<Row> owners_;
};

}  // namespace

TEST_CASE("kernels find the layout that they rely on, whatever the graph") {
  SECTION("pixels are whole quanta, unless only convolutions that go tap by tap read a picture") {
    for_each_plan([](const Plan& plan) {
      for (NodeId id = 0; id < plan.size(); ++id) {
        const NodePlan& node = plan.node(id);
        CHECK(node.pixel_stride >= node.shape.channels);
        if (node.pixel_stride % kernels::kChannelQuantum == 0) continue;
        CHECK(id == 0);
        CHECK(plan.graph().output != id);
        for (NodeId reader = 0; reader < plan.size(); ++reader)
          for (std::size_t slot = 0; slot < plan.graph().nodes[reader].inputs.size(); ++slot) {
            if (plan.graph().nodes[reader].inputs[slot] != id) continue;
            const Op& op = plan.graph().nodes[reader].op;
            CHECK((reads_size_only(op, slot) || (std::holds_alternative<Conv>(op) && slot == 0)));
          }
      }
    });
  }
  SECTION("a row has its pixels, the margins of those that read it, and ends in a whole quantum") {
    for_each_plan([](const Plan& plan) {
      for (NodeId id = 0; id < plan.size(); ++id) {
        const NodePlan& node = plan.node(id);
        // What a pool carries of its convolution is one row as wide as the pool's.
        const int width = node.fused_into ? plan.node(*node.fused_into).shape.width : node.shape.width;
        CHECK(node.image_stride >= (node.margin_left + width + node.margin_right) * node.pixel_stride);
        CHECK(node.image_stride % kernels::kChannelQuantum == 0);
        CHECK(node.row_stride == node.image_stride * plan.options().images);
        const auto* conv = std::get_if<Conv>(&plan.graph().nodes[id].op);
        if (conv == nullptr) continue;
        const NodePlan& from = plan.node(plan.graph().nodes[id].inputs[0]);
        CHECK(from.margin_left >= conv->pad.left);
        CHECK(from.margin_right >= conv->pad.right);
      }
    });
  }
  SECTION("the row of zeros and scratch follow the rings, and zeros are as long as any row") {
    for_each_plan([](const Plan& plan) {
      std::size_t end = 0, longest = 0;
      for (NodeId id = 0; id < plan.size(); ++id) {
        CHECK(plan.node(id).ring_offset % kernels::kChannelQuantum == 0);
        end = std::max(end, plan.node(id).ring_offset + plan.node(id).ring_floats());
        longest = std::max(longest, static_cast<std::size_t>(plan.node(id).row_stride));
      }
      CHECK(plan.zero_offset() == end);
      CHECK(plan.scratch_offset() >= end + longest);
      CHECK(plan.arena_floats() >=
            plan.scratch_offset() + size(plan.options().threads) * plan.scratch_floats());
    });
  }
  SECTION("a node writes over an input only value by value, in rows that lie alike") {
    int overwriting = 0;
    for_each_plan([&](const Plan& plan) {
      for (NodeId id = 0; id < plan.size(); ++id) {
        const NodePlan& node = plan.node(id);
        if (!node.overwrites) continue;
        ++overwriting;
        const NodePlan& from = plan.node(*node.overwrites);
        const auto& inputs = plan.graph().nodes[id].inputs;
        const auto slot = std::find(inputs.begin(), inputs.end(), *node.overwrites);
        REQUIRE(slot != inputs.end());
        CHECK(may_overwrite(plan.graph().nodes[id].op, size(static_cast<int>(slot - inputs.begin()))));
        CHECK(std::count(inputs.begin(), inputs.end(), *node.overwrites) == 1);
        CHECK(node.shape == from.shape);
        CHECK(node.pixel_stride == from.pixel_stride);
        CHECK(node.row_stride == from.row_stride);
        CHECK(node.margin_left == from.margin_left);
        CHECK(node.ring_offset == from.ring_offset);
        CHECK(node.ring_rows == from.ring_rows);
      }
    });
    CHECK(overwriting > 20);
  }
  SECTION("every row lies where its node wrote it until its last reader has read it") {
    for_each_plan([](const Plan& plan) { ShadowRun(plan).run(); });
  }
  SECTION("there is room for the row pointers of the longest step") {
    for_each_plan([](const Plan& plan) {
      for (NodeId id = 0; id < plan.size(); ++id) {
        const NodePlan& node = plan.node(id);
        CHECK(plan.most_row_pointers() >= size(node.most_rows));
        if (!node.gathers && !node.fused_conv && !node.tiled())
          CHECK(plan.most_row_pointers() >= size(node.most_rows) * size(node.window.kernel.y));
        if (std::holds_alternative<Concat>(plan.graph().nodes[id].op))
          CHECK(plan.most_row_pointers() >= size(node.most_rows) * plan.graph().nodes[id].inputs.size());
      }
    });
  }
}

TEST_CASE("a window of a pool without dilation reads at least one pixel of the map") {
  for_each_plan([](const Plan& plan) {
    for (NodeId id = 0; id < plan.size(); ++id) {
      const Op& op = plan.graph().nodes[id].op;
      if (!std::holds_alternative<MaxPool>(op) && !std::holds_alternative<AveragePool>(op) &&
          !std::holds_alternative<MaxPoolIndices>(op))
        continue;
      const Shape& in = plan.node(plan.graph().nodes[id].inputs[0]).shape;
      const Window& window = plan.node(id).window;
      if (window.dilation.y != 1) continue;
      for (int r = 0; r < plan.node(id).shape.height; ++r) {
        int inside = 0;
        for (int ky = 0; ky < window.kernel.y; ++ky) {
          const std::int64_t row = window.input_row(r, ky);
          inside += row >= 0 && row < in.height ? 1 : 0;
        }
        CHECK(inside > 0);
      }
    }
  });
}

}  // namespace fcn::test
