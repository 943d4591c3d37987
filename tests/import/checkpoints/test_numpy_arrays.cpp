// SPDX-License-Identifier: MIT
// Checkpoints of numpy arrays, as torch.save pickles them (protocol 2, a text for the bytes) and as protocol
// 4 does.
#include "tools/import/checkpoints/numpy_arrays.hpp"

#include <catch2/catch.hpp>

#include "tests/import/files.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace std::string_literals;
using Catch::Contains;

namespace {

std::string text(const std::string& value) {
  return "X" + little_endian(value.size(), 4) + value;
}

/// How the parts of an array's pickle are written.
struct Array {
  std::string module = "numpy.core.multiarray";
  std::string shape = "K\x02K\x03\x86";
  std::string dtype = text("f4");
  std::string order = text("<");
  std::string column_major = "\x89";
  std::string bytes;
};

std::string pickled(const Array& array) {
  return "c" + array.module + "\n_reconstruct\n(cnumpy\nndarray\nK\0\x85"s + text("b") + "tR(K\x01" +
         array.shape + "cnumpy\ndtype\n(" + array.dtype + "\x89\x88tR(K\x03" + array.order +
         "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb"s + array.column_major + array.bytes + "tb";
}

/// Bytes as protocol 2 has them: a text whose code points they are.
std::string as_text(const std::string& bytes) {
  std::string utf8;
  for (const char each : bytes) {
    const auto value = static_cast<unsigned char>(each);
    if (value >= 0x80) utf8 += static_cast<char>(0xc0 | value >> 6);
    utf8 += static_cast<char>(value < 0x80 ? value : 0x80 | (value & 0x3f));
  }
  return "c_codecs\nencode\n(" + text(utf8) + text("latin1") + "tR";
}

std::string as_bytes(const std::string& bytes) {
  return "B" + little_endian(bytes.size(), 4) + bytes;
}

Result<Checkpoint> read(const std::string& items) {
  static std::string archive;  // the source borrows it
  archive = make_zip({{"x/data.pkl", "\x80\x02}(" + items + "u."}, {"x/data/0", std::string(32, '\0')}});
  return read_checkpoint(source_of(archive), {}, {});
}

std::vector<float> values_of(const Array& array) {
  const auto checkpoint = read(text("w") + pickled(array));
  if (!checkpoint) FAIL(checkpoint.error().to_string());
  const auto values = checkpoint->read(checkpoint->tensors().at(0));
  REQUIRE(values);
  return *values;
}

std::string error_of(const Array& array) {
  const auto checkpoint = read(text("w") + pickled(array));
  return checkpoint ? "" : checkpoint.error().to_string();
}

template <class T>
std::string stored(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

const std::vector<float> kSix{1.5f, -2.0f, 3.1415926f, -0.0f, 1e-30f, -7e30f};
const std::vector<double> kSixDoubles{1.5, -2, 0.1, 4, 5, 6};

}  // namespace

TEST_CASE("numpy arrays are read as the weights") {
  for (const char* module : {"numpy.core.multiarray", "numpy._core.multiarray"}) {
    CHECK(values_of({.module = module, .bytes = as_text(stored(kSix))}) == kSix);
    CHECK(values_of({.module = module, .bytes = as_bytes(stored(kSix))}) == kSix);
  }
  CHECK(values_of({.dtype = text("f8"), .bytes = as_text(stored(kSixDoubles))}) ==
        std::vector<float>(kSixDoubles.begin(), kSixDoubles.end()));
  // Columns one after the other: the values in row-major order are 0, 2, 4, 1, 3, 5 of them.
  CHECK(values_of({.column_major = "\x88", .bytes = as_text(stored(kSix))}) ==
        std::vector<float>{kSix[0], kSix[2], kSix[4], kSix[1], kSix[3], kSix[5]});
  CHECK(values_of({.shape = "K\x06\x85", .bytes = as_text(stored(kSix))}) == kSix);
}

TEST_CASE("beside tensors, numpy arrays are no weights") {
  const std::string tensor = "ctorch._utils\n_rebuild_tensor_v2\n(("s + text("storage") +
                             "ctorch\nFloatStorage\n" + text("0") + text("cpu") +
                             "K\x08tQK\0(K\x08t(K\x01t\x89}tR"s;
  const auto checkpoint = read(text("w") + pickled({.bytes = as_text(stored(kSix))}) + text("t") + tensor);
  REQUIRE(checkpoint);
  REQUIRE(checkpoint->tensors().size() == 1);
  CHECK(checkpoint->tensors()[0].name == "t");
}

TEST_CASE("arrays that are no weights, or say more than they hold, are refused") {
  const std::string bytes = as_text(stored(kSix));
  CHECK_THAT(error_of({.dtype = text("O8"), .bytes = bytes}), Contains("no state_dict"));
  CHECK_THAT(error_of({.order = text(">"), .bytes = bytes}), Contains("no state_dict"));
  CHECK_THAT(error_of({.shape = "K\x07\x85", .bytes = bytes}), Contains("tensor w") && Contains("28 bytes"));
  CHECK_THAT(error_of({.shape = "J\xff\xff\xff\xff\x85", .bytes = bytes}), Contains("non-negative"));
  CHECK_THAT(error_of({.shape = "\x8a\x08\0\0\0\0\0\0\0\x40\x85"s, .bytes = bytes}), Contains("the limit"));
  CHECK_THAT(error_of({.shape = "(K\1K\1K\1K\1K\1K\1K\1K\1K\6t", .bytes = bytes}), Contains("up to 8"));
  CHECK_THAT(error_of({.bytes = text("abc")}), Contains("no bytes") || Contains("has none"));
  CHECK_THAT(error_of({.bytes = "c_codecs\nencode\n(" + text("\xe2\x82\xac") + text("latin1") + "tR"}),
             Contains("has none"));
  CHECK_THAT(error_of({.bytes = "c_codecs\nencode\n(" + text("\xc3") + text("latin1") + "tR"}),
             Contains("has none"));
}

TEST_CASE("an array of many names is held once") {
  std::string items = text("w0") + pickled({.bytes = as_text(stored(kSix))}) + "q\x05";
  for (int i = 1; i < 100; ++i) items += text("w" + std::to_string(i)) + "h\x05";
  const auto checkpoint = read(items);
  REQUIRE(checkpoint);
  REQUIRE(checkpoint->tensors().size() == 100);
  CHECK(checkpoint->tensors()[0].held == checkpoint->tensors()[99].held);
}
