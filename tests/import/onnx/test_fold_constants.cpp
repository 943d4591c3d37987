// SPDX-License-Identifier: MIT
// What does not depend on the picture is computed at import: the ONNX project's own node tests (Debian's
// libonnx-testdata) with every input known, and what those leave open. Where the package is missing the test
// says so and passes.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <set>
#include <string>

#include "tests/import/onnx/onnx_node_case.hpp"
#include "tools/import/onnx/fold/fold_constants.hpp"

using namespace fcn::tools;

namespace {

constexpr const char* kNodeTests = "/usr/share/libonnx-testdata/data/node";

const std::set<std::string, std::less<>> kFolded{"Abs",
                                                 "Acos",
                                                 "Acosh",
                                                 "Add",
                                                 "And",
                                                 "ArgMax",
                                                 "ArgMin",
                                                 "Asin",
                                                 "Asinh",
                                                 "Atan",
                                                 "Atanh",
                                                 "BatchNormalization",
                                                 "Cast",
                                                 "CastLike",
                                                 "Ceil",
                                                 "Celu",
                                                 "Clip",
                                                 "Concat",
                                                 "Constant",
                                                 "ConstantOfShape",
                                                 "Conv",
                                                 "Cos",
                                                 "Cosh",
                                                 "CumSum",
                                                 "DequantizeLinear",
                                                 "Div",
                                                 "Dropout",
                                                 "Einsum",
                                                 "Elu",
                                                 "Equal",
                                                 "Erf",
                                                 "Exp",
                                                 "Expand",
                                                 "EyeLike",
                                                 "Flatten",
                                                 "Floor",
                                                 "Gather",
                                                 "GatherElements",
                                                 "GatherND",
                                                 "Gemm",
                                                 "Greater",
                                                 "GreaterOrEqual",
                                                 "HardSigmoid",
                                                 "HardSwish",
                                                 "Identity",
                                                 "InstanceNormalization",
                                                 "IsNaN",
                                                 "LayerNormalization",
                                                 "LeakyRelu",
                                                 "Less",
                                                 "LessOrEqual",
                                                 "Log",
                                                 "LogSoftmax",
                                                 "MatMul",
                                                 "Max",
                                                 "Mean",
                                                 "Min",
                                                 "Mod",
                                                 "Mul",
                                                 "Neg",
                                                 "Not",
                                                 "OneHot",
                                                 "Or",
                                                 "PRelu",
                                                 "Pad",
                                                 "Pow",
                                                 "QuantizeLinear",
                                                 "Range",
                                                 "Reciprocal",
                                                 "ReduceL1",
                                                 "ReduceL2",
                                                 "ReduceLogSum",
                                                 "ReduceLogSumExp",
                                                 "ReduceMax",
                                                 "ReduceMean",
                                                 "ReduceMin",
                                                 "ReduceProd",
                                                 "ReduceSum",
                                                 "ReduceSumSquare",
                                                 "Relu",
                                                 "Reshape",
                                                 "Round",
                                                 "ScatterElements",
                                                 "ScatterND",
                                                 "Selu",
                                                 "Shape",
                                                 "Sigmoid",
                                                 "Sign",
                                                 "Sin",
                                                 "Sinh",
                                                 "Size",
                                                 "Slice",
                                                 "Softmax",
                                                 "Softplus",
                                                 "Softsign",
                                                 "Split",
                                                 "Sqrt",
                                                 "Squeeze",
                                                 "Sub",
                                                 "Sum",
                                                 "Tan",
                                                 "Tanh",
                                                 "ThresholdedRelu",
                                                 "Tile",
                                                 "Transpose",
                                                 "Trilu",
                                                 "Unsqueeze",
                                                 "Where",
                                                 "Xor"};

/// Cases left out: random, in training mode, of texts or sequences, or of a meaning that is not supported.
const std::set<std::string, std::less<>> kLeftOut{"test_cast_BFLOAT16_to_FLOAT",  // their data says uint16
                                                  "test_cast_FLOAT_to_BFLOAT16",
                                                  "test_cast_FLOAT_to_STRING",
                                                  "test_cast_STRING_to_FLOAT",
                                                  "test_castlike_BFLOAT16_to_FLOAT",
                                                  "test_castlike_BFLOAT16_to_FLOAT_expanded",
                                                  "test_castlike_FLOAT_to_BFLOAT16",
                                                  "test_castlike_FLOAT_to_BFLOAT16_expanded",
                                                  "test_castlike_FLOAT_to_STRING",
                                                  "test_castlike_FLOAT_to_STRING_expanded",
                                                  "test_castlike_STRING_to_FLOAT",
                                                  "test_castlike_STRING_to_FLOAT_expanded",
                                                  "test_conv_with_autopad_same",
                                                  "test_einsum_batch_diagonal",
                                                  "test_einsum_inner_prod",  // without ->
                                                  "test_eyelike_populate_off_main_diagonal",
                                                  "test_eyelike_with_dtype",
                                                  "test_gathernd_example_int32_batch_dim1",
                                                  "test_identity_opt",
                                                  "test_identity_sequence",
                                                  "test_training_dropout",
                                                  "test_training_dropout_default",
                                                  "test_training_dropout_default_mask",
                                                  "test_training_dropout_mask",
                                                  "test_training_dropout_zero_ratio",
                                                  "test_training_dropout_zero_ratio_mask"};

/// Why the case fails; empty if it passes.
std::string fold_case(const NodeCase& node) {
  NetworkBuilder net{fcn::Limits{}};
  net.append_input(1, {1, 1});
  Values values;
  for (std::size_t i = 0; i < node.inputs.size(); ++i)
    values.emplace(node.model.inputs[i].name, std::make_shared<const KnownTensor>(node.inputs[i]));
  const std::size_t count = node.type == "Split" ? node.outputs.size() : 1;
  std::vector<std::string> wanted;
  for (std::size_t i = 0; i < count; ++i) wanted.push_back(node.model.outputs[i].name);
  const auto made = lower_nodes(node.model, values, wanted, net);
  if (!made) return made.error().to_string();
  for (std::size_t i = 0; i < count; ++i) {
    const auto* known = std::get_if<KnownPtr>(&(*made)[i]);
    if (known == nullptr) return "is no constant";
    if (std::string wrong = compare_known(**known, node.outputs[i]); !wrong.empty()) return wrong;
  }
  return "";
}

}  // namespace

TEST_CASE("the ONNX project's node tests, computed at import") {
  if (!std::filesystem::is_directory(kNodeTests)) {
    WARN("libonnx-testdata is not installed: the ONNX project's node tests are left out");
    return;
  }
  std::set<std::string> covered;
  for (const auto& folder : std::filesystem::directory_iterator(kNodeTests)) {
    const std::string name = folder.path().filename().string();
    const NodeCase node = read_node_case(folder.path());
    if (!kFolded.contains(node.type) || kLeftOut.contains(name)) continue;
    covered.insert(node.type);
    INFO(name);
    CHECK((node.error.empty() ? fold_case(node) : node.error) == "");
  }
  CHECK(covered == std::set<std::string>(kFolded.begin(), kFolded.end()));
}
