// SPDX-License-Identifier: MIT
// The .npy header, and the map turned from cell by cell to class by class.
#include "tools/outputs/output_writers.hpp"

#include <bit>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

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

}  // namespace fcn::tools
