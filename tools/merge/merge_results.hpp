// SPDX-License-Identifier: MIT
// Joins the results files of several workers: each picture once, in the order of their names, so that the
// joined file does not depend on how the pictures were divided. Not here: the command line (fcn_merge.cpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fcn/result.hpp"
#include "tools/results/shard.hpp"

namespace fcn::tools {

struct MergeRequest {
  std::vector<std::string> files;  ///< results files, and folders of them
  std::string list;                ///< every picture that must be there; empty to take what is there
  Shard shard;                     ///< of the list, which must be there; all of it by default
  std::string output;              ///< empty to check only
  bool partial = false;            ///< write what is there, although something is missing or damaged
};

/// What was found. Lines for a person name at most ten of a kind.
struct MergeReport {
  std::uint64_t files = 0;
  std::uint64_t results = 0;
  std::uint64_t failures = 0;   ///< pictures whose only lines are errors
  std::uint64_t repeated = 0;   ///< lines that another of the same picture makes superfluous
  std::uint64_t damaged = 0;    ///< torn lines, and lines whose checksum does not match
  std::uint64_t missing = 0;    ///< pictures of the list without a line
  std::uint64_t unlisted = 0;   ///< pictures that the list does not name
  std::uint64_t conflicts = 0;  ///< pictures with different results, and lines of different runs
  std::vector<std::string> notes;
  bool listed = false;
  bool written = false;

  /// Whether no line says something that another denies.
  [[nodiscard]] bool is_consistent() const { return conflicts == 0 && (damaged == 0 || listed); }
  /// Whether the lines are those of the list. Without a list nothing can be missing.
  [[nodiscard]] bool is_complete() const { return missing == 0 && unlisted == 0; }
};

/// Reads the files and, if nothing is missing, damaged or contradictory, writes the output, whole or not at
/// all. ErrorCode::busy if a worker writes one of the files; io if one cannot be read or the output not be
/// written.
Result<MergeReport> merge_results(const MergeRequest& request);

}  // namespace fcn::tools
