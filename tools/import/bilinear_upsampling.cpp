// SPDX-License-Identifier: MIT
#include "tools/import/bilinear_upsampling.hpp"

namespace fcn::tools {

NodeId append_bilinear_upsampling(Graph& graph, const std::string& name, NodeId map, int stride,
                                  Extent skip) {
  // Interpolation repeats the map's edge; a row of zeros around the map makes those the edge. Each of them
  // becomes `stride` rows, of which none belongs to the result.
  const NodeId framed = graph.append(name + ".frame", Pad{.pad = {1, 1, 1, 1}}, {map});
  Resize resize;
  resize.mode = ResizeMode::linear;
  resize.up = {stride, stride};
  const NodeId enlarged = graph.append(name, resize, {framed});
  Pad crop;
  crop.pad = {-stride - skip.y, -stride - skip.x, skip.y == 0 ? -stride : 0, skip.x == 0 ? -stride : 0};
  return graph.append(name + ".crop", crop, {enlarged});
}

}  // namespace fcn::tools
