// SPDX-License-Identifier: MIT
#include "tools/report/plan_report.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

#include "fcn/base/printable.hpp"
#include "tools/report/json_members.hpp"
#include "tools/report/terminal_report.hpp"
#include "tools/shell/columns.hpp"

namespace fcn::tools {
namespace {

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
                     node.overwrites ? "in place" : std::to_string((4 * node.ring_floats() + 1023) / 1024));
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

void add_layer(JsonWriter& json, const Plan& plan, NodeId id) {
  const NodePlan& node = plan.node(id);
  json.object([&] {
    json.member("name", plan.graph().nodes[id].name);
    json.member("output", {node.shape.channels, node.shape.height, node.shape.width});
    json.member("multiply_adds", node.multiply_adds);
    json.member("step_rows", node.most_rows);
    json.member("ring_rows", node.ring_rows);
    json.member("ring_bytes", node.overwrites ? 0 : sizeof(float) * node.ring_floats());
    if (node.overwrites) json.member("overwrites", plan.graph().nodes[*node.overwrites].name);
    if (const std::string_view algorithm = algorithm_of(node); !algorithm.empty())
      json.member("algorithm", algorithm);
  });
}

bool is_padded(const Plan& plan) {
  return plan.padded() != Extent{plan.area().height, plan.area().width};
}

void add_phases(JsonWriter& json, const MemoryForecast& forecast) {
  for (const auto& [name, phase] : forecast.phases()) {
    if (phase->total() == 0) continue;
    json.object(name, [&json, bytes = phase] {
      for (const Part& part : kParts) json.member(part.name, part.bytes(*bytes));
      json.member("bytes", bytes->total());
    });
  }
}

/// What runs in place of the picture.
std::string frame_lines(const PictureBorder& border, const Plan& plan) {
  std::string text;
  if (!border.is_empty())
    text += fmt::format("  with a border of {} x {} pixels on each side: {}\n", border.x, border.y,
                        border_name(border.kind));
  if (const PixelRect& part = plan.options().part, &area = plan.area(); !part.is_empty())
    text += fmt::format("  of the part of {} x {} at ({}, {}), for which {} x {} at ({}, {}) run\n",
                        part.width, part.height, part.x, part.y, area.width, area.height, area.x, area.y);
  if (is_padded(plan))
    text += fmt::format("  run as {} x {}, its edge pixels repeated: the network accepts only some sizes\n",
                        plan.padded().x, plan.padded().y);
  return text;
}

}  // namespace

std::string plan_table(const PlanReport& report, const PicturePlan& picture) {
  const Plan& plan = picture.plan;
  const Shape& map = plan.map_shape();
  const std::uint64_t peak = picture.forecast.peak();
  return fmt::format("{}{} x {} pixels, map of {} x {} cells, one every {} pixels\n{}  {}, {}\n\n",
                     report.image.empty() ? "" : printable(report.image) + "\n  ",
                     plan.options().width - 2 * report.border.x, plan.options().height - 2 * report.border.y,
                     map.width, map.height, plan.geometry().x.stride,
                     page_line(report.page) + frame_lines(report.border, plan),
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
  JsonWriter json;
  json.object([&] {
    json.member("schema", "fcn-infer-plan/1");
    add_image(json, report.image);
    if (!report.page.text().empty()) add_page(json, report.page);
    json.member("width", plan.options().width - 2 * report.border.x);
    json.member("height", plan.options().height - 2 * report.border.y);
    if (!report.border.is_empty()) {
      json.member("border", border_name(report.border.kind));
      json.member("border_px", {report.border.x, report.border.y});
    }
    if (const PixelRect& part = plan.options().part, &area = plan.area(); !part.is_empty()) {
      json.member("part_px", {part.x, part.y, part.width, part.height});
      json.member("run_px", {area.x, area.y, area.width, area.height});
    }
    json.member("model", report.model);
    json.member("classes", map.channels);
    json.object("map", [&] {
      json.member("rows", map.height);
      json.member("cols", map.width);
      json.member("pool_stride", report.pool_stride);
      add_along_axes(json, "output_stride", plan.geometry().x.stride / report.pool_stride,
                     plan.geometry().y.stride / report.pool_stride);
    });
    json.array("layers", [&] {
      for (NodeId id = 0; id < plan.size(); ++id) add_layer(json, plan, id);
    });
    json.member("multiply_adds", plan.multiply_adds());
    json.object("memory", [&] { add_phases(json, picture.forecast); });
    json.member("peak_bytes", picture.forecast.peak());
    json.member("smallest_peak_bytes", picture.smallest_peak);
    json.member("process_bytes", kProcessBytes);
    json.member("threads", report.threads);
    json.member("arch", report.arch);
    if (is_padded(plan)) add_size(json, "padded", plan.padded());
  });
  return json.take();
}

}  // namespace fcn::tools
