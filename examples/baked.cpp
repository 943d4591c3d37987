// SPDX-License-Identifier: MIT
// A program that carries its model: one file to copy to another machine.
//
//   fcn-export to-header MODEL -o model.S                  (writes model.h, too)
//   g++ -std=c++20 -O2 baked.cpp model.S $(pkg-config --cflags --libs fcn) -o baked
//   ./baked < PICTURE.ppm
#include <cstdio>
#include <fcn/fcn.hpp>
#include <span>
#include <vector>

#include "model.h"

int main() {
  const auto loaded = fcn::load_model(std::as_bytes(std::span(model, model_size)));
  if (!loaded) return std::puts(loaded.error().to_string().c_str()), 1;
  auto session = fcn::Session::create(*loaded);
  if (!session) return std::puts(session.error().to_string().c_str()), 1;
  int width = 0, height = 0;
  if (std::scanf("P6 %d %d 255%*c", &width, &height) != 2 || width < 1 || height < 1) return 2;
  std::vector<unsigned char> rgb(3 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  if (std::fread(rgb.data(), 1, rgb.size(), stdin) != rgb.size()) return 2;
  const auto map = session->run({.pixels = rgb.data(), .width = width, .height = height, .channels = 3});
  if (!map) return std::puts(map.error().to_string().c_str()), 1;
  for (const int id : map->top(3))
    std::printf("%-12s %.9g\n", loaded->label(id).c_str(), map->peak(id).probability);
}
