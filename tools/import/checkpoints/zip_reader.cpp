// SPDX-License-Identifier: MIT
// The members of a zip archive: each has an entry in the central directory, a local header, the bytes and
// perhaps a data descriptor. Not here: finding the directory (zip_directory.cpp).
#include "tools/import/checkpoints/zip_reader.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "fcn/base/byte_reader.hpp"
#include "fcn/base/checked.hpp"
#include "fcn/base/crc32.hpp"
#include "tools/import/checkpoints/zip_records.hpp"

namespace fcn::tools {
namespace {

constexpr std::uint32_t kLocalSignature = 0x0403'4b50;
constexpr std::uint32_t kCentralSignature = 0x0201'4b50;
constexpr std::uint32_t kDescriptorSignature = 0x0807'4b50;
constexpr std::uint64_t kLocalBytes = 30;
constexpr std::uint16_t kEncrypted = 1u << 0;
constexpr std::uint16_t kHasDescriptor = 1u << 3;

struct CentralEntry {
  ZipEntry entry;
  std::uint16_t flags = 0;
  std::uint64_t unpacked = 0;  ///< its size when it is no longer compressed
  std::uint64_t header_begin = 0;
  std::uint64_t end = 0;  ///< of its bytes and descriptor
};

/// Values beyond 32 bits, from the extra field of kind 1, in the order that the format fixes.
bool read_extra64(std::string_view extra, std::uint64_t& bytes, std::uint64_t& stored, std::uint64_t& begin) {
  ZipFields fields(std::as_bytes(std::span(extra)));
  while (fields.ok() && fields.remaining() > 0) {
    const std::uint16_t kind = fields.u16();
    const std::uint16_t size = fields.u16();
    if (kind != 1) {
      fields.skip(size);
      continue;
    }
    if (bytes == kZipIn64) bytes = fields.u64();
    if (stored == kZipIn64) stored = fields.u64();
    if (begin == kZipIn64) begin = fields.u64();
    return fields.ok();
  }
  return fields.ok();
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.front() != '/' && name.find('\\') == std::string_view::npos &&
         name.find('\0') == std::string_view::npos &&
         ("/" + std::string(name) + "/").find("/../") == std::string::npos;
}

Result<CentralEntry> read_central_entry(ZipFields& fields) {
  CentralEntry central;
  const std::uint32_t signature = fields.u32();
  fields.skip(2 + 2);  // versions
  central.flags = fields.u16();
  const std::uint16_t method = fields.u16();
  fields.skip(2 + 2);  // time, date
  central.entry.crc = fields.u32();
  std::uint64_t stored = fields.u32();
  std::uint64_t bytes = fields.u32();
  const std::uint16_t name_bytes = fields.u16();
  const std::uint16_t extra_bytes = fields.u16();
  const std::uint16_t comment_bytes = fields.u16();
  const std::uint16_t disk = fields.u16();
  fields.skip(2 + 4);  // attributes
  central.header_begin = fields.u32();
  central.entry.name = fields.text(name_bytes);
  const std::string extra = fields.text(extra_bytes);
  fields.skip(comment_bytes);
  if (!fields.ok() || signature != kCentralSignature) return zip_error("the central directory is damaged");
  const std::string where = "member " + central.entry.name + ": ";
  if (!read_extra64(extra, bytes, stored, central.header_begin))
    return zip_error(where + "damaged extra field");
  if ((central.flags & kEncrypted) != 0) return zip_error(where + "is encrypted", ErrorCode::unsupported);
  central.entry.method = method;
  if (method == 0 && stored != bytes) return zip_error(where + "is stored but has two sizes");
  if (disk != 0 || !is_plain_name(central.entry.name))
    return zip_error(where + "has an unusable name or disk");
  central.entry.bytes = stored;
  central.unpacked = bytes;
  return central;
}

/// After a member written to a stream: signature, CRC and both sizes, of 4 or 8 bytes each.
Result<std::uint64_t> check_descriptor(const ByteSource& source, const CentralEntry& central,
                                       std::uint64_t at) {
  for (const std::uint64_t width : {std::uint64_t{4}, std::uint64_t{8}}) {
    const auto record = source.read(at, 8 + 2 * width);
    if (!record) return record.error();
    ZipFields fields(*record);
    if (fields.u32() != kDescriptorSignature || fields.u32() != central.entry.crc) break;
    const std::uint64_t stored = width == 4 ? fields.u32() : fields.u64();
    const std::uint64_t bytes = width == 4 ? fields.u32() : fields.u64();
    if (stored == central.entry.bytes && bytes == central.unpacked) return at + record->size();
  }
  return zip_error("member " + central.entry.name + ": data descriptor and directory differ");
}

/// Compares the local header with the directory and finds where the bytes are.
Status locate(const ByteSource& source, CentralEntry& central, std::uint64_t directory_begin) {
  const std::string where = "member " + central.entry.name + ": ";
  const auto header = source.read(central.header_begin, kLocalBytes);
  if (!header) return header.error().at("zip archive");
  ZipFields fields(*header);
  const std::uint32_t signature = fields.u32();
  fields.skip(2);
  const std::uint16_t flags = fields.u16();
  const std::uint16_t method = fields.u16();
  fields.skip(2 + 2);
  const std::uint32_t crc = fields.u32();
  const std::uint32_t stored = fields.u32();
  const std::uint32_t bytes = fields.u32();
  const std::uint16_t name_bytes = fields.u16();
  const std::uint16_t extra_bytes = fields.u16();
  const auto name = source.read(central.header_begin + kLocalBytes, name_bytes);
  if (!name) return name.error().at("zip archive");
  const std::string_view local_name(reinterpret_cast<const char*>(name->data()), name->size());
  const bool streamed = (flags & kHasDescriptor) != 0;
  // A streamed member's CRC and sizes follow its bytes; its header has zeros, or the same numbers already.
  const auto agrees = [&](std::uint32_t local, std::uint64_t listed) {
    return local == listed || (streamed && local == 0) || (local == kZipIn64 && listed >= kZipIn64);
  };
  if (signature != kLocalSignature || flags != central.flags || method != central.entry.method ||
      local_name != central.entry.name || !agrees(crc, central.entry.crc) ||
      !agrees(stored, central.entry.bytes) || !agrees(bytes, central.unpacked))
    return zip_error(where + "local header and directory differ");
  central.entry.data_begin = central.header_begin + kLocalBytes + name_bytes + extra_bytes;
  const auto end = checked_add(central.entry.data_begin, central.entry.bytes);
  if (!end || *end > directory_begin)
    return zip_error(where + "reaches past the archive", ErrorCode::truncated);
  central.end = *end;
  if (!streamed) return {};
  const auto descriptor_end = check_descriptor(source, central, *end);
  if (!descriptor_end) return descriptor_end.error();
  if (*descriptor_end > directory_begin) return zip_error(where + "reaches past the archive");
  central.end = *descriptor_end;
  return {};
}

Status check_no_overlap(std::vector<CentralEntry>& members) {
  std::sort(members.begin(), members.end(),
            [](const CentralEntry& a, const CentralEntry& b) { return a.header_begin < b.header_begin; });
  for (std::size_t i = 1; i < members.size(); ++i)
    if (members[i].header_begin < members[i - 1].end)
      return zip_error("members " + members[i - 1].entry.name + " and " + members[i].entry.name + " overlap");
  return {};
}

}  // namespace

bool looks_like_zip(const ByteSource& source) {
  const auto start = source.read(0, 4);
  return start && *ByteReader(*start).number<std::uint32_t>() == kLocalSignature;
}

Status check_zip_member(const ByteSource& source, const ZipEntry& entry) {
  constexpr std::uint64_t kChunk = 1 << 20;
  if (entry.method != 0)
    return zip_error("member " + entry.name + ": is compressed (method " + std::to_string(entry.method) +
                         "), expected stored as torch.save writes it; unpack and zip again with -0",
                     ErrorCode::unsupported);
  std::vector<std::byte> buffer(static_cast<std::size_t>(std::min(kChunk, entry.bytes)));
  std::uint32_t crc = 0;
  for (std::uint64_t done = 0; done < entry.bytes; done += buffer.size()) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), entry.bytes - done));
    const std::span chunk = std::span(buffer).first(count);
    if (const Status got = source.read(entry.data_begin + done, chunk); !got) return got;
    crc = crc32(chunk, crc);
  }
  if (crc == entry.crc) return {};
  return zip_error("member " + entry.name + ": is damaged, its CRC-32 differs", ErrorCode::mismatch);
}

