// SPDX-License-Identifier: MIT
// The whole way, from picture file and model file to scores, against PyTorch in float64: the shipped model on
// committed pictures, and, where the sibling folder ../shared is present, its checkpoint exported in float32
// on all its cases.
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "fcn/kernels/select.hpp"
#include "fcn/maps/regions.hpp"
#include "fcn/model.hpp"
#include "fcn/session.hpp"
#include "tests/acceptance/golden_case.hpp"
#include "tools/export/export_model.hpp"
#include "tools/pictures/image_io.hpp"

namespace fcn::test {
namespace {

const std::filesystem::path kSource = FCN_SOURCE_DIR;

tools::Picture decode(const std::filesystem::path& path) {
  auto file = tools::PictureFile::open(path.string(), {});
  REQUIRE(file);
  auto picture = tools::decode_picture(*std::move(file), {});
  REQUIRE(picture);
  return *std::move(picture);
}

Model load(const std::filesystem::path& path, const kernels::KernelTable& table,
           AlgorithmChoice algorithm = AlgorithmChoice::automatic) {
  auto model = Model::load(path.string(), {.table = &table, .limits = {}, .algorithm = algorithm});
  if (!model) FAIL(model.error().to_string());
  return *std::move(model);
}

ScoreMap run(const Model& model, const tools::Picture& picture, const SessionOptions& options) {
  auto session = Session::create(model, options);
  REQUIRE(session);
  auto map = session->run(picture.view());
  if (!map) FAIL(map.error().to_string());
  return *std::move(map);
}

/// The tolerance is the project's: 1e-4 x max(1, |logit|).
void check_case(const GoldenCase& golden, const ScoreMap& map) {
  REQUIRE(map.classes() == golden.classes);
  REQUIRE(map.rows() == golden.rows);
  REQUIRE(map.cols() == golden.cols);
  double worst = 0;
  std::size_t at = 0;
  for (int c = 0; c < golden.classes; ++c)
    for (int row = 0; row < golden.rows; ++row)
      for (int col = 0; col < golden.cols; ++col, ++at) {
        const double want = golden.logits[at];
        worst = std::max(worst, std::abs(map.at(c, row, col) - want) / std::max(1.0, std::abs(want)));
      }
  CHECK(worst <= 1e-4);
  const auto predicted = map.predicted();
  REQUIRE(predicted);
  CHECK(*predicted == golden.predicted_class);
  CHECK(map.peak(*predicted).row == golden.predicted_row);
  CHECK(map.peak(*predicted).col == golden.predicted_col);
}

bool same_bits(const ScoreMap& a, const ScoreMap& b) {
  const auto count = static_cast<std::size_t>(a.classes()) * static_cast<std::size_t>(a.rows()) *
                     static_cast<std::size_t>(a.cols());
  return a.rows() == b.rows() && a.cols() == b.cols() && a.classes() == b.classes() &&
         std::equal(a.cell(0, 0), a.cell(0, 0) + count, b.cell(0, 0), [](float x, float y) {
           return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
         });
}

/// The box that the OpenCV tutorials draw, to the pixel.
void check_tutorial_box(const GoldenCase& golden, const ScoreMap& probabilities, const maps::Size& size) {
  const auto found = maps::find_regions(probabilities, {&golden.predicted_class, 1}, size,
                                        maps::RegionRequest::tutorial(0.25));
  REQUIRE(found);
  std::vector<int> box;
  for (const maps::Region& region : *found) box = {region.x, region.y, region.width, region.height};
  CHECK(box == golden.tutorial_box);
}

/// One model on all cases: threads must not change a bit, nor direct convolution the answer.
void check_cases(const std::filesystem::path& model_path, const std::vector<GoldenCase>& cases,
                 const std::filesystem::path& images) {
  REQUIRE_FALSE(cases.empty());
  const kernels::KernelTable& best = *kernels::supported_tables().back();
  const Model model = load(model_path, best);
  const Model direct = load(model_path, best, AlgorithmChoice::direct);
  for (const GoldenCase& golden : cases) {
    INFO("case " << golden.folder.filename().string() << ", arch " << best.arch);
    const tools::Picture picture = decode(images / golden.image);
    SessionOptions options{.threads = 1,
                           .pool_stride = golden.pool_stride,
                           .output_stride = golden.output_stride,
                           .scores = ScoreKind::logits};
    const ScoreMap alone = run(model, picture, options);
    check_case(golden, alone);
    check_case(golden, run(direct, picture, options));
    options.scores = ScoreKind::probabilities;
    check_tutorial_box(golden, run(model, picture, options), {picture.width, picture.height});
    options.scores = ScoreKind::logits;
    for (const int threads : {2, 5}) {
      options.threads = threads;
      CHECK(same_bits(run(model, picture, options), alone));
    }
  }
}

/// Small pictures, so that the reference and an emulated processor keep up.
void check_archs_and_bands(const std::filesystem::path& model_path, const tools::Picture& picture) {
  const SessionOptions options{.threads = 1, .scores = ScoreKind::logits};
  const ScoreMap want = run(load(model_path, *kernels::find_table("reference")), picture, options);
  for (const kernels::KernelTable* table : kernels::supported_tables()) {
    if (table->arch == std::string_view("sse2") || table->arch == std::string_view("reference")) continue;
    const Model model = load(model_path, *table);
    for (const int band_rows : {0, 1, 5, 16, picture.height}) {
      INFO("arch " << table->arch << ", band rows " << band_rows);
      SessionOptions banded = options;
      banded.band_rows = band_rows;
      CHECK(same_bits(run(model, picture, banded), want));
    }
  }
}

const std::filesystem::path kShipped = kSource / "weights/fashion-resnet18.safetensors";
const std::filesystem::path kImages = kSource / "tests/data/images";

}  // namespace

TEST_CASE("the shipped model gives PyTorch's scores on the committed pictures") {
  check_cases(kShipped, read_cases(kSource / "tests/data/golden"), kImages);
}

TEST_CASE("the shipped model gives the same bits on every arch and with every band height") {
  check_archs_and_bands(kShipped, decode(kImages / "shelf_97x131.png"));
}

TEST_CASE("SSE2, without fused multiply-adds, stays within the tolerance too") {
  const kernels::KernelTable* table = kernels::find_table("sse2");
  if (table == nullptr) return;  // another family of processors
  const Model model = load(kShipped, *table);
  const GoldenCase golden = read_case(kSource / "tests/data/golden/shelf_97x131_s1");
  check_case(golden, run(model, decode(kImages / golden.image),
                         {.threads = 1, .pool_stride = 1, .scores = ScoreKind::logits}));
}

#ifdef FCN_SHARED_DIR
TEST_CASE("the checkpoint exported in float32 gives PyTorch's scores on every shared case") {
  const std::filesystem::path shared = FCN_SHARED_DIR;
  const auto model =
      std::filesystem::temp_directory_path() / ("fcn-golden-" + std::to_string(::getpid()) + ".safetensors");
  auto labels = tools::read_label_file((shared / "weights/fashion-labels.txt").string());
  REQUIRE(labels);
  tools::ExportRequest request;
  request.checkpoint = (shared / "weights/fashion_resnet18.pth").string();
  request.output = model.string();
  request.labels = *labels;
  request.background = "background";
  request.window = {96, 96};
  auto exported = tools::export_model(request);
  if (!exported) FAIL(exported.error().to_string());
  check_cases(model, read_cases(shared / "golden"), shared);
  std::filesystem::remove(model);
}
#endif

}  // namespace fcn::test
