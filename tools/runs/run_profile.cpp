// SPDX-License-Identifier: MIT
// Runs and bursts in turn, so that both meet the same clock and load.
#include "tools/runs/run_profile.hpp"

#include <chrono>
#include <utility>
#include <variant>

#include "fcn/run/fma_peak.hpp"
#include "fcn/run/plan.hpp"
#include "fcn/run/profile.hpp"

namespace fcn::tools {
namespace {

/// Sets a session's profile for as long as this lives.
class Profiling {
 public:
  Profiling(Session& session, Profile& profile) : session_(session) { session.set_profile(&profile); }
  Profiling(const Profiling&) = delete;
  Profiling& operator=(const Profiling&) = delete;
  ~Profiling() { session_.set_profile(nullptr); }

 private:
  Session& session_;
};

std::vector<LayerProfile> layers_of(const Plan& plan, const Profile& profile, int runs) {
  std::vector<LayerProfile> layers;
  for (NodeId id = 0; id < plan.size(); ++id) {
    const NodePlan& node = plan.node(id);
    LayerProfile layer{plan.graph().nodes[id].name, node.shape, std::nullopt, 0, 0};
    // What is done in one with a convolution is shown as the convolution's.
    const double seconds = node.fused_conv ? 0 : profile.costs()[node.fused_into.value_or(id)].seconds;
    layer.ms = 1e3 * seconds / runs;
    if (node.multiply_adds != 0) {
      layer.algorithm = node.algorithm;
      if (seconds > 0) layer.gflops = 2e-9 * static_cast<double>(node.multiply_adds) * runs / seconds;
    }
    layers.push_back(std::move(layer));
  }
  return layers;
}

}  // namespace

Result<RunProfile> profile_run(Session& session, const kernels::KernelTable& table, const ImageView& image,
                               ScoreMap& map) {
  constexpr double kMeasuredMs = 1000;
  constexpr std::chrono::seconds kMost{2};  // with the bursts, which outlast the runs of a tiny network
  constexpr int kBursts = 20;               // about a millisecond
  if (Status warm = session.run_into(image, map); !warm) return warm.error();
  Profile profile;
  const Profiling profiling(session, profile);
  FmaPeak peak(table, session.pool());
  int runs = 0;
  double total_ms = 0;
  const auto end = std::chrono::steady_clock::now() + kMost;
  for (; runs == 0 || (total_ms < kMeasuredMs && std::chrono::steady_clock::now() < end); ++runs) {
    if (Status ran = session.run_into(image, map); !ran) return ran.error();
    total_ms += session.times().infer;
    for (int i = 0; i < kBursts; ++i) peak.sample();
  }
  return RunProfile{runs, peak.gflops(), total_ms / runs, layers_of(*session.plan(), profile, runs)};
}

}  // namespace fcn::tools
