// SPDX-License-Identifier: MIT
// A small score map with known numbers, and the report of a picture it could have come from.
#pragma once

#include <algorithm>
#include <vector>

#include "tools/runs/run_report.hpp"

namespace fcn::tools::test {

/// Three classes ("nothing" is the background) on 2 x 3 cells, one every 32 pixels from (32, 32), windows
/// of 96.
struct ReportFixture {
  ScoreMap map;
  ModelInfo info;
  RunReport report;

  explicit ReportFixture(ScoreKind kind = ScoreKind::probabilities,
                         ScoreActivation activation = ScoreActivation::softmax) {
    MapGeometry geometry;
    geometry.x = {32, 32, 435};
    geometry.y = {32, 32, 435};
    geometry.window = {96, 96};
    map = *ScoreMap::create({3, 2, 3}, kind, geometry, 0, activation);
    set(0, {0.9F, 0.2F, 0.7F, 0.4F, 0.05F, 0.95F});
    set(1, {0.1F, 0.7F, 0.2F, 0.1F, 0.05F, 0.05F});
    set(2, {0.0F, 0.1F, 0.1F, 0.5F, 0.9F, 0.0F});
    info.labels = {"nothing", "Bag", "Boot"};
    info.background = 0;
    info.activation = activation;
    info.window = {96, 96};
    report.image = "folder/picture.png";
    report.width = 160;
    report.height = 128;
    report.frame = {160, 128, 1, 160, 128};
    report.model = "tiny.safetensors";
    report.info = &info;
    report.map = &map;
    report.threads = 2;
    report.arch = "reference";
    report.decode_ms = 1.23456;
    report.infer_ms = 20;
  }
  ReportFixture(const ReportFixture&) = delete;
  ReportFixture& operator=(const ReportFixture&) = delete;

  /// The scores of a class, row by row, and its peak.
  void set(int id, const std::vector<float>& scores) {
    for (int i = 0; i < 6; ++i) map.cell(i / 3, i % 3)[id] = scores[static_cast<std::size_t>(i)];
    const auto best = std::max_element(scores.begin(), scores.end()) - scores.begin();
    map.peaks()[static_cast<std::size_t>(id)] = {scores[static_cast<std::size_t>(best)],
                                                 static_cast<int>(best / 3), static_cast<int>(best % 3)};
  }
};

}  // namespace fcn::tools::test
