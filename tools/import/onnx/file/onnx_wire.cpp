// SPDX-License-Identifier: MIT
#include "tools/import/onnx/file/onnx_wire.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream.h>
#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace fcn::tools {
namespace {

constexpr int kMaxNesting = 64;

/// A ByteSource as protobuf reads it, in chunks.
class SourceStream final : public google::protobuf::io::ZeroCopyInputStream {
 public:
  explicit SourceStream(const ByteSource& source) : source_(source) {}

  bool Next(const void** data, int* size) override {
    const std::uint64_t count = std::min<std::uint64_t>(chunk_.size(), source_.size() - offset_);
    const std::span filled = std::span(chunk_).first(static_cast<std::size_t>(count));
    if (count == 0 || !source_.read(offset_, filled)) return false;
    offset_ += count;
    *data = chunk_.data();
    *size = static_cast<int>(count);
    return true;
  }
  void BackUp(int count) override { offset_ -= static_cast<std::uint64_t>(count); }
  bool Skip(int count) override {
    const std::uint64_t left = source_.size() - offset_;
    offset_ += std::min<std::uint64_t>(left, static_cast<std::uint64_t>(count));
    return static_cast<std::uint64_t>(count) <= left;
  }
  [[nodiscard]] std::int64_t ByteCount() const override { return static_cast<std::int64_t>(offset_); }

 private:
  const ByteSource& source_;
  std::array<std::byte, std::size_t{1} << 16> chunk_{};
  std::uint64_t offset_ = 0;
};

/// The messages of onnx.proto that hold further parts.
enum class Part {
  model,
  training,
  graph,
  function,
  node,
  attribute,
  tensor,
  sparse,
  value,
  type,
  tensor_type,
  element_type,
  map_type,
  shape,
  annotation,
};

struct Member {
  Part of;
  std::uint32_t field;
  Part kind;
};

constexpr Member kMembers[] = {
    {Part::model, 7, Part::graph},       {Part::model, 20, Part::training},
    {Part::model, 25, Part::function},   {Part::training, 1, Part::graph},
    {Part::training, 2, Part::graph},    {Part::graph, 1, Part::node},
    {Part::graph, 5, Part::tensor},      {Part::graph, 11, Part::value},
    {Part::graph, 12, Part::value},      {Part::graph, 13, Part::value},
    {Part::graph, 14, Part::annotation}, {Part::graph, 15, Part::sparse},
    {Part::function, 7, Part::node},     {Part::node, 5, Part::attribute},
    {Part::attribute, 5, Part::tensor},  {Part::attribute, 6, Part::graph},
    {Part::attribute, 10, Part::tensor}, {Part::attribute, 11, Part::graph},
    {Part::attribute, 14, Part::type},   {Part::attribute, 15, Part::type},
    {Part::attribute, 22, Part::sparse}, {Part::attribute, 23, Part::sparse},
    {Part::sparse, 1, Part::tensor},     {Part::sparse, 2, Part::tensor},
    {Part::value, 2, Part::type},        {Part::type, 1, Part::tensor_type},
    {Part::type, 4, Part::element_type}, {Part::type, 5, Part::map_type},
    {Part::type, 8, Part::tensor_type},  {Part::type, 9, Part::element_type},
    {Part::element_type, 1, Part::type}, {Part::map_type, 2, Part::type},
    {Part::tensor_type, 2, Part::shape},
};

/// Goes through a file without keeping anything of it.
class PartCounter {
 public:
  PartCounter(const ByteSource& source, std::uint64_t most) : stream_(source), coded_(&stream_), most_(most) {
    coded_.SetTotalBytesLimit(static_cast<int>(kMaxOnnxBytes));
  }

  /// The parts of the whole file, which is a message of that kind.
  std::optional<std::uint64_t> count_all(Part kind) {
    const bool whole = count(kind, 0) && coded_.ConsumedEntireMessage();
    return whole || parts_ > most_ ? std::optional(parts_) : std::nullopt;
  }

 private:
  /// Of the message up to the stream's limit. False if it is damaged, or if there are too many. Protobuf
  /// would skip groups, which ONNX has none of.
  bool count(Part kind, int depth) {
    for (std::uint32_t tag = coded_.ReadTag(); tag != 0; tag = coded_.ReadTag())
      if (!field(kind, tag >> 3, tag & 7, depth)) return false;
    return true;
  }
  bool field(Part kind, std::uint32_t number, std::uint32_t wire, int depth) {
    constexpr std::uint32_t kVarint = 0, kEightBytes = 1, kDelimited = 2, kFourBytes = 5;
    std::uint64_t value = 0;
    std::uint32_t bytes = 0;
    if (wire == kVarint) return coded_.ReadVarint64(&value);
    if (wire == kEightBytes) return coded_.Skip(8);
    if (wire == kFourBytes) return coded_.Skip(4);
    if (wire != kDelimited || !coded_.ReadVarint32(&bytes) || bytes > kMaxOnnxBytes) return false;
    if (++parts_ > most_) return false;
    const auto* const member =
        std::find_if(std::begin(kMembers), std::end(kMembers),
                     [&](const Member& each) { return each.of == kind && each.field == number; });
    if (member == std::end(kMembers)) return coded_.Skip(static_cast<int>(bytes));
    if (depth == kMaxNesting) return false;
    const auto before = coded_.PushLimit(static_cast<int>(bytes));
    const bool whole = count(member->kind, depth + 1);
    const bool ended = coded_.BytesUntilLimit() == 0;
    coded_.PopLimit(before);
    return whole && ended;
  }

  SourceStream stream_;
  google::protobuf::io::CodedInputStream coded_;
  std::uint64_t most_;
  std::uint64_t parts_ = 0;
};

}  // namespace

std::optional<std::uint64_t> count_onnx_parts(const ByteSource& source, OnnxMessage kind,
                                              std::uint64_t most) {
  return PartCounter(source, most).count_all(kind == OnnxMessage::model ? Part::model : Part::tensor);
}

bool parse_onnx(const ByteSource& source, google::protobuf::MessageLite& message) {
  const google::protobuf::LogSilencer quiet;
  SourceStream stream(source);
  google::protobuf::io::CodedInputStream coded(&stream);
  coded.SetTotalBytesLimit(static_cast<int>(kMaxOnnxBytes));
  coded.SetRecursionLimit(kMaxNesting);
  return message.ParseFromCodedStream(&coded) && coded.ConsumedEntireMessage();
}

}  // namespace fcn::tools
