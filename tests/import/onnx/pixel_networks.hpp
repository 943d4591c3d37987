// SPDX-License-Identifier: MIT
// Small networks that label pixels, as ONNX files made in memory: sizes, paddings and cuts that are numbers
// or computed from the sizes of maps.
#pragma once

#include <string>
#include <vector>

#include "tests/import/onnx/onnx_bytes.hpp"

namespace test_onnx {

inline constexpr int kSide = 16, kClasses = 5;

inline void add_weights(onnx::ModelProto& file, const std::string& name, const Dims& dims) {
  std::int64_t count = 1;
  for (const std::int64_t dim : dims) count *= dim;
  std::vector<float> weights;
  for (std::int64_t i = 0; i < count; ++i)
    weights.push_back(static_cast<float>((i * 37 + static_cast<std::int64_t>(name.size())) % 23 - 11) / 16);
  add_values(file, name, onnx::TensorProto::FLOAT, dims, weights);
}

inline onnx::NodeProto& add_conv(onnx::ModelProto& file, const std::string& from, const std::string& weights,
                                 const std::string& to, std::int64_t stride, std::int64_t pad) {
  auto& conv = add_node(file, "Conv", {from, weights}, {to});
  set_ints(conv, "strides", {stride, stride});
  set_ints(conv, "pads", {pad, pad, pad, pad});
  return conv;
}

/// "name": the sizes of `of`, as numbers or computed; with `images` before them of images and channels.
inline void add_sizes(onnx::ModelProto& file, const std::string& name, const std::string& of,
                      const Dims& numbers, bool computed) {
  if (!computed) {
    add_integers(file, name, numbers);
    return;
  }
  add_node(file, "Shape", {of}, {name + ".shape"});
  add_integers(file, name + ".from", {2});
  add_integers(file, name + ".to", {4});
  const std::string places = numbers.size() == 4 ? name + ".places" : name;
  add_node(file, "Slice", {name + ".shape", name + ".from", name + ".to"}, {places});
  if (numbers.size() != 4) return;
  add_integers(file, name + ".others", {numbers[0], numbers[1]});
  auto& joined = add_node(file, "Concat", {name + ".others", places}, {name});
  set_int(joined, "axis", 0);
}

/// Down by 4, scores enlarged to a skip's size, to which the skip, padded, is cut, and then to the picture's.
inline onnx::ModelProto skip_network(bool computed) {
  onnx::ModelProto file = model({1, 3, kSide, kSide});
  add_weights(file, "w1", {4, 3, 3, 3});
  add_weights(file, "w2", {kClasses, 4, 3, 3});
  add_weights(file, "w3", {kClasses, 4, 1, 1});
  add_conv(file, "x", "w1", "half", 2, 1);
  add_conv(file, "half", "w2", "low", 2, 1);
  add_sizes(file, "half_size", "half", {1, kClasses, kSide / 2, kSide / 2}, computed);
  auto& up = add_node(file, "Resize", {"low", "", "", "half_size"}, {"up"});
  set_text(up, "mode", "linear");
  set_text(up, "coordinate_transformation_mode", "align_corners");
  add_conv(file, "half", "w3", "wide", 1, 3);
  add_integers(file, "begin", {2, 3});
  add_integers(file, "axes", {2, 3});
  if (computed) {
    add_sizes(file, "up_size", "up", {0, 0}, true);
    add_node(file, "Add", {"up_size", "begin"}, {"end"});
  } else {
    add_integers(file, "end", {2 + kSide / 2, 3 + kSide / 2});
  }
  add_node(file, "Slice", {"wide", "begin", "end", "axes"}, {"skip"});
  add_node(file, "Add", {"up", "skip"}, {"sum"});
  add_sizes(file, "picture_size", "x", {1, kClasses, kSide, kSide}, computed);
  auto& last = add_node(file, "Resize", {"sum", "", "", "picture_size"}, {"y"});
  set_text(last, "mode", "linear");
  set_text(last, "coordinate_transformation_mode", "half_pixel");
  set_shape(*file.mutable_graph()->mutable_output(0), "y", {1, kClasses, kSide, kSide});
  return file;
}

/// Of the sizes of "x" and `of`, which is "up": per axis the difference, "more", its half, "half", and the
/// rest, "rest".
inline void add_differences(onnx::ModelProto& file, const std::string& of) {
  add_node(file, "Shape", {"x"}, {"x.shape"});
  add_node(file, "Shape", {of}, {of + ".shape"});
  add_integers(file, "two", {2});
  add_integers(file, "none", {0});
  add_integers(file, "one", {1});
  for (const std::int64_t axis : {2, 3}) {
    const std::string a = std::to_string(axis);
    add_integers(file, "axis" + a, {axis});
    add_node(file, "Gather", {"x.shape", "axis" + a}, {"x" + a});
    add_node(file, "Gather", {of + ".shape", "axis" + a}, {of + a});
    add_node(file, "Sub", {"x" + a, of + a}, {"more" + a});
    add_node(file, "Sub", {"more" + a, "one"}, {"fewer" + a});
    add_node(file, "Div", {"more" + a, "two"}, {"half" + a});
    add_node(file, "Sub", {"more" + a, "half" + a}, {"rest" + a});
    add_node(file, "Sub", {of + a, "x" + a}, {"less" + a});
    add_node(file, "Div", {"less" + a, "two"}, {"cut" + a});
    add_node(file, "Neg", {"x" + a}, {"from_end" + a});
    add_node(file, "Cast", {"less" + a}, {"real_less" + a});
    set_int(*file.mutable_graph()->mutable_node(file.graph().node_size() - 1), "to",
            onnx::TensorProto::FLOAT);
    add_values(file, "real_two" + a, onnx::TensorProto::FLOAT, {}, {2});
    add_node(file, "Div", {"real_less" + a, "real_two" + a}, {"real_half" + a});
    add_node(file, "Round", {"real_half" + a}, {"rounded" + a});
    add_node(file, "Cast", {"rounded" + a}, {"even" + a});
    set_int(*file.mutable_graph()->mutable_node(file.graph().node_size() - 1), "to",
            onnx::TensorProto::INT64);
  }
}

/// A U-Net of one step that pads what comes back to the size of what went down, by halves of the difference,
/// as its Python says, or by other values of add_differences().
inline onnx::ModelProto padded_network(const std::string& first = "half", const std::string& last = "rest") {
  onnx::ModelProto file = model({1, 3, kSide, kSide});
  auto& pool = add_node(file, "MaxPool", {"x"}, {"low"});
  set_ints(pool, "kernel_shape", {4, 4});
  set_ints(pool, "strides", {4, 4});
  add_weights(file, "w", {3, kClasses, 4, 4});
  auto& up = add_node(file, "ConvTranspose", {"low", "w"}, {"up"});
  set_ints(up, "strides", {4, 4});
  add_differences(file, "up");
  std::vector<std::string> before{"none", "none"}, after{"none", "none"};
  for (const std::string a : {"2", "3"}) {
    before.push_back(first == "none" || first == "one" ? first : first + a);
    after.push_back(last == "none" ? last : last + a);
  }
  before.insert(before.end(), after.begin(), after.end());
  set_int(add_node(file, "Concat", before, {"pads"}), "axis", 0);
  add_node(file, "Pad", {"up", "pads"}, {"y"});
  set_shape(*file.mutable_graph()->mutable_output(0), "y", {1, kClasses, kSide, kSide});
  return file;
}

/// A wide map's slice from `begin` to `end`, values of add_differences(): as large as the picture.
inline onnx::ModelProto cut_network(const std::string& begin, const std::string& end = "") {
  onnx::ModelProto file = model({1, 3, kSide, kSide});
  add_weights(file, "w", {kClasses, 3, 1, 1});
  add_conv(file, "x", "w", "wide", 1, 3);
  add_differences(file, "wide");
  add_integers(file, "all", {1 << 30});
  std::string from = "wide";
  for (const std::string a : {"2", "3"}) {
    add_node(file, "Add", {begin + a, "x" + a}, {"end" + a});
    add_node(file, "Slice", {from, begin + a, end.empty() ? "end" + a : end, "axis" + a}, {"cut_to" + a});
    add_node(file, "Relu", {"cut_to" + a}, {a == "2" ? "between" : "y"});
    from = "between";
  }
  set_shape(*file.mutable_graph()->mutable_output(0), "y", {1, kClasses, kSide, kSide});
  return file;
}

/// Values that are pooled, convolved and put back where the pool found them.
inline onnx::ModelProto unpooling_network() {
  onnx::ModelProto file = model({1, 3, kSide, kSide});
  add_weights(file, "w1", {4, 3, 3, 3});
  add_weights(file, "w2", {4, 4, 3, 3});
  add_conv(file, "x", "w1", "a", 1, 1);
  auto& pool = add_node(file, "MaxPool", {"a"}, {"p", "i"});
  set_ints(pool, "kernel_shape", {2, 2});
  set_ints(pool, "strides", {2, 2});
  add_conv(file, "p", "w2", "q", 1, 1);
  auto& unpool = add_node(file, "MaxUnpool", {"q", "i"}, {"y"});
  set_ints(unpool, "kernel_shape", {2, 2});
  set_ints(unpool, "strides", {2, 2});
  set_shape(*file.mutable_graph()->mutable_output(0), "y", {1, 4, kSide, kSide});
  return file;
}

}  // namespace test_onnx
