// SPDX-License-Identifier: MIT
// The exported program of a .pt2 as plain data: calls of ATen operators with their arguments, and which of
// the graph's values are weights, pictures and results. It follows PyTorch's torch/_export/serde/schema.py.
// Not here: what the operators mean (aten_ops.hpp).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "fcn/limits.hpp"
#include "fcn/result.hpp"
#include "tools/import/pt2/file/tensor_meta.hpp"

namespace fcn::tools {

struct AtenNone {};
struct AtenTensor {
  std::string name;
};
/// A list of tensors; an empty name for None.
struct AtenTensors {
  std::vector<std::string> names;
};
/// An integer, or the name of a value that the graph computes.
struct AtenInt {
  std::int64_t value = 0;
  std::string name;
  [[nodiscard]] bool is_known() const { return name.empty(); }
};
/// The number of one of PyTorch's ScalarTypes.
struct AtenType {
  std::int64_t number = 0;
};
/// A kind of argument that no supported operator depends on (a device, a memory format), or none supports.
struct AtenOpaque {
  std::string kind;
};

using AtenArgument = std::variant<AtenNone, AtenTensor, AtenTensors, AtenInt, double, bool, std::string,
                                  std::vector<AtenInt>, std::vector<double>, AtenType, AtenOpaque>;

struct AtenNode {
  std::string name;    ///< "conv2d_1"; of its first output where the file does not say
  std::string target;  ///< "torch.ops.aten.conv2d.default"
  std::vector<std::pair<std::string, AtenArgument>> arguments;  ///< those that were given, by schema name
  std::vector<std::string> outputs;  ///< lists of tensors laid out one after the other; empty for None
};

/// A value of the graph that comes from outside.
struct AtenInput {
  enum class Kind : std::uint8_t { picture, stored, other };
  std::string name;
  Kind kind = Kind::other;
  std::string stored;  ///< the parameter's, buffer's or constant's name in the module
};

struct AtenProgram {
  std::string torch_version;
  std::vector<AtenInput> inputs;
  std::vector<std::string> outputs;  ///< what the module returns, in order
  std::vector<AtenNode> nodes;
  std::map<std::string, TensorMeta, std::less<>> tensors;
};

/// Reads and checks the whole program; an Error names the field.
Result<AtenProgram> read_program(const JsonView& json, const Limits& limits);

}  // namespace fcn::tools
