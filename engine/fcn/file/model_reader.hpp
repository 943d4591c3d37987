// SPDX-License-Identifier: MIT
// Model::load: from a model file to packed weights, tensor by tensor, so that at no time two whole copies of
// the weights exist. The file's checks are model_file.hpp's.
#pragma once

#include <string>
#include <utility>

#include "fcn/file/model_file.hpp"
#include "fcn/model.hpp"

namespace fcn::inline FCN_ABI {

inline Result<Model> Model::load(const std::string& path, const ModelOptions& options) {
  const auto file = ModelFile::open(path, options.limits);
  if (!file) return file.error();
  return build(file->graph(), file->info(), options, [&](Node& node) { return file->load_weights(node); });
}

inline Result<Model> Model::read(ByteSource source, const ModelOptions& options) {
  const auto file = ModelFile::read(std::move(source), options.limits);
  if (!file) return file.error();
  return build(file->graph(), file->info(), options, [&](Node& node) { return file->load_weights(node); });
}

}  // namespace fcn::inline FCN_ABI
