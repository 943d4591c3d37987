// SPDX-License-Identifier: MIT
// Every kernel at the shapes of real networks (bench/shapes), on every arch that this CPU runs, and Eigen's
// matrix product beside the convolutions. Counters: GFLOP/s or GB/s (in and out, as if caches held nothing),
// and for convolutions the share of the multiply-add peak, sampled in turn with the kernel; both in the
// thread's own time.
//   bench_kernels --benchmark_filter='resnet50/725x1920.*(avx2|eigen)'
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "bench/conv_bench_data.hpp"
#include "bench/eigen_conv.hpp"
#include "fcn/graph/conv_algorithm.hpp"
#include "fcn/kernels/select.hpp"
#include "fcn/run/fma_peak.hpp"

namespace fcn::bench {
namespace {

using benchmark::Counter;
using kernels::KernelTable;

void count_flops(benchmark::State& state, const ConvRow& row) {
  state.counters["GFLOP/s"] = Counter(row.flops() * 1e-9, Counter::kIsIterationInvariantRate);
}

void bench_conv(benchmark::State& state, const ConvRow& row, const KernelTable& table) {
  const ConvBenchData data(row, table, ConvAlgorithm::direct);
  const kernels::Range panels{0, table.conv_panels(data.band.shape)};
  ThreadPool alone(1);
  FmaPeak peak(table, alone);
  double total = 0;
  for (auto _ : state) {
    const double begin = thread_seconds();
    table.conv(data.band, {0, data.pixels()}, panels);
    const double seconds = thread_seconds() - begin;
    state.SetIterationTime(seconds);
    total += seconds;
    peak.sample();
  }
  count_flops(state, row);
  const double gflops = row.flops() * 1e-9 * static_cast<double>(state.iterations()) / total;
  state.counters["peak_share"] = gflops / peak.gflops();
}

// Counted as the multiplications of direct convolution, which is run in turn: of_direct is the share of its
// time.
void bench_winograd(benchmark::State& state, const ConvRow& row, const KernelTable& table,
                    ConvAlgorithm algorithm) {
  const ConvBenchData direct(row, table, ConvAlgorithm::direct), data(row, table, algorithm);
  const kernels::ConvShape& shape = data.band.shape;
  const Floats scratch = aligned_floats(table.winograd_scratch(shape, algorithm));
  double total = 0, direct_total = 0;
  for (auto _ : state) {
    const double begin = thread_seconds();
    table.winograd(data.band, algorithm, {0, data.tiles(algorithm)},
                   {0, table.winograd_panels(shape, algorithm)}, scratch.get());
    const double between = thread_seconds();
    table.conv(direct.band, {0, direct.pixels()}, {0, table.conv_panels(shape)});
    direct_total += thread_seconds() - between;
    total += between - begin;
    state.SetIterationTime(between - begin);
  }
  count_flops(state, row);
  state.counters["of_direct"] = total / direct_total;
}

void bench_eigen(benchmark::State& state, const ConvRow& row, bool im2col) {
  EigenConv conv(row);
  for (auto _ : state) {
    const double begin = thread_seconds();
    im2col ? conv.run_with_im2col() : conv.run_product_only();
    state.SetIterationTime(thread_seconds() - begin);
  }
  count_flops(state, row);
}

// A map of the size of layer1's at 387 x 1024, or the stem's before the pool.
struct MapSize {
  int channels, rows, width;
};

class Pixels {
 public:
  explicit Pixels(const MapSize& size)
      : pixel_stride_((size.channels + kernels::kChannelQuantum - 1) / kernels::kChannelQuantum *
                      kernels::kChannelQuantum),
        image_stride_(std::ptrdiff_t{pixel_stride_} * size.width),
        floats_(aligned_floats(static_cast<std::size_t>(image_stride_ * size.rows))) {
    for (int y = 0; y < size.rows; ++y) {
      rows.push_back(floats_.get() + y * image_stride_);
      const_rows.push_back(rows.back());
    }
  }
  kernels::InputRows in() const { return {const_rows.data(), pixel_stride_, image_stride_}; }
  kernels::OutputRows out() const { return {rows.data(), pixel_stride_, image_stride_}; }

