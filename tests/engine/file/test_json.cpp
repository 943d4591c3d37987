// SPDX-License-Identifier: MIT
#include "fcn/file/json.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <string>

#include "fcn/file/json_fields.hpp"

using namespace fcn;
using Catch::Contains;

namespace {

std::string error_of(const std::string& text, const Limits& limits = {}) {
  const auto json = parse_json(text, limits);
  return json ? "" : json.error().to_string();
}

/// The Error after reading two fields of an object.
std::string fields_error(const std::string& text) {
  const auto json = parse_json(text);
  REQUIRE(json);
  JsonFields fields(JsonView(*json, "top"));
  fields.integer("n", 1, 9);
  fields.string("s");
  const Status read = fields.finish();
  return read ? "" : read.error().to_string();
}

}  // namespace

TEST_CASE("a copy of a document is the same JSON, not an array of its parts") {
  const Json copy = *parse_json(R"({"a": [1, "b"]})");
  CHECK(copy.dump() == R"({"a":[1,"b"]})");
}

TEST_CASE("only strict JSON is parsed") {
  CHECK(error_of(R"({"a":[1,-2,3.5,true,null,"\u00e9"]})").empty());
  for (const std::string& bad :
       {std::string(""), std::string("{"), std::string("[1,]"), std::string("{'a':1}"), std::string("[NaN]"),
        std::string("[Infinity]"), std::string("[1] 2"), std::string("// c\n1"), std::string("[01]"),
        std::string("[1e999]"), std::string("\"\xff\""), std::string("{}\0", 3), std::string("{}\0}", 4),
        std::string("\"\\ud800\""), std::string("\xef\xbb\xbf[")})
    CHECK_FALSE(error_of(bad).empty());
}

TEST_CASE("duplicate keys are refused at any depth") {
  CHECK_THAT(error_of(R"({"a":1,"a":2})"), Contains("duplicate key \"a\""));
  CHECK_THAT(error_of(R"([{"x":{"b":[],"c":0,"b":{}}}])"), Contains("duplicate key \"b\""));
  CHECK_THAT(error_of(R"({"a":1,"\u0061":2})"), Contains("duplicate key \"a\""));
  CHECK(error_of(R"([{"a":1},{"a":1}])").empty());
}

TEST_CASE("depth and size are limited") {
  Limits limits;
  limits.max_json_depth = 3;
  CHECK(error_of("[[[]]]", limits).empty());
  CHECK_THAT(error_of("[[[[]]]]", limits), Contains("deeper than 3"));
  CHECK_FALSE(error_of(std::string(1'000'000, '[')).empty());
  std::string many = "[0";
  for (int i = 0; i < (1 << 20); ++i) many += ",0";
  CHECK_THAT(error_of(many + "]"), Contains("JSON values"));
}

TEST_CASE("typed reading names the field") {
  CHECK(fields_error(R"({"n":9,"s":"x"})").empty());
  CHECK(fields_error(R"({"n":10,"s":"x"})") == "field top.n: expected an integer from 1 to 9, found 10");
  CHECK(fields_error(R"({"n":1.0,"s":"x"})") == "field top.n: expected an integer from 1 to 9, found 1.0");
  CHECK_THAT(fields_error(R"({"n":18446744073709551615,"s":"x"})"), Contains("found 18446744073709551615"));
  CHECK(fields_error(R"({"n":true,"s":"x"})") == "field top.n: expected an integer from 1 to 9, found true");
  CHECK(fields_error(R"({"n":1})") == "field top.s: is missing");
  CHECK(fields_error(R"({"n":1,"s":[1,2]})") == "field top.s: expected a string, found an array of 2");
  CHECK_THAT(fields_error(R"({"n":1,"s":"x","t":0})"), Contains("3 members, 2 are known"));
  CHECK(fields_error("[]") == "field top: expected an object, found an array of 0");
}

TEST_CASE("writing never gives a bare NaN and floats come back") {
  CHECK(dump_json(Json(std::numeric_limits<double>::quiet_NaN())) == "null");
  CHECK(dump_json(Json(std::numeric_limits<double>::infinity())) == "null");
  CHECK(dump_json(OrderedJson(json_number(0.485f))) == "0.485");
  std::uint32_t state = 1;
  for (int i = 0; i < 100'000; ++i) {
    state = state * 1664525u + 1013904223u;
    const float value = std::bit_cast<float>(state);
    if (!std::isfinite(value)) continue;
    const auto back = parse_json(dump_json(OrderedJson(json_number(value))));
    REQUIRE(back);
    REQUIRE(static_cast<float>(back->get<double>()) == value);
  }
}
