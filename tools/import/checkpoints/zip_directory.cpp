// SPDX-License-Identifier: MIT
// The end of a zip archive: the end record and its 64-bit twin, which torch always writes.
#include <algorithm>
#include <optional>
#include <vector>

#include "tools/import/checkpoints/zip_records.hpp"

namespace fcn::tools {
namespace {

constexpr std::uint32_t kEndSignature = 0x0605'4b50;
constexpr std::uint32_t kEnd64Signature = 0x0606'4b50;
constexpr std::uint32_t kLocator64Signature = 0x0706'4b50;
constexpr std::uint64_t kEndBytes = 22;
constexpr std::uint64_t kEnd64Bytes = 56;
constexpr std::uint64_t kLocator64Bytes = 20;
constexpr std::uint64_t kLongestComment = 0xffff;

/// The 64-bit end record that a locator just before `end_offset` points to, if there is one.
Result<std::optional<ZipDirectory>> find_directory64(const ByteSource& source, std::uint64_t end_offset) {
  if (end_offset < kLocator64Bytes + kEnd64Bytes) return std::optional<ZipDirectory>();
  const auto locator = source.read(end_offset - kLocator64Bytes, kLocator64Bytes);
  if (!locator) return locator.error();
  ZipFields at(*locator);
  if (at.u32() != kLocator64Signature) return std::optional<ZipDirectory>();
  const std::uint32_t disk = at.u32();
  const std::uint64_t record_offset = at.u64();
  if (disk != 0 || at.u32() > 1) return zip_error("spans several disks", ErrorCode::unsupported);
  if (record_offset != end_offset - kLocator64Bytes - kEnd64Bytes)
    return zip_error("the 64-bit end record is not where its locator says");
  const auto record = source.read(record_offset, kEnd64Bytes);
  if (!record) return record.error();
  ZipFields fields(*record);
  if (fields.u32() != kEnd64Signature)
    return zip_error("the 64-bit end record is not where its locator says");
  fields.skip(8 + 2 + 2);  // record size, versions
  if (fields.u32() != 0 || fields.u32() != 0) return zip_error("spans several disks", ErrorCode::unsupported);
  const std::uint64_t on_disk = fields.u64();
  ZipDirectory directory;
  directory.entries = fields.u64();
  directory.bytes = fields.u64();
  directory.begin = fields.u64();
  if (on_disk != directory.entries) return zip_error("spans several disks", ErrorCode::unsupported);
  if (directory.bytes > record_offset || directory.begin != record_offset - directory.bytes)
    return zip_error("the central directory does not end at the end record");
  return std::optional(directory);
}

/// Reads the end record at `end_offset` and its 64-bit twin.
Result<ZipDirectory> read_end_record(const ByteSource& source, std::uint64_t end_offset,
                                     std::span<const std::byte> record) {
  ZipFields fields(record);
  fields.skip(4);
  const std::uint32_t disk = fields.u16();
  const std::uint32_t first_disk = fields.u16();
  const std::uint16_t on_disk = fields.u16();
  const std::uint16_t entries = fields.u16();
  const std::uint32_t bytes = fields.u32();
  const std::uint32_t begin = fields.u32();
  if (disk != 0 || first_disk != 0 || on_disk != entries)
    return zip_error("spans several disks", ErrorCode::unsupported);
  const auto directory64 = find_directory64(source, end_offset);
  if (!directory64) return directory64.error();
  if (!*directory64) {
    if (bytes > end_offset || begin != end_offset - bytes)
      return zip_error("the central directory does not end at the end record");
    return ZipDirectory{begin, bytes, entries};
  }
  const ZipDirectory& large = **directory64;
  if ((entries != 0xffff && entries != large.entries) || (bytes != kZipIn64 && bytes != large.bytes) ||
      (begin != kZipIn64 && begin != large.begin))
    return zip_error("the end record and its 64-bit twin differ");
  return large;
}

}  // namespace

Result<ZipDirectory> find_zip_directory(const ByteSource& source) {
  if (source.size() < kEndBytes) return zip_error("has no end record", ErrorCode::truncated);
  const std::uint64_t tail_bytes = std::min(source.size(), kEndBytes + kLongestComment);
  const std::uint64_t tail_offset = source.size() - tail_bytes;
  const auto tail = source.read(tail_offset, tail_bytes);
  if (!tail) return tail.error();
  for (std::size_t at = tail->size() - kEndBytes + 1; at-- > 0;) {
    const std::span record = std::span(*tail).subspan(at);
    ZipFields fields(record);
    if (fields.u32() != kEndSignature) continue;
    fields.skip(16);
    if (fields.u16() != record.size() - kEndBytes) continue;
    return read_end_record(source, tail_offset + at, record);
  }
  return zip_error("has no end record: the file is incomplete", ErrorCode::truncated);
}

}  // namespace fcn::tools
