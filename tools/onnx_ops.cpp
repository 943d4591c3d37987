// SPDX-License-Identifier: MIT
#include "tools/onnx_ops.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace fcn::tools {
namespace {

using Dims = std::vector<std::int64_t>;

/// Adds the nodes of one op after the other. Every visit() adds what its op is in ONNX and gives the name of
/// its result.
class OpWriter {
 public:
  OpWriter(onnx::GraphProto& graph, const Graph& from, const std::vector<Shape>& shapes, std::string input)
      : graph_(graph), from_(from), shapes_(shapes), input_(std::move(input)) {}

  void write(const std::string& output) {
    for (const Node& node : from_.nodes) {
      node_ = &node;
      results_.push_back(std::visit([this](const auto& op) { return visit(op); }, node.op));
    }
    add("Identity", {results_[from_.output]}, output);
  }

 private:
  /// The node's value. The slash keeps it apart from the graph's own input and output.
  [[nodiscard]] std::string name() const { return "/" + node_->name; }
  [[nodiscard]] const std::string& in(std::size_t i) const { return results_[node_->inputs[i]]; }

  onnx::NodeProto& add(const char* type, const std::vector<std::string>& inputs, const std::string& output) {
    onnx::NodeProto& node = *graph_.add_node();
    node.set_op_type(type);
    node.set_name(output);
    for (const std::string& input : inputs) node.add_input(input);
    node.add_output(output);
    return node;
  }
  std::string simple(const char* type, const std::vector<std::string>& inputs) {
    add(type, inputs, name());
    return name();
  }
  /// With a relu after it where the op has one fused.
  std::string rectified(const std::string& result, bool relu) {
    if (!relu) return result;
    add("Relu", {result}, result + ".relu");
    return result + ".relu";
  }

  static onnx::AttributeProto& attribute(onnx::NodeProto& node, const char* name,
                                         onnx::AttributeProto::AttributeType type) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(type);
    return attribute;
  }
  static void set(onnx::NodeProto& node, const char* name, std::int64_t value) {
    attribute(node, name, onnx::AttributeProto::INT).set_i(value);
  }
  static void set(onnx::NodeProto& node, const char* name, float value) {
    attribute(node, name, onnx::AttributeProto::FLOAT).set_f(value);
  }
  static void set(onnx::NodeProto& node, const char* name, std::string_view value) {
    attribute(node, name, onnx::AttributeProto::STRING).set_s(std::string(value));
  }
  static void set(onnx::NodeProto& node, const char* name, const Dims& values) {
    onnx::AttributeProto& list = attribute(node, name, onnx::AttributeProto::INTS);
    for (const std::int64_t value : values) list.add_ints(value);
  }
  static void set(onnx::NodeProto& node, const char* name, Extent value) {
    set(node, name, Dims{value.y, value.x});
  }
  static void set(onnx::NodeProto& node, const char* name, const Padding& pad) {
    set(node, name, Dims{pad.top, pad.left, pad.bottom, pad.right});
  }

  std::string tensor(const char* suffix, const Dims& dims, const void* data, std::size_t bytes, int type) {
    onnx::TensorProto& tensor = *graph_.add_initializer();
    tensor.set_name(node_->name + "." + suffix);
    tensor.set_data_type(type);
    for (const std::int64_t dim : dims) tensor.add_dims(dim);
    tensor.set_raw_data(data, bytes);
    return tensor.name();
  }
  std::string floats(const char* suffix, const Dims& dims, const std::vector<float>& values) {
    return tensor(suffix, dims, values.data(), values.size() * sizeof(float), onnx::TensorProto::FLOAT);
  }
  std::string integers(const char* suffix, const Dims& values) {
    return tensor(suffix, {static_cast<std::int64_t>(values.size())}, values.data(),
                  values.size() * sizeof(std::int64_t), onnx::TensorProto::INT64);
  }

  std::string visit(const Input&) { return input_; }

  std::string visit(const Conv& op) {
    std::vector<std::string> inputs{
        in(0), floats("weight", {op.out_channels, op.in_channels / op.groups, op.kernel.y, op.kernel.x},
                      op.weights)};
    if (!op.bias.empty()) inputs.push_back(floats("bias", {op.out_channels}, op.bias));
    onnx::NodeProto& conv = add("Conv", inputs, name());
    set(conv, "kernel_shape", op.kernel);
    set(conv, "strides", op.stride);
    set(conv, "dilations", op.dilation);
    set(conv, "pads", op.pad);
    set(conv, "group", std::int64_t{op.groups});
    std::string result = name();
    if (op.residual) {
      add("Add", {result, in(1)}, result + ".sum");
      result += ".sum";
    }
    if (!op.relu || std::isinf(op.ceiling)) return rectified(result, op.relu);
    add("Clip", {result, floats("min", {}, {0}), floats("max", {}, {op.ceiling})}, result + ".clip");
    return result + ".clip";
  }

  std::string visit(const BatchNorm& op) {
    const Dims dims{op.channels};
    onnx::NodeProto& norm =
        add("BatchNormalization",
            {in(0), floats("weight", dims, op.weight), floats("bias", dims, op.bias),
             floats("running_mean", dims, op.mean), floats("running_var", dims, op.variance)},
            name());
    set(norm, "epsilon", static_cast<float>(op.epsilon));
    return rectified(name(), op.relu);
  }

  std::string visit(const MaxPool& op) {
    onnx::NodeProto& pool = add("MaxPool", {in(0)}, name());
    set(pool, "kernel_shape", op.kernel);
    set(pool, "strides", op.stride);
    set(pool, "dilations", op.dilation);
    set(pool, "pads", op.pad);
    set(pool, "ceil_mode", std::int64_t{op.ceil_mode});
    return name();
  }

