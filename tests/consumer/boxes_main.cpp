// SPDX-License-Identifier: MIT
// Runs the function for boxes that the README shows.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <fcn/fcn.hpp>

int print_boxes(const fcn::Model& model, const fcn::ScoreMap& map, int width, int height);

int main(int argc, char** argv) {  // MODEL < PICTURE.ppm
  const auto model = fcn::load_model(argc > 1 ? argv[1] : "");
  if (!model) return std::puts(model.error().to_string().c_str()), 1;
  auto session = fcn::Session::create(*model, {.threads = 1});
  int width = 0, height = 0;
  if (!session || std::scanf("P6 %d %d 255%*c", &width, &height) != 2) return 2;
  std::vector<std::uint8_t> rgb(3u * static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  if (std::fread(rgb.data(), 1, rgb.size(), stdin) != rgb.size()) return 2;
  const auto map = session->run({rgb.data(), width, height, std::ptrdiff_t{3} * width, 3});
  if (!map) return std::puts(map.error().to_string().c_str()), 1;
  return print_boxes(*model, *map, width, height);
}
