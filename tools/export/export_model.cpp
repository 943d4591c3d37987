// SPDX-License-Identifier: MIT
#include "tools/export/export_model.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include "fcn/base/printable.hpp"
#include "fcn/graph/node_tensors.hpp"
#include "fcn/graph/shape_inference.hpp"
#include "fcn/kernels/tables.hpp"
#include "fcn/limits.hpp"
#include "fcn/passes/fold_batch_norm.hpp"
#include "fcn/passes/fuse_relu.hpp"
#include "fcn/passes/fuse_residual_add.hpp"
#include "fcn/passes/to_fcn.hpp"
#include "tools/export/export_work.hpp"
#include "tools/export/layer_table.hpp"
#include "tools/export/model_writer.hpp"
#include "tools/export/onnx/onnx_writer.hpp"
#include "tools/export/pixel_model.hpp"
#include "tools/export/read_back.hpp"
#include "tools/import/foreign_file.hpp"
#include "tools/import/import_network.hpp"
#include "tools/import/metadata/sidecar_files.hpp"
#include "tools/shell/input_files.hpp"
#include "tools/shell/sha256.hpp"

namespace fcn::tools {
namespace {

Error bad_request(std::string message, const char* option) {
  return {ErrorCode::invalid_argument, std::move(message), option};
}

/// The class that the label names; it must be the only one of that name.
Result<int> find_background(const std::vector<std::string>& labels, const std::string& label) {
  const auto found = std::find(labels.begin(), labels.end(), label);
  if (found == labels.end())
    return bad_request("\"" + label + "\" is not one of the " + std::to_string(labels.size()) + " labels",
                       "--background");
  if (std::find(found + 1, labels.end(), label) != labels.end())
    return bad_request("\"" + label + "\" names two labels", "--background");
  return static_cast<int>(found - labels.begin());
}

/// The model's description, as far as it follows from the request and the checkpoint.
Result<ModelInfo> describe(const ExportRequest& request, const ImportedNetwork& network,
                           const Preprocessing& preprocessing, int classes) {
  ModelInfo info;
  info.name = network.name;
  if (!request.labels.names.empty())
    if (const Status fits = check_label_count(request.labels, classes); !fits)
      return fits.error().at(request.labels_source.empty() ? "--labels" : request.labels_source);
  info.labels = request.labels.names;
  if (info.labels.empty() && network.labels.size() == static_cast<std::size_t>(classes))
    info.labels = network.labels;
  if (request.background) {
    const auto background = find_background(info.labels, *request.background);
    if (!background) return background.error();
    info.background = *background;
  }
  info.recipe = network.recipe;
  info.mean = preprocessing.mean;
  info.std = preprocessing.std;
  info.window = network.window.value_or(kUsualWindow);
  info.source = std::filesystem::path(request.checkpoint).filename().string();
  if (!is_utf8(info.source)) info.source = printable(info.source);
  info.exporter = "fcn-export " FCN_VERSION;
  info.trained_parameters = count_parameters(network.graph);
  return info;
}

/// Where window and labels come from, for messages.
void tell_sources(const ExportRequest& request, const ImportedNetwork& network, ExportReport& report) {
  const auto source = [](const std::string& named) { return named.empty() ? "the file" : named; };
  report.window_source = request.window   ? "--window"
                         : network.window ? source(network.window_source)
                                          : "the usual; the file does not say (--window)";
  report.notes.insert(report.notes.end(), network.notes.begin(), network.notes.end());
  const std::size_t stated = network.labels.size();
  if (stated != 0 && stated != static_cast<std::size_t>(report.classes))
    report.notes.push_back(source(network.labels_source) + " has " + std::to_string(stated) +
                           " labels, the network has " + std::to_string(report.classes) +
                           " classes: they are not used");
  report.labels_source = request.labels.names.empty() ? source(network.labels_source)
                                                      : request.labels_source + ", " + request.labels.form;
}

Status convert(ImportedNetwork& network, ModelInfo& info, bool fold,
               std::vector<passes::HeadChange>& changes) {
  Graph& graph = network.graph;
  if (const Status done = absorb_input_arithmetic(graph, info); !done) return done;
  if (fold)
    if (const Status done = passes::fold_batch_norm(graph); !done) return done;
  if (const Status done = passes::fuse_relu(graph); !done) return done;
  if (const Status done = passes::fuse_residual_add(graph); !done) return done;
  if (info.kind == ModelKind::pixels || network.is_fcn) return convert_gates(graph, info);
  return passes::to_fcn(graph, info, &changes);
}

/// Compares the results of the classifier and of the FCN, which may differ by `bound` at most.
Result<Comparison> prove(std::span<const float> expected, std::span<const float> found, const char* what,
                         const auto& bound) {
  const auto result = compare({expected.begin(), expected.end()}, {found.begin(), found.end()});
  if (!result) return result.error().at("conversion check");
  const double most = bound(*result);
  if (result->largest_difference <= most) return result;
  return Error{ErrorCode::mismatch,
               std::string("the converted network's ") + what + " differ from the classifier's by " +
                   std::to_string(result->largest_difference) + ", rounding explains " +
                   std::to_string(most) + "; nothing was written, please report this",
               "conversion check"};
}

/// Runs the FCN on one window of noise, on which the classifier as trained gave `expected`. They are the same
/// function, computed in another order, so they may differ by rounding alone: by `bound` times the largest
/// logit, and where the classifier itself makes probabilities, those by what that explains.
Status prove_scores(const std::vector<float>& expected, const Model& fcn, const SelfTest& picture,
                    double bound, ExportReport& report) {
  const auto& ending = report.meaning.ending;
  const auto found = run_picture(fcn, picture);
  if (!found) return found.error();
  const std::span<const float> all(expected);
  const std::size_t logits = ending ? all.size() / 2 : all.size();
  const auto proof = prove(all.first(logits), *found, "logits",
                           [&](const Comparison& result) { return bound * result.scale; });
  if (!proof) return proof.error();
  report.proof = *proof;
  if (!ending) return {};
  const auto made = probabilities_of(*found, report.classes, ending->activation);
  const auto probabilities = prove(all.subspan(logits), made, "probabilities", [&](const Comparison&) {
    return probability_bound(ending->activation, bound * proof->scale, report.classes);
  });
  if (!probabilities) return probabilities.error();
  report.probability_proof = *probabilities;
  return {};
}

/// How the converted network is run.
struct ProofRun {
  const SelfTest& picture;
  double bound;
  const kernels::KernelTable* table;
  bool half;  ///< its weights are rounded for the file
};

/// Proves the conversion and makes the self-test, of weights that are packed once.
Status prove_and_test(const std::vector<float>& expected, Graph& graph, ModelInfo& info, const ProofRun& run,
                      ExportReport& report) {
  ModelOptions options;
  options.table = run.table;
  auto fcn = Model::from_graph(graph, info, options);
  if (!fcn) return fcn.error();
  if (Status proof = prove_scores(expected, *fcn, run.picture, run.bound, report); !proof) return proof;
  if (run.half) {
    if (Status rounded = round_weights_to_half(graph); !rounded) return rounded;
    fcn = Model::from_graph(graph, info, options);
    if (!fcn) return fcn.error();
  }
  auto test = make_self_test(*fcn);
  if (!test) return test.error().at("self-test");
  info.self_test = *std::move(test);
  return {};
}

/// The kernels for this export's runs, which are known beforehand: the network as trained and what it
/// becomes, on a picture of this size, and the self-test on one a quarter wider, once more when it is read
/// back.
Result<const kernels::KernelTable*> choose_kernels(const Graph& graph, const ModelInfo& info, Extent size,
                                                   ExportReport& report) {
  constexpr std::uint64_t kQuarters = 4 + 4 + 5 + 5;
  const auto work = count_work(graph, size);
  if (!work) return work.error();
  const auto table = kernels_for(*work * kQuarters / 4);
  if (!table) return table.error();
  report.proof_arch = (*table)->arch;
  if (*table == &kernels::table_reference) return table;
  auto checked = check_kernels(graph, info, **table);
  if (!checked) return checked.error();
  report.kernel_check = *checked;
  return table;
}

/// Writes the file, reads it back, and only then puts it in its place.
Result<std::uint64_t> write_checked(const ExportRequest& request, const Graph& graph, const ModelInfo& info,
                                    const kernels::KernelTable& table) {
  auto file = AtomicFile::create(request.output);
  if (!file) return file.error();
  const auto storage = request.half ? WeightStorage::f16 : WeightStorage::f32;
  const auto bytes =
      request.to_onnx ? write_onnx(*file, graph, info) : write_model(*file, graph, info, storage);
  if (!bytes) return bytes;
  const Status whole =
      request.to_onnx ? read_back_onnx(*file, graph, info, table) : read_back_model(*file, table);
  if (!whole) return whole.error();
  if (const Status committed = file->commit(); !committed) return committed.error();
  return bytes;
}

/// A network that labels pixels works at all of them already, but for a map that is coarser than they.
Status prepare_pixels(Graph& graph, const Shape& map, ModelInfo& info, ExportReport& report) {
  auto& ending = report.meaning.ending;
  if (ending && (map.height < info.window.y || map.width < info.window.x)) {
    if (const Status dropped = passes::drop_ending(graph, *ending); !dropped) return dropped;
    ending.reset();
  }
  if (const Status done = enlarge_map(graph, map, info.window, report.notes); !done) return done;
  return describe_pixel_model(graph, info);
}

/// The output must not take the place of a file that was read beside the checkpoint.
Status check_output(const ExportRequest& request, const ImportedNetwork& network) {
  InputFiles inputs;
  for (const std::string& path : network.other_files) inputs.add(path);
  return inputs.check_output(request.output, "-o");
}

}  // namespace

Result<ExportReport> export_model(const ExportRequest& request) {
  std::error_code absent;
  if (std::filesystem::equivalent(request.checkpoint, request.output, absent))
    return bad_request("would replace the checkpoint itself: " + request.output, "-o");
  if (request.to_onnx && request.half) return bad_request("is for model files, not for --to onnx", "--half");
  if (const auto folder = foreign_folder(request.checkpoint))
    return Error{ErrorCode::unsupported, *folder, request.checkpoint};
  auto source = ByteSource::open(request.checkpoint);
  if (!source) return source.error();
  const auto digest = sha256_of(*source);
  if (!digest) return digest.error();
  auto network = import_network(*std::move(source), {.window = request.window,
                                                     .key = request.key,
                                                     .output_name = request.output_name,
                                                     .external_data = request.external_data});
  if (!network) return network.error();
  read_sidecar_files(request.checkpoint, *network);
  if (const Status kept = check_output(request, *network); !kept) return kept.error();
  if (request.window) network->window = request.window;
  Graph& graph = network->graph;
  ExportReport report;
  auto preprocessing = choose_preprocessing(request.preprocessing, *network);
  if (!preprocessing) return preprocessing.error();
  apply_channel_order(graph, *preprocessing);
  report.preprocessing = *std::move(preprocessing);
  Extent window = network->window.value_or(kUsualWindow);
  const int channels = std::get<Input>(graph.nodes[0].op).channels;
  if (request.head)
    if (const Status built = build_pixel_head(*network, window, *request.head); !built) return built.error();
  const auto shapes = infer_shapes(graph, {channels, window.y, window.x});
  if (!shapes) return shapes.error().at("--window");

  report.format = network->format;
  report.meaning = find_meaning(graph, *shapes, request.activation, network->activation);
  auto& ending = report.meaning.ending;
  const bool pixels = !network->is_fcn && labels_pixels((*shapes)[graph.output], window);
  report.classes = (*shapes)[graph.output].channels;
  tell_sources(request, *network, report);
  if (!network->is_fcn && !pixels)
    if (const auto cell = window_of_one_cell(graph, *shapes, window)) {
      report.notes.push_back(headless_note((*shapes)[graph.output], window, *cell));
      report.window_source = "what one cell of its map sees";
      network->is_fcn = true;
      network->window = window = *cell;
    }
  auto layers = layer_table(graph, window, parameters_by_node(graph));
  if (!layers) return layers.error();
  report.layers = *std::move(layers);
  auto info = describe(request, *network, report.preprocessing, report.classes);
  if (!info) return info.error();
  info->source_sha256 = *digest;
  info->activation = report.meaning.activation;
  if (pixels)
    if (const Status prepared = prepare_pixels(graph, (*shapes)[graph.output], *info, report); !prepared)
      return prepared.error().at(request.checkpoint);
  const Extent proof_size = pixels ? small_picture(graph, *info) : window;

  const auto say = [&](const char* stage) {
    if (request.progress) request.progress(stage);
  };
  say("checking the kernels");
  const auto table = choose_kernels(graph, *info, proof_size, report);
  if (!table) return table.error();
  say("running the network as trained");
  const SelfTest picture = make_picture(proof_size.y, proof_size.x, channels);
  const auto expected =
      run_picture(ending ? with_own_probabilities(graph, *ending) : graph, *info, picture, **table);
  if (!expected) return expected.error().at(request.checkpoint);
  if (ending)
    if (const Status dropped = passes::drop_ending(graph, *ending); !dropped) return dropped.error();
  const double trained_bound = rounding_bound(graph);
  if (const Status converted = convert(*network, *info, request.fold, report.changes); !converted)
    return converted.error().at(request.checkpoint);
  // Each run rounds as its own graph does; each bound is for two runs.
  const double bound = (trained_bound + rounding_bound(graph)) / 2;
  say("running the network as converted, and on its self-test");
  if (const Status tested =
          prove_and_test(*expected, graph, *info, {picture, bound, *table, request.half}, report);
      !tested)
    return tested.error();
  say("writing and reading back");
  const auto bytes = write_checked(request, graph, *info, **table);
  if (!bytes) return bytes.error();
  report.file_bytes = *bytes;
  report.info = *std::move(info);
  return report;
}

}  // namespace fcn::tools
