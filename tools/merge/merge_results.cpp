// SPDX-License-Identifier: MIT
#include "tools/merge/merge_results.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <unordered_set>

#include "fcn/base/printable.hpp"
#include "tools/merge/line_index.hpp"
#include "tools/results/path_list.hpp"
#include "tools/shell/atomic_file.hpp"
#include "tools/shell/input_files.hpp"
#include "tools/shell/json_writer.hpp"

namespace fcn::tools {
namespace {

namespace fs = std::filesystem;

/// The files themselves, and those of folders by name; hidden ones are unfinished outputs.
Result<std::vector<std::string>> expand_folders(const std::vector<std::string>& arguments) {
  std::vector<std::string> files;
  for (const std::string& argument : arguments) {
    std::error_code failed;
    if (!fs::is_directory(argument, failed)) {
      files.push_back(argument);
      continue;
    }
    std::vector<std::string> found;
    fs::directory_iterator entry(argument, failed);
    for (; !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
      std::error_code unknown;
      if (!entry->path().filename().string().starts_with('.') && entry->is_regular_file(unknown))
        found.push_back(entry->path().string());
    }
    if (failed) return Error{ErrorCode::io, "cannot read the folder: " + failed.message(), argument};
    if (found.empty()) return Error{ErrorCode::io, "the folder has no results files", argument};
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

/// Compares the pictures that have lines with those of the list.
Status compare_with_list(const MergeRequest& request, const LineIndex::Lines& lines, MergeReport& report) {
  const auto paths = read_path_list(request.list);
  if (!paths) return paths.error();
  std::unordered_set<std::string> names;
  for (const std::string& path : *paths) {
    if (!request.shard.takes(path)) continue;
    std::string name = json_text(path);
    if (is_utf8(path) && lines.contains(name)) {
      names.insert(std::move(name));
    } else if (names.insert(is_utf8(path) ? std::move(name) : path).second) {
      note(report, ++report.missing, printable(path) + " has no line");
    }
  }
  std::vector<std::string_view> unlisted;
  for (const auto& [name, place] : lines)
    if (!names.contains(name)) unlisted.push_back(name);
  std::sort(unlisted.begin(), unlisted.end());
  for (const std::string_view name : unlisted)
    note(report, ++report.unlisted, std::string(name) + " has a line, but the list does not name it");
  return {};
}

Status write_lines(const std::string& output, LineIndex& index) {
  auto file = AtomicFile::create(output);
  if (!file) return file.error();
  std::vector<const LineIndex::Lines::value_type*> order;
  order.reserve(index.lines().size());
  for (const auto& line : index.lines()) order.push_back(&line);
  std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
  constexpr std::size_t kPiece = 1 << 20;
  std::string piece;
  for (const auto* line : order) {
    const auto text = index.read(line->second);
    if (!text) return text.error();
    piece.append(*text).append("\n");
    if (piece.size() < kPiece && line != order.back()) continue;
    if (Status written = file->write(piece); !written) return written;
    piece.clear();
  }
  return file->commit();
}

}  // namespace

Result<MergeReport> merge_results(const MergeRequest& request) {
  const auto files = expand_folders(request.files);
  if (!files) return files.error();
  if (!request.output.empty()) {
    InputFiles inputs;
    if (!request.list.empty()) inputs.add(request.list);
    for (const std::string& file : *files) inputs.add(file);
    if (Status kept = inputs.check_output(request.output, "-o"); !kept) return kept.error();
  }
  MergeReport report;
  LineIndex index;
  for (const std::string& file : *files)
    if (Status added = index.add(file, report); !added) return added.error();
  report.files = files->size();
  for (const auto& [name, place] : index.lines()) ++(place.failed ? report.failures : report.results);
  report.listed = !request.list.empty();
  if (report.listed)
    if (Status compared = compare_with_list(request, index.lines(), report); !compared)
      return compared.error();
  const bool whole = report.is_consistent() && report.is_complete();
  if (request.output.empty() || report.conflicts > 0 || (!whole && !request.partial)) return report;
  if (Status written = write_lines(request.output, index); !written) return written.error();
  report.written = true;
  return report;
}

}  // namespace fcn::tools
