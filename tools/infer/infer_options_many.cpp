// SPDX-License-Identifier: MIT
// Several workers on one set of pictures: who runs which, and where results are collected.
#include "tools/infer/infer_options_groups.hpp"
#include "tools/results/shard.hpp"

namespace fcn::tools {
namespace {

constexpr int kMostRetries = 20;  // each waits twice as long as the one before, up to half a minute

}  // namespace

void add_worker_options(CommandLine& line, InferOptions& options) {
  OptionGroup group = line.group("Many workers");
  group.value(
      "--shard", "I/N",
      [&options](const std::string& text) -> Status {
        auto shard = parse_shard(text);
        if (!shard) return shard.error();
        options.shard = *shard;
        return {};
      },
      "Run only the I-th of N shares of the pictures, which are\ndivided by their names");
  group.text("--results", "FILE", options.results,
             "Append a line of JSON with a checksum for each picture;\nfor fcn-merge and --resume");
  group.flag("--resume", options.resume, "Leave out pictures that have a result in --results");
  group.flag("--keep-failed", options.keep_failed, "With --resume: also those that failed before");
  group.number("--retries", options.retries, 0, kMostRetries,
               "Try pictures that cannot be read again, waiting longer\neach time (default: 0)");
}

}  // namespace fcn::tools
