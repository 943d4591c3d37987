// SPDX-License-Identifier: MIT
// Comparisons of maps, logic and choices: exact, for a comparison has no rounding.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <limits>

#include "tests/import/onnx/onnx_bytes.hpp"
#include "tests/import/onnx/onnx_run.hpp"

using namespace test_onnx;
using Catch::Contains;

namespace {

/// A file whose "s" are numbers of both signs, zero among them, and "k" one of them.
onnx::ModelProto with_numbers() {
  onnx::ModelProto file = model({1, 2, 4, 4});
  add_floats(file, "half", {1}).set_float_data(0, 0.5f);
  add_floats(file, "two", {1}).set_float_data(0, 2);
  add_node(file, "Sub", {"x", "half"}, {"t"});
  add_node(file, "Max", {"t", "floor"}, {"s"});
  add_floats(file, "floor", {1}).set_float_data(0, -0.25f);
  add_floats(file, "k", {1}).set_float_data(0, -0.25f);
  add_floats(file, "zero", {1}).set_float_data(0, 0);
  return file;
}

std::vector<float> values_of(onnx::ModelProto file, const std::string& name) {
  add_node(file, "Identity", {name}, {"y"});
  return run(file);
}

/// A node of a comparison and its inputs, as numbers.
std::vector<float> made(const std::string& type, const std::vector<std::string>& inputs) {
  onnx::ModelProto file = with_numbers();
  add_node(file, type, inputs, {"c"});
  add_node(file, "Cast", {"c"}, {"f"});
  set_int(*file.mutable_graph()->mutable_node(file.graph().node_size() - 1), "to", 1);
  return values_of(file, "f");
}

void check_each(const std::vector<float>& found, const std::function<double(double)>& expected) {
  const std::vector<float> numbers = values_of(with_numbers(), "s");
  REQUIRE(found.size() == numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    INFO(numbers[i]);
    CHECK(static_cast<double>(found[i]) == expected(static_cast<double>(numbers[i])));
  }
}

}  // namespace

TEST_CASE("maps are compared with constants exactly") {
  const std::vector<float> numbers = values_of(with_numbers(), "s");
  REQUIRE(std::count(numbers.begin(), numbers.end(), -0.25f) > 3);
  REQUIRE(std::count_if(numbers.begin(), numbers.end(), [](float x) { return x > 0; }) > 3);
  check_each(made("Greater", {"s", "k"}), [](double x) { return x > -0.25; });
  check_each(made("Greater", {"k", "s"}), [](double x) { return -0.25 > x; });
  check_each(made("GreaterOrEqual", {"s", "k"}), [](double x) { return x >= -0.25; });
  check_each(made("Less", {"s", "k"}), [](double x) { return x < -0.25; });
  check_each(made("LessOrEqual", {"s", "k"}), [](double x) { return x <= -0.25; });
  check_each(made("Equal", {"s", "k"}), [](double x) { return x == -0.25; });
  check_each(made("Sign", {"s"}), [](double x) { return x > 0 ? 1 : x < 0 ? -1 : 0; });
}

TEST_CASE("the smallest and largest differences count") {
  for (const float scale : {1e-40f, 1.0f, 1e37f}) {
    onnx::ModelProto file = with_numbers();
    add_floats(file, "scale", {1}).set_float_data(0, scale);
    add_node(file, "Mul", {"s", "scale"}, {"m"});
    add_node(file, "Greater", {"m", "zero"}, {"c"});
    add_node(file, "Where", {"c", "two", "half"}, {"f"});
    check_each(values_of(file, "f"), [](double x) { return x > 0 ? 2 : 0.5; });
  }
}

TEST_CASE("truth values combine by logic, and choose between maps") {
  onnx::ModelProto file = with_numbers();
  add_node(file, "Greater", {"s", "k"}, {"a"});
  add_node(file, "Less", {"s", "zero"}, {"b"});
  add_node(file, "Or", {"a", "b"}, {"either"});
  add_node(file, "And", {"a", "b"}, {"both"});
  add_node(file, "Xor", {"a", "b"}, {"one"});
  add_node(file, "Not", {"both"}, {"neither"});
  add_node(file, "Mul", {"s", "two"}, {"twice"});
  const auto chosen = [&](const std::string& truth) {
    onnx::ModelProto whole = file;
    add_node(whole, "Where", {truth, "s", "twice"}, {"w"});
    return values_of(whole, "w");
  };
  const auto a = [](double x) { return x > -0.25; };
  const auto b = [](double x) { return x < 0; };
  check_each(chosen("either"), [&](double x) { return a(x) || b(x) ? x : 2 * x; });
  check_each(chosen("both"), [&](double x) { return a(x) && b(x) ? x : 2 * x; });
  check_each(chosen("one"), [&](double x) { return a(x) != b(x) ? x : 2 * x; });
  check_each(chosen("neither"), [&](double x) { return !(a(x) && b(x)) ? x : 2 * x; });
}

TEST_CASE("what is not chosen may be no number") {
  onnx::ModelProto file = with_numbers();
  add_node(file, "Log", {"s"}, {"log"});
  add_node(file, "Greater", {"s", "zero"}, {"c"});
  add_node(file, "Where", {"c", "log", "half"}, {"f"});
  const std::vector<float> logs = values_of(file, "f");
  for (const float value : logs) CHECK(std::isfinite(value));
  CHECK(std::count(logs.begin(), logs.end(), 0.5f) > 3);
  add_floats(file, "endless", {1}).set_float_data(0, std::numeric_limits<float>::infinity());
  add_node(file, "Where", {"c", "endless", "half"}, {"y"});
  CHECK_THAT(refusal_of(file), Contains("(Where)") && Contains("not finite"));
}

TEST_CASE("a map cast to truth values is true where it is not zero") {
  onnx::ModelProto file = with_numbers();
  add_node(file, "Sub", {"s", "k"}, {"d"});
  set_int(add_node(file, "Cast", {"d"}, {"c"}), "to", 9);
  add_node(file, "Where", {"c", "s", "two"}, {"f"});
  check_each(values_of(file, "f"), [](double x) { return x != -0.25 ? x : 2; });
}
