// SPDX-License-Identifier: MIT
#include "tools/export/export_sandbox.hpp"

#include <filesystem>
#include <string>
#include <system_error>

#include "tools/shell/sandbox.hpp"

namespace fcn::tools {
namespace {

namespace fs = std::filesystem;

/// The files directly in a folder, without hidden ones, which nothing that is read there is named like.
void allow_files_of(const fs::path& folder, SandboxFiles& files) {
  std::error_code failed;
  fs::directory_iterator entry(folder.empty() ? "." : folder, failed);
  for (; !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
    std::error_code unknown;
    const bool hidden = entry->path().filename().string().starts_with('.');
    if (!hidden && entry->is_regular_file(unknown)) files.may_read(entry->path().string());
  }
}

void allow_network(const std::string& path, SandboxFiles& files) {
  if (path.empty()) return;
  std::error_code unknown;
  files.may_read(path);
  allow_files_of(fs::path(path).parent_path(), files);
  const fs::path real = fs::canonical(path, unknown);  // hubs' caches consist of links
  if (!unknown) allow_files_of(real.parent_path(), files);
}

}  // namespace

Status enter_export_sandbox(const ExportOptions& options) {
  SandboxFiles files;
  allow_network(options.request.checkpoint, files);
  allow_network(options.file, files);
  if (!options.labels.empty()) files.may_read(options.labels);
  for (const std::string& output : {options.request.output, options.source_output})
    if (!output.empty()) files.may_write(output);
  files.may_read_outputs();
  return enter_sandbox(files);
}

}  // namespace fcn::tools
