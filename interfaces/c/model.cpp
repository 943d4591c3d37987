// SPDX-License-Identifier: MIT
// The models of fcn.h.
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "fcn/graph/shape_inference.hpp"
#include "interfaces/c/boundary.hpp"
#include "interfaces/c/handles.hpp"

namespace fcn::c {
namespace {

static_assert(static_cast<int>(ModelKind::pixels) == FCN_KIND_PIXELS &&
              static_cast<int>(ScoreActivation::sigmoid) == FCN_ACTIVATION_SIGMOID &&
              static_cast<int>(ScoreActivation::none) == FCN_ACTIVATION_NONE);

/// The classes of the network's map, from its graph: a model need not have labels.
Result<int> count_classes(const Model& model) {
  const Extent window = model.info().window;
  const auto shapes = infer_shapes(model.graph(), {model.input_channels(), window.y, window.x});
  if (!shapes) return shapes.error();
  return (*shapes)[model.graph().output].channels;
}

fcn_code hand_out(const char* function, Result<Model> model, fcn_model** out) {
  if (!model) return fail(function, model.error());
  const auto classes = count_classes(*model);
  if (!classes) return fail(function, classes.error());
  LoadedModel loaded{*std::move(model), *classes, {}, {}};
  const ModelInfo& info = loaded.model.info();
  for (int id = 0; id < *classes; ++id) loaded.class_names.push_back(info.label(id));
  const int labels = info.kind == ModelKind::pixels ? label_count(*classes) : 0;
  for (int label = 0; label < labels; ++label)
    loaded.label_names.push_back(label_name(info, *classes, label));
  *out = new fcn_model{std::make_shared<const LoadedModel>(std::move(loaded))};
  return FCN_OK;
}

const char* name_of(const std::vector<std::string>& names, int index) {
  if (index < 0 || static_cast<std::size_t>(index) >= names.size()) return "";
  return names[static_cast<std::size_t>(index)].c_str();
}

}  // namespace
}  // namespace fcn::c

using fcn::c::fail;
using fcn::c::guarded;

extern "C" {

fcn_code fcn_model_load(const char* path, fcn_model** model) {
  if (path == nullptr || model == nullptr)
    return fail(FCN_INVALID_ARGUMENT, __func__, "path and model must not be NULL");
  const char* const function = __func__;
  return guarded(function, [&] { return fcn::c::hand_out(function, fcn::load_model(path), model); });
}

fcn_code fcn_model_load_memory(const void* bytes, size_t count, fcn_model** model) {
  if (bytes == nullptr || model == nullptr)
    return fail(FCN_INVALID_ARGUMENT, __func__, "bytes and model must not be NULL");
  const char* const function = __func__;
  const std::span source(static_cast<const std::byte*>(bytes), count);
  return guarded(function, [&] { return fcn::c::hand_out(function, fcn::load_model(source), model); });
}

void fcn_model_free(fcn_model* model) {
  delete model;
}

fcn_code fcn_model_get_details(const fcn_model* model, fcn_model_details* details) {
  if (model == nullptr || details == nullptr)
    return fail(FCN_INVALID_ARGUMENT, __func__, "model and details must not be NULL");
  const fcn::ModelInfo& info = model->loaded->model.info();
  fcn_model_details known{};
  known.kind = static_cast<int>(info.kind);
  known.classes = model->loaded->classes;
  known.labels = static_cast<int>(model->loaded->label_names.size());
  known.channels = model->loaded->model.input_channels();
  known.activation = static_cast<int>(info.activation);
  known.background = info.background.value_or(-1);
  known.window_width = info.window.x;
  known.window_height = info.window.y;
  if (!fcn::c::write_sized(known, *details)) return fail(FCN_INVALID_ARGUMENT, __func__, fcn::c::kWrongSize);
  return FCN_OK;
}

const char* fcn_model_class_name(const fcn_model* model, int class_id) {
  return model == nullptr ? "" : fcn::c::name_of(model->loaded->class_names, class_id);
}

const char* fcn_model_label_name(const fcn_model* model, int label) {
  return model == nullptr ? "" : fcn::c::name_of(model->loaded->label_names, label);
}

const char* fcn_model_kernels(const fcn_model* model) {
  return model == nullptr ? "" : model->loaded->model.table().arch;
}

}  // extern "C"
