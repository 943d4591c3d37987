// SPDX-License-Identifier: MIT
// The .npy header, and the map turned from cell by cell to class by class.
#include "tools/outputs/output_writers.hpp"

#include <bit>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "tools/outputs/score_npy_rows.hpp"

namespace fcn::tools {
namespace {

static_assert(std::endian::native == std::endian::little, "scores are written as they lie in memory");

}  // namespace

std::string npy_header(const std::string& type, std::initializer_list<int> dims) {
  std::string shape = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (";
  for (const int* dim = dims.begin(); dim != dims.end(); ++dim)
    shape += (dim == dims.begin() ? "" : ", ") + std::to_string(*dim);
  shape += "), }";
  constexpr std::size_t kPreamble = 10;  // magic, version, length
  constexpr std::size_t kAlignment = 64;
  const std::size_t unpadded = kPreamble + shape.size() + 1;
  shape.append((kAlignment - unpadded % kAlignment) % kAlignment, ' ');
  shape += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(shape.size() & 0xff);
  header += static_cast<char>(shape.size() >> 8);
  return header + shape;
}

Status write_npy(AtomicFile& file, const PictureResult& result) {
  return write_score_npy(file, *result.report.map);
}

Status write_score_npy(AtomicFile& file, const ScoreMap& map) {
  if (Status written = file.write(npy_header("<f4", {map.classes(), map.rows(), map.cols()})); !written)
    return written;
  // Gathered in pieces of some size: a write for each row would be a system call for a hundred bytes.
  std::vector<float> piece;
  constexpr std::size_t kPiece = 1u << 16;
  for (int id = 0; id < map.classes(); ++id) {
    for (int y = 0; y < map.rows(); ++y) {
      for (int x = 0; x < map.cols(); ++x) piece.push_back(map.at(id, y, x));
      if (piece.size() < kPiece) continue;
      if (Status written = file.write(std::as_bytes(std::span(piece))); !written) return written;
      piece.clear();
    }
  }
  return file.write(std::as_bytes(std::span(piece)));
}

ScoreNpyRows::ScoreNpyRows(AtomicFile* file, const Shape& map)
    : file_(file), map_(map), line_(static_cast<std::size_t>(map.width)) {
  if (file_ == nullptr) return;
  const std::string header = npy_header("<f4", {map.channels, map.height, map.width});
  scores_at_ = header.size();
  status_ = file_->write(header);
}

void ScoreNpyRows::take(const ScoreRow& scores) {
  const auto bytes = std::as_bytes(std::span(line_));
  for (int id = 0; id < scores.classes && file_ != nullptr && status_; ++id) {
    for (int col = 0; col < scores.cols; ++col) line_[static_cast<std::size_t>(col)] = scores.cell(col)[id];
    const std::uint64_t row = static_cast<std::uint64_t>(id) * static_cast<std::uint64_t>(map_.height) +
                              static_cast<std::uint64_t>(scores.row);
    status_ = file_->write_at(scores_at_ + row * bytes.size(), bytes);
  }
}

}  // namespace fcn::tools
