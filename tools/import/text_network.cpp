// SPDX-License-Identifier: MIT
#include "tools/import/text_network.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fcn/file/json_fields.hpp"
#include "fcn/graph/geometry.hpp"
#include "fcn/graph/shape_inference.hpp"
#include "fcn/graph/validate_graph.hpp"

namespace fcn::tools {
namespace {

constexpr std::uint64_t kMostTextBytes = 16 << 20;  // a network written by hand is small
constexpr std::size_t kMostFilters = 1024;
constexpr int kLargestKernel = 64;
constexpr int kMostPictureChannels = 64;  // of the picture
constexpr int kProbeSide = 4096;          // of the picture on which receptive fields are computed

/// An integer that may be missing.
int integer_or(JsonFields& fields, const char* key, int low, int usual) {
  const auto member = fields.optional_member(key);
  return member ? static_cast<int>(fields.keep(member->integer(low, kLargestKernel))) : usual;
}

Extent square(int side) {
  return {side, side};
}

Padding padding(JsonFields& fields) {
  const int pad = integer_or(fields, "pad", 0, 0);
  return {pad, pad, pad, pad};
}

std::vector<JsonView> elements(JsonFields& fields, const JsonView& view, std::size_t most) {
  return fields.keep(view.elements(most));
}

/// A finite float.
float number(JsonFields& fields, const JsonView& view) {
  const double value = fields.keep(view.number());
  if (std::abs(value) > std::numeric_limits<float>::max()) fields.fail(view.error("is beyond a float"));
  return static_cast<float>(value);
}

/// Numbers as the file has them, and the extents of the nested lists that held them.
struct FilterBank {
  std::vector<float> weights;  ///< [filter][channel][row][column]
  int filters = 0;
  Extent kernel = {0, 0};
};

/// Reads filters one after another; all must have the size of the first.
class FilterReader {
 public:
  FilterReader(JsonFields& fields, int channels) : fields_(fields), channels_(channels) {}

  FilterBank read(const JsonView& view) {
    for (const JsonView& filter : elements(fields_, view, kMostFilters)) read_filter(filter);
    if (bank_.filters == 0) fields_.fail(view.expected("a list of filters"));
    return std::move(bank_);
  }

 private:
  /// With one channel a filter is a list of rows, with more a list of such lists, one a channel.
  void read_filter(const JsonView& filter) {
    ++bank_.filters;
    if (channels_ == 1) return read_rows(filter);
    const auto planes = elements(fields_, filter, kMostFilters);
    if (planes.size() != static_cast<std::size_t>(channels_))
      return fields_.fail(
          filter.expected("a list of rows for each of " + std::to_string(channels_) + " channels"));
    for (const JsonView& plane : planes) read_rows(plane);
  }

  void read_rows(const JsonView& plane) {
    const auto rows = elements(fields_, plane, kLargestKernel);
    if (bank_.kernel.y == 0) bank_.kernel.y = static_cast<int>(rows.size());
    if (rows.empty() || rows.size() != static_cast<std::size_t>(bank_.kernel.y))
      return fields_.fail(plane.expected(std::to_string(bank_.kernel.y) + " rows, as the first filter has"));
    for (const JsonView& row : rows) read_row(row);
  }

  void read_row(const JsonView& row) {
    const auto numbers = elements(fields_, row, kLargestKernel);
    if (bank_.kernel.x == 0) bank_.kernel.x = static_cast<int>(numbers.size());
    if (numbers.empty() || numbers.size() != static_cast<std::size_t>(bank_.kernel.x))
      return fields_.fail(row.expected(std::to_string(bank_.kernel.x) + " numbers, as the first row has"));
    for (const JsonView& each : numbers) bank_.weights.push_back(number(fields_, each));
  }

  JsonFields& fields_;
  int channels_;
  FilterBank bank_;
};

/// Appends the layers of a chain, one by one.
class ChainReader {
 public:
  ChainReader(Graph& graph, int channels) : graph_(graph), channels_(channels) {
    graph_.append("input", Input{channels}, {});
  }

  Status read_layer(const JsonView& view) {
    JsonFields fields(view);
    const std::string kind = fields.string("op");
    const auto named = fields.optional_member("name");
    const std::string name =
        named ? fields.keep(named->string()) : kind + std::to_string(graph_.nodes.size());
    Op op = Relu{};
    if (kind == "conv")
      op = read_conv(fields);
    else if (kind == "max_pool")
      op = read_max_pool(fields);
    else if (kind == "average_pool")
      op = read_average_pool(fields);
    else if (kind != "relu")
      fields.fail(view.error("op \"" + kind + "\" is none of conv, relu, max_pool, average_pool"));
    if (Status read = fields.finish(); !read) return read;
    graph_.append(name, std::move(op), {graph_.output});
    return {};
  }

