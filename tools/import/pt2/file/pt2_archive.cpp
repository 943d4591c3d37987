// SPDX-License-Identifier: MIT
#include "tools/import/pt2/file/pt2_archive.hpp"

#include <cstddef>
#include <utility>

#include "fcn/base/checked.hpp"
#include "fcn/base/printable.hpp"
#include "fcn/file/json_fields.hpp"
#include "tools/import/checkpoints/pth_zip.hpp"
#include "tools/import/checkpoints/torch_tensors.hpp"
#include "tools/import/pt2/file/stored_values.hpp"
#include "tools/import/pt2/file/tensor_meta.hpp"

namespace fcn::tools {
namespace {

constexpr std::string_view kFormatMember = "/archive_format";
constexpr std::string_view kOldProgram = "serialized_exported_program.json";
constexpr std::string_view kOldWeights = "serialized_state_dict.pt";
constexpr std::string_view kOldConstants = "serialized_constants.pt";
constexpr std::string_view kModels = "models/";
constexpr std::string_view kJson = ".json";

Error archive_error(std::string message, ErrorCode code = ErrorCode::malformed) {
  return {code, std::move(message), ""};
}

/// The folder of an archive of today's layout, with its slash; empty if the name is not archive_format's.
std::string root_of(std::string_view name) {
  const bool found = name.ends_with(kFormatMember) && name.find('/') == name.size() - kFormatMember.size();
  return found ? std::string(name.substr(0, name.size() - kFormatMember.size() + 1)) : std::string();
}

/// A raw tensor of the archive, after checking that it lies within its member.
Result<CheckpointTensor> raw_tensor(const TensorMeta& meta, const ZipEntry& member, const Limits& limits) {
  if (!meta.dtype || !meta.strided)
    return archive_error("is sparse or of a type that is not supported", ErrorCode::unsupported);
  TorchTensor torch;
  torch.tensor.dtype = torch.storage.dtype = *meta.dtype;
  torch.storage.elements = member.bytes / dtype_bytes(*meta.dtype);
  if (meta.strides.size() != meta.sizes.size()) return archive_error("sizes and strides differ in length");
  for (std::size_t i = 0; i < meta.sizes.size(); ++i) {
    if (meta.sizes[i] < 0 || meta.strides[i] < 0) return archive_error("has no fixed size");
    torch.tensor.shape.push_back(static_cast<std::uint64_t>(meta.sizes[i]));
    torch.tensor.strides.push_back(static_cast<std::uint64_t>(meta.strides[i]));
  }
  if (meta.offset < 0) return archive_error("has no fixed storage offset");
  const auto offset = static_cast<std::uint64_t>(meta.offset);
  if (const Status fits = place_in_storage(torch, offset, limits); !fits) return fits.error();
  torch.tensor.begin += member.data_begin;
  return std::move(torch.tensor);
}

}  // namespace

bool looks_like_pt2(const ByteSource& source, const Limits& limits) {
  if (!looks_like_zip(source)) return false;
  const auto entries = list_zip_members(source, limits);
  if (!entries) return false;
  for (const ZipEntry& entry : *entries)
    if (entry.name == kOldProgram || !root_of(entry.name).empty()) return true;
  return false;
}

Status Pt2Archive::read_members() {
  auto entries = list_zip_members(*source_, limits_);
  if (!entries) return entries.error();
  for (ZipEntry& entry : *entries) {
    if (const std::string root = root_of(entry.name); !root.empty()) root_ = root;
    members_.emplace(entry.name, std::move(entry));
  }
  const auto order = members_.find(root_ + "byteorder");
  if (order == members_.end()) return {};
  const auto text = text_of(order->first);
  if (!text) return text.error();
  if (*text == "little") return {};
  return archive_error("its byte order is not little-endian; save it again on such a machine",
                       ErrorCode::unsupported);
}

Result<std::string> Pt2Archive::text_of(const std::string& member) const {
  const auto found = members_.find(member);
  if (found == members_.end()) return archive_error("has no member " + printable(member));
  const ZipEntry& entry = found->second;
  if (entry.bytes > limits_.max_header_bytes)
    return Error{ErrorCode::limit_exceeded,
                 "has " + std::to_string(entry.bytes) + " bytes, the limit is " +
                     std::to_string(limits_.max_header_bytes),
                 "member " + printable(member)};
  if (const Status intact = check_zip_member(*source_, entry); !intact) return intact.error();
  const auto bytes = source_->read(entry.data_begin, entry.bytes);
  if (!bytes) return bytes.error();
  return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

/// The member with the program, and what the model is called.
Result<std::string> Pt2Archive::find_program(std::string& model) const {
  if (root_.empty()) {
    if (members_.contains(kOldProgram)) return std::string(kOldProgram);
    return archive_error("holds no exported program");
  }
  std::vector<std::string> models;
  const std::string folder = root_ + std::string(kModels);
  for (const auto& [name, entry] : members_)
    if (name.starts_with(folder) && name.ends_with(kJson) && name.size() > folder.size() + kJson.size())
      models.push_back(name.substr(folder.size(), name.size() - folder.size() - kJson.size()));
  if (models.empty())
    return archive_error(
        "holds compiled code and no exported program: in Python, torch.export.save(torch.export.export("
        "model.eval(), (example,)), \"model.pt2\")",
        ErrorCode::unsupported);
  if (models.size() > 1)
    return archive_error("holds " + std::to_string(models.size()) + " programs (" + printable(models[0]) +
                             ", " + printable(models[1]) + (models.size() > 2 ? "..." : "") +
                             "), supported is 1",
                         ErrorCode::unsupported);
  model = models.front();
  return folder + model + std::string(kJson);
}

Status Pt2Archive::read_program_of(const std::string& member) {
  const auto text = text_of(member);
  if (!text) return text.error();
  const auto json = parse_json(*text, limits_);
  if (!json) return json.error().at("member " + printable(member));
  auto program = read_program(JsonView(*json, ""), limits_);
  if (!program) return program.error();
  program_ = *std::move(program);
  return {};
}

/// The tensors that a list such as data/weights/model_weights_config.json names.
Status Pt2Archive::read_config(const std::string& config, const std::string& folder) {
  const auto text = text_of(config);
  if (!text) return text.error();
  const auto json = parse_json(*text, limits_);
  if (!json) return json.error().at("member " + printable(config));
  JsonFields top(JsonView(*json, ""));
  const JsonView entries = top.member("config");
  if (const Status read = top.status(); !read) return read;
  if (!entries.value().is_object()) return entries.expected("an object");
  if (entries.value().size() > limits_.max_tensors)
    return archive_error("has " + std::to_string(entries.value().size()) + " tensors, the limit is " +
                             std::to_string(limits_.max_tensors),
                         ErrorCode::limit_exceeded);
  Payload payload;
  for (const auto& [name, value] : entries.value().items()) {
    const std::string where = "tensor " + printable(name);
    JsonFields fields(JsonView(value, ""));
    const std::string member = folder + fields.string("path_name");
    const bool pickled = fields.boolean("use_pickle");
    const JsonView description = fields.member("tensor_meta");
    if (const Status read = fields.status(); !read) return read.error().at(where);
    if (pickled || description.is_null()) continue;  // no plain tensor: an error when it is needed
    const auto meta = read_tensor_meta(description, limits_);
    if (!meta) return meta.error().at(where);
    const auto found = members_.find(member);
    if (found == members_.end())
      return archive_error("its member " + printable(member) + " is missing").at(where);
    auto tensor = raw_tensor(*meta, found->second, limits_);
    if (!tensor) return tensor.error().at(where);
    tensor->name = member;
    payload.tensors.emplace(name, *std::move(tensor));
  }
  payloads_.push_back(std::move(payload));
  return {};
}

/// The tensors of a member that torch.save wrote.
Status Pt2Archive::read_pickled(const std::string& member) {
  const ZipEntry& entry = members_.find(member)->second;
  if (entry.bytes > limits_.max_tensor_bytes)
    return archive_error("member " + printable(member) + " has " + std::to_string(entry.bytes) +
                             " bytes, the limit is " + std::to_string(limits_.max_tensor_bytes),
                         ErrorCode::limit_exceeded);
  if (const Status intact = check_zip_member(*source_, entry); !intact) return intact;
  auto bytes = source_->read(entry.data_begin, entry.bytes);
  if (!bytes) return bytes.error();
  Payload payload;
  payload.owned = *std::move(bytes);
  payload.inner = std::make_unique<ByteSource>(ByteSource::from_memory(payload.owned, member));
  auto content = read_pth_zip(*payload.inner, limits_, "");
  if (!content) return content.error().at("member " + printable(member));
  for (CheckpointTensor& tensor : content->tensors) {
    std::string name = tensor.name;
    payload.tensors.insert_or_assign(std::move(name), std::move(tensor));
  }
  payloads_.push_back(std::move(payload));
  return {};
}

Result<Pt2Archive> Pt2Archive::open(const ByteSource& source, const Limits& limits) {
  Pt2Archive archive(source, limits);
  if (const Status listed = archive.read_members(); !listed) return listed.error();
  std::string model;
  const auto member = archive.find_program(model);
  if (!member) return member.error();
  if (const Status read = archive.read_program_of(*member); !read) return read.error();
  struct Place {
    std::string folder, config, pickled;
  };
  const std::string weights = archive.root_ + "data/weights/", constants = archive.root_ + "data/constants/";
  const bool old = archive.root_.empty();
  const Place places[] = {{weights, weights + model + "_weights_config.json",
                           old ? std::string(kOldWeights) : weights + model + ".pt"},
                          {constants, constants + model + "_constants_config.json",
                           old ? std::string(kOldConstants) : constants + model + ".pt"}};
  for (const Place& place : places) {
    Status read;
    if (archive.members_.contains(place.config)) {
      read = archive.read_config(place.config, place.folder);
    } else if (archive.members_.contains(place.pickled)) {
      read = archive.read_pickled(place.pickled);
      // Without constants there is an empty dict, which is no state_dict.
      if (!read && &place == &places[1]) read = {};
    }
    if (!read) return read.error();
  }
  return archive;
}

Result<KnownTensor> Pt2Archive::tensor(const std::string& name) const {
  for (const Payload& payload : payloads_) {
    const auto found = payload.tensors.find(name);
    if (found == payload.tensors.end()) continue;
    if (!payload.inner) {  // a tensor of the archive itself has its member's name
      const auto member = members_.find(found->second.name);
      if (member == members_.end()) break;
      if (const Status intact = check_zip_member(*source_, member->second); !intact) return intact.error();
    }
    return stored_values(payload.inner ? *payload.inner : *source_, found->second);
  }
  return archive_error("the archive holds no plain tensor of this name");
}

}  // namespace fcn::tools
