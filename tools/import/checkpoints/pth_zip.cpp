// SPDX-License-Identifier: MIT
#include "tools/import/checkpoints/pth_zip.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fcn/base/checked.hpp"
#include "tools/import/checkpoints/pickle_reader.hpp"
#include "tools/import/checkpoints/script_tensors.hpp"
#include "tools/import/checkpoints/torch_tensors.hpp"
#include "tools/import/checkpoints/zip_reader.hpp"
#include "tools/import/foreign_file.hpp"

namespace fcn::tools {
namespace {

using Members = std::map<std::string, ZipEntry>;

/// The folder that holds data.pkl, with its slash.
Result<std::string> find_root(const Members& members) {
  constexpr std::string_view pickle = "/data.pkl";
  std::string root;
  for (const auto& [name, entry] : members) {
    if (!name.ends_with(pickle) || name.find('/') != name.size() - pickle.size()) continue;
    if (!root.empty()) return Error{ErrorCode::malformed, "has two data.pkl", ""};
    root = name.substr(0, name.size() - pickle.size() + 1);
  }
  if (root.empty()) {
    std::vector<std::string> names;
    for (const auto& [name, entry] : members) names.push_back(name);
    return Error{ErrorCode::unsupported, foreign_archive(names), ""};
  }
  return root;
}

Status check_byte_order(const ByteSource& source, const Members& members, const std::string& root) {
  const auto found = members.find(root + "byteorder");
  if (found == members.end()) return {};  // before torch 2.1 there is none, and all were little-endian
  constexpr std::string_view little = "little";
  if (found->second.bytes == little.size()) {
    const auto bytes = source.read(found->second.data_begin, found->second.bytes);
    if (!bytes) return bytes.error();
    if (std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size()) == little) return {};
  }
  return Error{ErrorCode::unsupported, "its byte order is not little-endian; save it again on such a machine",
               found->first};
}

/// Moves a tensor from its storage to the member that holds that storage.
Status place(TorchTensor& torch, const Members& members, const std::string& root) {
  const auto found = members.find(root + "data/" + torch.storage.key);
  if (found == members.end())
    return Error{ErrorCode::malformed, "its storage " + torch.storage.key + " is not in the archive", ""};
  const auto bytes = checked_mul(torch.storage.elements, dtype_bytes(torch.storage.dtype));
  if (!bytes || *bytes != found->second.bytes)
    return Error{ErrorCode::malformed,
                 "its storage " + torch.storage.key + " should have " +
                     std::to_string(torch.storage.elements) + " " +
                     std::string(dtype_name(torch.storage.dtype)) + ", the archive has " +
                     std::to_string(found->second.bytes) + " bytes",
                 ""};
  torch.tensor.begin += found->second.data_begin;
  return {};
}

/// The tensors that data.pkl lists: a state_dict's, or those of a TorchScript program's modules.
Result<FoundTensors> find_tensors(const Pickle& pickle, const Limits& limits, std::string_view key,
                                  bool script) {
  if (!script) return find_state_dict(pickle, limits, key);
  auto tensors = find_script_tensors(pickle, limits);
  if (!tensors) return tensors.error();
  return FoundTensors{.tensors = *std::move(tensors), .notes = {std::string(kScriptNote)}};
}

}  // namespace

Result<CheckpointContent> read_pth_zip(const ByteSource& source, const Limits& limits, std::string_view key) {
  auto entries = list_zip_members(source, limits);
  if (!entries) return entries.error();
  const bool script = std::any_of(entries->begin(), entries->end(), [](const ZipEntry& entry) {
    return entry.name.ends_with("/constants.pkl");
  });
  // A program's code is compressed; it is not read.
  if (script) std::erase_if(*entries, [](const ZipEntry& entry) { return entry.method != 0; });
  Members members;
  for (ZipEntry& entry : *entries) members.emplace(entry.name, std::move(entry));
  const auto root = find_root(members);
  if (!root) return root.error();
  for (const auto& [name, entry] : members)
    if (const Status intact = check_zip_member(source, entry); !intact) return intact.error();
  if (const Status order = check_byte_order(source, members, *root); !order) return order.error();
  const ZipEntry& data = members.at(*root + "data.pkl");
  if (data.bytes > limits.max_header_bytes)
    return Error{ErrorCode::limit_exceeded,
                 "exceeds " + std::to_string(limits.max_header_bytes) +
                     " bytes; weights that are numpy arrays lie in it: in Python, torch.save({name: "
                     "torch.as_tensor(value) for name, value in weights.items()}, path)",
                 data.name};
  const auto bytes = source.read(data.data_begin, data.bytes);
  if (!bytes) return bytes.error();
  const auto pickle = read_pickle(*bytes, limits);
  if (!pickle) return pickle.error().at(data.name);
  if (pickle->consumed != bytes->size())
    return Error{ErrorCode::malformed, "has bytes after its end", data.name};
  auto found = find_tensors(*pickle, limits, key, script);
  if (!found) return found.error().at(data.name);
  CheckpointContent content;
  content.notes = std::move(found->notes);
  for (TorchTensor& torch : found->tensors) {
    const Status placed = torch.tensor.held == nullptr ? place(torch, members, *root) : Status();
    if (!placed) return placed.error().at("tensor " + torch.tensor.name);
    content.tensors.push_back(std::move(torch.tensor));
  }
  return content;
}

}  // namespace fcn::tools
