// SPDX-License-Identifier: MIT
// Reads bench/shapes/*.txt: the convolutions of a real network, one a line.
#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace fcn::bench {

struct ConvRow {
  std::string network;
  int image_h = 0, image_w = 0;
  std::string layer;
  int in_channels = 0, out_channels = 0, kernel = 0, stride = 0, pad = 0, in_h = 0, in_w = 0, times = 0;
  int groups = 1;

  int out_h() const { return (in_h + 2 * pad - kernel) / stride + 1; }
  int out_w() const { return (in_w + 2 * pad - kernel) / stride + 1; }
  int k() const { return in_channels / groups * kernel * kernel; }
  double flops() const { return 2.0 * out_h() * out_w() * out_channels * k(); }
  /// What benchmarks of the row are called after their algorithm.
  std::string name() const {
    return network + "/" + std::to_string(image_h) + "x" + std::to_string(image_w) + "/" + layer;
  }
};

/// Of the network whose shapes are folder/network.txt.
inline std::vector<ConvRow> read_conv_shapes(const std::string& folder, const std::string& network) {
  std::vector<ConvRow> rows;
  std::ifstream in(folder + "/" + network + ".txt");
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream text(line);
    ConvRow r;
    r.network = network;
    text >> r.image_h >> r.image_w >> r.layer >> r.in_channels >> r.out_channels >> r.kernel >> r.stride >>
        r.pad >> r.in_h >> r.in_w >> r.times;
    if (!text) continue;
    if (!(text >> r.groups)) r.groups = 1;  // ResNet-18's lines say none
    rows.push_back(r);
  }
  return rows;
}

}  // namespace fcn::bench
