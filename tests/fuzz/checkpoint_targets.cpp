// SPDX-License-Identifier: MIT
// PyTorch's and safetensors' checkpoints, whole and in parts: zip, pickle, and a pickle inside a right
// archive.
#include <algorithm>
#include <string>

#include "fcn/file/safetensors.hpp"
#include "tests/fuzz/fuzz_target.hpp"
#include "tests/import/files.hpp"
#include "tools/import/checkpoints/checkpoint.hpp"
#include "tools/import/checkpoints/pickle_reader.hpp"
#include "tools/import/checkpoints/zip_reader.hpp"
#include "tools/import/recognise_network.hpp"

namespace fcn::fuzz {
namespace {

void read_all(Bytes bytes) {
  const auto checkpoint = tools::read_checkpoint(source_of(bytes), small_limits());
  if (!check(checkpoint)) return;
  int read = 0;
  for (const auto& tensor : checkpoint->tensors())
    if (read++ < 20) check(checkpoint->read(tensor));
  check(tools::recognise_network(*checkpoint));
}

void run_checkpoint(Bytes bytes) {
  read_all(bytes);
}

void run_zip(Bytes bytes) {
  check(tools::read_zip_directory(source_of(bytes), small_limits()));
}

void run_pickle(Bytes bytes) {
  check(tools::read_pickle(std::as_bytes(bytes), small_limits()));
}

/// The archive is right, so that the pickle's tensors reach their storages.
void run_pth(Bytes bytes) {
  const std::string archive = make_zip({{"archive/data.pkl", std::string(text_of(bytes))},
                                        {"archive/version", "3\n"},
                                        {"archive/data/0", std::string(4096, '\1')},
                                        {"archive/data/1", std::string(64, '\2')}});
  read_all(bytes_of(archive));
}

/// A right length before the header, and values behind it.
void run_safetensors(Bytes bytes) {
  const std::string file =
      little_endian(bytes.size(), 8) + std::string(text_of(bytes)) + std::string(64, '\0');
  check(read_safetensors_header(source_of(bytes_of(file)), small_limits()));
  read_all(bytes_of(file));
}

std::vector<std::string> of_fixtures(const std::vector<std::string>& names) {
  std::vector<std::string> seeds;
  for (const std::string& name : names) seeds.push_back(file_content(fixture(name)));
  return seeds;
}

std::vector<std::string> checkpoint_seeds() {
  return of_fixtures(
      {"tiny.pth", "tiny_legacy.pth", "tiny_oldest.pth", "whole_module.pth", "plain.safetensors"});
}
std::vector<std::string> zip_seeds() {
  return {make_zip({{"a", "text"}, {"b/c", ""}}), make_zip({}), make_zip({{"a", "x"}}, "comment")};
}
/// The pickle of a zip archive.
std::vector<std::string> pickle_seeds() {
  std::vector<std::string> seeds;
  for (const std::string& archive : of_fixtures({"tiny.pth", "whole_module.pth"})) {
    const auto members = tools::read_zip_directory(source_of(bytes_of(archive)), {});
    if (!members) continue;
    for (const auto& member : *members)
      if (member.name.ends_with("data.pkl")) seeds.push_back(archive.substr(member.data_begin, member.bytes));
  }
  return seeds;
}
std::vector<std::string> safetensors_seeds() {
  return {R"({"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"b":{"dtype":"F16","shape":[24],)"
          R"("data_offsets":[16,64]}})",
          R"({"__metadata__":{"format":"pt"},"x":{"dtype":"I64","shape":[],"data_offsets":[0,8]}})"};
}

}  // namespace

std::span<const Target> checkpoint_targets() {
  static constexpr Target kTargets[] = {{"checkpoint", run_checkpoint, checkpoint_seeds},
                                        {"zip", run_zip, zip_seeds},
                                        {"pickle", run_pickle, pickle_seeds},
                                        {"pth", run_pth, pickle_seeds},
                                        {"safetensors", run_safetensors, safetensors_seeds}};
  return kTargets;
}

}  // namespace fcn::fuzz
