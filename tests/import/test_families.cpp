// SPDX-License-Identifier: MIT
// torchvision's families of classifiers, as PyTorch exports them to ONNX: converted, and compared with
// PyTorch on their windows and, as FCNs, on larger pictures (make_families.py).
#include <catch2/catch.hpp>

#include "engine/json.hpp"
#include "files.hpp"
#include "kernels/dispatch/select.hpp"
#include "noise_weights.hpp"
#include "tools/export_model.hpp"
#include "torch_picture.hpp"

using namespace fcn;
using namespace fcn::tools;

namespace {

std::vector<float> floats(const Json& json, std::size_t count) {
  auto values = json.get<std::vector<float>>();
  values.resize(count);
  return values;
}

}  // namespace

TEST_CASE("torchvision's families convert and agree with PyTorch at any size") {
  const Json expected = *parse_json(read_file(fixture("../families/expected.json")));
  const Scratch scratch;
  scratch.write("noise.bin", noise_bytes());
  for (const auto& [name, family] : expected["families"].items()) {
    INFO(name);
    const auto channels = family["channels"].get<std::size_t>();
    ExportRequest request;
    request.checkpoint = scratch.write(name + ".onnx", read_file(fixture("../families/" + name + ".onnx")));
    request.output = scratch.path(name + ".safetensors");
    request.mean = floats(expected["mean"], channels);
    request.std = floats(expected["std"], channels);
    request.external_data = true;
    const auto report = export_model(request);
    if (!report) FAIL_CHECK(report.error().to_string());
    if (!report) continue;
    CHECK(report->info.window == Extent{family["window"].get<int>(), family["window"].get<int>()});
    for (const auto& map : family["maps"])
      check_logits(logits_of(request.output, map["size"][0], map["size"][1], kernels::select_table().table),
                   map["logits"].get<std::vector<double>>());
  }
}
