// SPDX-License-Identifier: MIT
// All families that are known by their tensors, parsed from the texts in this folder. docs/families.md shows
// how to add one.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fcn/result.hpp"
#include "tools/import/families/family_text.hpp"

namespace fcn::tools {

/// A family's lines by what they are for; all views into its text.
struct Family {
  std::string_view name;
  std::vector<std::string_view> needs;  ///< conditions; the first is a tensor that every member has
  std::vector<const FamilyLine*> names;
  std::vector<const FamilyLine*> notes;
  std::vector<std::string_view>
      ignored;  ///< tensors, or what is below them, that the scores do not depend on
  int window = 224;
  bool strict = false;  ///< one of the names must fit: other depths are other networks
  const FamilyLine* layers = nullptr;
};

struct FamilyLibrary {
  std::vector<std::vector<FamilyLine>> texts;
  std::vector<Family> families;
  std::map<std::string_view, const FamilyLine*> macros;
};

/// Parsed once. An Error is a mistake in a text, which the tests find.
const Result<FamilyLibrary>& family_library();

}  // namespace fcn::tools
