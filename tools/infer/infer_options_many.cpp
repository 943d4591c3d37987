// SPDX-License-Identifier: MIT
// Several workers on one set of pictures: who runs which.
#include "tools/infer/infer_options_groups.hpp"
#include "tools/results/shard.hpp"

namespace fcn::tools {

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
}

}  // namespace fcn::tools
