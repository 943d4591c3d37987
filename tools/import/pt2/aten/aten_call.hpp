// SPDX-License-Identifier: MIT
// One call of an ATen operator: typed access to its arguments, with a Refusal that names what is missing or
// wrong, and the ONNX nodes that take its place. Not here: what any operator means (aten_ops.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tools/import/onnx/file/onnx_model.hpp"
#include "tools/import/pt2/file/pt2_program.hpp"

namespace fcn::tools {

using OnnxAttributes = std::map<std::string, OnnxAttribute, std::less<>>;

/// The neutral form while it grows: which ONNX value stands for each of the program's.
struct AtenScope {
  const AtenProgram& program;
  OnnxModel& model;
  std::map<std::string, std::string, std::less<>> values;  ///< from the program's names to the model's
  std::set<std::string, std::less<>> pictures;  ///< the program's tensors that depend on the picture
  std::size_t last_number = 0;
};

class AtenCall {
 public:
  AtenCall(const AtenNode& node, AtenScope& scope) : node_(node), scope_(scope) {}

  [[nodiscard]] const AtenNode& node() const { return node_; }
  /// "Tensor_mode" of div.Tensor_mode.
  [[nodiscard]] std::string_view overload() const;

  /// Whether the argument was given, and is not None.
  [[nodiscard]] bool has(std::string_view name) const;
  /// The ONNX value of a tensor; of a list of them; an empty name for an optional one that is not there.
  [[nodiscard]] std::string tensor(std::string_view name) const;
  [[nodiscard]] std::string optional_tensor(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> tensors(std::string_view name) const;
  [[nodiscard]] bool is_tensor(std::string_view name) const;

  [[nodiscard]] std::int64_t integer(std::string_view name, std::optional<std::int64_t> fallback = {}) const;
  [[nodiscard]] double real(std::string_view name, std::optional<double> fallback = {}) const;
  [[nodiscard]] bool boolean(std::string_view name, bool fallback) const;
  [[nodiscard]] std::string text(std::string_view name, std::string_view fallback) const;
  [[nodiscard]] std::vector<std::int64_t> integers(std::string_view name,
                                                   std::vector<std::int64_t> fallback = {}) const;
  [[nodiscard]] std::vector<double> reals(std::string_view name) const;
  /// As many numbers as a window has axes; PyTorch repeats a single one.
  [[nodiscard]] std::vector<std::int64_t> extents(std::string_view name, std::size_t count,
                                                  std::int64_t fallback) const;
  /// How many integers a list has, some of which the graph may compute.
  [[nodiscard]] std::size_t count(std::string_view name) const;
  /// The ONNX value of a list of integers, some of which the graph may compute.
  [[nodiscard]] std::string sizes(std::string_view name);
  /// The same with 1 where -1 says that an axis keeps its size.
  [[nodiscard]] std::string expanded_sizes(std::string_view name);
  /// The ONNX value, a scalar, of an integer that the graph may compute.
  [[nodiscard]] std::string size(std::string_view name, std::int64_t fallback);

  /// The file's description of a tensor argument, or of output i.
  [[nodiscard]] const TensorMeta& meta(std::string_view name) const;
  [[nodiscard]] const TensorMeta& output_meta(std::size_t i) const;
  [[nodiscard]] std::size_t rank(std::string_view name) const { return meta(name).sizes.size(); }
  /// A size that must not depend on the picture's.
  [[nodiscard]] std::int64_t fixed_size(std::string_view name, std::size_t axis) const;
  [[nodiscard]] bool depends_on_picture(std::string_view name) const;
  [[nodiscard]] std::size_t axis(std::string_view argument, std::int64_t index) const;

  /// Appends a node and gives the name of its output, or of all.
  std::string emit(const char* type, std::vector<std::string> inputs, OnnxAttributes attributes = {});
  std::vector<std::string> emit_all(const char* type, std::vector<std::string> inputs,
                                    OnnxAttributes attributes, std::size_t outputs);
  std::string constant(KnownTensor values);
  std::string list(std::vector<std::int64_t> values);
  std::string number(double value);
  std::string whole(std::int64_t value);
  /// A vector of equal reals.
  std::string filled(std::int64_t count, float value);
  /// The ONNX value of a tensor or a number, as floats or as integers.
  std::string operand(std::string_view name, bool as_real);

 private:
  [[nodiscard]] const AtenArgument* find(std::string_view name) const;
  [[nodiscard]] const std::string& value_of(const std::string& name) const;
  std::string computed_sizes(const std::vector<AtenInt>& values);
  [[noreturn]] void wrong(std::string_view name, const char* expected) const;

  const AtenNode& node_;
  AtenScope& scope_;
};

/// Whether the tensor is of floating-point numbers.
bool is_real(const TensorMeta& meta);

}  // namespace fcn::tools
