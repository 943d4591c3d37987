// SPDX-License-Identifier: MIT
// Scaling with antialiasing, bit for bit as in Pillow (and so torchvision on PIL images).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fcn/limits.hpp"
#include "fcn/model_info.hpp"
#include "fcn/result.hpp"
#include "tools/pictures/picture.hpp"

namespace fcn::tools {

/// A size as the user states it: both sides, the shorter one with the proportions kept, or what the model's
/// recipe says.
struct ResizeSpec {
  int width = 0;  ///< 0 if `short_side` counts
  int height = 0;
  int short_side = 0;
  bool by_recipe = false;
};

/// "short:N", "WxH" or "recipe".
Result<ResizeSpec> parse_resize(std::string_view text);

/// The size that a width x height picture gets. With short_side the longer side is rounded down, as
/// torchvision does.
struct PictureSize {
  std::int64_t width = 0;
  std::int64_t height = 0;
};
PictureSize resized_size(const ResizeSpec& spec, int width, int height);
/// The same before the recipe's crop, which is not made here: the map covers it.
PictureSize resized_size(const ResizeRecipe& recipe, int width, int height);

/// Bytes that resize_picture() holds besides the two pictures.
std::uint64_t resize_scratch_bytes(PictureSize from, PictureSize to,
                                   RecipeInterpolation interpolation = RecipeInterpolation::bilinear);

/// Holds, besides the two pictures, only as many rows as one output row reads.
Result<Picture> resize_picture(const Picture& from, int width, int height, RecipeInterpolation interpolation,
                               const Limits& limits);

inline Result<Picture> resize_bilinear(const Picture& from, int width, int height, const Limits& limits) {
  return resize_picture(from, width, height, RecipeInterpolation::bilinear, limits);
}

}  // namespace fcn::tools
