// SPDX-License-Identifier: MIT
#include "tools/import/checkpoints/pth_tar.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "fcn/base/byte_reader.hpp"
#include "fcn/base/checked.hpp"
#include "tools/import/checkpoints/pickle_reader.hpp"
#include "tools/import/checkpoints/state_dicts.hpp"
#include "tools/import/checkpoints/torch_tensors.hpp"

namespace fcn::tools {
namespace {

using Kind = PickleRecord::Kind;

constexpr std::uint64_t kTarBlock = 512;
constexpr std::uint64_t kRecordBytes = 4096;  // of a pickle that describes one storage or tensor

Error tar_error(std::string message, ErrorCode code = ErrorCode::malformed) {
  return {code, std::move(message), "PyTorch file (tar)"};
}

/// A file of the archive: its bytes in the checkpoint.
struct TarPart {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// A field of a tar header, up to its NUL.
std::string_view tar_field(const std::vector<std::byte>& header, std::size_t begin, std::size_t length) {
  const std::string_view field(reinterpret_cast<const char*>(header.data()) + begin, length);
  return field.substr(0, field.find('\0'));
}

/// Octal digits, with spaces around them.
std::optional<std::uint64_t> octal(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (text.empty() || text.size() > 12) return std::nullopt;
  std::uint64_t value = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '7') return std::nullopt;
    value = value * 8 + static_cast<unsigned>(digit - '0');
  }
  return value;
}

/// Headers of POSIX tar: name at byte 0, size at 124 in octal; the file follows in whole blocks.
Result<TarPart> find_part(const ByteSource& source, std::string_view name) {
  std::uint64_t at = 0;
  while (at < source.size() && source.size() - at >= kTarBlock) {
    const auto header = source.read(at, kTarBlock);
    if (!header) return header.error();
    const std::string_view found = tar_field(*header, 0, 100);
    if (found.empty()) break;  // blocks of zeros end the archive
    const auto size = octal(tar_field(*header, 124, 12));
    const std::uint64_t begin = at + kTarBlock;
    if (!size || *size > source.size() - begin)
      return tar_error("the entry at offset " + std::to_string(at) + " has no size that fits the file");
    if (found == name) return TarPart{begin, begin + *size};
    at = begin + round_up(*size, kTarBlock);
  }
  return tar_error("holds no \"" + std::string(name) +
                       "\": expected storages, tensors and pickle, as torch 0.1 wrote them; a file that is "
                       "packed in it must be "
                       "unpacked first",
                   ErrorCode::unsupported);
}

/// A pickle and the bytes that it borrows.
struct HeldPickle {
  std::vector<std::byte> bytes;
  Pickle pickle;

  [[nodiscard]] const PickleRecord& root() const { return pickle[pickle.root]; }
  /// Item number `index` of a root that is a tuple of `count` items.
  [[nodiscard]] const PickleRecord* item(std::size_t index, std::size_t count) const {
    if (root().kind != Kind::tuple || root().items.size() != count) return nullptr;
    return &pickle[root().items[index]];
  }
};

/// Reads a part from its front.
class PartReader {
 public:
  PartReader(const ByteSource& source, TarPart part, const Limits& limits)
      : source_(source), at_(part.begin), end_(part.end), limits_(limits) {}

  [[nodiscard]] std::uint64_t offset() const { return at_; }

