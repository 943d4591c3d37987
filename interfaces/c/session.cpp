// SPDX-License-Identifier: MIT
// The sessions of fcn.h, and the pictures that they run.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "fcn/base/checked.hpp"
#include "interfaces/c/boundary.hpp"
#include "interfaces/c/handles.hpp"

namespace fcn::c {
namespace {

static_assert(static_cast<int>(ScoreKind::logits) == FCN_LOGITS);

static_assert(static_cast<int>(PixelFormat::grey) == FCN_GREY &&
              static_cast<int>(PixelFormat::rgb) == FCN_RGB &&
              static_cast<int>(PixelFormat::bgr) == FCN_BGR &&
              static_cast<int>(PixelFormat::rgba) == FCN_RGBA &&
              static_cast<int>(PixelFormat::bgra) == FCN_BGRA);
static_assert(static_cast<int>(SampleType::uint16) == FCN_UINT16 &&
              static_cast<int>(SampleType::float32) == FCN_FLOAT32);

Error invalid(std::string message) {
  return {ErrorCode::invalid_argument, std::move(message), ""};
}

/// Bytes from the first sample to the last, where strides are not negative; nothing if that overflows.
std::optional<std::uint64_t> needed_bytes(const ImageView& view) {
  const auto size = [](auto value) { return static_cast<std::uint64_t>(value); };
  const int channels = channel_count(view.format);
  const std::uint64_t row =
      size(view.width) * size(view.planar ? 1 : channels) * size(sample_bytes(view.pixels.type()));
  const std::uint64_t row_stride = view.row_stride == 0 ? row : size(view.row_stride);
  const auto before_last = checked_mul(row_stride, size(view.height - 1));
  const auto plane = checked_mul(row_stride, size(view.height));
  if (!before_last || !plane) return std::nullopt;
  const std::uint64_t plane_stride = view.plane_stride == 0 ? *plane : size(view.plane_stride);
  const auto planes = checked_mul(plane_stride, size(view.planar ? channels - 1 : 0));
  const auto to_row = planes ? checked_add(*planes, *before_last) : std::nullopt;
  return to_row ? checked_add(*to_row, row) : std::nullopt;
}

/// The caller's pixels as the engine takes them. What the engine checks itself is not checked here.
Result<ImageView> view_of(const fcn_pixels& pixels) {
  if (pixels.format < FCN_GREY || pixels.format > FCN_BGRA)
    return invalid("format is " + std::to_string(pixels.format) + "; expected FCN_GREY to FCN_BGRA");
  if (pixels.samples < FCN_UINT8 || pixels.samples > FCN_FLOAT32)
    return invalid("samples is " + std::to_string(pixels.samples) +
                   "; expected FCN_UINT8, FCN_UINT16 or FCN_FLOAT32");
  const ImageView view{.pixels = {pixels.data, static_cast<SampleType>(pixels.samples)},
                       .width = pixels.width,
                       .height = pixels.height,
                       .row_stride = pixels.row_stride,
                       .format = static_cast<PixelFormat>(pixels.format),
                       .planar = pixels.planar != 0,
                       .plane_stride = pixels.plane_stride};
  if (pixels.data_size == 0 || pixels.width < 1 || pixels.height < 1) return view;
  if (pixels.row_stride < 0 || pixels.plane_stride < 0)
    return invalid("data_size is given with a negative stride, whose rows lie before data: set it to 0");
  const auto needed = needed_bytes(view);
  if (!needed || *needed > pixels.data_size)
    return invalid("data_size is " + std::to_string(pixels.data_size) + " bytes, and the picture has " +
                   (needed ? std::to_string(*needed) : "more than 2^64"));
  return view;
}

/// Checks the picture, and runs it.
template <class Output, class Run>
fcn_code run(const char* function, fcn_session* session, const fcn_pixels* pixels, Output* output,
             const Run& run_view) {
  if (session == nullptr || pixels == nullptr || output == nullptr)
    return fail(FCN_INVALID_ARGUMENT, function, "session, pixels and the map must not be NULL");
  return guarded(function, [&]() -> fcn_code {
    fcn_pixels known{};
    if (!read_sized(*pixels, known)) return fail(FCN_INVALID_ARGUMENT, function, kWrongSize);
    const auto view = view_of(known);
    if (!view) return fail(function, view.error());
    const Status ran = run_view(*view);
    return ran ? FCN_OK : fail(function, ran.error());
  });
}

}  // namespace
}  // namespace fcn::c

using fcn::c::fail;

extern "C" {

fcn_code fcn_session_create(const fcn_model* model, const fcn_session_options* options,
                            fcn_session** session) {
  if (model == nullptr || session == nullptr)
    return fail(FCN_INVALID_ARGUMENT, __func__, "model and session must not be NULL");
  const char* const function = __func__;
  return fcn::c::guarded(function, [&]() -> fcn_code {
    fcn_session_options known{};
    if (options != nullptr && !fcn::c::read_sized(*options, known))
      return fail(FCN_INVALID_ARGUMENT, function, fcn::c::kWrongSize);
    if (known.scores != FCN_PROBABILITIES && known.scores != FCN_LOGITS)
      return fail(FCN_INVALID_ARGUMENT, function, "scores must be FCN_PROBABILITIES or FCN_LOGITS");
    auto created =
        fcn::Session::create(model->loaded->model, {.threads = known.threads,
                                                    .output_stride = known.output_stride,
                                                    .max_run_bytes = known.max_run_bytes,
                                                    .scores = static_cast<fcn::ScoreKind>(known.scores)});
    if (!created) return fail(function, created.error());
    *session = new fcn_session{model->loaded, *std::move(created)};
    return FCN_OK;
  });
}

void fcn_session_free(fcn_session* session) {
  delete session;
}

int fcn_session_threads(const fcn_session* session) {
  return session == nullptr ? 0 : session->session.threads();
}

fcn_code fcn_run(fcn_session* session, const fcn_pixels* pixels, fcn_map* map) {
  return fcn::c::run(__func__, session, pixels, map,
                     [&](const fcn::ImageView& view) { return session->session.run_into(view, map->map); });
}

fcn_code fcn_run_labels(fcn_session* session, const fcn_pixels* pixels, fcn_label_map* labels) {
  return fcn::c::run(__func__, session, pixels, labels, [&](const fcn::ImageView& view) {
    return session->session.label_into(view, labels->map);
  });
}

}  // extern "C"