 private:
  Op read_conv(JsonFields& fields) {
    Conv conv;
    const auto filters = fields.member("filters");
    FilterBank bank = FilterReader(fields, channels_).read(filters);
    conv.in_channels = channels_;
    conv.out_channels = bank.filters;
    conv.kernel = bank.kernel;
    conv.weights = std::move(bank.weights);
    conv.stride = square(integer_or(fields, "stride", 1, 1));
    conv.pad = padding(fields);
    if (const auto bias = fields.optional_member("bias")) {
      for (const JsonView& each : elements(fields, *bias, kMostFilters))
        conv.bias.push_back(number(fields, each));
      if (conv.bias.size() != static_cast<std::size_t>(bank.filters))
        fields.fail(bias->expected(std::to_string(bank.filters) + " numbers, one a filter"));
    }
    channels_ = bank.filters;
    return conv;
  }

  // A pool steps by its own size unless it says otherwise.
  static Op read_max_pool(JsonFields& fields) {
    const int size = fields.integer("size", 1, kLargestKernel);
    return MaxPool{.kernel = square(size),
                   .stride = square(integer_or(fields, "stride", 1, size)),
                   .dilation = {},
                   .pad = padding(fields)};
  }
  static Op read_average_pool(JsonFields& fields) {
    const int size = fields.integer("size", 1, kLargestKernel);
    return AveragePool{.kernel = square(size),
                       .stride = square(integer_or(fields, "stride", 1, size)),
                       .pad = padding(fields)};
  }

  Graph& graph_;
  int channels_;  ///< of the layer before
};

Result<ImportedNetwork> read_network(const Json& text, const Limits& limits) {
  ImportedNetwork network;
  network.format = "network as text";
  network.is_fcn = true;
  JsonFields fields(JsonView(text, ""));
  network.name = fields.string("name");
  const int channels = integer_or(fields, "channels", 1, 3);
  if (channels > kMostPictureChannels) fields.fail({ErrorCode::malformed, "is beyond 64", "field channels"});
  if (const auto labels = fields.optional_member("labels"))
    for (const JsonView& label : elements(fields, *labels, kMostFilters))
      network.labels.push_back(fields.keep(label.string()));
  const auto layers = fields.elements("layers", limits.max_nodes);
  if (Status read = fields.finish(); !read) return read.error();
  ChainReader chain(network.graph, channels);
  for (const JsonView& layer : layers)
    if (Status read = chain.read_layer(layer); !read) return read.error();
  if (Status valid = validate_graph(network.graph, limits); !valid) return valid.error();
  network.mean.assign(static_cast<std::size_t>(channels), 0.0f);
  network.std.assign(static_cast<std::size_t>(channels), 1.0f);
  const auto shapes = infer_shapes(network.graph, {channels, kProbeSide, kProbeSide});
  if (!shapes) return shapes.error();
  const MapGeometry seen = infer_geometry(network.graph, *shapes)[network.graph.output];
  if (seen.y.receptive_field > kProbeSide || seen.x.receptive_field > kProbeSide)
    return Error{ErrorCode::limit_exceeded,
                 "a cell of its map sees more than " + std::to_string(kProbeSide) + " pixels",
                 "field layers"};
  network.window = Extent{static_cast<int>(seen.y.receptive_field), static_cast<int>(seen.x.receptive_field)};
  return network;
}

}  // namespace

bool looks_like_text_network(const ByteSource& source) {
  const auto bytes = source.read(0, std::min<std::uint64_t>(source.size(), 64));
  if (!bytes) return false;
  const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  const std::size_t brace = text.find_first_not_of(" \t\r\n");
  if (brace == std::string_view::npos || text[brace] != '{') return false;
  const std::size_t next = text.find_first_not_of(" \t\r\n", brace + 1);
  return next != std::string_view::npos && (text[next] == '"' || text[next] == '}');
}

Result<ImportedNetwork> import_text_network(const ByteSource& source, const Limits& limits) {
  if (source.size() > kMostTextBytes)
    return Error{ErrorCode::limit_exceeded,
                 "a network as text of " + std::to_string(source.size()) + " bytes", source.name()};
  const auto bytes = source.read(0, source.size());
  if (!bytes) return bytes.error().at(source.name());
  const auto text = parse_json({reinterpret_cast<const char*>(bytes->data()), bytes->size()}, limits);
  if (!text) return text.error().at(source.name());
  auto network = read_network(*text, limits);
  if (!network) return network.error().at(source.name());
  return network;
}

}  // namespace fcn::tools
