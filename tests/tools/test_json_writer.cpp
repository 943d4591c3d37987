// SPDX-License-Identifier: MIT
// The JSON writer against nlohmann's: the same text of every string and number, and structure that parses.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "fcn/base/printable.hpp"
#include "fcn/file/json.hpp"
#include "tools/report/json_members.hpp"
#include "tools/shell/json_writer.hpp"

using namespace fcn::tools;
using nlohmann::ordered_json;

namespace {

template <class Value>
std::string truth(const Value& value) {
  return ordered_json(value).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

/// A string as nlohmann writes it, with what is not printable as nlohmann writes it where only ASCII may be.
std::string truth_of_string(const std::string& value) {
  const std::string text = truth(value);
  std::string shown;
  for (std::string_view rest = text; !rest.empty();) {
    const auto character = fcn::decode_utf8(rest);
    const std::string whole(rest.substr(0, character.bytes));
    const std::string ascii = ordered_json(whole).dump(-1, ' ', true);
    shown += fcn::is_printable(character.value) ? whole : ascii.substr(1, ascii.size() - 2);
    rest.remove_prefix(character.bytes);
  }
  return shown;
}

/// All strings of up to `length` of these bytes.
std::vector<std::string> strings_of(const std::string& bytes, std::size_t length) {
  std::vector<std::string> strings = {""};
  for (std::size_t begin = 0, round = 0; round < length; ++round) {
    const std::size_t end = strings.size();
    for (; begin < end; ++begin)
      for (const char byte : bytes) strings.push_back(strings[begin] + byte);
  }
  return strings;
}

}  // namespace

TEST_CASE("the JSON writer escapes what is not printable and replaces what is not UTF-8 as nlohmann does") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  std::size_t different = 0;
  for (const std::string& string : strings_of(all, 2))
    if (json_text(string) != truth_of_string(string)) ++different;
  // The first and last bytes of each class that UTF-8 knows.
  const std::string edges = "a\"\x7f\x80\x8f\x90\x9f\xa0\xbf\xc1\xc2\xdf\xe0\xe1\xec\xed\xee\xf0\xf1\xf4\xf5";
  for (const std::string& string : strings_of(edges, 4))
    if (json_text(string) != truth_of_string(string)) ++different;
  // Every character.
  for (std::uint32_t code = 0; code < 0x110000; code += code == 0xd7ff ? 0x801 : 1) {
    const std::string character =
        ordered_json::parse(code < 0x10000 ? fmt::format("\"\\u{:04x}\"", code)
                                           : fmt::format("\"\\u{:04x}\\u{:04x}\"", 0xd7c0 + (code >> 10),
                                                         0xdc00 + (code & 0x3ff)));
    if (json_text(character) != truth_of_string(character)) ++different;
  }
  CHECK(different == 0);
  CHECK(json_text("\x01\t\"\\/\x7f") == "\"\\u0001\\t\\\"\\\\/\\u007f\"");
  CHECK(json_text("caf\xe9 \xf0\x9f\x98!") == "\"caf\xef\xbf\xbd \xef\xbf\xbd!\"");
}

TEST_CASE("the JSON writer's numbers are the shortest that read back") {
  CHECK(json_text(0.9F) == "0.9");
  CHECK(json_text(-0.0) == "-0.0");
  CHECK(json_text(std::numeric_limits<double>::infinity()) == "null");
  CHECK(json_text(-std::numeric_limits<float>::infinity()) == "null");
  CHECK(json_text(std::numeric_limits<float>::quiet_NaN()) == "null");
  for (const double value : {0.0,
                             1.0,
                             0.1,
                             0.001,
                             1e-3,
                             0.00099,
                             1e-4,
                             0.00012,
                             1e-5,
                             1.5e-7,
                             123456.0,
                             1e14,
                             1e15,
                             1.25e15,
                             123456789012345.0,
                             1234567890123456.0,
                             1e16,
                             1e22,
                             1e-300,
                             5e-324,
                             1.7976931348623157e308,
                             0.30000000000000004})
    for (const double each : {value, -value}) CHECK(json_text(each) == truth(each));
  CHECK(json_text(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  CHECK(json_text(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(json_text(std::uint8_t{200}) == "200");
  CHECK(json_text(true) == "true");
}

TEST_CASE("the JSON writer's random numbers are nlohmann's, or the shortest where those are not") {
  std::mt19937_64 random(12);
  std::size_t different = 0, better = 0, numbers = 0;
  const auto check = [&](const std::string& text, double value) {
    const std::string other = truth(value);
    ++numbers;
    if (text == other) return;
    ++(text.size() <= other.size() && ordered_json::parse(text).get<double>() == value ? better : different);
  };
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t bits = random();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (std::isfinite(value)) check(json_text(value), value);
    float narrow = 0;
    std::memcpy(&narrow, &bits, sizeof narrow);
    if (std::isfinite(narrow)) check(json_text(narrow), fcn::json_number(narrow));
    const auto score = static_cast<float>(bits % 2'000'001) / 1e6F - 1;
    check(json_text(score), fcn::json_number(score));
    const double measured =
        static_cast<double>(bits % 2'000'000'001) * std::pow(10.0, static_cast<int>(bits % 19) - 15);
    check(json_text(json_measured(measured)), std::stod(fmt::format("{:.4g}", measured)));
  }
  CHECK(different == 0);
  CHECK(better * 100 < numbers);
}

TEST_CASE("the JSON writer separates members and elements, and keeps their order") {
  JsonWriter json;
  json.object([&] {
    json.member("name", std::string("a,b"));
    json.member("none", nullptr);
    json.object("empty", [] {});
    json.array("list", [&] {
      json.add(1);
      json.add("x");
      json.array([] {});
      json.add({1, 2.5, 0.1F});
      json.object([&] { json.member("deep", false); });
    });
    json.member("box", {1, 2, 3});
  });
  const std::string expected =
      R"({"name":"a,b","none":null,"empty":{},"list":[1,"x",[],[1,2.5,0.1],{"deep":false}],"box":[1,2,3]})";
  CHECK(json.take() == expected);
  CHECK(json.take().empty());
}
