// SPDX-License-Identifier: MIT
// One measured process of oneDNN: the convolutions of ResNet-18 alone, one after the other, each in oneDNN's
// own layout, with nothing between them. A reference for the comparison, not a whole network. compare.py
// starts it.
//
// Arguments: direct|winograd HEIGHT WIDTH THREADS SECONDS. The threads themselves are OMP_NUM_THREADS's.
// Winograd is taken where oneDNN has it (3x3 at stride 1), direct elsewhere; exit code 3 where this CPU has
// no Winograd at all.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <dnnl.hpp>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench/resnet18.hpp"
#include "fcn/graph/shape_inference.hpp"

namespace {

using Tag = dnnl::memory::format_tag;
constexpr auto kFloat = dnnl::memory::data_type::f32;

struct Layer {
  dnnl::convolution_forward primitive;
  std::unordered_map<int, dnnl::memory> arguments;
};

dnnl::memory filled(const dnnl::memory::desc& desc, const dnnl::engine& engine) {
  dnnl::memory memory(desc, engine);
  auto* values = static_cast<float*>(memory.get_data_handle());
  std::fill(values, values + desc.get_size() / sizeof(float), 0.01f);
  return memory;
}

std::optional<Layer> make_layer(const fcn::Conv& conv, const fcn::Shape& in, const fcn::Shape& out,
                                dnnl::algorithm algorithm, const dnnl::engine& engine) {
  const dnnl::memory::desc source({1, in.channels, in.height, in.width}, kFloat, Tag::any);
  const dnnl::memory::desc weights({conv.out_channels, conv.in_channels, conv.kernel.y, conv.kernel.x},
                                   kFloat, Tag::any);
  const dnnl::memory::desc bias({conv.out_channels}, kFloat, Tag::any);
  const dnnl::memory::desc result({1, out.channels, out.height, out.width}, kFloat, Tag::any);
  const dnnl::memory::dims strides = {conv.stride.y, conv.stride.x};
  const dnnl::memory::dims before = {conv.pad.top, conv.pad.left}, after = {conv.pad.bottom, conv.pad.right};
  const dnnl::convolution_forward::desc what(dnnl::prop_kind::forward_inference, algorithm, source, weights,
                                             bias, result, strides, before, after);
  const dnnl::convolution_forward::primitive_desc chosen(what, engine, true);
  if (!chosen) return std::nullopt;
  return Layer{dnnl::convolution_forward(chosen),
               {{DNNL_ARG_SRC, filled(chosen.src_desc(), engine)},
                {DNNL_ARG_WEIGHTS, filled(chosen.weights_desc(), engine)},
                {DNNL_ARG_BIAS, filled(chosen.bias_desc(), engine)},
                {DNNL_ARG_DST, filled(chosen.dst_desc(), engine)}}};
}

double milliseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) return std::fprintf(stderr, "arguments: direct|winograd HEIGHT WIDTH THREADS SECONDS\n"), 2;
  const bool winograd = std::string(argv[1]) == "winograd";
  const fcn::Graph graph = fcn::bench::RandomResNet18().build(1000);
  const auto shapes = fcn::infer_shapes(graph, {3, std::atoi(argv[2]), std::atoi(argv[3])});
  if (!shapes) return std::fprintf(stderr, "%s\n", shapes.error().to_string().c_str()), 1;

  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  dnnl::stream stream(engine);
  std::vector<Layer> layers;
  int fast = 0;
  for (std::size_t id = 0; id < graph.nodes.size(); ++id) {
    const auto* conv = std::get_if<fcn::Conv>(&graph.nodes[id].op);
    if (conv == nullptr) continue;
    const fcn::Shape &in = (*shapes)[graph.nodes[id].inputs[0]], &out = (*shapes)[id];
    std::optional<Layer> layer;
    if (winograd && conv->kernel.y == 3 && conv->stride.y == 1)
      layer = make_layer(*conv, in, out, dnnl::algorithm::convolution_winograd, engine);
    fast += layer.has_value();
    if (!layer) layer = make_layer(*conv, in, out, dnnl::algorithm::convolution_direct, engine);
    if (!layer) return std::fprintf(stderr, "no convolution for %s\n", graph.nodes[id].name.c_str()), 1;
    layers.push_back(*std::move(layer));
  }
  if (winograd && fast == 0) return std::fprintf(stderr, "no Winograd on this CPU\n"), 3;

  std::printf("{\"times_ms\": [");
  const auto begin = std::chrono::steady_clock::now();
  for (int run = -2; run < 5 || milliseconds_since(begin) < 1000 * std::atof(argv[5]); ++run) {
    const auto start = std::chrono::steady_clock::now();
    for (const Layer& layer : layers) layer.primitive.execute(stream, layer.arguments);
    stream.wait();
    if (run >= 0) std::printf("%s%.4f", run == 0 ? "" : ", ", milliseconds_since(start));
  }
  std::printf("], \"winograd_layers\": %d}\n", fast);
}
