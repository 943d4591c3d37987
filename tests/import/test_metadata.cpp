// SPDX-License-Identifier: MIT
// What exporters leave in ONNX metadata and in files beside a checkpoint; and that what is not understood is
// told.
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "files.hpp"
#include "tools/import/metadata/exporter_words.hpp"
#include "tools/import/metadata/sidecar_files.hpp"
#include "tools/import/onnx/onnx_metadata.hpp"

using namespace fcn;
using namespace fcn::tools;
using Catch::Contains;

namespace {

using Floats = std::vector<float>;
using Names = std::vector<std::string>;

ImportedNetwork from_onnx(const std::map<std::string, std::string, std::less<>>& metadata) {
  OnnxModel model;
  model.metadata = metadata;
  ImportedNetwork network;
  read_metadata(model, network);
  return network;
}

ImportedNetwork beside(const Scratch& scratch) {
  ImportedNetwork network;
  read_sidecar_files(scratch.write("model.safetensors", "x"), network);
  return network;
}

}  // namespace

TEST_CASE("Ultralytics' metadata is read", "[metadata]") {
  const auto network = from_onnx({{"author", "Ultralytics"},
                                  {"names", "{0: 'tench', 1: \"it's\"}"},
                                  {"imgsz", "[224, 320]"},
                                  {"task", "classify"}});
  CHECK(network.labels == Names{"tench", "it's"});
  CHECK(network.labels_source == "metadata \"names\"");
  CHECK(network.mean == Floats{0, 0, 0});
  CHECK(network.std == Floats{1, 1, 1});
  CHECK(network.notes.empty());
  REQUIRE(network.recipe);
  CHECK(network.recipe->crop == Extent{224, 320});
  // Forks sign with a name of their own.
  const auto fork = from_onnx({{"names", "{0: 'a', 1: 'b'}"}, {"imgsz", "[64, 64]"}, {"task", "classify"}});
  CHECK(fork.mean == Floats{0, 0, 0});
  const auto detector = from_onnx({{"author", "Ultralytics"}, {"task", "detect"}});
  REQUIRE(detector.notes.size() == 1);
  CHECK_THAT(detector.notes[0], Contains("detect"));
}

TEST_CASE("fcn-export's own ONNX files name their window, width first", "[metadata]") {
  const auto window = [](std::map<std::string, std::string, std::less<>> metadata) {
    OnnxModel model;
    model.metadata = std::move(metadata);
    return metadata_window(model);
  };
  CHECK(window({{"window_size", "320x224"}}) == Extent{224, 320});
  // Older files have the height first under another name: only a square is plain.
  CHECK(window({{"window", "96x96"}}) == Extent{96, 96});
  CHECK(window({{"window", "224x320"}}) == std::nullopt);
  for (const char* text : {"7", "x7", "7x", "7x7x7", "0x7", "-7x7", "7x99999999999", "7 x 7"})
    CHECK(window({{"window_size", text}}) == std::nullopt);
}

TEST_CASE("Custom Vision's and plain metadata are read", "[metadata]") {
  const auto custom =
      from_onnx({{"Image.BitmapPixelFormat", "Bgr8"}, {"Image.NominalPixelRange", "NominalRange_0_255"}});
  CHECK(custom.channels == ChannelOrder::bgr);
  CHECK(custom.std == Floats{1.0f / 255, 1.0f / 255, 1.0f / 255});
  const auto plain = from_onnx(
      {{"labels", "a\nb\nc"}, {"mean", "[123.675, 116.28, 103.53]"}, {"std", "58.395 57.12, 57.375"}});
  CHECK(plain.labels == Names{"a", "b", "c"});
  CHECK(plain.mean[0] == Approx(0.485));
  CHECK(plain.std[2] == Approx(0.225));
}

TEST_CASE("metadata that is not understood is told", "[metadata]") {
  const auto network =
      from_onnx({{"names", "{0: 'a', 2: 'c'}"}, {"mean", "[0.5, x]"}, {"std", "[]"}, {"imgsz", "big"}});
  CHECK(network.labels.empty());
  CHECK(network.mean.empty());
  REQUIRE(network.notes.size() == 4);
  CHECK_THAT(network.notes[0],
             Contains("metadata \"names\" was not understood (line 1: class 2 follows class 0"));
  CHECK_THAT(network.notes[1], Contains("\"mean\""));
}

