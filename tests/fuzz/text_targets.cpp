// SPDX-License-Identifier: MIT
// Texts that users give: label files and command lines.
#include <string>
#include <vector>

#include "tests/fuzz/fuzz_target.hpp"
#include "tools/export/export_options.hpp"
#include "tools/import/labels/label_file.hpp"
#include "tools/infer/parse_arguments.hpp"

namespace fcn::fuzz {
namespace {

void run_labels(Bytes bytes) {
  const auto labels = tools::parse_labels(text_of(bytes));
  if (!check(labels)) return;
  for (const std::string& name : labels->names)
    if (name.empty() || name.find('\n') != std::string::npos) broken("a label that is no line of text");
}

/// Arguments, each ended by a line feed; nothing is opened.
void run_arguments(Bytes bytes) {
  std::vector<std::string> arguments{"fcn"};
  std::string argument;
  for (const char c : text_of(bytes)) {
    if (c == '\0' || arguments.size() > 200) return;
    if (c != '\n')
      argument += c;
    else
      arguments.push_back(std::exchange(argument, {}));
  }
  std::vector<const char*> pointers;
  for (const std::string& each : arguments) pointers.push_back(each.c_str());
  const int count = static_cast<int>(pointers.size());
  pointers.push_back(nullptr);
  const auto parsed = tools::parse_infer_arguments(count, pointers.data());
  if (!parsed.options && parsed.exit_code != 0 && parsed.exit_code != 2)
    broken("exit code " + std::to_string(parsed.exit_code));
}

std::vector<std::string> label_seeds() {
  return {"tench\ngoldfish\n",
          "0: a\n1: b\n",
          "n01440764 tench\nn01443537 goldfish\n",
          "[\"a\", \"b\"]",
          "{0: 'a', 1: 'b'}",
          "names:\n  0: a\n  1: b\n",
          "id,name\n0,a\n1,\"b, c\"\n"};
}

std::vector<std::string> argument_seeds() {
  return {"-m\nmodel\npicture.png\n--json\n-\n",
          "--size\n640x480\n--plan\n--max-work\n20T\n--max-memory\n1G\n",
          "--scales\n0.5,1\n--fuse\nmean\n-t\n2\n--resize\nshort:256\na.png\n"};
}

}  // namespace

std::span<const Target> text_targets() {
  static constexpr Target kTargets[] = {{"labels", run_labels, label_seeds},
                                        {"arguments", run_arguments, argument_seeds}};
  return kTargets;
}

}  // namespace fcn::fuzz
