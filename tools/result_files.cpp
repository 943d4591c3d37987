// SPDX-License-Identifier: MIT
#include "tools/result_files.hpp"

#include <utility>

#include "tools/output_npy.hpp"
#include "tools/output_overlay.hpp"

namespace fcn::tools {
namespace {

/// An open file, or none if the output is not wanted.
Result<std::optional<AtomicFile>> open_output(OutputTarget& target, const std::string& image) {
  if (!target.wanted()) return std::optional<AtomicFile>();
  auto file = AtomicFile::create(target.path_for(image));
  if (!file) return file.error();
  return std::optional<AtomicFile>(*std::move(file));
}

}  // namespace

Status ResultFiles::open(const InferOptions& options, bool several) {
  if (!options.plan) {
    auto npy = OutputTarget::create("--npy", options.npy, ".npy", several);
    if (!npy) return npy.error();
    auto overlay = OutputTarget::create("--overlay", options.overlay, ".overlay.png", several);
    if (!overlay) return overlay.error();
    npy_ = *std::move(npy);
    overlay_ = *std::move(overlay);
  }
  if (options.json.empty() || options.json == "-") return {};
  auto json = AtomicFile::create(options.json);
  if (!json) return json.error();
  json_.emplace(*std::move(json));
  return {};
}

Result<PictureOutputs> ResultFiles::open_for(const std::string& image) {
  auto npy = open_output(npy_, image);
  if (!npy) return npy.error();
  auto overlay = open_output(overlay_, image);
  if (!overlay) return overlay.error();
  return PictureOutputs{*std::move(npy), *std::move(overlay)};
}

Status ResultFiles::write(PictureOutputs outputs, Picture picture, const RunReport& report,
                          const Limits& limits) {
  if (outputs.npy) {
    if (Status written = write_npy(*outputs.npy, *report.map); !written) return written;
    if (Status done = outputs.npy->commit(); !done) return done;
  }
  if (outputs.overlay) {
    if (Status written = write_overlay(*outputs.overlay, std::move(picture), report, limits); !written)
      return written;
    if (Status done = outputs.overlay->commit(); !done) return done;
  }
  return {};
}

Status ResultFiles::append_json(const std::string& line) {
  if (!json_) return {};
  Status written = json_->write(line + "\n");
  if (!written) {
    json_.reset();
    lost_ = true;
  }
  return written;
}

Status ResultFiles::commit() {
  return json_ ? json_->commit() : Status();
}

}  // namespace fcn::tools
