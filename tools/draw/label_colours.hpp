// SPDX-License-Identifier: MIT
// The colours of classes, on maps of cells and of pixels.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "tools/draw/drawing.hpp"

namespace fcn::tools {

/// Okabe and Ito's colours (https://jfly.uni-koeln.de/color/), which colour-blind people tell apart, and a
/// few more.
inline constexpr std::array<Colour, 11> kDistinctColours = {{{230, 159, 0},
                                                             {86, 180, 233},
                                                             {0, 158, 115},
                                                             {240, 228, 66},
                                                             {213, 94, 0},
                                                             {204, 121, 167},
                                                             {0, 114, 178},
                                                             {160, 110, 220},
                                                             {150, 200, 60},
                                                             {255, 150, 150},
                                                             {150, 90, 60}}};

/// For 21 labels Pascal VOC's colours, the first being the background's; for other counts distinguishable
/// colours, which repeat beyond 256. `background`: a label that is drawn black, or -1.
std::vector<Colour> label_colours(int labels, int background);

/// Three bytes a colour.
std::vector<std::uint8_t> palette_bytes(const std::vector<Colour>& colours);

}  // namespace fcn::tools
