// SPDX-License-Identifier: MIT
#include "tools/infer/infer_sandbox.hpp"

#include <filesystem>
#include <fstream>
#include <system_error>

#include "tools/outputs/output_kinds.hpp"
#include "tools/shell/sandbox.hpp"

namespace fcn::tools {
namespace {

/// A folder made now needs no right to make others beside it. What prevents it is reported when it is used.
void allow_folder(const std::string& path, SandboxFiles& files) {
  std::error_code ignored;
  std::filesystem::create_directory(path, ignored);
  files.may_write(path);
}

}  // namespace

Status enter_infer_sandbox(const InferOptions& options, const std::string& model_path,
                           const InputList& inputs) {
  SandboxFiles files;
  files.may_read(model_path);
  for (const std::string& image : inputs.images)
    if (image != "-") files.may_read(image);
  const bool into_folders = inputs.images.size() > 1 || !options.list.empty();
  for (const OutputKind& kind : output_kinds()) {
    const std::string& place = options.*kind.place;
    if (!options.runs_pictures() || place.empty()) continue;
    if (into_folders || place.ends_with('/'))
      allow_folder(place, files);
    else
      files.may_write(place);
  }
  if (options.runs_pictures() && !options.layers.empty()) {
    std::error_code ignored;
    std::filesystem::create_directories(std::filesystem::path(options.layers).parent_path(), ignored);
    allow_folder(options.layers, files);
  }
  if (!options.json.empty() && options.json != "-") {
    files.may_write(options.json);
    if (options.skip_existing) files.may_read(options.json);
  }
  if (options.runs_pictures() && !options.coco.empty()) files.may_write(options.coco);
  if (!options.results.empty()) {  // read and written in place, so that it has to be there
    std::ofstream(options.results, std::ios::app);
    files.may_write(options.results);
    files.may_read(options.results);
  }
  return enter_sandbox(files);
}

}  // namespace fcn::tools
