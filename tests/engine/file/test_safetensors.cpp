// SPDX-License-Identifier: MIT
#include "fcn/file/safetensors.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace fcn;
using Catch::Contains;

namespace {

std::string file_of(const std::string& header, const std::string& data = "") {
  std::string prefix;
  for (int i = 0; i < 8; ++i)
    prefix += static_cast<char>(static_cast<std::uint64_t>(header.size()) >> (8 * i));
  return prefix + header + data;
}

Result<SafetensorsHeader> read(const std::string& file, const Limits& limits = {}) {
  return read_safetensors_header(ByteSource::from_memory(std::as_bytes(std::span(file))), limits);
}

std::string error_of(const std::string& header, const std::string& data = "", const Limits& limits = {}) {
  const auto found = read(file_of(header, data), limits);
  return found ? "" : found.error().to_string();
}

std::string tensor(const std::string& name, const std::string& dtype, const std::string& shape, int begin,
                   int end) {
  return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":[" +
         std::to_string(begin) + "," + std::to_string(end) + "]}";
}

std::string two(const std::string& a, const std::string& b) {
  return "{" + a + "," + b + "}";
}

}  // namespace

TEST_CASE("a good header gives its tensors in the order of their bytes") {
  const std::string header = "{\"__metadata__\":{\"k\":\"v\"}," + tensor("b", "F16", "[2]", 4, 8) + "," +
                             tensor("a", "F32", "[]", 0, 4) + "}   ";
  const auto found = read(file_of(header, "01234567"));
  REQUIRE(found);
  CHECK(found->metadata.at("k") == "v");
  REQUIRE(found->tensors.size() == 2);
  CHECK(found->tensors[0].name == "a");
  CHECK(found->tensors[1].begin == 8 + header.size() + 4);
  CHECK(found->find("b")->dtype == DType::f16);
  CHECK(found->find("c") == nullptr);
}

TEST_CASE("the container's own rules") {
  const std::string a = tensor("a", "F32", "[1]", 0, 4);
  CHECK(error_of("{" + a + "}", "0123").empty());
  CHECK_THAT(error_of(two(a, a), "0123"), Contains("duplicate key"));
  CHECK_THAT(error_of(two(a, tensor("b", "F32", "[1]", 2, 6)), "012345"), Contains("overlaps"));
  CHECK_THAT(error_of(two(a, tensor("b", "F32", "[1]", 0, 4)), "0123"), Contains("overlaps"));
  CHECK_THAT(error_of(two(a, tensor("b", "F32", "[1]", 5, 9)), "012345678"), Contains("hole"));
  CHECK_THAT(error_of("{" + a + "}", "01234"), Contains("1 bytes after the last tensor"));
  CHECK_THAT(error_of("{" + a + "}", "012"), Contains("outside the file"));
  CHECK_THAT(error_of("{" + tensor("a", "F32", "[2]", 0, 4) + "}", "0123"), Contains("needs 8 bytes"));
  CHECK_THAT(error_of("{" + tensor("a", "F31", "[1]", 0, 4) + "}", "0123"),
             Contains("unknown dtype \"F31\""));
  CHECK_THAT(error_of("{" + tensor("a", "F32", "[-1]", 0, 4) + "}", "0123"), Contains("non-negative"));
  CHECK_THAT(error_of("{" + tensor("a", "F32", "[1]", 4, 0) + "}", "0123"), Contains("outside the file"));
  CHECK_THAT(error_of("{" + tensor("", "F32", "[1]", 0, 4) + "}", "0123"), Contains("name of 0 bytes"));
  CHECK_THAT(error_of("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}"), Contains("data_offsets: is missing"));
  CHECK_THAT(error_of("{\"a\":[]}"), Contains("expected an object"));
  CHECK_THAT(error_of("{\"__metadata__\":{\"k\":1}}"), Contains("expected a string"));
  CHECK_THAT(error_of(" {" + a + "}", "0123"), Contains("begin with '{'"));
  CHECK_THAT(error_of("{" + a + "}\n", "0123"), Contains("0x20"));
  CHECK_THAT(error_of("{" + a + "}" + std::string(2, '\0'), "0123"), Contains("0x20"));
  CHECK_THAT(error_of(""), Contains("begin with '{'"));
  CHECK(error_of("{}").empty());
  // A tensor without elements takes no bytes and may share an offset.
  CHECK(error_of(two(tensor("z", "F32", "[0,7]", 0, 0), a), "0123").empty());
}

TEST_CASE("sizes that overflow are refused") {
  // 4194305 * 4194305 * 211106198978564 wraps to 4 in 64 bits.
  CHECK_THAT(error_of("{" + tensor("a", "U8", "[4194305,4194305,211106198978564]", 0, 4) + "}", "0123"),
             Contains("exceeds the limit"));
  CHECK_THAT(error_of("{" + tensor("a", "F32", "[4611686018427387905]", 0, 4) + "}", "0123"),
             Contains("exceeds the limit"));
  CHECK_THAT(error_of("{" + tensor("a", "F32", "[18446744073709551616]", 0, 4) + "}", "0123"),
             Contains("non-negative integer"));
}

TEST_CASE("limits hold at their value and refuse one more") {
  const std::string header = two(tensor("aa", "F32", "[1,1]", 0, 4), tensor("b", "F32", "[1]", 4, 8));
  const auto with = [&](auto Limits::*member, auto value) {
    Limits limits;
    limits.*member = value;
    return error_of(header, "01234567", limits).empty();
  };
  CHECK(with(&Limits::max_rank, 2u));
  CHECK_FALSE(with(&Limits::max_rank, 1u));
  CHECK(with(&Limits::max_name_bytes, 2u));
  CHECK_FALSE(with(&Limits::max_name_bytes, 1u));
  CHECK(with(&Limits::max_tensor_bytes, std::uint64_t{4}));
  CHECK_FALSE(with(&Limits::max_tensor_bytes, std::uint64_t{3}));
  CHECK(with(&Limits::max_header_bytes, std::uint64_t{header.size()}));
  CHECK_FALSE(with(&Limits::max_header_bytes, std::uint64_t{header.size()} - 1));
  CHECK(with(&Limits::max_tensors, 1u));  // the metadata's place is free here
  CHECK_FALSE(with(&Limits::max_tensors, 0u));
}

TEST_CASE("a made header reads back") {
  TensorEntry first;
  first.name = "w";
  first.dtype = DType::f16;
  first.shape = {2, 3};
  first.elements = 6;
  TensorEntry second;
  second.name = "b";
  second.shape = {1};
  second.elements = 1;
  const std::string prefix = make_safetensors_header({{"format", "x"}}, {first, second});
  CHECK(prefix.size() % 8 == 0);
  const auto found = read(prefix + std::string(16, '\1'));
  REQUIRE(found);
  CHECK(found->tensors[0].name == "w");
  CHECK(found->tensors[1].end == prefix.size() + 16);
}
