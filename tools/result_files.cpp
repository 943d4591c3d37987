// SPDX-License-Identifier: MIT
#include "tools/result_files.hpp"

#include <utility>

namespace fcn::tools {

Status ResultFiles::open(const InferOptions& options, bool several) {
  for (const OutputKind& kind : output_kinds()) {
    const std::string& place = options.*kind.place;
    if (options.plan || place.empty()) continue;
    auto target = OutputTarget::create(kind.option, place, kind.ending, several);
    if (!target) return target.error();
    targets_.push_back({&kind, *std::move(target)});
  }
  if (options.json.empty() || options.json == "-") return {};
  auto json = AtomicFile::create(options.json);
  if (!json) return json.error();
  json_.emplace(*std::move(json));
  return {};
}

Result<PictureOutputs> ResultFiles::open_for(const std::string& image) {
  PictureOutputs outputs;
  for (Target& target : targets_) {
    auto file = AtomicFile::create(target.place.path_for(image));
    if (!file) return file.error();
    outputs.push_back({target.kind, *std::move(file)});
  }
  return outputs;
}

Status ResultFiles::write(PictureOutputs outputs, const PictureResult& result) {
  for (PictureOutput& output : outputs) {
    if (Status written = output.kind->write(output.file, result); !written) return written;
    if (Status done = output.file.commit(); !done) return done;
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
