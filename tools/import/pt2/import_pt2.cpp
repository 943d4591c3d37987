// SPDX-License-Identifier: MIT
#include "tools/import/pt2/import_pt2.hpp"

#include <string>
#include <utility>

#include "fcn/base/printable.hpp"
#include "tools/import/onnx/import_onnx.hpp"
#include "tools/import/pt2/file/pt2_archive.hpp"
#include "tools/import/pt2/file/pt2_program.hpp"
#include "tools/import/pt2/translate_pt2.hpp"

namespace fcn::tools {

Result<OnnxModel> read_pt2(const ByteSource& source, std::string& version, const Limits& limits) {
  auto archive = Pt2Archive::open(source, limits);
  if (!archive) return archive.error().at(source.name());
  AtenProgram program = archive->take_program();
  version = printable(program.torch_version.substr(0, 40));
  auto model = translate_program(std::move(program), *archive, limits);
  if (!model) return model.error().at(source.name());
  return model;
}

Result<ImportedNetwork> import_pt2(const ByteSource& source, std::optional<Extent> window,
                                   const Limits& limits) {
  std::string version;
  auto model = read_pt2(source, version, limits);
  if (!model) return model.error();
  auto network =
      import_onnx(*std::move(model), source.name(), {.window = window, .output_name = {}, .limits = limits});
  if (network) network->format = "PyTorch exported program" + (version.empty() ? "" : ", PyTorch " + version);
  return network;
}

}  // namespace fcn::tools
