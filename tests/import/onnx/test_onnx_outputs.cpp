// SPDX-License-Identifier: MIT
// Which of an ONNX file's outputs is the classifier's, and what is left out after the scores.
#include <catch2/catch.hpp>

#include "tests/import/onnx/onnx_bytes.hpp"
#include "tests/import/onnx/onnx_run.hpp"

using Catch::Contains;
using namespace test_onnx;

namespace {

void add_output(onnx::ModelProto& file, const std::string& name, const Dims& dims) {
  set_shape(*file.mutable_graph()->add_output(), name, dims);
}

/// A second head on the convolution's map.
void add_other_head(onnx::ModelProto& file, const std::string& name) {
  add_node(file, "GlobalAveragePool", {"a"}, {"ap"});
  add_node(file, "Flatten", {"ap"}, {"aq"});
  add_node(file, "MatMul", {"aq", "fc"}, {name});
  add_output(file, name, {1, 5});
}

void add_labels(onnx::ModelProto& file) {
  auto& names = *file.mutable_graph()->add_initializer();
  names.set_name("names");
  names.set_data_type(onnx::TensorProto::STRING);
  names.add_dims(5);
  for (const char* name : {"ant", "bee", "cat", "dog", "eel"}) names.add_string_data(name);
}

const std::vector<std::string> kLabels{"ant", "bee", "cat", "dog", "eel"};

}  // namespace

TEST_CASE("features, auxiliary heads and logits beside probabilities are not the classifier's output") {
  const std::vector<float> logits = run(classifier());
  onnx::ModelProto features = classifier();
  add_output(features, "q", {1, 4});
  add_output(features, "f", {1, 4, 6, 6});
  CHECK(agree(run(features), logits));
  CHECK(has_note(imported(features), "of 3 outputs y (1x5)"));
  onnx::ModelProto aux = classifier();
  add_other_head(aux, "aux_logits");
  CHECK(agree(run(aux), logits));
  onnx::ModelProto probabilities = classifier();
  add_node(probabilities, "Softmax", {"y"}, {"p2"});
  add_output(probabilities, "p2", {1, 5});
  CHECK(has_note(imported(probabilities), "of 2 outputs p2"));
}

TEST_CASE("where the classifier's output is not plain, the outputs are listed and one can be named") {
  onnx::ModelProto file = classifier();
  add_other_head(file, "z");
  CHECK_THAT(refusal_of(file), Contains("y (1x5), z (1x5)") && Contains("--output-name"));
  CHECK(agree(run(file, "y"), run(classifier())));
  CHECK_FALSE(agree(run(file, "z"), run(classifier())));
  CHECK_THAT(refusal_of(file, "nothing"), Contains("no output or value nothing") && Contains("y (1x5), z"));
  CHECK(agree(run(file, "q"), run(file, "q")));  // any value that a node makes
}

TEST_CASE("choices among classes and look-ups of labels after the scores are left out") {
  const std::vector<float> logits = run(classifier());
  onnx::ModelProto file = classifier();
  add_node(file, "ArgMax", {"y"}, {"best"});
  set_int(*file.mutable_graph()->mutable_node(5), "axis", 1);
  add_node(file, "Squeeze", {"best"}, {"squeezed"});
  add_node(file, "Cast", {"squeezed"}, {"out"});
  file.mutable_graph()->mutable_output(0)->set_name("out");
  CHECK(agree(run(file), logits));
  CHECK(has_note(imported(file), "left out: ArgMax, Squeeze, Cast"));

  onnx::ModelProto extractor = classifier();
  add_labels(extractor);
  add_node(extractor, "ArgMax", {"y"}, {"best"});
  add_node(extractor, "ArrayFeatureExtractor", {"names", "best"}, {"out"}).set_domain("ai.onnx.ml");
  extractor.mutable_graph()->mutable_output(0)->set_name("out");
  CHECK(agree(run(extractor), logits));
  CHECK(imported(extractor).labels == kLabels);

  onnx::ModelProto zipped = classifier();
  auto& map = add_node(zipped, "ZipMap", {"y"}, {"loss"});
  map.set_domain("ai.onnx.ml");
  set_texts(map, "classlabels_strings", kLabels);
  add_output(zipped, "loss", {});
  CHECK(agree(run(zipped), logits));
  CHECK(imported(zipped).labels == kLabels);

  onnx::ModelProto encoded = classifier();
  add_node(encoded, "ArgMax", {"y"}, {"best"});
  auto& encoder = add_node(encoded, "LabelEncoder", {"best"}, {"out"});
  encoder.set_domain("ai.onnx.ml");
  set_texts(encoder, "values_strings", {"eel", "dog", "cat", "bee", "ant"});
  set_ints(encoder, "keys_int64s", {4, 3, 2, 1, 0});
  encoded.mutable_graph()->mutable_output(0)->set_name("out");
  CHECK(imported(encoded).labels == kLabels);

  onnx::ModelProto best = classifier();  // the best class and its score
  add_node(best, "ArgMax", {"y"}, {"out"});
  add_node(best, "ReduceMax", {"y"}, {"score"});
  best.mutable_graph()->mutable_output(0)->set_name("out");
  add_output(best, "score", {1});
  CHECK(agree(run(best), logits));
}
