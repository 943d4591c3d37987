// SPDX-License-Identifier: MIT
// An exported program of tests/import/pt2/cases.json as the .pt2 file that PyTorch would write: the program's
// JSON as it stands, weights of noise, in today's layout or an older one.
#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "fcn/file/json.hpp"
#include "tests/import/files.hpp"

namespace test_pt2 {

/// Values of [-1, 1), multiples of 2^-23; pt2/aten_program.py makes the same.
inline float noise(std::uint64_t index, std::uint64_t seed) {
  std::uint64_t v = (index * 2654435761u + seed * 40503u + 12345u) & 0xffff'ffffu;
  v ^= v >> 15;
  v = v * 2246822519u & 0xffff'ffffu;
  v ^= v >> 13;
  return static_cast<float>(static_cast<double>(v >> 8) / 8388608.0 - 1);
}

inline std::string weight_bytes(const fcn::Json& weight) {
  std::size_t count = 1;
  for (const auto& size : weight["shape"]) count *= size.get<std::size_t>();
  std::string bytes(count * sizeof(float), '\0');
  for (std::size_t i = 0; i < count; ++i) {
    const double value =
        static_cast<double>(noise(i, weight["seed"].get<std::uint64_t>())) * weight["scale"].get<double>() +
        weight["shift"].get<double>();
    const auto rounded = static_cast<float>(value);
    std::memcpy(bytes.data() + i * sizeof(float), &rounded, sizeof(float));
  }
  return bytes;
}

/// What the file says of a float tensor of this shape.
inline fcn::Json tensor_meta(const fcn::Json& shape) {
  fcn::Json sizes = fcn::Json::array(), strides = fcn::Json::array();
  std::uint64_t stride = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    sizes.insert(sizes.begin(), fcn::Json::object({{"as_int", shape[i]}}));
    strides.insert(strides.begin(), fcn::Json::object({{"as_int", stride}}));
    stride *= shape[i].get<std::uint64_t>();
  }
  return {{"dtype", 7},
          {"sizes", sizes},
          {"requires_grad", true},
          {"device", {{"type", "cpu"}, {"index", nullptr}}},
          {"strides", strides},
          {"storage_offset", {{"as_int", 0}}},
          {"layout", 7}};
}

/// The members of today's archive.
inline std::vector<ZipMember> members(const fcn::Json& program, const fcn::Json& weights) {
  std::vector<ZipMember> made;
  std::map<bool, fcn::Json> configs{{false, fcn::Json::object()}, {true, fcn::Json::object()}};
  for (const auto& [name, weight] : weights.items()) {
    const bool constant = weight["constant"].get<bool>();
    const std::string path = (constant ? "tensor_" : "weight_") + std::to_string(configs[constant].size());
    configs[constant][name] = {{"path_name", path},
                               {"is_param", !constant},
                               {"use_pickle", false},
                               {"tensor_meta", tensor_meta(weight["shape"])}};
    made.push_back({(constant ? "m/data/constants/" : "m/data/weights/") + path, weight_bytes(weight)});
  }
  made.push_back({"m/data/weights/model_weights_config.json", fcn::Json{{"config", configs[false]}}.dump()});
  made.push_back(
      {"m/data/constants/model_constants_config.json", fcn::Json{{"config", configs[true]}}.dump()});
  made.push_back({"m/models/model.json", program.dump()});
  made.push_back({"m/archive_format", "pt2"});
  made.push_back({"m/archive_version", "0"});
  made.push_back({"m/byteorder", "little"});
  return made;
}

inline std::string archive(const fcn::Json& test) {
  return make_zip(members(test["program"], test["weights"]));
}

}  // namespace test_pt2
