// SPDX-License-Identifier: MIT
// Texts that users give: label files and command lines.
#include <algorithm>
#include <string>
#include <utility>
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

/// A program and its arguments, each ended by a line feed; nothing is opened.
void run_arguments(Bytes bytes) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text_of(bytes)) {
    if (c == '\0' || words.size() > 200) return;
    if (c != '\n')
      word += c;
    else
      words.push_back(std::exchange(word, {}));
  }
  if (words.empty()) return;
  std::vector<const char*> pointers;
  for (const std::string& each : words) pointers.push_back(each.c_str());
  const int count = static_cast<int>(pointers.size());
  pointers.push_back(nullptr);
  if (words[0] == "fcn-export") {
    std::string help;
    const auto options = tools::parse_export_arguments(count, pointers.data(), help);
    if (check(options) && !*options && help.empty()) broken("neither options nor help");
    return;
  }
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

/// Each option at least once.
std::vector<std::string> argument_seeds() {
  const char* const lines[] = {
      "fcn-infer -m model picture.png --json - --npy a.npy --csv a.csv --html a.html --no-exif",
      "fcn-infer --size 640x480 --plan --max-work 20T --max-memory 1G --rows-from 100M",
      "fcn-infer --scales 0.5,1 --fuse mean -t 2 --resize short:256 a.png",
      "fcn-infer a.png --roi 1,2,30,40 -k 3 --scores logits --activation softmax -q",
      "fcn-infer a.png --border reflect --pool-stride 2 --output-stride 8 --algorithm direct -v",
      "fcn-infer a.png --tile-average 64x64 --overlay a --heat b --masked c --mask d --class 3 --threshold "
      "0.5",
      "fcn-infer a.png --regions shown --nms 0.4 --contours --placement centers --class dog",
      "fcn-infer --list - --results r --resume --keep-failed --retries 2 --shard 1/4 --sandbox",
      "fcn-infer a.png --argmax a --side-by-side b --sheet c --layers d --skip-existing",
      "fcn-infer a.png --compare-windows --profile --explain-geometry --list-classes --version",
      "fcn-infer --generate bash",
      "fcn-infer --help",
      "fcn-export a.pth --window 224x224 --key state --labels l --background none -o m --half --no-fold -q",
      "fcn-export a.pth --head fcn16s --classes 5 --mean 0.1,0.2,0.3 --std 1,1,1 --scale 0.5 --channels bgr",
      "fcn-export a.onnx --output-name y --no-external-data --activation sigmoid --to onnx --sandbox",
      "fcn-export inspect m",
      "fcn-export verify m",
      "fcn-export to-header m -o m.hpp",
      "fcn-export --version"};
  std::vector<std::string> seeds;
  for (std::string line : lines) {
    std::replace(line.begin(), line.end(), ' ', '\n');
    seeds.push_back(line + "\n");
  }
  return seeds;
}

}  // namespace

std::span<const Target> text_targets() {
  static constexpr Target kTargets[] = {{"labels", run_labels, label_seeds},
                                        {"arguments", run_arguments, argument_seeds}};
  return kTargets;
}

}  // namespace fcn::fuzz
