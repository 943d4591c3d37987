// SPDX-License-Identifier: MIT
// The C interface beside the C++ one: the same bits, damaged models, and memory that runs out at every place.
// Not here: misuse from C (c_program.c).
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <new>
#include <span>
#include <string>
#include <vector>

#include "fcn/fcn.hpp"
#include "interfaces/c/fcn.h"
#include "tests/tools/tiny_model.hpp"

namespace {

// Allocations of this thread until one fails, and whether those after it fail, too; negative for never.
thread_local int allocations_left = -1;
thread_local bool all_others_fail = false;

void* allocate(std::size_t bytes) {
  if (allocations_left == 0) {
    if (!all_others_fail) allocations_left = -1;
    throw std::bad_alloc();
  }
  if (allocations_left > 0) --allocations_left;
  void* const memory = std::malloc(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

// Those of libfcn.so, too: the linker resolves its references to the program's.
void* operator new(std::size_t bytes) {
  return allocate(bytes);
}
void* operator new[](std::size_t bytes) {
  return allocate(bytes);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace {

std::string tiny_model_bytes(bool pixels) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("fcn-interfaces-" + std::to_string(::getpid()))).string();
  const auto written =
      pixels ? fcn::tools::test::write_tiny_pixel_model(path) : fcn::tools::test::write_tiny_model(path);
  REQUIRE(written);
  std::ifstream file(path, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(file), {});
  std::filesystem::remove(path);
  return bytes;
}

/// Red on the left, blue on the right, noise in between.
struct Picture {
  static constexpr int kWidth = 40;
  static constexpr int kHeight = 24;
  std::vector<std::uint8_t> rgb;

  Picture() {
    std::uint32_t noise = 1;
    for (int i = 0; i < kWidth * kHeight; ++i) {
      const int x = i % kWidth;
      noise = noise * 1664525u + 1013904223u;
      const auto grey = static_cast<std::uint8_t>(x > 12 && x < 28 ? noise >> 24 : 0);
      rgb.push_back(x <= 12 ? 255 : grey);
      rgb.push_back(grey);
      rgb.push_back(x >= 28 ? 255 : grey);
    }
  }
  [[nodiscard]] fcn_pixels pixels() const {
    fcn_pixels pixels{};
    pixels.struct_size = sizeof pixels;
    pixels.data = rgb.data();
    pixels.data_size = rgb.size();
    pixels.width = kWidth;
    pixels.height = kHeight;
    pixels.format = FCN_RGB;
    return pixels;
  }
  [[nodiscard]] fcn::ImageView view() const {
    return {.pixels = rgb.data(), .width = kWidth, .height = kHeight, .channels = 3};
  }
};

fcn_model* load(const std::string& bytes) {
  fcn_model* model = nullptr;
  REQUIRE(fcn_model_load_memory(bytes.data(), bytes.size(), &model) == FCN_OK);
  return model;
}

fcn_session* one_thread(const fcn_model* model) {
  fcn_session_options options{};
  options.struct_size = sizeof options;
  options.threads = 1;
  fcn_session* session = nullptr;
  REQUIRE(fcn_session_create(model, &options, &session) == FCN_OK);
  return session;
}

/// Lets the first, second, ... allocation of a call fail until it succeeds.
template <class Call>
void fail_each_allocation(const Call& call) {
  for (int n = 0;; ++n) {
    REQUIRE(n < 100'000);
    allocations_left = n;
    const fcn_code code = call();
    allocations_left = -1;
    if (code == FCN_OK) return;
    if (code != FCN_OUT_OF_MEMORY) FAIL("allocation " << n << ": " << fcn_error_text());
  }
}

}  // namespace

TEST_CASE("the C interface gives the bits of the C++ interface") {
  const std::string bytes = tiny_model_bytes(false);
  const Picture picture;
  const auto source = std::as_bytes(std::span(bytes));
  const auto model = fcn::load_model(source);
  REQUIRE(model);
  auto session = fcn::Session::create(*model, {.threads = 1});
  REQUIRE(session);
  const auto expected = session->run(picture.view());
  REQUIRE(expected);

  fcn_model* const c_model = load(bytes);
  fcn_session* const c_session = one_thread(c_model);
  fcn_map* map = nullptr;
  REQUIRE(fcn_map_create(&map) == FCN_OK);
  const fcn_pixels pixels = picture.pixels();
  REQUIRE(fcn_run(c_session, &pixels, map) == FCN_OK);
  fcn_map_details details{};
  details.struct_size = sizeof details;
  REQUIRE(fcn_map_get_details(map, &details) == FCN_OK);
  REQUIRE(details.classes == expected->classes());
  REQUIRE(details.rows == expected->rows());
  REQUIRE(details.columns == expected->cols());
  const auto cells = static_cast<std::size_t>(details.rows * details.columns * details.classes);
  CHECK(std::memcmp(fcn_map_scores(map), expected->cell(0, 0), cells * sizeof(float)) == 0);
  int predicted = -1;
  REQUIRE(fcn_map_predicted(map, &predicted) == FCN_OK);
  CHECK(predicted == expected->predicted());
  CHECK(std::string(fcn_model_class_name(c_model, predicted)) == model->label(predicted));
  CHECK(fcn_model_kernels(c_model) == std::string(model->table().arch));
  fcn_map_free(map);
  fcn_session_free(c_session);
  fcn_model_free(c_model);
}

TEST_CASE("label maps of the C interface are those of the C++ interface") {
  const std::string bytes = tiny_model_bytes(true);
  const Picture picture;
  const auto model = fcn::load_model(std::as_bytes(std::span(bytes)));
  REQUIRE(model);
  auto session = fcn::Session::create(*model, {.threads = 1});
  REQUIRE(session);
  const auto expected = session->label(picture.view());
  REQUIRE(expected);

  fcn_model* const c_model = load(bytes);
  fcn_session* const c_session = one_thread(c_model);
  fcn_label_map* labels = nullptr;
  REQUIRE(fcn_label_map_create(&labels) == FCN_OK);
  const fcn_pixels pixels = picture.pixels();
  REQUIRE(fcn_run_labels(c_session, &pixels, labels) == FCN_OK);
  REQUIRE(fcn_label_map_rows(labels) == expected->rows());
  REQUIRE(fcn_label_map_columns(labels) == expected->cols());
  for (int row = 0; row < expected->rows(); ++row)
    CHECK(std::memcmp(fcn_label_map_data(labels) + row * expected->cols(), expected->row(row).data(),
                      expected->row(row).size_bytes()) == 0);
  CHECK(std::string(fcn_model_label_name(c_model, 1)) == "red");
  fcn_label_map_free(labels);
  fcn_session_free(c_session);
  fcn_model_free(c_model);
}

TEST_CASE("a model that is cut anywhere is refused") {
  const std::string bytes = tiny_model_bytes(false);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::vector<char> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    fcn_model* model = nullptr;
    const fcn_code code = fcn_model_load_memory(size == 0 ? bytes.data() : cut.data(), size, &model);
    if ((code != FCN_TRUNCATED && code != FCN_MALFORMED) || model != nullptr)
      FAIL(size << " bytes: code " << code << ", " << fcn_error_text());
  }
}

TEST_CASE("memory that runs out anywhere is an error code") {
  all_others_fail = GENERATE(false, true);
  const std::string bytes = tiny_model_bytes(false);
  const Picture picture;
  const fcn_pixels pixels = picture.pixels();
  fcn_model* model = nullptr;
  fail_each_allocation([&] { return fcn_model_load_memory(bytes.data(), bytes.size(), &model); });
  fcn_session_options options{};
  options.struct_size = sizeof options;
  options.threads = 2;
  fcn_session* session = nullptr;
  fail_each_allocation([&] { return fcn_session_create(model, &options, &session); });
  fcn_map* map = nullptr;
  fail_each_allocation([&] { return fcn_map_create(&map); });
  fail_each_allocation([&] { return fcn_run(session, &pixels, map); });
  int top[3];
  int count = 0;
  fail_each_allocation([&] { return fcn_map_top(map, 3, top, &count); });
  fcn_region_request request{};
  request.struct_size = sizeof request;
  request.threshold = 0.5;
  fcn_regions* regions = nullptr;
  fail_each_allocation(
      [&] { return fcn_regions_find(map, Picture::kWidth, Picture::kHeight, &request, &regions); });
  CHECK(fcn_regions_count(regions) >= 2);
  fcn_regions_free(regions);
  fcn_map_free(map);
  fcn_session_free(session);
  fcn_model_free(model);
}
