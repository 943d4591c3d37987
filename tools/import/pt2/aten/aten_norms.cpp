// SPDX-License-Identifier: MIT
// Batch, layer, group, instance and root-mean-square norms. ATen leaves out a weight of ones and a bias of
// zeros, ONNX does not.
#include <algorithm>
#include <utility>

#include "tools/import/pt2/aten/aten_ops.hpp"

namespace fcn::tools {
namespace {

using ValueNames = std::vector<std::string>;

float epsilon_of(AtenCall& call, double fallback) {
  return static_cast<float>(call.real("eps", fallback));
}

/// Weight and bias of `channels` values each, whether they are given or not.
std::pair<std::string, std::string> affine(AtenCall& call, std::int64_t channels) {
  return {call.has("weight") ? call.tensor("weight") : call.filled(channels, 1),
          call.has("bias") ? call.tensor("bias") : call.filled(channels, 0)};
}

/// By statistics that training has collected.
ValueNames by_running_statistics(AtenCall& call, double epsilon) {
  const std::int64_t channels = call.fixed_size("running_mean", 0);
  const auto [scale, bias] = affine(call, channels);
  return {
      call.emit("BatchNormalization",
                {call.tensor("input"), scale, bias, call.tensor("running_mean"), call.tensor("running_var")},
                {{"epsilon", epsilon_of(call, epsilon)}})};
}

/// By the statistics of the tensor itself: weights that are standardised, or, over one picture, an instance
/// norm.
ValueNames by_own_statistics(AtenCall& call, double epsilon) {
  const std::int64_t channels = call.fixed_size("input", 1);
  const auto [scale, bias] = affine(call, channels);
  if (!call.depends_on_picture("input"))
    return {call.emit("BatchNormalization",
                      {call.tensor("input"), scale, bias, call.filled(channels, 0), call.filled(channels, 1)},
                      {{"epsilon", epsilon_of(call, epsilon)}, {"training_mode", std::int64_t{1}}})};
  if (call.has("running_mean") || call.meta("input").sizes[0] != 1)
    throw Refusal{"is in training mode: export the network in evaluation mode (model.eval())"};
  return {call.emit("InstanceNormalization", {call.tensor("input"), scale, bias},
                    {{"epsilon", epsilon_of(call, epsilon)}})};
}

ValueNames batch_norm(AtenCall& call) {
  const bool own = call.boolean("training", false) || !call.has("running_mean");
  return own ? by_own_statistics(call, 1e-5) : by_running_statistics(call, 1e-5);
}

ValueNames batch_norm_in_evaluation(AtenCall& call) {
  return by_running_statistics(call, 1e-5);
}

ValueNames instance_norm(AtenCall& call) {
  if (!call.boolean("use_input_stats", true)) return by_running_statistics(call, 1e-5);
  const auto [scale, bias] = affine(call, call.fixed_size("input", 1));
  return {call.emit("InstanceNormalization", {call.tensor("input"), scale, bias},
                    {{"epsilon", epsilon_of(call, 1e-5)}})};
}

ValueNames group_norm(AtenCall& call) {
  const auto [scale, bias] = affine(call, call.fixed_size("input", 1));
  const std::int64_t groups = call.integer(call.has("group") ? "group" : "num_groups");
  return {call.emit("GroupNormalization", {call.tensor("input"), scale, bias},
                    {{"epsilon", epsilon_of(call, 1e-5)}, {"num_groups", groups}})};
}

/// The last axes of the shape that is normalised, with a tensor of ones in it where no weight is given.
std::pair<std::int64_t, std::string> normalised(AtenCall& call) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 24;
  const std::vector<std::int64_t> shape = call.integers("normalized_shape");
  const auto axis = -static_cast<std::int64_t>(shape.size());
  if (call.has("weight")) return {axis, call.tensor("weight")};
  std::vector<float> ones(element_count(shape, kMost), 1.0f);
  return {axis, call.constant({.dims = shape, .values = std::move(ones)})};
}

ValueNames layer_norm(AtenCall& call) {
  auto [axis, scale] = normalised(call);
  ValueNames inputs{call.tensor("input"), scale};
  if (call.has("bias")) inputs.push_back(call.tensor("bias"));
  return {call.emit("LayerNormalization", std::move(inputs),
                    {{"axis", axis}, {"epsilon", epsilon_of(call, 1e-5)}})};
}

ValueNames rms_norm(AtenCall& call) {
  constexpr double kFloatEpsilon = 0x1p-23;  // what ATen takes for float32 where nothing is given
  const auto [axis, scale] = normalised(call);
  return {call.emit("RMSNormalization", {call.tensor("input"), scale},
                    {{"axis", axis}, {"epsilon", epsilon_of(call, kFloatEpsilon)}})};
}

constexpr AtenRule kAtenNormsRules[] = {{"_batch_norm_no_update", batch_norm_in_evaluation},
                                        {"_native_batch_norm_legit", batch_norm},
                                        {"_native_batch_norm_legit_no_training", batch_norm_in_evaluation},
                                        {"_fused_rms_norm", rms_norm},
                                        {"batch_norm", batch_norm},
                                        {"cudnn_batch_norm", batch_norm},
                                        {"group_norm", group_norm},
                                        {"instance_norm", instance_norm},
                                        {"layer_norm", layer_norm},
                                        {"native_batch_norm", batch_norm},
                                        {"native_group_norm", group_norm},
                                        {"native_layer_norm", layer_norm},
                                        {"rms_norm", rms_norm}};

}  // namespace

std::span<const AtenRule> aten_norm_rules() {
  return kAtenNormsRules;
}

}  // namespace fcn::tools