  std::vector<float*> rows;
  std::vector<const float*> const_rows;

 private:
  int pixel_stride_;
  std::ptrdiff_t image_stride_;
  Floats floats_;
};

template <class Band>
void bench_pixelwise(benchmark::State& state, void (*kernel)(const Band&, kernels::Range),
                     const MapSize& size, int maps) {
  const Pixels a(size), b(size), out(size);
  const Floats scale = aligned_floats(static_cast<std::size_t>(size.channels + kernels::kChannelQuantum));
  Band band;
  band.channels = size.channels;
  band.rows = size.rows;
  band.width = size.width;
  band.a = a.in();
  band.out = out.out();
  if constexpr (requires { band.b; }) band.b = b.in();
  if constexpr (requires { band.scale; }) band.scale = band.shift = scale.get();
  for (auto _ : state) kernel(band, {0, size.rows * size.width});
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * size.rows * size.width *
                          size.channels * 4 * maps);
}

void bench_pool(benchmark::State& state, void (*kernel)(const kernels::PoolBand&, kernels::Range),
                const MapSize& size, int window, int stride) {
  const Pixels in(size);
  const MapSize pooled{size.channels, (size.rows - window) / stride + 1, (size.width - window) / stride + 1};
  const Pixels out(pooled);
  std::vector<const float*> rows;
  for (int y = 0; y < pooled.rows; ++y) {
    for (int ky = 0; ky < window; ++ky)
      rows.push_back(in.const_rows[static_cast<std::size_t>(y * stride + ky)]);
  }
  const std::vector<int> counted(static_cast<std::size_t>(pooled.rows), window);
  kernels::PoolBand band;
  band.channels = size.channels;
  band.out_rows = pooled.rows;
  band.in_width = size.width;
  band.out_width = pooled.width;
  band.kernel_h = band.kernel_w = window;
  band.stride_x = stride;
  band.in = in.in();
  band.in.row = rows.data();
  band.out = out.out();
  band.rows_counted = counted.data();
  for (auto _ : state) kernel(band, {0, pooled.rows * pooled.width});
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * size.channels * 4 *
                          (size.rows * size.width + pooled.rows * pooled.width));
}

void bench_argmax(benchmark::State& state, const KernelTable& table, const MapSize& size) {
  const Pixels in(size);
  std::vector<std::uint16_t> out(static_cast<std::size_t>(size.rows * size.width));
  kernels::ArgmaxBand band;
  band.channels = size.channels;
  band.rows = size.rows;
  band.width = size.width;
  band.a = in.in();
  band.out = out.data();
  for (auto _ : state) table.argmax(band, {0, size.rows * size.width});
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * size.rows * size.width *
                          (size.channels * 4 + 2));
}

/// Unpools windows of 2x2, all of whose greatest values stood on the first tap.
void bench_unpool(benchmark::State& state, const KernelTable& table, const MapSize& size) {
  const MapSize whole{size.channels, 2 * size.rows, 2 * size.width};
  const Pixels values(size), indices(size), out(whole);
  std::vector<const float*> value_rows, index_rows;
  std::vector<int> row_taps, columns;
  for (int y = 0; y < whole.rows; ++y) {
    value_rows.push_back(values.const_rows[static_cast<std::size_t>(y / 2)]);
    index_rows.push_back(indices.const_rows[static_cast<std::size_t>(y / 2)]);
    row_taps.push_back(y % 2);
  }
  for (int x = 0; x < whole.width; ++x) columns.insert(columns.end(), {x / 2, x % 2});
  kernels::UnpoolBand band;
  band.channels = size.channels;
  band.rows = whole.rows;
  band.width = whole.width;
  band.kernel_w = 2;
  band.values = values.in();
  band.values.row = value_rows.data();
  band.indices = indices.in();
  band.indices.row = index_rows.data();
  band.out = out.out();
  band.row_taps = row_taps.data();
  band.columns = columns.data();
  for (auto _ : state) table.max_unpool(band, {0, whole.rows * whole.width});
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * size.channels * 4 *
                          (2 * size.rows * size.width + whole.rows * whole.width));
}

