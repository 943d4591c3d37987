// SPDX-License-Identifier: MIT
// A cv::Mat in, without a copy, and a cv::Mat of scores out.
#include <cstdio>
#include <fcn/fcn.hpp>
#include <opencv2/core.hpp>
#include <optional>

#include "read_ppm.hpp"

/// A view of a matrix of 8 or 16 bits or floats (0 to 1) with 1, 3 (BGR) or 4 (BGRA) channels, a part of
/// another matrix too. Valid as long as the matrix's memory.
static std::optional<fcn::ImageView> view_of(const cv::Mat& mat) {
  const fcn::SampleType type = mat.depth() == CV_8U    ? fcn::SampleType::uint8
                               : mat.depth() == CV_16U ? fcn::SampleType::uint16
                                                       : fcn::SampleType::float32;
  if (type == fcn::SampleType::float32 && mat.depth() != CV_32F) return std::nullopt;
  const int channels = mat.channels();
  if (mat.dims != 2 || (channels != 1 && channels != 3 && channels != 4)) return std::nullopt;
  return fcn::ImageView{.pixels = {mat.data, type},
                        .width = mat.cols,
                        .height = mat.rows,
                        .row_stride = static_cast<std::ptrdiff_t>(mat.step),
                        .format = channels == 1   ? fcn::PixelFormat::grey
                                  : channels == 3 ? fcn::PixelFormat::bgr
                                                  : fcn::PixelFormat::bgra};
}

/// One class's scores as CV_32F, a copy.
static cv::Mat scores_of(const fcn::ScoreMap& map, int class_id) {
  cv::Mat scores(map.rows(), map.cols(), CV_32F);
  for (int row = 0; row < map.rows(); ++row)
    for (int col = 0; col < map.cols(); ++col) scores.at<float>(row, col) = map.at(class_id, row, col);
  return scores;
}

int main(int argc, char** argv) {  // MODEL < PICTURE.ppm
  PpmPicture picture;
  const auto model = fcn::load_model(argc > 1 ? argv[1] : "");
  if (!model) return std::puts(model.error().to_string().c_str()), 1;
  if (!read_ppm(picture)) return std::puts("expected a PPM picture on standard input"), 2;
  cv::Mat mat(picture.height, picture.width, CV_8UC3);  // as cv::imread gives it: BGR
  for (int y = 0; y < mat.rows; ++y)
    for (int x = 0; x < mat.cols; ++x) {
      const std::uint8_t* rgb = &picture.rgb[3 * (static_cast<std::size_t>(y) * mat.cols + x)];
      mat.at<cv::Vec3b>(y, x) = {rgb[2], rgb[1], rgb[0]};
    }

  auto session = fcn::Session::create(*model, {.threads = 2});
  if (!session) return std::puts(session.error().to_string().c_str()), 1;
  const auto view = view_of(mat);
  if (!view) return std::puts("matrices of this type hold no picture"), 2;
  const auto map = session->run(*view);
  if (!map) return std::puts(map.error().to_string().c_str()), 1;
  for (const int id : map->top(1)) {
    double best = 0;
    cv::minMaxLoc(scores_of(*map, id), nullptr, &best);
    std::printf("%s, %.1f %%\n", model->label(id).c_str(), 100 * best);
  }
}
