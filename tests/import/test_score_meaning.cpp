// SPDX-License-Identifier: MIT
// What scores mean, from an ONNX file's last node to the model's probabilities, beside float64's own.
#include "tools/export/score_meaning.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <numeric>

#include "fcn/kernels/tables.hpp"
#include "fcn/model.hpp"
#include "fcn/session.hpp"
#include "files.hpp"
#include "tests/import/onnx/onnx_bytes.hpp"
#include "tools/export/export_model.hpp"

using namespace fcn;
using namespace fcn::tools;
using Catch::Contains;

namespace {

constexpr int kSide = 4;
using End = std::function<void(onnx::ModelProto&)>;  // from "z" to "y"

/// A classifier of 1 x 4 x 4 pixels whose logits "z" are class * mean / 2 - 1, then `end`.
onnx::ModelProto classifier(int classes, const End& end, std::int64_t opset = 13) {
  onnx::ModelProto file = test_onnx::model({1, 1, kSide, kSide}, opset);
  test_onnx::add_node(file, "GlobalAveragePool", {"x"}, {"pooled"});
  test_onnx::add_node(file, "Flatten", {"pooled"}, {"flat"});
  test_onnx::set_int(test_onnx::add_node(file, "Gemm", {"flat", "w", "b"}, {"z"}), "transB", 1);
  auto& weights = test_onnx::add_floats(file, "w", {classes, 1});
  for (int c = 0; c < classes; ++c) weights.set_float_data(c, 0.5f * static_cast<float>(c + 1));
  auto& bias = test_onnx::add_floats(file, "b", {classes});
  for (int c = 0; c < classes; ++c) bias.set_float_data(c, -1);
  end(file);
  return file;
}

End nodes(const std::vector<std::string>& types) {
  return [types](onnx::ModelProto& file) {
    std::string at = "z";
    for (std::size_t i = 0; i < types.size(); ++i) {
      const std::string to = i + 1 == types.size() ? "y" : "t" + std::to_string(i);
      test_onnx::add_node(file, types[i], {at}, {to}).set_name(types[i] + std::to_string(i));
      at = to;
    }
  };
}

struct Outcome {
  ExportReport report;
  ScoreMap logits;
  ScoreMap probabilities;
};

/// Exports a network and runs its window, of one grey `value` throughout.
Outcome outcome_of(const onnx::ModelProto& file, std::uint8_t value,
                   std::optional<ScoreActivation> asked = std::nullopt) {
  const Scratch scratch;
  ExportRequest request;
  request.checkpoint = scratch.write("net.onnx", file.SerializeAsString());
  request.output = scratch.path("model");
  request.preprocessing.mean = {0};
  request.preprocessing.std = {0.25f};
  request.activation = asked;
  const auto report = export_model(request);
  if (!report) FAIL(report.error().to_string());
  const auto model = Model::load(request.output, {.table = &kernels::table_reference, .limits = {}});
  if (!model) FAIL(model.error().to_string());
  CHECK(model->info().activation == report->meaning.activation);
  const std::vector<std::uint8_t> pixels(kSide * kSide, value);
  const auto run = [&](ScoreKind kind) {
    auto session = Session::create(*model, {.threads = 1, .scores = kind});
    return *session->run({pixels.data(), kSide, kSide, kSide});
  };
  return {*report, run(ScoreKind::logits), run(ScoreKind::probabilities)};
}

double logit(int id, std::uint8_t value) {
  return 0.5 * (id + 1) * (value / 255.0 / 0.25) - 1;
}

/// A few roundings of numbers below 8.
void check_near(float found, double expected) {
  CHECK(std::abs(static_cast<double>(found) - expected) < 4e-6);
}

void check_softmax(const Outcome& outcome, std::uint8_t value, double temperature = 1) {
  const int classes = outcome.logits.classes();
  double sum = 0;
  for (int c = 0; c < classes; ++c) sum += std::exp(logit(c, value) / temperature);
  for (int c = 0; c < classes; ++c) {
    check_near(outcome.logits.at(c, 0, 0), logit(c, value) / temperature);
    check_near(outcome.probabilities.at(c, 0, 0), std::exp(logit(c, value) / temperature) / sum);
  }
}

void check_sigmoid(const Outcome& outcome, std::uint8_t value) {
  for (int c = 0; c < outcome.logits.classes(); ++c) {
    check_near(outcome.logits.at(c, 0, 0), logit(c, value));
    check_near(outcome.probabilities.at(c, 0, 0), 1 / (1 + std::exp(-logit(c, value))));
  }
}

}  // namespace