void register_table(const KernelTable& table, const std::vector<ConvRow>& rows) {
  const std::string suffix = std::string("/") + table.arch;
  for (const ConvRow& row : rows) {
    benchmark::RegisterBenchmark(("conv/" + row.name() + suffix).c_str(), bench_conv, row, table)
        ->UseManualTime();
    const auto register_winograd = [&](ConvAlgorithm algorithm) {
      const std::string name = to_string(algorithm);
      benchmark::RegisterBenchmark((name + "/" + row.name() + suffix).c_str(), bench_winograd, row, table,
                                   algorithm)
          ->UseManualTime();
    };
    if (row.groups != 1) continue;
    if (row.kernel == 7 && row.stride == 2) register_winograd(ConvAlgorithm::rowwise);
    if (row.kernel == 3 && row.stride == 2) register_winograd(ConvAlgorithm::polyphase);
    if (row.kernel != 3 || row.stride != 1) continue;
    register_winograd(ConvAlgorithm::winograd2);
    register_winograd(ConvAlgorithm::winograd4);
  }
  const MapSize layer1{64, 97, 256}, stem{64, 194, 512}, classes{1000, 7, 26}, features{512, 13, 32};
  benchmark::RegisterBenchmark(("relu" + suffix).c_str(), bench_pixelwise<kernels::PixelBand>, table.relu,
                               layer1, 2);
  benchmark::RegisterBenchmark(("add" + suffix).c_str(), bench_pixelwise<kernels::ArithmeticBand>, table.add,
                               layer1, 3);
  benchmark::RegisterBenchmark(("batch_norm" + suffix).c_str(), bench_pixelwise<kernels::BatchNormBand>,
                               table.batch_norm, layer1, 2);
  benchmark::RegisterBenchmark(("softmax" + suffix).c_str(), bench_pixelwise<kernels::PixelBand>,
                               table.softmax, classes, 2);
  benchmark::RegisterBenchmark(("max_pool_3x3_s2" + suffix).c_str(), bench_pool, table.max_pool, stem, 3, 2);
  benchmark::RegisterBenchmark(("average_pool_7x7" + suffix).c_str(), bench_pool, table.average_pool,
                               features, 7, 1);
  const MapSize labels{21, 97, 512}, windows{64, 48, 128};
  benchmark::RegisterBenchmark(("argmax" + suffix).c_str(), bench_argmax, table, labels);
  benchmark::RegisterBenchmark(("max_unpool_2x2" + suffix).c_str(), bench_unpool, table, windows);
}

}  // namespace
}  // namespace fcn::bench

int main(int argc, char** argv) {
  std::vector<fcn::bench::ConvRow> rows;
  for (const char* network : {"resnet18", "resnet50", "densenet121", "mobilenet_v2"})
    for (const auto& row : fcn::bench::read_conv_shapes(FCN_BENCH_SHAPES, network)) rows.push_back(row);
  for (const auto* table : fcn::kernels::supported_tables()) {
    // The reference takes minutes at these sizes and is not meant to be quick.
    if (std::string(table->arch) != "reference") fcn::bench::register_table(*table, rows);
  }
  for (const auto& row : rows) {
    if (row.groups != 1) continue;
    const std::string name = "conv/" + row.name();
    benchmark::RegisterBenchmark((name + "/eigen_product").c_str(), fcn::bench::bench_eigen, row, false)
        ->UseManualTime();
    benchmark::RegisterBenchmark((name + "/eigen_im2col").c_str(), fcn::bench::bench_eigen, row, true)
        ->UseManualTime();
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
