// SPDX-License-Identifier: MIT
#include "tools/import/import_network.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "tools/import/checkpoints/checkpoint.hpp"
#include "tools/import/checkpoints/script_tensors.hpp"
#include "tools/import/foreign_file.hpp"
#include "tools/import/onnx/import_onnx.hpp"
#include "tools/import/pt2/file/pt2_archive.hpp"
#include "tools/import/pt2/import_pt2.hpp"
#include "tools/import/recognise_network.hpp"
#include "tools/import/text_network.hpp"

namespace fcn::tools {
namespace {

Result<ImportedNetwork> import_onnx_file(const ByteSource& source, const ImportOptions& options) {
  OnnxReadOptions read;
  std::set<std::string> others;
  read.other_files = &others;
  if (options.external_data) {
    const std::string folder = std::filesystem::path(source.name()).parent_path().string();
    read.external_folder = folder.empty() ? "." : folder;
    std::error_code unknown;  // of a source in memory
    read.real_folder = std::filesystem::canonical(source.name(), unknown).parent_path().string();
  }
  auto model = read_onnx(source, read);
  if (!model) {
    const auto foreign = foreign_name(source.name());
    if (foreign && model.error().code == ErrorCode::malformed)
      return Error{ErrorCode::unsupported, *foreign, source.name()};
    return model.error();
  }
  const std::string format = "ONNX, operator set " + std::to_string(model->opset);
  auto network = import_onnx(*std::move(model), source.name(),
                             {.window = options.window, .output_name = options.output_name});
  if (!network) return network;
  network->format = format;
  network->other_files.assign(others.begin(), others.end());
  return network;
}

bool is_script(const Checkpoint& checkpoint) {
  const auto& notes = checkpoint.notes();
  return std::find(notes.begin(), notes.end(), kScriptNote) != notes.end();
}

}  // namespace

Result<ImportedNetwork> import_network(ByteSource source, const ImportOptions& options) {
  // Before the rest, because TensorFlow's graphs begin as ONNX files do and some descriptions are JSON; but
  // the length at the front of a safetensors file may look like anything.
  if (!looks_like_checkpoint(source))
    if (const auto foreign = foreign_file(source))
      return Error{ErrorCode::unsupported, *foreign, source.name()};
  if (looks_like_onnx(source)) return import_onnx_file(source, options);
  if (looks_like_text_network(source)) return import_text_network(source);
  if (looks_like_pt2(source)) return import_pt2(source, options.window);
  const auto checkpoint = read_checkpoint(std::move(source), {}, options.key);
  if (!checkpoint) return checkpoint.error();
  auto network = recognise_network(*checkpoint);
  if (network) network->format = checkpoint->format();
  if (network || !is_script(*checkpoint)) return network;
  Error error = network.error();
  error.message = "a TorchScript program; its weights alone do not tell the network (" + error.message +
                  "); " + script_advice();
  return error;
}

}  // namespace fcn::tools