TEST_CASE("a softmax at the end is taken off, and applied once") {
  for (const auto& types : {std::vector<std::string>{"Softmax"},
                            {"Softmax", "Identity"},
                            {"Identity", "Softmax"},
                            {"Softmax", "Flatten"}}) {
    const Outcome outcome = outcome_of(classifier(3, nodes(types)), 200);
    CHECK(outcome.report.meaning.activation == ScoreActivation::softmax);
    CHECK_THAT(outcome.report.meaning.reason, Contains("ends in a softmax"));
    REQUIRE(outcome.report.probability_proof);
    CHECK(outcome.report.probability_proof->values == 3);
    CHECK(outcome.report.proof.values == 3);
    check_softmax(outcome, 200);
  }
  check_softmax(outcome_of(classifier(2, nodes({"Softmax"})), 90), 90);
}

namespace {

/// e^z over its sum, with the largest logit subtracted first if `shifted`.
End softmax_in_parts(bool shifted) {
  return [shifted](onnx::ModelProto& file) {
    const auto reduce = [&](const char* type, const char* from, const char* to) {
      onnx::NodeProto& node = test_onnx::add_node(file, type, {from}, {to});
      test_onnx::set_ints(node, "axes", {1});
      node.set_name(to);
    };
    if (shifted) {
      reduce("ReduceMax", "z", "most");
      test_onnx::add_node(file, "Sub", {"z", "most"}, {"s"});
    }
    test_onnx::add_node(file, "Exp", {shifted ? "s" : "z"}, {"e"});
    reduce("ReduceSum", "e", "sum");
    test_onnx::add_node(file, "Div", {"e", "sum"}, {"y"});
  };
}

/// 1 / (1 + e^-z), or e^z / (1 + e^z).
End sigmoid_in_parts(bool reciprocal) {
  return [reciprocal](onnx::ModelProto& file) {
    test_onnx::add_floats(file, "one", {1}).set_float_data(0, 1);
    if (reciprocal) test_onnx::add_node(file, "Neg", {"z"}, {"n"});
    test_onnx::add_node(file, "Exp", {reciprocal ? "n" : "z"}, {"e"});
    test_onnx::add_node(file, "Add", {"e", "one"}, {"sum"});
    test_onnx::add_node(file, "Div", {reciprocal ? "one" : "e", "sum"}, {"y"});
  };
}

}  // namespace

TEST_CASE("a softmax or a sigmoid that is written in parts is one") {
  for (const End& end : {softmax_in_parts(false), softmax_in_parts(true), nodes({"LogSoftmax", "Exp"}),
                         nodes({"Softmax", "Log", "Exp"})}) {
    const Outcome outcome = outcome_of(classifier(3, end, 11), 200);
    CHECK_THAT(outcome.report.meaning.reason, Contains("ends in a softmax"));
    check_softmax(outcome, 200);
  }
  for (const bool reciprocal : {false, true}) {
    const Outcome outcome = outcome_of(classifier(4, sigmoid_in_parts(reciprocal), 11), 150);
    CHECK(outcome.report.meaning.activation == ScoreActivation::sigmoid);
    CHECK_THAT(outcome.report.meaning.reason, Contains("ends in a sigmoid"));
    check_sigmoid(outcome, 150);
  }
}

TEST_CASE("a sigmoid at the end makes classes independent, one class a question") {
  for (const int classes : {1, 4}) {
    const Outcome outcome = outcome_of(classifier(classes, nodes({"Sigmoid"})), 150);
    CHECK(outcome.report.meaning.activation == ScoreActivation::sigmoid);
    CHECK_THAT(meaning_text(outcome.report.meaning, classes),
               Contains(classes == 1 ? "is there or not" : "independent") && Contains("ends in a sigmoid"));
    check_sigmoid(outcome, 150);
  }
}