  std::string visit(const AveragePool& op) {
    onnx::NodeProto& pool = add("AveragePool", {in(0)}, name());
    set(pool, "kernel_shape", op.kernel);
    set(pool, "strides", op.stride);
    set(pool, "pads", op.pad);
    set(pool, "ceil_mode", std::int64_t{op.ceil_mode});
    set(pool, "count_include_pad", std::int64_t{op.count_include_pad});
    return name();
  }

  std::string visit(const Activation& op) {
    switch (op.kind) {
      case ActivationKind::leaky_relu:
        set(add("LeakyRelu", {in(0)}, name()), "alpha", op.alpha);
        break;
      case ActivationKind::clip:
        add("Clip", {in(0), floats("min", {}, {op.alpha}), floats("max", {}, {op.beta})}, name());
        break;
      case ActivationKind::sigmoid:
        return simple("Sigmoid", {in(0)});
      case ActivationKind::hard_sigmoid: {
        onnx::NodeProto& node = add("HardSigmoid", {in(0)}, name());
        set(node, "alpha", op.alpha);
        set(node, "beta", op.beta);
        break;
      }
      case ActivationKind::hard_swish:
        return simple("HardSwish", {in(0)});
      case ActivationKind::silu:
        add("Sigmoid", {in(0)}, name() + ".gate");
        return simple("Mul", {in(0), name() + ".gate"});
    }
    return name();
  }

  std::string visit(const Arithmetic& op) {
    static constexpr const char* types[] = {"Add", "Sub", "Mul", "Div"};
    return simple(types[static_cast<std::size_t>(op.kind)], {in(0), in(1)});
  }

  std::string visit(const Concat&) {
    std::vector<std::string> inputs;
    for (std::size_t i = 0; i < node_->inputs.size(); ++i) inputs.push_back(in(i));
    set(add("Concat", inputs, name()), "axis", std::int64_t{1});
    return name();
  }

  std::string visit(const SelectChannels& op) {
    const std::string indices = integers("channels", Dims(op.channels.begin(), op.channels.end()));
    set(add("Gather", {in(0), indices}, name()), "axis", std::int64_t{1});
    return name();
  }

  std::string visit(const Pad& op) {
    const std::string pads =
        integers("pads", {0, 0, op.pad.top, op.pad.left, 0, 0, op.pad.bottom, op.pad.right});
    set(add("Pad", {in(0), pads, floats("value", {}, {op.value})}, name()), "mode", kind_name(op.mode));
    return name();
  }

  std::string visit(const Resize& op) {
    const std::vector<float> scales{1, 1, static_cast<float>(op.up.y) / static_cast<float>(op.down.y),
                                    static_cast<float>(op.up.x) / static_cast<float>(op.down.x)};
    onnx::NodeProto& node = add("Resize", {in(0), "", floats("scales", {4}, scales)}, name());
    set(node, "mode", kind_name(op.mode));
    set(node, "coordinate_transformation_mode", kind_name(op.coordinates));
    set(node, "nearest_mode", kind_name(op.rounding));
    return name();
  }

  std::string visit(const LocalResponseNorm& op) {
    onnx::NodeProto& norm = add("LRN", {in(0)}, name());
    set(norm, "size", std::int64_t{op.size});
    set(norm, "alpha", op.alpha);
    set(norm, "beta", op.beta);
    set(norm, "bias", op.bias);
    return name();
  }

  std::string visit(const PRelu& op) {
    return simple("PRelu", {in(0), floats("slope", {op.channels, 1, 1}, op.slope)});
  }
  std::string visit(const Softmax&) {
    set(add("Softmax", {in(0)}, name()), "axis", std::int64_t{1});
    return name();
  }
  std::string visit(const Add& op) { return rectified(simple("Add", {in(0), in(1)}), op.relu); }
  std::string visit(const Relu&) { return simple("Relu", {in(0)}); }
  std::string visit(const GlobalAveragePool&) { return simple("GlobalAveragePool", {in(0)}); }
  std::string visit(const GlobalMaxPool&) { return simple("GlobalMaxPool", {in(0)}); }
  std::string visit(const Constant& op) {
    return floats("value", {1, op.shape.channels, op.shape.height, op.shape.width}, op.values);
  }
  /// A transposed convolution of each channel by a single 1.
  std::string visit(const InsertZeros& op) {
    const int channels = shapes_[node_->inputs[0]].channels;
    const std::vector<float> ones(static_cast<std::size_t>(channels), 1.0f);
    onnx::NodeProto& node = add("ConvTranspose", {in(0), floats("ones", {channels, 1, 1, 1}, ones)}, name());
    set(node, "strides", op.stride);
    set(node, "group", std::int64_t{channels});
    return name();
  }
  /// What has no counterpart there: write_onnx() refuses it before.
  std::string visit(const Flatten&) { return {}; }
  std::string visit(const Linear&) { return {}; }

  onnx::GraphProto& graph_;
  const Graph& from_;
  const std::vector<Shape>& shapes_;
  std::string input_;
  const Node* node_ = nullptr;
  std::vector<std::string> results_;  ///< by node
};

}  // namespace

void add_onnx_nodes(onnx::GraphProto& graph, const Graph& from, const std::vector<Shape>& shapes,
                    const std::string& input, const std::string& output) {
  OpWriter(graph, from, shapes, input).write(output);
}

}  // namespace fcn::tools
