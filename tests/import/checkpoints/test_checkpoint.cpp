// SPDX-License-Identifier: MIT
// Checkpoints saved by torch in every way (make_fixtures.py) hold the same tensors, and no damaged one is
// believed.
#include "tools/import/checkpoints/checkpoint.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/import/files.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace std::string_literals;
using Catch::Contains;

namespace {

std::string error_of(const std::string& file, const Limits& limits = {}) {
  const auto read = read_checkpoint(source_of(file), limits);
  return read ? "" : read.error().to_string();
}

/// Names, types, shapes and values, as text that can be compared.
std::string content(const Checkpoint& checkpoint) {
  std::string text;
  for (const CheckpointTensor& tensor : checkpoint.tensors()) {
    text += tensor.name + " " + std::string(dtype_name(tensor.dtype));
    for (const auto dim : tensor.shape) text += " " + std::to_string(dim);
    if (const auto values = checkpoint.read(tensor))
      for (const float value : *values) text += " " + std::to_string(value);
    text += "\n";
  }
  return text;
}

/// A zip checkpoint whose pickle is given, with one storage of eight floats, "0".
std::string zip_with_pickle(const std::string& pickle) {
  return make_zip({{"x/data.pkl", pickle}, {"x/data/0", std::string(32, '\0')}});
}

/// {"t": tensor} over storage "0" with so many elements, offset, size and stride given as pickle integers.
std::string tensor_pickle(const std::string& numel, const std::string& offset, const std::string& size,
                          const std::string& stride) {
  return "\x80\x02}X\x01\0\0\0tctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\n"s
         "X\x01\0\0\0"s
         "0X\x03\0\0\0cpu"s +
         numel + "tQ" + offset + "(" + size + "t(" + stride + "t\x89}tRs.";
}

const std::string kHuge = "\x8a\x08\0\0\0\0\0\0\0\x40"s;  // 2^62

}  // namespace

TEST_CASE("every way to save gives the same tensors") {
  const auto plain = read_checkpoint(fixture("zip.pth"));
  REQUIRE(plain);
  REQUIRE(plain->tensors().size() == 122);
  for (const char* name : {"legacy.pth", "half.pth", "bfloat16.pth", "float64.pth", "wrapped.pth",
                           "module_prefix.pth", "shared.pth", "shared_legacy.pth", "strided.pth",
                           "parameters.pth", "protocol4.pth", "oldest.pth", "plain.safetensors"}) {
    INFO(name);
    const auto other = read_checkpoint(fixture(name));
    REQUIRE(other);
    REQUIRE(other->tensors().size() == plain->tensors().size());
    for (const CheckpointTensor& tensor : plain->tensors()) {
      INFO(tensor.name);
      const CheckpointTensor* same = other->find(tensor.name);
      REQUIRE(same != nullptr);
      CHECK(same->shape == tensor.shape);
      if (!is_float(tensor.dtype)) continue;
      const auto expected = plain->read(tensor);
      const auto found = other->read(*same);
      REQUIRE(expected);
      REQUIRE(found);
      CHECK(*found == *expected);
    }
  }
}

TEST_CASE("what is not a state_dict is refused with advice") {
  CHECK_THAT(error_of(read_file(fixture("whole_module.pth"))),
             Contains("a whole module of class") && Contains("state_dict()"));
  CHECK_THAT(error_of(zip_with_pickle("\x80\x02}."s)), Contains("no state_dict"));
  CHECK_THAT(error_of(zip_with_pickle("\x80\x02N."s)), Contains("no state_dict"));
  CHECK_THAT(error_of(zip_with_pickle("\x80\x02N.N."s)), Contains("bytes after its end"));
  CHECK_THAT(error_of(zip_with_pickle("\x80\x02"s + "cos\nsystem\nX\x02\0\0\0ls\x85R."s)),
             Contains("os.system"));
  CHECK_THAT(error_of(make_zip({{"x/readme", "hi"}})), Contains("no <name>/data.pkl"));
  CHECK_THAT(error_of(make_zip({{"x/data.pkl", "N."}, {"x/constants.pkl", "N."}})), Contains("TorchScript"));
  CHECK_THAT(error_of(make_zip({{"x/data.pkl", "N."}, {"x/byteorder", "big"}})), Contains("byte order"));
  CHECK_THAT(error_of("\x80\x02N."s), Contains("magic number"));
  CHECK_THAT(error_of("\x89PNG\r\n\x1a\n"s), Contains("PNG picture"));
  CHECK_THAT(error_of("Hello, world"), Contains("not a checkpoint"));
  CHECK_THAT(error_of(""), Contains("empty"));
  CHECK(read_checkpoint(fixture("missing.pth")).error().code == ErrorCode::io);
  CHECK_THAT(read_checkpoint(fixture("")).error().to_string(), Contains("directory"));
}

