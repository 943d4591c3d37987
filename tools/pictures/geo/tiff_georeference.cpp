// SPDX-License-Identifier: MIT
#include "tools/pictures/geo/tiff_georeference.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace fcn::tools {
namespace {

constexpr ttag_t kPixelScale = 33550, kTiePoints = 33922, kTransformation = 34264, kKeyDirectory = 34735;

/// The values of a tag of which libtiff knows no more than its type. An Error if they are of another one.
template <class Value>
Result<std::span<const Value>> values_of(const TiffFile& file, ttag_t tag, TIFFDataType type) {
  std::uint32_t count = 0;
  const Value* values = nullptr;
  const TIFFField* const field = TIFFFindField(file.handle(), tag, TIFF_ANY);
  if (field == nullptr || TIFFFieldPassCount(field) == 0) return std::span<const Value>();
  if (TIFFFieldDataType(field) != type)
    return Error{ErrorCode::malformed, "the tag " + std::to_string(tag) + " has numbers of the wrong type",
                 "georeference"};
  if (TIFFGetField(file.handle(), tag, &count, &values) != 1) return std::span<const Value>();
  return std::span(values, count);
}

}  // namespace

std::optional<Result<Georeference>> tiff_georeference(const TiffFile& file) {
  if (!file.lost_geo_tag().empty())
    return Error{ErrorCode::malformed, "the " + file.lost_geo_tag() + " cannot be read", "georeference"};
  const auto scale = values_of<double>(file, kPixelScale, TIFF_DOUBLE);
  const auto points = values_of<double>(file, kTiePoints, TIFF_DOUBLE);
  const auto matrix = values_of<double>(file, kTransformation, TIFF_DOUBLE);
  const auto keys = values_of<std::uint16_t>(file, kKeyDirectory, TIFF_SHORT);
  if (!scale) return scale.error();
  if (!points) return points.error();
  if (!matrix) return matrix.error();
  if (!keys) return keys.error();
  if (scale->empty() && points->empty() && matrix->empty() && keys->empty()) return std::nullopt;
  return georeference_of({*scale, *points, *matrix, *keys}, file.field<std::uint32_t>(TIFFTAG_IMAGEWIDTH),
                         file.field<std::uint32_t>(TIFFTAG_IMAGELENGTH));
}

}  // namespace fcn::tools
