// SPDX-License-Identifier: MIT
// A camera whose frames change their size: an operator zooms. Each size is planned once; after the first
// round nothing is allocated.
#include <algorithm>
#include <cstdio>
#include <fcn/base/memory_count.hpp>
#include <fcn/fcn.hpp>

#include "read_ppm.hpp"

int main(int argc, char** argv) {  // MODEL < PICTURE.ppm
  PpmPicture picture;
  const auto model = fcn::load_model(argc > 1 ? argv[1] : "");
  if (!model) return std::puts(model.error().to_string().c_str()), 1;
  if (!read_ppm(picture)) return std::puts("expected a PPM picture on standard input"), 2;
  // Plans of several sizes may keep 256 MB together.
  auto session = fcn::Session::create(*model, {.threads = 2, .max_kept_bytes = 256u << 20});
  if (!session) return std::puts(session.error().to_string().c_str()), 1;

  fcn::ScoreMap map;  // its memory is reused too
  for (int frame = 0; frame < 9; ++frame) {
    const int cut = frame % 3 * std::min(picture.width, picture.height) / 32;
    const auto zoomed =
        picture.view().crop(cut, cut, picture.width - 2 * cut, picture.height - 2 * cut);  // not a copy
    if (!zoomed) return std::puts(zoomed.error().to_string().c_str()), 1;
    const std::size_t held = fcn::MemoryCount::held();
    if (const fcn::Status ran = session->run_into(*zoomed, map); !ran)
      return std::puts(ran.error().to_string().c_str()), 1;
    const int best = map.top(1).empty() ? 0 : map.top(1)[0];
    std::printf("frame %d: %dx%d, %s, planned in %.1f ms, ran in %.1f ms, %zu bytes more\n", frame,
                zoomed->width, zoomed->height, model->label(best).c_str(), session->times().plan,
                session->times().infer, fcn::MemoryCount::held() - held);
  }
}
