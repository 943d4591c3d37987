// SPDX-License-Identifier: MIT
// The sessions of fcn.h, and the pictures that they run.
#include <cstdint>
#include <string>
#include <utility>

#include "fcn/base/checked.hpp"
#include "interfaces/c/boundary.hpp"
#include "interfaces/c/handles.hpp"

namespace fcn::c {
namespace {

static_assert(static_cast<int>(ScoreKind::logits) == FCN_LOGITS);

/// The caller's pixels as the engine takes them. What the engine checks itself is not checked here.
Result<ImageView> view_of(const fcn_pixels& pixels) {
  const int channels = pixels.format == FCN_RGB ? 3 : 1;
  if (pixels.format != FCN_GREY && pixels.format != FCN_RGB)
    return Error{ErrorCode::invalid_argument,
                 "format is " + std::to_string(pixels.format) + "; expected FCN_GREY or FCN_RGB", ""};
  const ImageView view{static_cast<const std::uint8_t*>(pixels.data), pixels.width, pixels.height,
                       pixels.row_stride, channels};
  if (pixels.data_size == 0 || pixels.width < 1 || pixels.height < 1) return view;
  if (pixels.row_stride < 0)
    return Error{ErrorCode::invalid_argument,
                 "data_size is given with a negative row_stride, whose rows lie before data: set it to 0",
                 ""};
  const auto row = static_cast<std::uint64_t>(pixels.width) * static_cast<std::uint64_t>(channels);
  const std::uint64_t stride = pixels.row_stride == 0 ? row : static_cast<std::uint64_t>(pixels.row_stride);
  const auto before_last = checked_mul(stride, static_cast<std::uint64_t>(pixels.height - 1));
  if (!before_last || pixels.data_size < row || *before_last > pixels.data_size - row)
    return Error{ErrorCode::invalid_argument,
                 "data_size is " + std::to_string(pixels.data_size) + " bytes, which is less than " +
                     std::to_string(pixels.height) + " rows of " + std::to_string(stride) + " bytes have",
                 ""};
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
