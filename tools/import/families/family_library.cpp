// SPDX-License-Identifier: MIT
#include "tools/import/families/family_library.hpp"

#include <charconv>
#include <utility>

#include "tools/import/families/family_texts.hpp"

namespace fcn::tools {
namespace {

Error misplaced(const FamilyLine& line, std::string message) {
  return {ErrorCode::malformed, std::move(message), "family text, line " + std::to_string(line.number)};
}

Result<Family> read_family(const FamilyLine& top) {
  Family family;
  if (top.words.size() != 1) return misplaced(top, "a family has one name");
  family.name = top.words[0];
  for (const FamilyLine& line : top.body) {
    if (line.op == "needs")
      family.needs.insert(family.needs.end(), line.words.begin(), line.words.end());
    else if (line.op == "name" && !line.words.empty())
      family.names.push_back(&line);
    else if (line.op == "note")
      family.notes.push_back(&line);
    else if (line.op == "ignore")
      family.ignored.insert(family.ignored.end(), line.words.begin(), line.words.end());
    else if (line.op == "window" && line.words.size() == 1)
      std::from_chars(line.words[0].data(), line.words[0].data() + line.words[0].size(), family.window);
    else if (line.op == "strict")
      family.strict = true;
    else if (line.op == "layers")
      family.layers = &line;
    else
      return misplaced(line, "\"" + std::string(line.op) + "\" is not part of a family");
  }
  if (family.needs.empty() || family.layers == nullptr)
    return misplaced(top, "a family needs \"needs\" and \"layers\"");
  return family;
}

Result<FamilyLibrary> load() {
  FamilyLibrary library;
  library.texts.reserve(std::size(kFamilyTexts));  // families and macros point into them
  for (const std::string_view text : kFamilyTexts) {
    auto lines = parse_family_text(text);
    if (!lines) return lines.error();
    library.texts.push_back(*std::move(lines));
    for (const FamilyLine& line : library.texts.back()) {
      if (line.op == "define" && line.words.size() == 1) {
        library.macros[line.words[0]] = &line;
        continue;
      }
      if (line.op != "family") return misplaced(line, "expected \"family\" or \"define\"");
      auto family = read_family(line);
      if (!family) return family.error();
      library.families.push_back(*std::move(family));
    }
  }
  return library;
}

}  // namespace

const Result<FamilyLibrary>& family_library() {
  static const Result<FamilyLibrary> library = load();
  return library;
}

}  // namespace fcn::tools
