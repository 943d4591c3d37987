// SPDX-License-Identifier: MIT
#include "tools/outputs/result_files.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <system_error>
#include <utility>

namespace fcn::tools {

namespace {

/// The file that a path names, whatever its spelling; it need not exist.
std::filesystem::path place_of(const std::string& path) {
  std::error_code unknown;
  const auto place = std::filesystem::weakly_canonical(std::filesystem::absolute(path, unknown), unknown);
  return unknown ? std::filesystem::path(path) : place;
}

/// A device such as /dev/null, which takes any number of outputs.
bool is_special(const std::string& path) {
  std::error_code unknown;
  const auto status = std::filesystem::status(path, unknown);
  return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
}

}  // namespace

Status ResultFiles::open(const InferOptions& options, bool several) {
  for (const OutputKind& kind : output_kinds()) {
    const std::string& place = options.*kind.place;
    if (!options.runs_pictures() || place.empty()) continue;
    auto target = OutputTarget::create(kind.option, place, kind.ending, several);
    if (!target) return target.error();
    targets_.push_back({&kind, *std::move(target), ""});
  }
  skip_existing_ = options.skip_existing;
  results_path_ = options.results;
  if (!options.coco.empty() && options.runs_pictures()) {
    auto coco = CocoFile::create(options.coco);
    if (!coco) return coco.error();
    coco_.emplace(*std::move(coco));
    coco_path_ = options.coco;
  }
  if (options.json.empty() || options.json == "-") return {};
  auto json = skip_existing_ ? JsonLinesFile::resume(options.json) : JsonLinesFile::create(options.json);
  if (!json) return json.error();
  json_.emplace(*std::move(json));
  json_path_ = options.json;
  return {};
}

Status ResultFiles::check_outputs(const std::vector<std::string>& images, const InputFiles& inputs) const {
  std::map<std::filesystem::path, std::string> writers;
  if (json_) writers.emplace(place_of(json_path_), "--json");
  if (!results_path_.empty() && !writers.emplace(place_of(results_path_), "--results").second)
    return Error{ErrorCode::invalid_argument, "would write the file that --json writes too",
                 "--results " + results_path_};
  if (coco_) {
    if (Status kept = inputs.check_output(coco_path_, "--coco"); !kept) return kept;
    const auto [other, fresh] = writers.emplace(place_of(coco_path_), "--coco");
    if (!fresh && !is_special(coco_path_))
      return Error{ErrorCode::invalid_argument, "would write the file that " + other->second + " writes too",
                   "--coco " + coco_path_};
  }
  for (const Target& target : targets_) {
    OutputTarget place = target.place;
    for (const std::string& image : images) {
      const std::string path = place.path_for(image);
      if (Status kept = inputs.check_output(path, target.kind->option); !kept) return kept;
      const auto [other, fresh] = writers.emplace(place_of(path), target.kind->option);
      if (!fresh && !is_special(path))
        return Error{ErrorCode::invalid_argument,
                     "would write the file that " + other->second + " writes too",
                     std::string(target.kind->option) + " " + path};
    }
  }
  return {};
}

bool ResultFiles::begin(const std::string& image) {
  std::error_code unknown;
  bool done = skip_existing_ && (!json_ || json_->has(image));
  for (Target& target : targets_) {
    target.path = target.place.path_for(image);
    done = done && std::filesystem::is_regular_file(target.path, unknown);
  }
  return !done;
}

Result<PictureOutputs> ResultFiles::open_begun() {
  PictureOutputs outputs;
  for (const Target& target : targets_) {
    auto file = AtomicFile::create(target.path);
    if (!file) return file.error();
    outputs.push_back({target.kind, *std::move(file), false});
  }
  return outputs;
}

Status ResultFiles::write(PictureOutputs outputs, const PictureResult& result) {
  for (PictureOutput& output : outputs) {
    if (!output.complete)
      if (Status written = output.kind->write(output.file, result); !written) return written;
    if (Status done = output.file.commit(); !done) return done;
  }
  return {};
}

Status ResultFiles::append_json(const std::string& line) {
  if (!json_) return {};
  Status written = json_->append(line);
  if (!written) {
    json_.reset();
    lost_ = true;
  }
  return written;
}

Status ResultFiles::append_coco(const RunReport& report) {
  if (!coco_) return {};
  Status written = coco_->append(report);
  if (!written) {
    coco_.reset();
    lost_ = true;
  }
  return written;
}

Status ResultFiles::commit() {
  Status coco = coco_ ? coco_->commit() : Status();
  Status json = json_ ? json_->commit() : Status();
  return coco ? json : coco;
}

}  // namespace fcn::tools