TEST_CASE("timm's config.json is read", "[metadata]") {
  const Scratch scratch;
  scratch.write("config.json",
                R"({"architecture": "resnet18", "num_classes": 2, "label_names": ["cat", "dog"],
    "pretrained_cfg": {"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25], "input_size": [3, 224, 224],
    "crop_pct": 0.95, "interpolation": "bicubic", "url": null, "fixed_input_size": false}})");
  const auto network = beside(scratch);
  CHECK(network.labels == Names{"cat", "dog"});
  CHECK(network.mean == Floats{0.5f, 0.5f, 0.5f});
  CHECK(network.window == Extent{224, 224});
  REQUIRE(network.recipe);
  CHECK(*network.recipe == ResizeRecipe{{235, 235}, true, {224, 224}, RecipeInterpolation::bicubic});
  CHECK(network.notes.empty());
}

TEST_CASE("Transformers' two files are read", "[metadata]") {
  const Scratch scratch;
  scratch.write("config.json", R"({"model_type": "resnet", "id2label": {"0": "cat", "1": "dog"}})");
  SECTION("a crop share, as ConvNeXt's") {
    scratch.write("preprocessor_config.json",
                  R"({"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225],
      "crop_pct": 0.875, "resample": 3, "size": {"shortest_edge": 224}})");
    const auto network = beside(scratch);
    CHECK(network.labels == Names{"cat", "dog"});
    REQUIRE(network.recipe);
    CHECK(*network.recipe == ResizeRecipe{{256, 256}, true, {224, 224}, RecipeInterpolation::bicubic});
  }
  SECTION("a warped square") {
    scratch.write("preprocessor_config.json",
                  R"({"do_normalize": false, "size": {"height": 224, "width": 192}, "resample": 2})");
    const auto network = beside(scratch);
    CHECK(network.mean == Floats{0, 0, 0});
    REQUIRE(network.recipe);
    CHECK(*network.recipe == ResizeRecipe{{224, 192}, false, {224, 192}, RecipeInterpolation::bilinear});
    CHECK(network.window == Extent{224, 192});
  }
  SECTION("names that nobody gave are none") {
    scratch.write("config.json", R"({"id2label": {"0": "LABEL_0", "1": "LABEL_1"}})");
    CHECK(beside(scratch).labels.empty());
  }
  SECTION("a crop beyond the picture") {
    scratch.write("preprocessor_config.json", R"({"size": 224, "crop_size": 256, "do_center_crop": true})");
    const auto network = beside(scratch);
    CHECK_FALSE(network.recipe);
    REQUIRE(network.notes.size() == 1);
    CHECK_THAT(network.notes[0], Contains("crop is larger"));
  }
}

TEST_CASE("what stands beside a checkpoint is read with care", "[metadata]") {
  const Scratch scratch, elsewhere;
  SECTION("labels.txt") {
    scratch.write("labels.txt", "cat\ndog\n");
    CHECK(beside(scratch).labels == Names{"cat", "dog"});
    CHECK(beside(scratch).labels_source == "labels.txt beside it");
  }
  SECTION("what is no JSON is told") {
    scratch.write("config.json", "{oops");
    REQUIRE(beside(scratch).notes.size() == 1);
    CHECK_THAT(beside(scratch).notes[0], Contains("config.json beside it was not understood"));
  }
  SECTION("a file that is too large is told") {
    scratch.write("config.json", std::string((8 << 20) + 1, ' '));
    REQUIRE(beside(scratch).notes.size() == 1);
  }
  SECTION("a bomb ends") {
    scratch.write("config.json", std::string(1 << 20, '['));
    REQUIRE(beside(scratch).notes.size() == 1);
  }
  SECTION("a link that leads away is not followed") {
    std::filesystem::create_symlink(elsewhere.write("secret", "a\nb\n"), scratch.path("labels.txt"));
    CHECK(beside(scratch).labels.empty());
  }
  SECTION("links of a hub's cache are") {
    std::filesystem::create_symlink(elsewhere.write("blob1", "a\nb\n"), scratch.path("labels.txt"));
    std::filesystem::create_symlink(elsewhere.write("blob2", "x"), scratch.path("m.safetensors"));
    ImportedNetwork network;
    read_sidecar_files(scratch.path("m.safetensors"), network);
    CHECK(network.labels == Names{"a", "b"});
  }
  SECTION("a folder of that name is nothing") {
    std::filesystem::create_directory(scratch.path("config.json"));
    CHECK(beside(scratch).notes.empty());
  }
}
