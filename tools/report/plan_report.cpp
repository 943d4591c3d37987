// SPDX-License-Identifier: MIT
#include "tools/report/plan_report.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "fcn/base/printable.hpp"
#include "tools/report/json_numbers.hpp"
#include "tools/report/terminal_report.hpp"
#include "tools/shell/columns.hpp"

namespace fcn::tools {
namespace {

using Json = nlohmann::ordered_json;

struct Part {
  std::string_view name;
  std::string_view meaning;  ///< for people
  std::uint64_t (*bytes)(const PhaseBytes&);
};

constexpr std::array<Part, 7> kParts = {{
    {"weights", "weights", [](const PhaseBytes& phase) { return phase.weights; }},
    {"picture", "picture", [](const PhaseBytes& phase) { return phase.picture; }},
    {"decoder", "file, decoder", [](const PhaseBytes& phase) { return phase.decoder; }},
    {"rings", "rings of rows", [](const PhaseBytes& phase) { return phase.run.rings; }},
    {"scratch", "threads' scratch", [](const PhaseBytes& phase) { return phase.run.scratch; }},
    {"map", "score map", [](const PhaseBytes& phase) { return phase.run.map; }},
    {"rest", "the rest", [](const PhaseBytes& phase) { return phase.run.rest; }},
}};

std::string plan_row(std::string_view name, std::string_view output, std::string_view algorithm,
                     std::string_view millions, std::string_view rows, std::string_view kibibytes) {
  return fmt::format("  {} {} {} {:>10} {:>5} {:>8}\n", in_columns(name, 23), in_columns(output, 16),
                     in_columns(algorithm, 9), millions, rows, kibibytes);
}

std::string millions(std::uint64_t count) {
  return count == 0 ? "" : fmt::format("{:.1f}", 1e-6 * static_cast<double>(count));
}

/// How the layer is computed, or that its convolution computes it too.
std::string_view algorithm_of(const NodePlan& node) {
  if (node.fused_conv) return "fused";
  return node.multiply_adds != 0 ? to_string(node.algorithm) : "";
}

std::string plan_rows(const Plan& plan) {
  std::string text = plan_row("layer", "c x h x w", "algorithm", "M mul-adds", "step", "ring KiB");
  for (NodeId id = 0; id < plan.size(); ++id) {
    const NodePlan& node = plan.node(id);
    text += plan_row(plan.graph().nodes[id].name,
                     fmt::format("{}x{}x{}", node.shape.channels, node.shape.height, node.shape.width),
                     algorithm_of(node), millions(node.multiply_adds),
                     node.fused_into ? "" : std::to_string(node.most_rows),
                     std::to_string((4 * node.ring_floats() + 1023) / 1024));
  }
  return text + plan_row("all", "", "", millions(plan.multiply_adds()), "",
                         std::to_string((run_memory(plan).rings + 1023) / 1024));
}

std::string mebibytes(std::uint64_t bytes) {
  return bytes == 0 ? "" : fmt::format("{:.1f}", static_cast<double>(bytes) / (1 << 20));
}

std::string memory_rows(const MemoryForecast& forecast) {
  std::string text = "  MiB held at most in  ";
  for (const auto& [name, phase] : forecast.phases()) text += fmt::format(" {:>9}", name);
  for (const Part& part : kParts) {
    text += fmt::format("\n  {:<21}", part.meaning);
    for (const auto& [name, phase] : forecast.phases())
      text += fmt::format(" {:>9}", mebibytes(part.bytes(*phase)));
  }
  text += fmt::format("\n  {:<21}", "all");
  for (const auto& [name, phase] : forecast.phases())
    text += fmt::format(" {:>9}", mebibytes(phase->total()));
  return text + '\n';
}

Json layer_fields(const Plan& plan) {
  Json layers = Json::array();
  for (NodeId id = 0; id < plan.size(); ++id) {
    const NodePlan& node = plan.node(id);
    Json layer = {{"name", plan.graph().nodes[id].name},
                  {"output", Json::array({node.shape.channels, node.shape.height, node.shape.width})},
                  {"multiply_adds", node.multiply_adds},
                  {"step_rows", node.most_rows},
                  {"ring_rows", node.ring_rows},
                  {"ring_bytes", sizeof(float) * node.ring_floats()}};
    if (const std::string_view algorithm = algorithm_of(node); !algorithm.empty())
      layer["algorithm"] = algorithm;
    layers.push_back(std::move(layer));
  }
  return layers;
}

bool is_padded(const Plan& plan) {
  return plan.padded() != Extent{plan.options().height, plan.options().width};
}

Json phase_fields(const MemoryForecast& forecast) {
  Json phases = Json::object();
  for (const auto& [name, phase] : forecast.phases()) {
    if (phase->total() == 0) continue;
    Json& fields = phases[std::string(name)] = Json::object();
    for (const Part& part : kParts) fields[std::string(part.name)] = part.bytes(*phase);
    fields["bytes"] = phase->total();
  }
  return phases;
}

}  // namespace

std::string plan_table(const PlanReport& report, const PicturePlan& picture) {
  const Plan& plan = picture.plan;
  const Shape& map = plan.map_shape();
  const std::uint64_t peak = picture.forecast.peak();
  const std::string padded =
      is_padded(plan)
          ? fmt::format("  run as {} x {}, its edge pixels repeated: the network accepts only some sizes\n",
                        plan.padded().x, plan.padded().y)
          : "";
  return fmt::format("{}{} x {} pixels, map of {} x {} cells, one every {} pixels\n{}  {}, {}\n\n",
                     report.image.empty() ? "" : printable(report.image) + "\n  ", plan.options().width,
                     plan.options().height, map.width, map.height, plan.geometry().x.stride, padded,
                     report.threads == 1 ? "1 thread" : fmt::format("{} threads", report.threads),
                     report.arch) +
         plan_rows(plan) + '\n' + memory_rows(picture.forecast) +
         fmt::format(
             "\n  Peak {} bytes; {} with the shortest steps (--max-memory).\n"
             "  The process itself, code and stacks, takes up to {} MiB more.\n",
             peak, picture.smallest_peak, kProcessBytes >> 20);
}

std::string plan_json(const PlanReport& report, const PicturePlan& picture) {
  const Plan& plan = picture.plan;
  const Shape& map = plan.map_shape();
  Json line = {{"schema", "fcn-infer-plan/1"},
               {"image", report.image.empty() ? Json(nullptr) : Json(report.image)},
               {"width", plan.options().width},
               {"height", plan.options().height},
               {"model", report.model},
               {"classes", map.channels},
               {"map",
                {{"rows", map.height},
                 {"cols", map.width},
                 {"pool_stride", report.pool_stride},
                 {"output_stride", json_along_axes(plan.geometry().x.stride / report.pool_stride,
                                                   plan.geometry().y.stride / report.pool_stride)}}},
               {"layers", layer_fields(plan)},
               {"multiply_adds", plan.multiply_adds()},
               {"memory", phase_fields(picture.forecast)},
               {"peak_bytes", picture.forecast.peak()},
               {"smallest_peak_bytes", picture.smallest_peak},
               {"process_bytes", kProcessBytes},
               {"threads", report.threads},
               {"arch", report.arch}};
  if (is_padded(plan)) line["padded"] = {{"width", plan.padded().x}, {"height", plan.padded().y}};
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace fcn::tools
