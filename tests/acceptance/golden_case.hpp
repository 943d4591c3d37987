// SPDX-License-Identifier: MIT
// Expected results computed by PyTorch: a folder a case, with case.json and logits.npy. Used by the golden
// tests only, so the reader takes just what numpy writes for them.
#pragma once

#include <catch2/catch.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace fcn::test {

struct GoldenCase {
  std::filesystem::path folder;
  std::string image;  ///< as case.json has it: relative to somewhere the test knows
  int pool_stride = 0, classes = 0, rows = 0, cols = 0;
  int output_stride = 0;  ///< 0 for the network's own
  int predicted_class = 0, predicted_row = 0, predicted_col = 0;
  std::vector<int> tutorial_box;  ///< x, y, width, height; empty for none
  std::vector<float> logits;      ///< classes x rows x cols
};

inline std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  INFO(path.string());
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The values of a version 1.0 npy file of little-endian float32 in C order.
inline std::vector<float> read_npy(const std::filesystem::path& path) {
  const std::string bytes = read_bytes(path);
  REQUIRE(bytes.size() > 10);
  const std::size_t begin =
      10 + static_cast<unsigned char>(bytes[8]) + 256u * static_cast<unsigned char>(bytes[9]);
  REQUIRE(bytes.substr(0, begin).find("'<f4', 'fortran_order': False") != std::string::npos);
  std::vector<float> values((bytes.size() - begin) / sizeof(float));
  std::memcpy(values.data(), bytes.data() + begin, values.size() * sizeof(float));
  return values;
}

inline GoldenCase read_case(const std::filesystem::path& folder) {
  const auto json = nlohmann::json::parse(read_bytes(folder / "case.json"));
  GoldenCase golden;
  golden.folder = folder;
  golden.image = json["image"];
  golden.pool_stride = json["pool_stride"];
  golden.output_stride = json.value("output_stride", 0);
  golden.classes = json["classes"];
  golden.rows = json["rows"];
  golden.cols = json["cols"];
  golden.predicted_class = json["predicted"]["class"];
  golden.predicted_row = json["predicted"]["row"];
  golden.predicted_col = json["predicted"]["col"];
  if (json["tutorial_box"].is_array()) golden.tutorial_box = json["tutorial_box"].get<std::vector<int>>();
  golden.logits = read_npy(folder / "logits.npy");
  REQUIRE(golden.logits.size() == static_cast<std::size_t>(golden.classes) *
                                      static_cast<std::size_t>(golden.rows) *
                                      static_cast<std::size_t>(golden.cols));
  return golden;
}

/// Every case below `root`, in order of name.
inline std::vector<GoldenCase> read_cases(const std::filesystem::path& root) {
  std::vector<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(root))
    if (entry.is_directory()) folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  std::vector<GoldenCase> cases;
  for (const auto& folder : folders) cases.push_back(read_case(folder));
  return cases;
}

}  // namespace fcn::test
