// SPDX-License-Identifier: MIT
// Exported programs (.pt2), one for each ATen operator and form, against PyTorch's answers in float64
// (pt2/make_cases.py).
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "fcn/kernels/select.hpp"
#include "fcn/kernels/tables.hpp"
#include "tests/engine/run_network.hpp"
#include "tests/import/pt2/pt2_case.hpp"
#include "tools/import/import_network.hpp"

using namespace fcn;
using namespace fcn::tools;

namespace {

Json all_cases() {
  return *parse_json(read_file(fixture("../pt2/cases.json")));
}

/// The picture of every case; pt2/aten_program.py makes the same.
test::Picture picture_of(const Json& size) {
  test::Random random(1);
  test::Picture picture(random, size[0].get<int>(), size[1].get<int>(), size[2].get<int>());
  for (std::size_t i = 0; i < picture.pixels.size(); ++i)
    picture.pixels[i] = static_cast<std::uint8_t>((i * 37 + 11) % 251);
  return picture;
}

ModelInfo info_of(const ImportedNetwork& network) {
  ModelInfo info;
  info.window = network.window.value_or(Extent{1, 1});
  const auto channels = static_cast<std::size_t>(std::get<Input>(network.graph.nodes[0].op).channels);
  info.mean.assign(channels, 0.5f);
  info.std.assign(channels, 0.25f);
  return info;
}

Result<ImportedNetwork> import_archive(const std::string& bytes, std::optional<Extent> window = {}) {
  return import_network(source_of(bytes), {.window = window});
}

/// Two hundred roundings a value, of numbers as large as the largest of the output or 1.
double bound_of(const std::vector<double>& truth) {
  double most = 1;
  for (const double value : truth) most = std::max(most, std::abs(value));
  return 200 * std::ldexp(most, -24);
}

void check_output(const Json& test, const ImportedNetwork& network, const kernels::KernelTable& table) {
  const auto truth = test["values"].get<std::vector<double>>();
  const test::Picture picture = picture_of(test["picture"]);
  test::RunOptions options;
  options.table = &table;
  const Tensor output = test::run_network(network.graph, info_of(network), std::span(&picture, 1), options);
  const Shape shape = output.shape();
  REQUIRE(static_cast<std::size_t>(shape.channels) * static_cast<std::size_t>(shape.height) *
              static_cast<std::size_t>(shape.width) ==
          truth.size());
  double worst = 0;
  std::size_t at = 0;
  for (int c = 0; c < shape.channels; ++c)
    for (int y = 0; y < shape.height; ++y)
      for (int x = 0; x < shape.width; ++x)
        worst = std::max(worst, std::abs(static_cast<double>(output.pixel(0, y, x)[c]) - truth[at++]));
  CHECK(worst <= bound_of(truth));
}

}  // namespace

TEST_CASE("exported programs of every operator agree with PyTorch", "[pt2]") {
  for (const auto& test : all_cases()) {
    INFO(test["name"].get<std::string>());
    const auto network = import_archive(test_pt2::archive(test));
    if (!network) {
      // "pending": what the importer may still refuse, until the operator is lowered. Never a wrong answer.
      if (!test.contains("pending")) FAIL_CHECK(network.error().to_string());
      continue;
    }
    check_output(test, *network, kernels::table_reference);
    check_output(test, *network, *kernels::select_table().table);
  }
}
