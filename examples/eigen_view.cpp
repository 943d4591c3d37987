// SPDX-License-Identifier: MIT
// A score map as Eigen matrices, without a copy: one class as a matrix of rows x cols, and all cells as one
// of cells x classes.
#include <Eigen/Core>
#include <cstdio>
#include <fcn/fcn.hpp>

#include "read_ppm.hpp"

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The map is stored cell by cell: from one column to the next it is as many floats as there are classes.
/// Valid as long as the map lives and is not run into again.
static Eigen::Map<const Matrix, 0, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>> scores_of(
    const fcn::ScoreMap& map, int class_id) {
  const Eigen::Index classes = map.classes();
  return {map.cell(0, 0) + class_id, map.rows(), map.cols(), {map.cols() * classes, classes}};
}

int main(int argc, char** argv) {  // MODEL < PICTURE.ppm
  PpmPicture picture;
  const auto model = fcn::load_model(argc > 1 ? argv[1] : "");
  if (!model) return std::puts(model.error().to_string().c_str()), 1;
  if (!read_ppm(picture)) return std::puts("expected a PPM picture on standard input"), 2;
  auto session = fcn::Session::create(*model, {.threads = 2});
  if (!session) return std::puts(session.error().to_string().c_str()), 1;
  const auto map = session->run(picture.view());
  if (!map) return std::puts(map.error().to_string().c_str()), 1;

  const Eigen::Map<const Matrix> cells(map->cell(0, 0), Eigen::Index{map->rows()} * map->cols(),
                                       map->classes());
  std::printf("%d x %d cells, probabilities of a cell sum to %.6f on average\n", map->rows(), map->cols(),
              double{cells.rowwise().sum().mean()});
  for (const int id : map->top(1)) {
    Eigen::Index row = 0, col = 0;
    const double best = double{scores_of(*map, id).maxCoeff(&row, &col)};
    std::printf("%s: best %.4f at row %td, column %td, mean %.4f\n", model->label(id).c_str(), best, row, col,
                double{scores_of(*map, id).mean()});
    if (row != map->peak(id).row || col != map->peak(id).col) return std::puts("the map says otherwise"), 3;
  }
}
