#include <cstdio>
#include <fcn/fcn.hpp>
#include <vector>

int main(int argc, char** argv) {  // MODEL < PICTURE.ppm
  const auto model = fcn::load_model(argc > 1 ? argv[1] : "");
  if (!model) return std::puts(model.error().to_string().c_str()), 1;
  auto session = fcn::Session::create(*model, {.threads = 2});
  if (!session) return std::puts(session.error().to_string().c_str()), 1;
  int width = 0, height = 0;
  if (std::scanf("P6 %d %d 255%*c", &width, &height) != 2 || width < 1 || height < 1) return 2;
  std::vector<unsigned char> rgb(3u * width * height);
  if (std::fread(rgb.data(), 1, rgb.size(), stdin) != rgb.size()) return 2;
  const auto map = session->run({.pixels = rgb.data(), .width = width, .height = height, .channels = 3});
  if (!map) return std::puts(map.error().to_string().c_str()), 1;
  for (const int id : map->top(3))
    std::printf("%-12s %5.1f %% at row %d, column %d\n", model->label(id).c_str(),
                100 * map->peak(id).probability, map->peak(id).row, map->peak(id).col);
}
