// SPDX-License-Identifier: MIT
#include "tools/export/onnx/onnx_ops.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tools/export/onnx/onnx_curves.hpp"
#include "tools/export/onnx/onnx_node_writer.hpp"

namespace fcn::tools {
namespace {

/// Adds the nodes of one op after the other. Every visit() adds its op's ONNX nodes and returns the name of
/// the result.
class OpWriter : private OnnxNodeWriter {
 public:
  OpWriter(onnx::GraphProto& graph, const Graph& from, const std::vector<Shape>& shapes, std::string input)
      : OnnxNodeWriter(graph), from_(from), shapes_(shapes), input_(std::move(input)) {}

  void write(const std::string& output) {
    for (const Node& node : from_.nodes) {
      node_ = &node;
      begin(node);
      results_.push_back(std::visit([this](const auto& op) { return visit(op); }, node.op));
    }
    add("Identity", {results_[from_.output]}, output);
  }

 private:
  [[nodiscard]] const std::string& in(std::size_t i) const { return results_[node_->inputs[i]]; }
  /// With a relu after it where the op has one fused.
  std::string rectified(const std::string& result, bool relu) {
    if (!relu) return result;
    add("Relu", {result}, result + ".relu");
    return result + ".relu";
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

  std::string visit(const Activation& op) { return write_activation(*this, op, in(0)); }

  std::string visit(const Arithmetic& op) {
    static constexpr const char* types[] = {"Add", "Sub", "Mul", "Div", "Min", "Max"};
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
    if (op.mode == ResizeMode::nearest) set(node, "nearest_mode", kind_name(op.rounding));
    if (op.mode == ResizeMode::cubic) set(node, "cubic_coeff_a", op.cubic_a);
    return name();
  }

  /// Rows and columns of input `slot`, whatever the picture's size.
  std::string size_of(std::size_t slot, const std::string& of = "") {
    const std::string shape = name() + of + ".shape", size = name() + of + ".size";
    add("Shape", {in(slot)}, shape);
    const std::string two = "two" + of, four = "four" + of;
    add("Slice", {shape, integers(two.c_str(), {2}), integers(four.c_str(), {4})}, size);
    return size;
  }
  std::string visit(const ResizeTo& op) {
    const std::string images = name() + ".images", whole = name() + ".own", sizes = name() + ".sizes";
    const std::string size = size_of(1);
    add("Shape", {in(0)}, whole);
    add("Slice", {whole, integers("zero", {0}), integers("first", {2})}, images);
    set(add("Concat", {images, size}, sizes), "axis", std::int64_t{0});
    onnx::NodeProto& node = add("Resize", {in(0), "", "", sizes}, name());
    set(node, "mode", kind_name(op.mode));
    set(node, "coordinate_transformation_mode", kind_name(op.coordinates));
    if (op.mode == ResizeMode::nearest) set(node, "nearest_mode", kind_name(op.rounding));
    if (op.mode == ResizeMode::cubic) set(node, "cubic_coeff_a", op.cubic_a);
    return name();
  }
  std::string visit(const CropTo& op) {
    const std::string size = size_of(1), ends = name() + ".ends";
    const std::string starts = integers("from", {op.top, op.left});
    add("Add", {starts, size}, ends);
    if (op.axes == CropAxes::both) return simple("Slice", {in(0), starts, ends, integers("axes", {2, 3})});
    const bool rows = op.axes == CropAxes::rows;
    const std::string end = name() + ".end";
    add("Slice", {ends, integers("at", {rows ? 0 : 1}), integers("to", {rows ? 1 : 2})}, end);
    return simple("Slice", {in(0), integers("start", {rows ? op.top : op.left}), end,
                            integers("axis", {rows ? 2 : 3})});
  }
  /// name() + `made`, a number along each axis.
  std::string step(const char* type, const std::string& a, const std::string& b, const char* made) {
    add(type, {a, b}, name() + made);
    return name() + made;
  }
  /// Of `more` places those before the map. ONNX divides whole numbers towards zero, so an odd number is made
  /// even first.
  std::string places_before(PlacesBefore before, const std::string& more) {
    if (before == PlacesBefore::all) return more;
    if (before == PlacesBefore::none) return step("Sub", more, more, ".none");
    const std::string two = integers("half", {2}), odd = step("Mod", more, two, ".odd");
    const char* to_even = before == PlacesBefore::ceil ? "Add" : "Sub";
    const std::string half = step("Div", step(to_even, more, odd, ".even"), two, ".before");
    if (before != PlacesBefore::even) return half;
    return step("Add", half, step("Mul", odd, step("Mod", half, two, ".uneven"), ".up"), ".to_even");
  }
  /// Pads by the difference, or cuts off where that is negative.
  std::string visit(const CenterTo& op) {
    const std::string none = integers("images", {0, 0});
    const std::string cut =
        integers("axes", {op.axes == CropAxes::columns ? 0 : 1, op.axes == CropAxes::rows ? 0 : 1});
    const std::string more = step("Mul", step("Sub", size_of(1), size_of(0, ".own"), ".less"), cut, ".more");
    const std::string before = places_before(op.before, more), after = step("Sub", more, before, ".after");
    const std::string pads = name() + ".pads";
    set(add("Concat", {none, before, none, after}, pads), "axis", std::int64_t{0});
    return simple("Pad", {in(0), pads});
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
  std::string visit(const GlobalSumPool&) { return simple("ReduceSum", {in(0), integers("axes", {2, 3})}); }
  std::string visit(const ReduceChannels& op) {
    if (op.kind == ReductionKind::sum) return simple("ReduceSum", {in(0), integers("axes", {1})});
    static constexpr const char* types[] = {"ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin"};
    set(add(types[static_cast<std::size_t>(op.kind)], {in(0)}, name()), "axes", Dims{1});
    return name();
  }
  std::string visit(const ChannelNorm& op) { return write_channel_norm(*this, op, in(0)); }
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
  /// No operator takes a block that is not square: a transposed convolution spreads its pixels.
  std::string visit(const DepthToSpace& op) {
    if (op.block.y != op.block.x) return spread_by_convolution(op);
    onnx::NodeProto& node = add("DepthToSpace", {in(0)}, name());
    set(node, "blocksize", std::int64_t{op.block.y});
    return name();
  }
  std::string spread_by_convolution(const DepthToSpace& op) {
    const auto places = static_cast<std::size_t>(op.block.y) * static_cast<std::size_t>(op.block.x);
    const int deep = shapes_[node_->inputs[0]].channels;
    const int channels = deep / static_cast<int>(places);
    std::vector<float> ones(static_cast<std::size_t>(deep) * static_cast<std::size_t>(channels) * places,
                            0.0f);
    for (std::size_t in_channel = 0; in_channel < static_cast<std::size_t>(deep); ++in_channel) {
      const std::size_t place = in_channel / static_cast<std::size_t>(channels);
      const std::size_t out_channel = in_channel % static_cast<std::size_t>(channels);
      ones[(in_channel * static_cast<std::size_t>(channels) + out_channel) * places + place] = 1;
    }
    set(add("ConvTranspose", {in(0), floats("ones", {deep, channels, op.block.y, op.block.x}, ones)}, name()),
        "strides", op.block);
    return name();
  }
  /// Ops without a counterpart: write_onnx() has refused them before.
  std::string visit(const Flatten&) { return {}; }
  std::string visit(const Linear&) { return {}; }
  std::string visit(const MaxPoolIndices&) { return {}; }
  std::string visit(const MaxUnpool&) { return {}; }

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