  /// The next pickle, of at most `most` bytes.
  Result<HeldPickle> pickle(std::uint64_t most) {
    auto bytes = source_.read(at_, std::min(end_ - at_, most));
    if (!bytes) return bytes.error();
    auto pickle = read_pickle(*bytes, limits_);
    if (!pickle) return pickle.error().at("offset " + std::to_string(at_));
    at_ += pickle->consumed;
    return HeldPickle{*std::move(bytes), *std::move(pickle)};
  }
  /// A pickle that is a count.
  Result<std::uint64_t> count(const char* of) {
    const auto held = pickle(kRecordBytes);
    if (!held) return held.error();
    if (held->root().kind != Kind::integer || held->root().integer < 0 ||
        held->root().integer > limits_.max_tensors)
      return tar_error(
          std::string("its number of ") + of + " is not one from 0 to " + std::to_string(limits_.max_tensors),
          ErrorCode::limit_exceeded);
    return static_cast<std::uint64_t>(held->root().integer);
  }
  /// The next little-endian integer of eight bytes.
  Result<std::uint64_t> number() {
    const auto bytes = source_.read(at_, std::min(end_ - at_, std::uint64_t{8}));
    if (!bytes) return bytes.error();
    const auto value = ByteReader(*bytes, at_).number<std::uint64_t>();
    if (value) at_ += 8;
    return value;
  }
  Status skip(std::uint64_t bytes) {
    if (bytes > end_ - at_)
      return tar_error("needs " + std::to_string(bytes) + " bytes at offset " + std::to_string(at_) +
                           ", its part of the archive ends at " + std::to_string(end_),
                       ErrorCode::truncated);
    at_ += bytes;
    return {};
  }

 private:
  const ByteSource& source_;
  std::uint64_t at_, end_;
  const Limits& limits_;
};

/// A storage, or a view of one, in the file. Keys are the addresses that objects had when they were saved.
struct TarPlaced {
  TorchStorage storage;
  std::uint64_t begin = 0;
};
using Storages = std::map<std::int64_t, TarPlaced>;

std::optional<std::uint64_t> element_bytes(std::uint64_t elements, DType dtype) {
  return checked_mul(elements, dtype_bytes(dtype));
}

/// (key, location, class), then the count of elements, then their bytes.
Status read_one_storage(PartReader& part, Storages& storages) {
  const auto held = part.pickle(kRecordBytes);
  if (!held) return held.error();
  const PickleRecord* key = held->item(0, 3);
  if (key == nullptr || key->kind != Kind::integer)
    return tar_error("a storage is not described by (key, location, class)");
  const auto dtype = storage_dtype(held->item(2, 3)->text);
  if (!dtype) return tar_error("a storage has an unknown type", ErrorCode::unsupported);
  const auto elements = part.number();
  if (!elements) return elements.error();
  const auto bytes = element_bytes(*elements, *dtype);
  if (!bytes) return tar_error("a storage's size overflows", ErrorCode::limit_exceeded);
  TarPlaced placed{{std::to_string(key->integer), *dtype, *elements}, part.offset()};
  if (Status there = part.skip(*bytes); !there) return there;
  storages[key->integer] = std::move(placed);
  return {};
}

/// [(key, key of the storage, first element, elements), ...]: storages that show part of another.
Status read_views(PartReader& part, Storages& storages, const Limits& limits) {
  const auto held = part.pickle(limits.max_header_bytes);
  if (!held) return held.error();
  const Error wrong =
      tar_error("its views of storages are not (key, storage, offset, size) of storages in the file");
  if (held->root().kind != Kind::list) return wrong;
  for (const PickleId id : held->root().items) {
    const PickleRecord& view = held->pickle[id];
    if (view.kind != Kind::tuple || view.items.size() != 4) return wrong;
    std::int64_t fields[4];
    for (std::size_t i = 0; i < 4; ++i) {
      if (held->pickle[view.items[i]].kind != Kind::integer) return wrong;
      fields[i] = held->pickle[view.items[i]].integer;
    }
    const auto whole = storages.find(fields[1]);
    if (whole == storages.end() || fields[2] < 0 || fields[3] < 0) return wrong;
    const auto first = static_cast<std::uint64_t>(fields[2]),
               elements = static_cast<std::uint64_t>(fields[3]);
    const TorchStorage& of = whole->second.storage;
    if (first > of.elements || elements > of.elements - first) return wrong;
    const TarPlaced placed{{std::to_string(fields[0]), of.dtype, elements},
                           whole->second.begin + first * dtype_bytes(of.dtype)};
    storages[fields[0]] = placed;
  }
  return {};
}

Result<Storages> read_storages(const ByteSource& source, const Limits& limits) {
  const auto where = find_part(source, "storages");
  if (!where) return where.error();
  PartReader part(source, *where, limits);
  const auto count = part.count("storages");
  if (!count) return count.error();
  Storages storages;
  for (std::uint64_t i = 0; i < *count; ++i)
    if (Status read = read_one_storage(part, storages); !read) return read.error().at("storages");
  if (Status read = read_views(part, storages, limits); !read) return read.error().at("storages");
  return storages;
}

/// (key, storage, class), then the rank, the sizes, the strides and the first element.
Result<std::pair<std::string, TorchTensor>> read_one_tensor(PartReader& part, const Storages& storages,
                                                            const Limits& limits) {
  const auto held = part.pickle(kRecordBytes);
  if (!held) return held.error();
  const PickleRecord* key = held->item(0, 3);
  if (key == nullptr || key->kind != Kind::integer || held->item(1, 3)->kind != Kind::integer)
    return tar_error("a tensor is not described by (key, storage, class)");
  const auto storage = storages.find(held->item(1, 3)->integer);
  if (storage == storages.end()) return tar_error("a tensor's storage is not in the file");
  const auto rank = part.number();  // four bytes, and four that do not count
  if (!rank) return rank.error();
  const std::uint64_t axes = *rank & 0xffffffffu;
  if (axes > limits.max_rank)
    return tar_error("a tensor has " + std::to_string(axes) + " dimensions, the limit is " +
                         std::to_string(limits.max_rank),
                     ErrorCode::limit_exceeded);
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t i = 0; i < 2 * axes + 1; ++i) {
    const auto value = part.number();
    if (!value) return value.error();
    numbers.push_back(*value);
  }
  TorchTensor torch;
  torch.storage = storage->second.storage;
  torch.tensor.dtype = torch.storage.dtype;
  const auto first_stride = numbers.begin() + static_cast<std::ptrdiff_t>(axes);
  torch.tensor.shape.assign(numbers.begin(), first_stride);
  torch.tensor.strides.assign(first_stride, numbers.end() - 1);
  if (Status fits = place_in_storage(torch, numbers.back(), limits); !fits) return fits.error();
  torch.tensor.begin += storage->second.begin;
  return std::pair{std::to_string(key->integer), std::move(torch)};
}