TEST_CASE("networks that end in logits are taken as is usual, unless they or the user say otherwise") {
  const Outcome several = outcome_of(classifier(3, nodes({"Identity"})), 100);
  CHECK(several.report.meaning.activation == ScoreActivation::softmax);
  CHECK_FALSE(several.report.probability_proof);
  check_softmax(several, 100);
  const Outcome one = outcome_of(classifier(1, nodes({"Identity"})), 100);
  CHECK(one.report.meaning.activation == ScoreActivation::sigmoid);
  check_sigmoid(one, 100);
  check_sigmoid(outcome_of(classifier(3, nodes({"Identity"})), 100, ScoreActivation::sigmoid), 100);
  const Outcome none = outcome_of(classifier(3, nodes({"Softmax"})), 100, ScoreActivation::none);
  CHECK(none.report.meaning.activation == ScoreActivation::none);
  CHECK_THAT(none.report.meaning.reason, Contains("--activation") && Contains("ends in a softmax"));
  for (int c = 0; c < 3; ++c) check_near(none.probabilities.at(c, 0, 0), logit(c, 100));
  onnx::ModelProto said = classifier(3, nodes({"Identity"}));
  auto& entry = *said.add_metadata_props();
  entry.set_key("activation");
  entry.set_value("sigmoid");
  const Outcome stored = outcome_of(said, 100);
  CHECK_THAT(stored.report.meaning.reason, Contains("the file says so"));
  check_sigmoid(stored, 100);
}

TEST_CASE("a temperature stays with the logits") {
  const auto scaled = classifier(3, [](onnx::ModelProto& file) {
    test_onnx::add_node(file, "Div", {"z", "t"}, {"cool"});
    test_onnx::add_floats(file, "t", {1}).set_float_data(0, 4);
    test_onnx::add_node(file, "Softmax", {"cool"}, {"y"});
  });
  check_softmax(outcome_of(scaled, 220), 220, 4);
}

TEST_CASE("what a network computes of its probabilities is not made into others") {
  const auto mean = classifier(3, [](onnx::ModelProto& file) {  // of two softmaxes, as ensembles have it
    test_onnx::add_node(file, "Softmax", {"z"}, {"p"});
    test_onnx::add_node(file, "Div", {"z", "half"}, {"cool"});
    test_onnx::add_floats(file, "half", {1}).set_float_data(0, 2);
    test_onnx::add_node(file, "Softmax", {"cool"}, {"q"}).set_name("second");
    test_onnx::add_node(file, "Add", {"p", "q"}, {"sum"});
    test_onnx::add_node(file, "Div", {"sum", "half"}, {"y"}).set_name("mean");
  });
  const Outcome outcome = outcome_of(mean, 200);
  CHECK(outcome.report.meaning.activation == ScoreActivation::none);
  double sum = 0, cool_sum = 0;
  for (int c = 0; c < 3; ++c) {
    sum += std::exp(logit(c, 200));
    cool_sum += std::exp(logit(c, 200) / 2);
  }
  for (int c = 0; c < 3; ++c)
    check_near(outcome.probabilities.at(c, 0, 0),
               (std::exp(logit(c, 200)) / sum + std::exp(logit(c, 200) / 2) / cool_sum) / 2);
}

TEST_CASE("ONNX for other engines gives logits, and says what they mean") {
  const Scratch scratch;
  ExportRequest request;
  request.checkpoint = scratch.write("net.onnx", classifier(3, nodes({"Sigmoid"})).SerializeAsString());
  request.output = scratch.path("fcn.onnx");
  request.preprocessing.mean = {0};
  request.preprocessing.std = {1};
  request.to_onnx = true;
  REQUIRE(export_model(request));
  onnx::ModelProto written;
  REQUIRE(written.ParseFromString(read_file(request.output)));
  for (const auto& node : written.graph().node()) CHECK(node.op_type() != "Sigmoid");
  std::string said;
  for (const auto& entry : written.metadata_props())
    if (entry.key() == "activation") said = entry.value();
  CHECK(said == "sigmoid");
}

TEST_CASE("how far probabilities may differ follows from their logits") {
  // Steeper than anywhere: logits apart by d around even odds.
  for (const double d : {1e-6, 1e-3, 0.1}) {
    const double two_classes = 1 / (1 + std::exp(-2 * d)) - 0.5;  // each logit by d, in opposite directions
    CHECK(two_classes <= probability_bound(ScoreActivation::softmax, d, 2));
    CHECK(two_classes > 0.9 * probability_bound(ScoreActivation::softmax, d, 2) - 1e-5);
    const double one = 1 / (1 + std::exp(-d)) - 0.5;
    CHECK(one <= probability_bound(ScoreActivation::sigmoid, d, 1));
    CHECK(one > 0.9 * probability_bound(ScoreActivation::sigmoid, d, 1) - 1e-5);
  }
}
