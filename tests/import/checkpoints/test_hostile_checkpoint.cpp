// SPDX-License-Identifier: MIT
// Checkpoints that are damaged in any of their formats: each gives a typed error, or a network. Nothing else
// may happen, whatever the bytes. FCN_CHECKPOINT_MUTATIONS sets another number of mutations than the second's
// worth here.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/engine/random_network.hpp"
#include "tests/import/files.hpp"
#include "tools/import/checkpoints/checkpoint.hpp"
#include "tools/import/checkpoints/zip_reader.hpp"
#include "tools/import/import_network.hpp"

using namespace fcn;
using namespace fcn::tools;

namespace {

int mutations() {
  const char* asked = std::getenv("FCN_CHECKPOINT_MUTATIONS");
  return asked == nullptr ? 600 : std::atoi(asked);
}

/// A bit or a byte changed in a few places, the end cut off, or both. Half of the places lie at the front,
/// where headers are.
std::string damaged(std::string bytes, test::Random& random) {
  constexpr int kFront = 4096;
  const auto place = [&] {
    const int all = static_cast<int>(bytes.size()) - 1;
    return static_cast<std::size_t>(
        random.between(0, random.between(0, 1) == 0 ? std::min(all, kFront) : all));
  };
  constexpr unsigned char kBytes[] = {0x00, 0x7f, 0x80, 0xff};
  const int kind = random.between(0, 6);
  for (int times = random.between(1, 3); times > 0 && kind != 0; --times) {
    char& at = bytes[place()];
    at = kind == 1   ? static_cast<char>(random.between(0, 255))
         : kind == 6 ? static_cast<char>(kBytes[random.between(0, 3)])
                     : static_cast<char>(at ^ (1 << random.between(0, 7)));
  }
  if (kind == 0 || kind == 5) bytes.resize(place() + 1);
  return bytes;
}

/// Whatever it is, it is read to its end and says so in words.
void check_survives(const std::string& bytes) {
  const auto checkpoint = read_checkpoint(source_of(bytes));
  if (!checkpoint) {
    CHECK(!checkpoint.error().message.empty());
  } else {
    for (const CheckpointTensor& tensor : checkpoint->tensors()) {
      const auto values = checkpoint->read(tensor);
      if (!values) CHECK(!values.error().message.empty());
    }
  }
  const auto network = import_network(source_of(bytes));
  if (!network) CHECK(!network.error().message.empty());
}

std::vector<ZipMember> members_of(const std::string& archive) {
  const ByteSource source = source_of(archive);
  const auto entries = read_zip_directory(source, {});
  REQUIRE(entries);
  std::vector<ZipMember> members;
  for (const ZipEntry& entry : *entries)
    members.push_back({.name = entry.name,
                       .data = archive.substr(static_cast<std::size_t>(entry.data_begin),
                                              static_cast<std::size_t>(entry.bytes))});
  return members;
}

}  // namespace

TEST_CASE("damaged checkpoints of every format give typed errors", "[hostile]") {
  test::Random random(21);
  const std::vector<std::string> subjects{"tiny.pth",          "tiny_legacy.pth", "tiny_oldest.pth",
                                          "plain.safetensors", "wrapped.pth",     "oldest.pth",
                                          "shared_legacy.pth"};
  for (const std::string& name : subjects) {
    INFO(name);
    const std::string whole = read_file(fixture(name));
    REQUIRE(read_checkpoint(source_of(whole)));
    for (int i = 0; i < mutations() / static_cast<int>(subjects.size()); ++i)
      check_survives(damaged(whole, random));
  }
}

TEST_CASE("damaged pickles whose archive is sound give typed errors", "[hostile]") {
  test::Random random(22);
  const std::vector<std::string> subjects{"tiny.pth", "wrapped.pth", "parameters.pth", "protocol4.pth",
                                          "whole_module.pth"};
  for (const std::string& name : subjects) {
    INFO(name);
    const auto whole = members_of(read_file(fixture(name)));
    for (int i = 0; i < mutations() / static_cast<int>(subjects.size()); ++i) {
      auto members = whole;
      for (ZipMember& member : members)
        if (member.name.ends_with("data.pkl")) member.data = damaged(member.data, random);
      check_survives(make_zip(members));
    }
  }
}