Result<std::map<std::string, TorchTensor>> read_tensors(const ByteSource& source, const Limits& limits) {
  const auto storages = read_storages(source, limits);
  if (!storages) return storages.error();
  const auto where = find_part(source, "tensors");
  if (!where) return where.error();
  PartReader part(source, *where, limits);
  const auto count = part.count("tensors");
  if (!count) return count.error();
  std::map<std::string, TorchTensor> tensors;
  for (std::uint64_t i = 0; i < *count; ++i) {
    auto tensor = read_one_tensor(part, *storages, limits);
    if (!tensor) return tensor.error().at("tensors, entry " + std::to_string(i));
    tensors.insert(*std::move(tensor));
  }
  return tensors;
}

}  // namespace

bool looks_like_tar(const ByteSource& source) {
  const auto magic = source.read(257, 5);
  return magic && std::string_view(reinterpret_cast<const char*>(magic->data()), 5) == "ustar";
}

Result<CheckpointContent> read_pth_tar(const ByteSource& source, const Limits& limits, std::string_view key) {
  const auto tensors = read_tensors(source, limits);
  if (!tensors) return tensors.error();
  const auto where = find_part(source, "pickle");
  if (!where) return where.error();
  PartReader part(source, *where, limits);
  const auto object = part.pickle(limits.max_header_bytes);
  if (!object) return object.error().at("pickle");
  auto state = choose_state_dict(
      object->pickle, limits,
      [](const Pickle&, const PickleRecord& value) { return value.kind == Kind::persistent; }, key);
  if (!state) return state.error();
  CheckpointContent found;
  found.notes = std::move(state->notes);
  for (const StateEntry& entry : state->entries) {
    const PickleRecord& id = object->pickle[entry.value->items[0]];
    const auto tensor = tensors->find(std::string(id.text));
    if (id.kind != Kind::string || tensor == tensors->end())
      return tar_error("tensor " + std::string(entry.name) + " is not in the file");
    found.tensors.push_back(tensor->second.tensor);
    found.tensors.back().name = entry.name;
  }
  return found;
}

}  // namespace fcn::tools