TEST_CASE("a tensor that reaches past its storage is refused") {
  const std::string eight = "K\x08", none = "K\0"s;
  REQUIRE(error_of(zip_with_pickle(tensor_pickle(eight, none, "K\x08", "K\x01"))).empty());
  REQUIRE(error_of(zip_with_pickle(tensor_pickle(eight, none, "K\x02K\x04", "K\x01K\x02"))).empty());
  // An expanded tensor, stride 0, is the same element again and again.
  REQUIRE(error_of(zip_with_pickle(tensor_pickle(eight, "K\x07", "K\x64", none))).empty());
  for (const auto& [offset, size, stride] :
       std::vector<std::array<std::string, 3>>{{none, "K\x09", "K\x01"},
                                               {"K\x01", "K\x08", "K\x01"},
                                               {none, "K\x02", "K\x08"},
                                               {"K\x09", none, "K\x01"},
                                               {kHuge, "K\x01", "K\x01"},
                                               {none, "K\x02", kHuge},
                                               {none, "K\x05K\x05", kHuge + kHuge},
                                               {none, "J\xff\xff\xff\xff", "K\x01"},
                                               {none, "K\x08", "J\xff\xff\xff\xff"},
                                               {"J\xff\xff\xff\xff", "K\x01", "K\x01"},
                                               {none, "K\x08", "K\x01K\x01"},
                                               {none, "N", "K\x01"}})
    CHECK_THAT(error_of(zip_with_pickle(tensor_pickle(eight, offset, size, stride))), Contains("tensor t"));
  CHECK_THAT(error_of(zip_with_pickle(tensor_pickle(eight, none, kHuge + kHuge, "K\x01K\x01"))),
             Contains("limit"));
  CHECK_THAT(error_of(zip_with_pickle(tensor_pickle(eight, none, kHuge, none))), Contains("limit"));
  CHECK_THAT(error_of(zip_with_pickle(tensor_pickle(eight, none, "K\1K\1K\1K\1K\1K\1K\1K\1K\1", "K\1"))),
             Contains("9 dimensions"));
  CHECK_THAT(error_of(zip_with_pickle(tensor_pickle("K\x09", none, "K\x08", "K\x01"))),
             Contains("should have 9"));
  CHECK_THAT(error_of(zip_with_pickle(tensor_pickle(kHuge, none, "K\x08", "K\x01"))), Contains("overflows"));
}

TEST_CASE("no prefix of a checkpoint is believed") {
  for (const char* name : {"tiny.pth", "tiny_legacy.pth"}) {
    const std::string file = read_file(fixture(name));
    REQUIRE(error_of(file).empty());
    for (std::size_t length = 0; length < file.size(); ++length) {
      INFO(name << " cut to " << length);
      CHECK_FALSE(error_of(file.substr(0, length)).empty());
    }
  }
  const std::string file = read_file(fixture("plain.safetensors"));
  for (std::size_t length = 0; length < file.size(); length += length < 64 ? 1 : 97)
    CHECK_FALSE(error_of(file.substr(0, length)).empty());
}

TEST_CASE("no prefix of the oldest checkpoints says anything else") {
  const std::string file = read_file(fixture("tiny_oldest.pth"));
  const auto whole = read_checkpoint(source_of(file));
  REQUIRE(whole);
  CHECK(content(*whole) == content(*read_checkpoint(fixture("tiny.pth"))));
  int refused = 0;
  for (std::size_t length = 0; length < file.size(); length += length < 6000 ? 1 : 97) {
    INFO("cut to " << length);
    const auto read = read_checkpoint(source_of(file.substr(0, length)));
    if (!read) ++refused;
    if (read) CHECK(content(*read) == content(*whole));  // an archive may lack the zeros at its end
  }
  CHECK(refused > 5 * 512);  // three headers, two parts: everything before the end of the pickle
}

TEST_CASE("an archive that is no checkpoint is refused by what it lacks") {
  std::string file = read_file(fixture("tiny_oldest.pth"));
  file[0] = 'S';
  CHECK_THAT(error_of(file), Contains("holds no \"storages\""));
  file[124] = 'x';
  CHECK_THAT(error_of(file), Contains("no size that fits"));
}

TEST_CASE("no flipped byte of a zip checkpoint changes what it says") {
  const std::string good = read_file(fixture("tiny.pth"));
  const auto plain = read_checkpoint(source_of(good));
  REQUIRE(plain);
  const std::string expected = content(*plain);
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const unsigned flip : {0x01u, 0x20u, 0x80u, 0xffu}) {
      std::string bad = good;
      bad[at] = static_cast<char>(static_cast<unsigned char>(bad[at]) ^ flip);
      INFO("offset " << at << " xor " << flip);
      // Padding and dates may differ; a member may be renamed out of sight, which the tensors then miss.
      if (const auto read = read_checkpoint(source_of(bad))) CHECK(content(*read) == expected);
    }
  }
}

TEST_CASE("a flipped byte of an old checkpoint is an error or another valid checkpoint") {
  for (const char* name : {"tiny_legacy.pth", "tiny_oldest.pth"}) {
    const std::string good = read_file(fixture(name));
    int refused = 0;
    for (std::size_t at = 0; at < std::min<std::size_t>(good.size(), 6000); ++at) {
      for (const unsigned flip : {0x01u, 0x80u, 0xffu}) {
        std::string bad = good;
        bad[at] = static_cast<char>(static_cast<unsigned char>(bad[at]) ^ flip);
        const auto read = read_checkpoint(source_of(bad));
        if (!read) ++refused;
        if (read) content(*read);
      }
    }
    CHECK(refused > 0);
  }
}
