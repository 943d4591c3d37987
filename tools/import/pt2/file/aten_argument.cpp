// SPDX-License-Identifier: MIT
#include "tools/import/pt2/file/aten_argument.hpp"

#include <limits>
#include <string_view>
#include <utility>

#include "fcn/file/json_fields.hpp"

namespace fcn::tools {
namespace {

constexpr std::size_t kMaxList = 65'536;

Result<std::int64_t> read_int(const JsonView& json) {
  return json.integer(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max());
}

/// A number; JSON has no infinities, so the exporter writes their names.
Result<double> read_double(const JsonView& json) {
  if (!json.value().is_string()) return json.number();
  const auto text = json.string();
  if (!text) return text.error();
  if (*text == "Infinity") return std::numeric_limits<double>::infinity();
  if (*text == "-Infinity") return -std::numeric_limits<double>::infinity();
  if (*text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  return json.expected("a number");
}

Result<std::string> read_name(const JsonView& json, const Limits& limits) {
  auto name = json.string();
  if (name && (name->empty() || name->size() > limits.max_name_bytes))
    return json.expected("a name of 1 to " + std::to_string(limits.max_name_bytes) + " bytes");
  return name;
}

Result<std::string> named(const JsonView& json, const char* key, const Limits& limits) {
  JsonFields fields(json);
  const JsonView member = fields.member(key);
  if (const Status read = fields.status(); !read) return read.error();
  return read_name(member, limits);
}

/// The only member of a union: its kind and its value.
Result<std::pair<std::string, JsonView>> read_union(const JsonView& json) {
  if (!json.value().is_object() || json.value().size() != 1) return json.expected("an object of one member");
  const auto only = json.value().begin();
  return std::pair(only.key(), JsonView(only.value(), json.path() + "." + only.key()));
}

/// SymIntArgument and its like: {"as_name": ...} or {"as_int": ...}.
Result<AtenInt> read_symbolic(const JsonView& json, const Limits& limits) {
  JsonFields fields(json);
  if (const auto number = fields.optional_member("as_int")) {
    const auto value = read_int(*number);
    if (!value) return value.error();
    return AtenInt{*value, {}};
  }
  auto name = named(json, "as_name", limits);
  if (!name) return name.error();
  return AtenInt{0, *std::move(name)};
}

/// The elements of a list, each read by `read`.
template <class T, class Read>
Result<std::vector<T>> read_list(const JsonView& json, Read read) {
  const auto elements = json.elements(kMaxList);
  if (!elements) return elements.error();
  std::vector<T> values;
  for (const JsonView& element : *elements) {
    auto value = read(element);
    if (!value) return value.error();
    values.push_back(*std::move(value));
  }
  return values;
}

template <class T>
Result<AtenArgument> as_argument(Result<T> value) {
  if (!value) return value.error();
  return AtenArgument(*std::move(value));
}

Result<AtenArgument> read_tensors(const JsonView& json, const Limits& limits) {
  auto names =
      read_list<std::string>(json, [&](const JsonView& element) { return named(element, "name", limits); });
  if (!names) return names.error();
  return AtenArgument(AtenTensors{*std::move(names)});
}

Result<AtenArgument> read_optional_tensors(const JsonView& json, const Limits& limits) {
  auto names = read_list<std::string>(json, [&](const JsonView& element) -> Result<std::string> {
    const auto only = read_union(element);
    if (!only) return only.error();
    if (only->first == "as_none") return std::string();
    return named(only->second, "name", limits);
  });
  if (!names) return names.error();
  return AtenArgument(AtenTensors{*std::move(names)});
}

Result<AtenArgument> read_symbol(const std::string& kind, const JsonView& json, const Limits& limits) {
  if (kind != "as_sym_int" && json.value().is_object()) {
    if (json.value().contains("as_bool")) {
      JsonFields fields(json);
      return as_argument(fields.member("as_bool").boolean());
    }
    if (json.value().contains("as_float")) {
      JsonFields fields(json);
      return as_argument(read_double(fields.member("as_float")));
    }
  }
  return as_argument(read_symbolic(json, limits));
}

}  // namespace

Result<AtenArgument> read_argument(const JsonView& json, const Limits& limits) {
  const auto only = read_union(json);
  if (!only) return only.error();
  const auto& [kind, value] = *only;
  if (kind == "as_none") return AtenArgument(AtenNone{});
  if (kind == "as_tensor") {
    auto name = named(value, "name", limits);
    if (!name) return name.error();
    return AtenArgument(AtenTensor{*std::move(name)});
  }
  if (kind == "as_tensors") return read_tensors(value, limits);
  if (kind == "as_optional_tensors") return read_optional_tensors(value, limits);
  if (kind == "as_optional_tensor") return read_argument(value, limits);
  if (kind == "as_int") {
    const auto number = read_int(value);
    if (!number) return number.error();
    return AtenArgument(AtenInt{*number, {}});
  }
  if (kind == "as_ints")
    return as_argument(read_list<AtenInt>(value, [](const JsonView& element) -> Result<AtenInt> {
      const auto number = read_int(element);
      if (!number) return number.error();
      return AtenInt{*number, {}};
    }));
  if (kind == "as_float") return as_argument(read_double(value));
  if (kind == "as_floats") return as_argument(read_list<double>(value, read_double));
  if (kind == "as_bool") return as_argument(value.boolean());
  if (kind == "as_string") return as_argument(value.string());
  if (kind == "as_sym_int" || kind == "as_sym_float" || kind == "as_sym_bool")
    return read_symbol(kind, value, limits);
  if (kind == "as_sym_ints")
    return as_argument(
        read_list<AtenInt>(value, [&](const JsonView& element) { return read_symbolic(element, limits); }));
  if (kind == "as_scalar_type") {
    const auto number = value.integer(0, 1'000);
    if (!number) return number.error();
    return AtenArgument(AtenType{*number});
  }
  return AtenArgument(AtenOpaque{kind});
}

Result<std::vector<std::string>> read_output(const JsonView& json, const Limits& limits) {
  const auto argument = read_argument(json, limits);
  if (!argument) return argument.error();
  if (const auto* tensor = std::get_if<AtenTensor>(&*argument)) return std::vector<std::string>{tensor->name};
  if (const auto* tensors = std::get_if<AtenTensors>(&*argument)) return tensors->names;
  if (const auto* symbol = std::get_if<AtenInt>(&*argument); symbol != nullptr && !symbol->is_known())
    return std::vector<std::string>{symbol->name};
  if (const auto* symbols = std::get_if<std::vector<AtenInt>>(&*argument)) {
    std::vector<std::string> names;
    for (const AtenInt& each : *symbols) names.push_back(each.name);
    return names;
  }
  return std::vector<std::string>{std::string()};
}

}  // namespace fcn::tools
