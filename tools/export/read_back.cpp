// SPDX-License-Identifier: MIT
#include "tools/export/read_back.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "fcn/model.hpp"
#include "tools/export/self_test.hpp"
#include "tools/import/import_network.hpp"

namespace fcn::tools {
namespace {

/// The message of an Error, without the name of a temporary file.
Error unusable(const AtomicFile& file, const Error& why) {
  std::string text = why.to_string();
  if (text.starts_with(file.unfinished() + ": ")) text.erase(0, file.unfinished().size() + 2);
  return {
      ErrorCode::mismatch,
      "the file cannot be used as written: " + text + "; nothing was put in its place, please report this",
      file.path()};
}

Status compare_logits(const AtomicFile& file, const ModelInfo& info, const Result<std::vector<float>>& found,
                      double bound) {
  if (!found) return unusable(file, found.error());
  const SelfTest& test = *info.self_test;
  const auto result = compare(test.logits, kept_logits(*found, test, info.kind));
  if (!result) return unusable(file, result.error());
  if (result->identical || result->largest_difference <= bound * result->scale) return {};
  return unusable(
      file,
      {ErrorCode::mismatch,
       "its logits differ from those of the self-test by " + std::to_string(result->largest_difference), ""});
}

}  // namespace

Status read_back_model(AtomicFile& file, const kernels::KernelTable& table) {
  if (Status flushed = file.flush(); !flushed || file.unfinished().empty()) return flushed;
  ModelOptions options;
  options.table = &table;
  const auto model = Model::load(file.unfinished(), options);
  if (!model) return unusable(file, model.error());
  return compare_logits(file, model->info(), run_picture(*model, *model->info().self_test), 0);
}

Status read_back_onnx(AtomicFile& file, const Graph& graph, const ModelInfo& info,
                      const kernels::KernelTable& table) {
  if (Status flushed = file.flush(); !flushed || file.unfinished().empty()) return flushed;
  auto source = ByteSource::open(file.unfinished());
  if (!source) return unusable(file, source.error());
  const SelfTest& test = *info.self_test;
  auto network = import_network(*std::move(source), {.window = Extent{test.height, test.width}});
  if (!network) return unusable(file, network.error());
  ModelInfo any_size = info;
  any_size.classifier_pool.clear();
  const double bound = (rounding_bound(graph) + rounding_bound(network->graph)) / 2;
  return compare_logits(file, info, run_picture(network->graph, any_size, test, table), bound);
}

}  // namespace fcn::tools
