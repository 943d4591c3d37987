// SPDX-License-Identifier: MIT
#include "tools/outputs/json_lines_file.hpp"

#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "fcn/file/json.hpp"
#include "tools/shell/json_writer.hpp"

namespace fcn::tools {
namespace {

/// The picture that a line is about, as JSON spells it; empty if it is none of fcn-infer's results.
std::string image_of(const std::string& line) {
  const Json result = Json::parse(line, nullptr, false);
  if (!result.is_object()) return {};
  const Json schema = result.value("schema", Json());
  if (schema != Json("fcn-infer/1") && schema != Json("fcn-infer-labels/1")) return {};
  const auto image = result.find("image");
  return image != result.end() && image->is_string() ? json_text(image->get_ref<const std::string&>())
                                                     : std::string();
}

}  // namespace

Result<JsonLinesFile> JsonLinesFile::create(const std::string& path) {
  auto file = AtomicFile::create(path);
  if (!file) return file.error();
  return JsonLinesFile(*std::move(file));
}

Result<JsonLinesFile> JsonLinesFile::resume(const std::string& path) {
  auto created = create(path);
  std::error_code unknown;
  if (!created || !std::filesystem::is_regular_file(path, unknown)) return created;
  std::ifstream before(path, std::ios::binary);
  int number = 0;
  for (std::string line; std::getline(before, line);) {
    ++number;
    std::string image = image_of(line);
    if (image.empty())
      return Error{ErrorCode::malformed,
                   "line " + std::to_string(number) +
                       " is not a result of fcn-infer, and --skip-existing keeps existing lines; correct or "
                       "move the file",
                   path};
    created->images_.insert(std::move(image));
    if (Status kept = created->append(line); !kept) return kept.error();
  }
  if (before.bad() || !before.eof())
    return Error{ErrorCode::io, "cannot read the results that are there", path};
  return created;
}

bool JsonLinesFile::has(const std::string& image) const {
  return images_.contains(json_text(image));  // a name that is not UTF-8 only has its replacement in a line
}

Status JsonLinesFile::append(const std::string& line) {
  has_lines_ = true;
  if (Status written = file_.write(line); !written) return written;
  return file_.write("\n");
}

}  // namespace fcn::tools
