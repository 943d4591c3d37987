// SPDX-License-Identifier: MIT
// An ONNX file as plain data: nodes, attributes, initialisers and the descriptions of its inputs and outputs.
// Only onnx_model.cpp and onnx_tensor.cpp include protobuf. Not here: what the nodes mean (import_onnx.hpp).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "fcn/base/byte_source.hpp"
#include "fcn/limits.hpp"
#include "fcn/result.hpp"
#include "tools/import/onnx/file/known_tensor.hpp"
#include "tools/import/onnx/file/opset_range.hpp"

namespace fcn::tools {

/// A kind of attribute that no supported node has (a list of tensors, or of graphs); `kind` names it.
struct OnnxOpaque {
  std::string kind;
};

/// In a function: the value that the call gives to its attribute of this name.
struct OnnxReference {
  std::string name;
};

struct OnnxBranch;

using OnnxAttribute =
    std::variant<OnnxOpaque, std::int64_t, float, std::string, std::vector<std::int64_t>, std::vector<float>,
                 KnownPtr, std::vector<std::string>, OnnxReference, std::shared_ptr<const OnnxBranch>>;

struct OnnxNode {
  std::string name;  ///< may be empty, and need not be unique
  std::string type;  ///< "Conv"
  std::string domain;
  std::vector<std::string> inputs;  ///< names of values; empty for an optional one left out
  std::vector<std::string> outputs;
  std::map<std::string, OnnxAttribute, std::less<>> attributes;
  std::int64_t opset = 0;  ///< of ONNX's own operators, where it is not the model's; else 0
};

/// A graph inside a node: what an If does in one of its two cases. Its nodes also see the values around it.
struct OnnxBranch {
  std::map<std::string, KnownPtr, std::less<>> initializers;
  std::vector<OnnxNode> nodes;
  std::vector<std::string> outputs;
};

/// A file's own operator: nodes between named inputs and outputs.
struct OnnxFunction {
  std::string domain;
  std::string name;
  std::int64_t opset = 0;  ///< of ONNX's own operators in it; 0 if it names none
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::map<std::string, OnnxAttribute, std::less<>> defaults;  ///< of attributes that a call may leave out
  std::vector<OnnxNode> nodes;
};

/// A free dimension ("batch", or nothing said).
inline constexpr std::int64_t kFreeDim = -1;

struct OnnxValueInfo {
  std::string name;
  int element = 0;  ///< TensorProto's number of the type; 0 if it is no tensor
  bool has_shape = false;
  Dims dims;  ///< kFreeDim where the file does not say
};

struct OnnxModel {
  std::int64_t opset = 0;
  std::string producer;
  std::string graph_name;
  std::vector<OnnxValueInfo> inputs;  ///< initialisers left out
  std::vector<OnnxValueInfo> outputs;
  std::map<std::string, KnownPtr, std::less<>> initializers;
  std::map<std::string, std::vector<std::string>, std::less<>> texts;  ///< initialisers of strings: labels
  std::vector<OnnxFunction> functions;
  std::vector<OnnxNode> nodes;
  std::map<std::string, std::string, std::less<>> metadata;
};

struct OnnxReadOptions {
  /// Where other files with weights may be read, which must be named without any path. Empty forbids it.
  std::string external_folder;
  /// The folder in which the model file itself lies when links are resolved: a link to weights is followed
  /// if they lie there, too. Empty follows none.
  std::string real_folder;
  /// Older files are refused: the meaning of some operators has changed since.
  std::int64_t oldest_opset = kOldestOpset;
  Limits limits;
  std::set<std::string>* other_files = nullptr;  ///< takes the paths of those that were read
};

/// Whether the file begins as ONNX files do. Protobuf has no magic number: this looks at its first fields.
bool looks_like_onnx(const ByteSource& source);

/// Reads and checks a whole file; errors begin with its path. Every name, count, rank and size is checked
/// here, what nodes do with them is not.
Result<OnnxModel> read_onnx(const ByteSource& source, const OnnxReadOptions& options = {});

/// One serialised tensor (a file of ONNX's own test data).
Result<KnownTensor> read_onnx_tensor(const ByteSource& source, const Limits& limits = {});

}  // namespace fcn::tools
