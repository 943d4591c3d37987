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

std::string npy_header(const ScoreMap& map) {
  std::string shape = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(map.classes()) +
                      ", " + std::to_string(map.rows()) + ", " + std::to_string(map.cols()) + "), }";
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

}  // namespace

Status write_npy(AtomicFile& file, const PictureResult& result) {
  const ScoreMap& map = *result.report.map;
  if (Status written = file.write(npy_header(map)); !written) return written;
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
