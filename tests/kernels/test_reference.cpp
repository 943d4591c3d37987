// SPDX-License-Identifier: MIT
// The reference against numbers worked out by hand: who checks the checker. Everything else is compared with
// it.
#include "tests/kernels/kernel_check.hpp"

namespace fcn::test {
namespace {

// A map of one image from values in row, column, channel order, with margins of zeros.
Map map_of(MapShape shape, const std::vector<float>& values) {
  shape.pixel_stride = shape.channels;
  Map map = input_map(shape);
  RandomFloats unused(0, Values::kIntegers);
  map.fill(unused);
  std::size_t next = 0;
  for (int y = 0; y < shape.rows; ++y) {
    for (int x = 0; x < shape.width; ++x) {
      for (int c = 0; c < shape.channels; ++c) map.pixel(y, 0, x)[c] = values[next++];
    }
  }
  return map;
}

std::vector<float> values_of(const Map& map) {
  std::vector<float> values;
  for (int y = 0; y < map.shape().rows; ++y) {
    for (int x = 0; x < map.shape().width; ++x) {
      for (int c = 0; c < map.shape().channels; ++c) values.push_back(map.pixel(y, 0, x)[c]);
    }
  }
  return values;
}

Map out_map(int rows, int width, int channels) {
  return output_map({.rows = rows, .width = width, .channels = channels, .pixel_stride = 16});
}

using Numbers = std::vector<float>;

TEST_CASE("The reference convolves a 3 x 3 map with a 2 x 2 kernel", "[reference]") {
  const KernelTable& table = reference_table();
  const Map in = map_of({.rows = 3, .width = 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  const float weights[] = {1, 10, 100, 1000}, bias[] = {0.5f};
  kernels::ConvBand band;
  band.shape = {1, 1, 1, 2, 2, 1, 1, 1, 1, 0};
  std::vector<float> packed(table.packed_conv_size(band.shape));
  table.pack_conv(band.shape, weights, bias, packed.data());
  const float* rows[] = {in.row(0), in.row(1), in.row(1), in.row(2)};
  Map out = out_map(2, 2, 1);
  band.out_rows = 2;
  band.out_width = 2;
  band.in = {rows, 1, in.image_stride()};
  band.out = output_rows(out);
  band.weights = packed.data();
  table.conv(band, {0, 4}, {0, 1});
  // Not turned round, as in every deep-learning framework: 1 + 10 2 + 100 4 + 1000 5 + 0.5.
  CHECK(values_of(out) == Numbers{5421.5f, 6532.5f, 8754.5f, 9865.5f});
}

TEST_CASE("The reference convolves with stride, dilation, padding, residual and relu", "[reference]") {
  const KernelTable& table = reference_table();
  const Map in = map_of({.rows = 1, .width = 5, .margin_left = 2, .margin_right = 2}, {1, 2, 3, 4, 5});
  const Map residual = map_of({.rows = 1, .width = 3, .channels = 2}, {0, -100, 1, -23, 2, 0});
  const float weights[] = {1, 2, 3, -1, -2, -3};
  kernels::ConvBand band;
  band.shape = {1, 2, 1, 1, 3, 1, 2, 1, 2, 2};  // 1 x 3, stride 2, dilation 2, two columns of padding
  std::vector<float> packed(table.packed_conv_size(band.shape));
  table.pack_conv(band.shape, weights, nullptr, packed.data());
  Map out = out_map(1, 3, 2);
  band.out_rows = 1;
  band.out_width = 3;
  band.in = {in.rows(), 1, in.image_stride()};
  band.residual = {residual.rows(), 2, residual.image_stride()};
  band.out = output_rows(out);
  band.weights = packed.data();
  band.relu = true;
  table.conv(band, {0, 3}, {0, 2});
  // Column 0 sees 0 1 3, column 1 sees 1 3 5, column 2 sees 3 5 0.
  CHECK(values_of(out) == Numbers{11, 0, 23, 0, 15, 0});
  CHECK(out.frame_intact());
}

TEST_CASE("The reference keeps groups apart", "[reference]") {
  const KernelTable& table = reference_table();
  const Map in = map_of({.rows = 1, .width = 1, .channels = 4}, {1, 2, 3, 4});
  const float weights[] = {1, 10, 100, 1000};
  kernels::ConvBand band;
  band.shape = {4, 2, 2, 1, 1, 1, 1, 1, 1, 0};
  std::vector<float> packed(table.packed_conv_size(band.shape));
  table.pack_conv(band.shape, weights, nullptr, packed.data());
  Map out = out_map(1, 1, 2);
  band.out_rows = 1;
  band.out_width = 1;
  band.in = {in.rows(), 4, in.image_stride()};
  band.out = output_rows(out);
  band.weights = packed.data();
  table.conv(band, {0, 1}, {0, 2});
  CHECK(values_of(out) == Numbers{21, 4300});
}

TEST_CASE("The reference pools with windows that stick out", "[reference]") {
  const KernelTable& table = reference_table();
  const Map in = map_of({.rows = 2, .width = 3}, {-1, -2, -3, -4, -5, -6});
  const float* rows[] = {nullptr, in.row(0), in.row(1), in.row(0), in.row(1), nullptr};
  const int three_rows[] = {3, 3}, inside_rows[] = {2, 2};
  Map out = out_map(2, 2, 1);
  kernels::PoolBand band;
  band.channels = 1;
  band.out_rows = 2;
  band.in_width = 3;
  band.out_width = 2;
  band.kernel_h = band.kernel_w = 3;
  band.stride_x = 2;
  band.pad_left = band.pad_right = 1;
  band.in = {rows, 1, in.image_stride()};
  band.out = output_rows(out);
  table.max_pool(band, {0, 4});
  CHECK(values_of(out) == Numbers{-1, -2, -1, -2});  // padding is no 0

  band.rows_counted = three_rows;
  table.average_pool(band, {0, 4});
  CHECK(values_of(out) == Numbers{-12.0f / 9, -16.0f / 9, -12.0f / 9, -16.0f / 9});

  band.rows_counted = inside_rows;
  band.count_include_pad = false;
  table.average_pool(band, {0, 4});
  CHECK(values_of(out) == Numbers{-3, -4, -3, -4});
}

TEST_CASE("The reference's pixelwise kernels", "[reference]") {
  const KernelTable& table = reference_table();
  const Map a = map_of({.rows = 1, .width = 2, .channels = 2}, {1, -2, -3, 4});
  const Map b = map_of({.rows = 1, .width = 2, .channels = 2}, {10, 20, -30, -40});
  const float scale[16] = {2, 3}, shift[16] = {0.5f, -1};
  Map out = out_map(1, 2, 2);
  kernels::PixelBand band;
  band.channels = 2;
  band.rows = 1;
  band.width = 2;
  band.a = {a.rows(), 2, a.image_stride()};
  band.out = output_rows(out);
  table.relu(band, {0, 2});
  CHECK(values_of(out) == Numbers{1, 0, 0, 4});
  kernels::ArithmeticBand sum{band, {b.rows(), 2, b.image_stride()}};
  table.add(sum, {0, 2});
  CHECK(values_of(out) == Numbers{11, 18, -33, -36});
  table.batch_norm({band, scale, shift}, {0, 2});
  CHECK(values_of(out) == Numbers{2.5f, -7, -5.5f, 11});
  sum.relu = true;
  table.add(sum, {0, 2});
  CHECK(values_of(out) == Numbers{11, 18, 0, 0});
  table.softmax(band, {0, 2});
  const Numbers scores = values_of(out);
  CHECK(scores[0] == Approx(0.952574127));  // 1 / (1 + e^-3)
  CHECK(scores[2] == Approx(0.000911051));  // 1 / (1 + e^7)
}

}  // namespace
}  // namespace fcn::test
