// SPDX-License-Identifier: MIT
// One measured process of this engine; compare.py starts it and says what the arguments and the answer are.
// Runs from 8-bit pixels to logits, on the arch that the shipped tools would take; networks that label
// pixels make their labels as well.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "fcn/kernels/select.hpp"
#include "fcn/model.hpp"
#include "fcn/session.hpp"

namespace {

int fail(const std::string& message) {
  std::fprintf(stderr, "fcn_peer: %s\n", message.c_str());
  return 1;
}

std::vector<std::uint8_t> read_bytes(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Classes x rows x cols, as the peers have it.
bool write_logits(const fcn::ScoreMap& map, const char* path) {
  std::ofstream file(path, std::ios::binary);
  for (int id = 0; id < map.classes(); ++id)
    for (int row = 0; row < map.rows(); ++row)
      for (int col = 0; col < map.cols(); ++col) {
        const float score = map.at(id, row, col);
        file.write(reinterpret_cast<const char*>(&score), sizeof(score));
      }
  return static_cast<bool>(file.flush());
}

long peak_rss_kb() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (word == "VmHWM:") {
      long kb = 0;
      status >> kb;
      return kb;
    }
  return 0;
}

/// Labels are a by-product here: the peers are compared by logits.
class NoLabels : public fcn::LabelRows {
 public:
  void take(int /*row*/, std::span<const std::uint16_t> /*labels*/) override {}
};

fcn::Status run_once(fcn::Session& session, const fcn::Model& model, const fcn::ImageView& image,
                     fcn::ScoreMap& map) {
  if (model.info().kind != fcn::ModelKind::pixels) return session.run_into(image, map);
  NoLabels labels;
  return session.label_rows(image, labels, &map);
}

double milliseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8) return fail("arguments: MODEL INPUT HEIGHT WIDTH THREADS SECONDS OUTPUT");
  const int height = std::atoi(argv[3]), width = std::atoi(argv[4]), threads = std::atoi(argv[5]);
  const double measured_ms = 1000 * std::atof(argv[6]);
  const std::vector<std::uint8_t> pixels = read_bytes(argv[2]);
  if (pixels.size() != 3u * static_cast<std::size_t>(height) * static_cast<std::size_t>(width))
    return fail(std::string(argv[2]) + " has another size");

  const fcn::kernels::TableChoice arch = fcn::kernels::select_table();
  if (arch.table == nullptr) return fail(arch.error);
  const auto model = fcn::Model::load(argv[1], {.table = arch.table, .limits = {}});
  if (!model) return fail(model.error().to_string());
  auto session = fcn::Session::create(*model, {.threads = threads, .scores = fcn::ScoreKind::logits});
  if (!session) return fail(session.error().to_string());

  fcn::ScoreMap map;
  std::vector<double> times;
  const auto begin = std::chrono::steady_clock::now();
  for (int run = -2; run < 5 || milliseconds_since(begin) < measured_ms; ++run) {
    const auto start = std::chrono::steady_clock::now();
    if (const auto ok = run_once(*session, *model, {pixels.data(), width, height, 3 * width}, map); !ok)
      return fail(ok.error().to_string());
    if (run >= 0) times.push_back(milliseconds_since(start));
  }
  if (!write_logits(map, argv[7])) return fail(std::string("cannot write ") + argv[7]);
  std::printf("{\"times_ms\": [");
  for (std::size_t i = 0; i < times.size(); ++i) std::printf("%s%.4f", i == 0 ? "" : ", ", times[i]);
  std::printf("], \"peak_rss_kb\": %ld}\n", peak_rss_kb());
}
