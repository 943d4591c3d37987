// SPDX-License-Identifier: MIT
#include "tools/import/checkpoints/zip_reader.hpp"

#include <catch2/catch.hpp>

#include "tests/import/files.hpp"

using namespace fcn;
using namespace fcn::tools;

namespace {

const std::vector<ZipMember> kTwo{{"a/x", "hello"}, {"a/y", "world!"}};

std::string error_of(const std::string& archive, const Limits& limits = {}) {
  const auto entries = read_zip_directory(source_of(archive), limits);
  return entries ? "" : entries.error().to_string();
}

std::string with(ZipMember member) {
  return make_zip({kTwo[0], std::move(member)});
}

}  // namespace

TEST_CASE("a stored archive gives its members where they are") {
  const std::string archive = make_zip(kTwo, "a comment");
  const auto entries = read_zip_directory(source_of(archive), {});
  REQUIRE(entries);
  REQUIRE(entries->size() == 2);
  CHECK((*entries)[1].name == "a/y");
  CHECK(archive.substr((*entries)[1].data_begin, (*entries)[1].bytes) == "world!");
}

TEST_CASE("archives that torch.save does not write are refused") {
  using Catch::Contains;
  CHECK_THAT(error_of(with({"b", "x", 8})), Contains("compressed (method 8)"));
  CHECK_THAT(error_of(with({"b", "x", 0, 1})), Contains("encrypted"));
  CHECK_THAT(error_of(with({"b", "x", 0, 0, 1})), Contains("CRC-32"));
  CHECK_THAT(error_of(with({"b", "x", 0, 0, 0, "c"})), Contains("local header and directory differ"));
  CHECK_THAT(error_of(with({"b", "x", 0, 0, 0, "", 1})), Contains("local header and directory differ"));
  CHECK_THAT(error_of(with({"../b", "x"})), Contains("unusable name"));
  CHECK_THAT(error_of(with({"/b", "x"})), Contains("unusable name"));
  CHECK_THAT(error_of(with({"a/x", "hello"})), Contains("two of that name"));
  CHECK_THAT(error_of(make_zip(kTwo) + "rest"), Contains("end record"));
  CHECK_THAT(error_of("rest" + make_zip(kTwo)), Contains("central directory does not end"));
}

TEST_CASE("overlapping members are refused") {
  // The second entry of the directory points at a whole archive member inside the first one's bytes.
  const std::string inner = make_zip({{"b", "deep"}});
  const std::string inner_member = inner.substr(0, inner.find("PK\x01\x02"));
  std::string archive = make_zip({{"a", inner_member}, {"b", "deep"}});
  const std::size_t second = archive.rfind("PK\x01\x02");
  archive.replace(second + 42, 4, little_endian(31, 4));
  CHECK_THAT(error_of(archive), Catch::Contains("overlap"));
}

TEST_CASE("the number of members is limited") {
  Limits limits;
  limits.max_zip_entries = 2;
  CHECK(error_of(make_zip(kTwo), limits).empty());
  limits.max_zip_entries = 1;
  CHECK_THAT(error_of(make_zip(kTwo), limits), Catch::Contains("limit is 1"));
}
