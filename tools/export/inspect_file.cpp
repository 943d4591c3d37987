// SPDX-License-Identifier: MIT
#include "tools/export/inspect_file.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "fcn/base/printable.hpp"
#include "fcn/file/model_file.hpp"
#include "fcn/kernels/select.hpp"
#include "fcn/kernels/tables.hpp"
#include "fcn/model.hpp"
#include "fcn/passes/to_fcn.hpp"
#include "fcn/run/plan_checks.hpp"
#include "tools/export/export_work.hpp"
#include "tools/export/layer_table.hpp"
#include "tools/export/self_test.hpp"
#include "tools/import/checkpoints/checkpoint.hpp"
#include "tools/import/import_network.hpp"
#include "tools/import/onnx/file/onnx_model.hpp"
#include "tools/import/recognise_network.hpp"
#include "tools/import/text_network.hpp"

namespace fcn::tools {
namespace {

/// Seconds that a replay on the reference kernels may take.
constexpr std::uint64_t kLongestReplay = 10;

constexpr std::size_t kShownLabels = 10;

/// Whether a file claims to be a model; the model reader then reports what is wrong with it, if anything.
bool claims_to_be_model(const ByteSource& source) {
  if (!looks_like_safetensors(source)) return false;
  const auto header = read_safetensors_header(source);
  return header && header->metadata.contains(kModelTextKey);
}

std::string field(std::string_view name, std::string_view value) {
  return fmt::format("{:<12} {}\n", name, printable(value));
}

std::string number_list(const std::vector<float>& values) {
  return fmt::format("{}", fmt::join(values, " "));
}

std::string label_list(const ModelInfo& info) {
  if (info.labels.empty()) return "none";
  std::string text;
  for (std::size_t i = 0; i < info.labels.size() && i < kShownLabels; ++i)
    text += (i == 0 ? "" : ", ") + info.labels[i];
  if (info.labels.size() > kShownLabels) text += fmt::format(", ... ({} in all)", info.labels.size());
  return text;
}

std::string describe(const ModelInfo& info) {
  std::string text = field("Model", info.name);
  text += field("Labels", label_list(info));
  if (info.background) text += field("Background", info.label(*info.background));
  text += field("Scores", info.activation == ScoreActivation::none
                              ? "as the network gives them"
                              : fmt::format("{} of its logits", kind_name(info.activation)));
  text += field("Mean", number_list(info.mean)) + field("Std", number_list(info.std));
  text += field("Window", fmt::format("{}x{} (width x height)", info.window.x, info.window.y));
  text += field("Source", fmt::format("{} (SHA-256 {})", info.source, info.source_sha256));
  text += field("Exporter", info.exporter);
  text += field("Parameters", with_commas(info.trained_parameters) + " as trained");
  if (!info.self_test) return text + field("Self-test", "none");
  return text + field("Self-test", fmt::format("{}x{}, {} logits", info.self_test->width,
                                               info.self_test->height, info.self_test->logits.size()));
}

/// Stored values of each node, from the header alone.
std::vector<std::uint64_t> stored_values(const ModelFile& file) {
  std::vector<std::uint64_t> counts;
  for (const Node& node : file.graph().nodes) {
    std::uint64_t count = 0;
    for (const auto& tensor : node_tensors(node))
      if (const TensorEntry* entry = file.tensors().find(node.name + "." + tensor.suffix);
          entry && tensor.learned)
        count += entry->elements;
    counts.push_back(count);
  }
  return counts;
}

Result<std::string> inspect_model(ByteSource source, const InspectOptions& options) {
  const std::string path = source.name();
  const auto file = ModelFile::read(std::move(source));
  if (!file) return file.error();
  Graph graph = file->graph();
  if (Status set = set_pool_stride(graph, file->info().classifier_pool, options.pool_stride); !set)
    return set.error().at("--pool-stride");
  const auto table = layer_table(graph, options.size.value_or(file->info().window), stored_values(*file));
  if (!table) return table.error().at(path);
  return describe(file->info()) + "\n" + *table;
}

/// The classifier's layers, or those of the FCN that it converts to, before any are folded.
Result<std::string> network_table(ImportedNetwork network, const InspectOptions& options) {
  const Extent window = network.window.value_or(kUsualWindow);
  if (options.pool_stride != 0) {
    ModelInfo info;
    info.window = window;
    const Status converted = network.is_fcn ? Status() : passes::to_fcn(network.graph, info);
    if (!converted) return converted.error();
    if (Status set = set_pool_stride(network.graph, info.classifier_pool, options.pool_stride); !set)
      return set.error().at("--pool-stride");
  }
  const Extent size = options.size.value_or(window);
  auto table = layer_table(network.graph, size, parameters_by_node(network.graph));
  if (!table) return table;
  const char* const kind = options.pool_stride != 0 ? " as an FCN" : "";
  return field("Network",
               fmt::format("{}{}, on {}x{} (width x height)", network.name, kind, size.x, size.y)) +
         *std::move(table);
}

Result<std::string> inspect_checkpoint(ByteSource source, const InspectOptions& options) {
  const auto checkpoint = read_checkpoint(std::move(source));
  if (!checkpoint) return checkpoint.error();
  std::string text =
      field("Checkpoint", checkpoint->format()) + "\n" + tensor_table(checkpoint->tensors()) + "\n";
  auto network = recognise_network(*checkpoint);
  if (!network) return text + field("Network", network.error().message);
  const auto table = network_table(*std::move(network), options);
  if (!table) return table.error().at(checkpoint->path());
  return text + *table;
}

/// For ONNX and text, which are read as a network or not at all.
Result<std::string> inspect_network(ByteSource source, const InspectOptions& options) {
  const std::string path = source.name();
  // A classifier is read at the requested size, because its head may fix shapes; an FCN is converted at its
  // own.
  const auto window = options.pool_stride == 0 ? options.size : std::nullopt;
  auto network = import_network(std::move(source), {.window = window});
  if (!network) return network.error();
  const std::string format = network->format;
  const auto table = network_table(*std::move(network), options);
  if (!table) return table.error().at(path);
  return field("File", format) + *table;
}

/// One run of the self-test; passes within the bound of rounding.
Result<std::string> replay(const std::string& path, const kernels::KernelTable& table) {
  ModelOptions options;
  options.table = &table;
  const auto model = Model::load(path, options);
  if (!model) return model.error();
  if (!model->info().self_test)
    return Error{ErrorCode::unsupported, "the model carries no self-test; export it again", path};
  const SelfTest& test = *model->info().self_test;
  const auto found = run_picture(*model, test);
  if (!found) return found.error().at(path);
  const auto result = compare(test.logits, kept_logits(*found, test, model->info().kind));
  if (!result) return result.error().at(path + ": self-test, " + std::string(table.arch));
  if (result->identical) return fmt::format("{:<10} {} logits, identical bits\n", table.arch, result->values);
  const double bound = rounding_bound(model->graph()) * result->scale;
  if (result->largest_difference <= bound)
    return fmt::format("{:<10} {} logits, largest difference {:.2g} (rounding explains {:.2g})\n", table.arch,
                       result->values, result->largest_difference, bound);
  return Error{ErrorCode::mismatch,
               fmt::format("largest difference {:.3g}, rounding explains {:.3g}: do not use this model here",
                           result->largest_difference, bound),
               path + ": self-test, " + std::string(table.arch)};
}

/// The replay with the reference kernels, or a statement that it would take too long.
Result<std::string> replay_reference(const std::string& path) {
  const auto file = ModelFile::open(path);
  if (!file) return file.error();
  const auto& test = file->info().self_test;
  const auto work = test ? count_work(file->graph(), {test->height, test->width}) : 0;
  if (!work) return work.error().at(path);
  const std::uint64_t seconds = *work / kReferenceWorkPerSecond;
  if (seconds <= kLongestReplay) return replay(path, kernels::table_reference);
  return fmt::format("{:<10} left out, it would take about {} s; FCN_FORCE_ARCH=reference runs it\n",
                     kernels::table_reference.arch, seconds);
}

}  // namespace

Result<std::string> inspect_file(const std::string& path, const InspectOptions& options) {
  auto source = ByteSource::open(path);
  if (!source) return source.error();
  if (looks_like_onnx(*source) || looks_like_text_network(*source))
    return inspect_network(*std::move(source), options);
  return claims_to_be_model(*source) ? inspect_model(*std::move(source), options)
                                     : inspect_checkpoint(*std::move(source), options);
}

Result<std::string> verify_model(const std::string& path) {
  const kernels::TableChoice best = kernels::select_table();
  if (best.table == nullptr) return Error{ErrorCode::invalid_argument, best.error, "FCN_FORCE_ARCH"};
  if (best.table == &kernels::table_reference) return replay(path, *best.table);
  const auto text = replay_reference(path);
  if (!text) return text;
  const auto fast = replay(path, *best.table);
  if (!fast) return fast.error();
  return *text + *fast;
}

}  // namespace fcn::tools