Result<std::vector<ZipEntry>> list_zip_members(const ByteSource& source, const Limits& limits) {
  const auto directory = find_zip_directory(source);
  if (!directory) return directory.error();
  if (directory->bytes > limits.max_header_bytes)
    return zip_error("its directory has " + std::to_string(directory->bytes) + " bytes, the limit is " +
                         std::to_string(limits.max_header_bytes),
                     ErrorCode::limit_exceeded);
  if (directory->entries > limits.max_zip_entries)
    return zip_error("has " + std::to_string(directory->entries) + " members, the limit is " +
                         std::to_string(limits.max_zip_entries),
                     ErrorCode::limit_exceeded);
  const auto bytes = source.read(directory->begin, directory->bytes);
  if (!bytes) return bytes.error().at("zip archive");
  ZipFields fields(*bytes);
  std::vector<CentralEntry> members;
  std::set<std::string> names;
  for (std::uint64_t i = 0; i < directory->entries; ++i) {
    auto central = read_central_entry(fields);
    if (!central) return central.error();
    if (!names.insert(central->entry.name).second)
      return zip_error("member " + central->entry.name + ": there are two of that name");
    if (const Status found = locate(source, *central, directory->begin); !found) return found.error();
    members.push_back(*std::move(central));
  }
  if (fields.remaining() != 0) return zip_error("the central directory has bytes to spare");
  if (const Status apart = check_no_overlap(members); !apart) return apart.error();
  std::vector<ZipEntry> entries;
  for (CentralEntry& member : members) entries.push_back(std::move(member.entry));
  return entries;
}

Result<std::vector<ZipEntry>> read_zip_directory(const ByteSource& source, const Limits& limits) {
  auto entries = list_zip_members(source, limits);
  if (!entries) return entries;
  for (const ZipEntry& entry : *entries)
    if (const Status intact = check_zip_member(source, entry); !intact) return intact.error();
  return entries;
}

}  // namespace fcn::tools
