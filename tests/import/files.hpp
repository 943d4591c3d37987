// SPDX-License-Identifier: MIT
// What the import tests share: fixtures, scratch files, and a zip archive made byte by byte so that any part
// of it can be wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fcn/base/byte_source.hpp"
#include "fcn/base/crc32.hpp"

inline std::string fixture(const std::string& name) {
  return std::string(FCN_IMPORT_FIXTURES) + "/" + name;
}

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

inline fcn::ByteSource source_of(const std::string& text) {
  return fcn::ByteSource::from_memory(bytes_of(text), "test");
}

/// A folder that vanishes with the test.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "fcn-import-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~Scratch() { std::filesystem::remove_all(folder_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
  }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder_), std::filesystem::directory_iterator()));
  }

 private:
  std::filesystem::path folder_;
};

inline std::string little_endian(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += i < 8 ? static_cast<char>(value >> (8 * i)) : '\0';
  return text;
}

struct ZipMember {
  std::string name;
  std::string data;
  std::uint16_t method = 0;
  std::uint16_t flags = 0;
  std::uint32_t crc_error = 0;     ///< xored into the CRC
  std::string local_name{};        ///< if the local header is to disagree
  std::uint32_t header_shift = 0;  ///< added to the offset in the directory
};

inline std::string make_zip(const std::vector<ZipMember>& members, const std::string& comment = "") {
  std::string archive;
  std::string directory;
  for (const ZipMember& member : members) {
    const auto offset = static_cast<std::uint32_t>(archive.size()) + member.header_shift;
    const std::uint32_t crc = fcn::crc32(bytes_of(member.data)) ^ member.crc_error;
    const std::string& local = member.local_name.empty() ? member.name : member.local_name;
    const std::string common = little_endian(member.flags, 2) + little_endian(member.method, 2) +
                               little_endian(0, 4) + little_endian(crc, 4) +
                               little_endian(member.data.size(), 4) + little_endian(member.data.size(), 4);
    archive += "PK\x03\x04" + little_endian(20, 2) + common + little_endian(local.size(), 2) +
               little_endian(0, 2) + local + member.data;
    directory += "PK\x01\x02" + little_endian(20, 2) + little_endian(20, 2) + common +
                 little_endian(member.name.size(), 2) + little_endian(0, 12) + little_endian(offset, 4) +
                 member.name;
  }
  const std::uint64_t begin = archive.size();
  return archive + directory + "PK\x05\x06" + little_endian(0, 4) + little_endian(members.size(), 2) +
         little_endian(members.size(), 2) + little_endian(directory.size(), 4) + little_endian(begin, 4) +
         little_endian(comment.size(), 2) + comment;
}
