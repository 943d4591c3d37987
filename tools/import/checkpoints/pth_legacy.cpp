// SPDX-License-Identifier: MIT
#include "tools/import/checkpoints/pth_legacy.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "fcn/base/byte_reader.hpp"
#include "fcn/base/checked.hpp"
#include "tools/import/checkpoints/pickle_reader.hpp"
#include "tools/import/checkpoints/torch_tensors.hpp"

namespace fcn::tools {
namespace {

using Kind = PickleRecord::Kind;

constexpr std::string_view kMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";  // 0x1950a86a20f9469cfc6c
constexpr std::int64_t kProtocolVersion = 1001;

Error legacy_error(std::string message, ErrorCode code = ErrorCode::malformed) {
  return {code, std::move(message), "PyTorch file (before 1.6)"};
}

/// A storage in the file.
struct Placed {
  std::uint64_t begin = 0;
  std::uint64_t elements = 0;
};

/// Takes the pickles off the front of the file's bytes, one after the other.
class PickleSequence {
 public:
  PickleSequence(std::span<const std::byte> bytes, const Limits& limits) : bytes_(bytes), limits_(limits) {}
  Result<Pickle> next(const char* what) {
    auto pickle = read_pickle(bytes_.subspan(consumed_), limits_);
    if (!pickle) return pickle.error().at(what);
    consumed_ += pickle->consumed;
    return pickle;
  }
  [[nodiscard]] std::size_t consumed() const { return consumed_; }

 private:
  std::span<const std::byte> bytes_;
  const Limits& limits_;
  std::size_t consumed_ = 0;
};

Status check_preamble(PickleSequence& pickles) {
  const auto magic = pickles.next("magic number");
  if (!magic) return magic.error();
  const PickleRecord& number = (*magic)[magic->root];
  if (number.kind != Kind::big_integer || number.text != kMagic)
    return legacy_error(
        "a pickle without PyTorch's magic number; in Python, torch.save(model.state_dict(), path)",
        ErrorCode::unsupported);
  const auto version = pickles.next("protocol version");
  if (!version) return version.error();
  const PickleRecord& protocol = (*version)[version->root];
  if (protocol.kind != Kind::integer || protocol.integer != kProtocolVersion)
    return legacy_error("its protocol version is not 1001", ErrorCode::unsupported);
  const auto system = pickles.next("system information");
  if (!system) return system.error();
  const PickleRecord* little = system->find((*system)[system->root], "little_endian");
  if (little == nullptr || little->kind != Kind::boolean || little->integer != 1)
    return legacy_error("its byte order is not little-endian; save it again on such a machine",
                        ErrorCode::unsupported);
  return {};
}

/// Sizes of storages, by key, from the tensors that use them.
Result<std::map<std::string, TorchStorage>> storages_of(const Pickle& object) {
  std::map<std::string, TorchStorage> storages;
  for (const PickleRecord& record : object.records) {
    if (record.kind != Kind::persistent) continue;
    const auto storage = read_storage(object, record);
    if (!storage) return storage.error();
    const auto [known, added] = storages.emplace(storage->key, *storage);
    if (!added && (known->second.dtype != storage->dtype || known->second.elements != storage->elements))
      return legacy_error("storage " + storage->key + " is described in two ways");
  }
  return storages;
}

/// Walks the storages after the pickles: for each key in order, a count of elements and their bytes.
Result<std::map<std::string, Placed>> place_storages(const ByteSource& source, const Pickle& keys,
                                                     std::uint64_t at,
                                                     const std::map<std::string, TorchStorage>& storages) {
  std::map<std::string, Placed> placed;
  for (const PickleId item : keys[keys.root].items) {
    const std::string key(keys[item].text);
    const auto storage = storages.find(key);
    if (keys[item].kind != Kind::string || storage == storages.end() || placed.contains(key))
      return legacy_error("its list of storages names \"" + key + "\", which no tensor uses, or twice");
    const auto count = source.read(at, sizeof(std::uint64_t));
    if (!count) return count.error().at("storage " + key);
    const std::uint64_t elements = *ByteReader(*count).number<std::uint64_t>();
    if (elements != storage->second.elements)
      return legacy_error("storage " + key + " has " + std::to_string(elements) + " elements at offset " +
                          std::to_string(at) + ", expected " + std::to_string(storage->second.elements));
    at += sizeof(std::uint64_t);
    const auto bytes = checked_mul(elements, dtype_bytes(storage->second.dtype));
    if (!bytes || *bytes > source.size() - at)
      return legacy_error("storage " + key + " needs " + std::to_string(elements) + " elements at offset " +
                              std::to_string(at) + ", the file ends at " + std::to_string(source.size()),
                          ErrorCode::truncated);
    placed.emplace(key, Placed{at, elements});
    at += *bytes;
  }
  if (at != source.size())
    return legacy_error("has " + std::to_string(source.size() - at) +
                        " bytes after its last storage, at offset " + std::to_string(at));
  return placed;
}

}  // namespace

bool looks_like_pickle(const ByteSource& source) {
  const auto start = source.read(0, 2);
  return start && (*start)[0] == std::byte{0x80} && (*start)[1] <= std::byte{5};
}

Result<CheckpointContent> read_pth_legacy(const ByteSource& source, const Limits& limits,
                                          std::string_view key) {
  // The pickles come before the storages and have no stated length: read the most that a pickle may have.
  const auto bytes = source.read(0, std::min(source.size(), limits.max_header_bytes));
  if (!bytes) return bytes.error();
  PickleSequence pickles(*bytes, limits);
  if (const Status preamble = check_preamble(pickles); !preamble) return preamble.error();
  const auto object = pickles.next("object");
  if (!object) return object.error();
  const auto keys = pickles.next("storage keys");
  if (!keys) return keys.error();
  if ((*keys)[keys->root].kind != Kind::list) return legacy_error("its storage keys are not a list");
  auto found = find_state_dict(*object, limits, key);
  if (!found) return found.error();
  const auto storages = storages_of(*object);
  if (!storages) return storages.error();
  const auto placed = place_storages(source, *keys, pickles.consumed(), *storages);
  if (!placed) return placed.error();
  CheckpointContent content;
  content.notes = std::move(found->notes);
  for (TorchTensor& torch : found->tensors) {
    const auto storage = placed->find(torch.storage.key);
    if (torch.tensor.held == nullptr) {
      if (storage == placed->end())
        return legacy_error("tensor " + torch.tensor.name + ": its storage " + torch.storage.key +
                            " is not in the file");
      torch.tensor.begin += storage->second.begin;
    }
    content.tensors.push_back(std::move(torch.tensor));
  }
  return content;
}

}  // namespace fcn::tools
