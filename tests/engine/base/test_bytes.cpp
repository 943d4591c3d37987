// SPDX-License-Identifier: MIT
// The readers of untrusted bytes: cursor, source, checksum, and text made fit to print.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "fcn/base/byte_reader.hpp"
#include "fcn/base/byte_source.hpp"
#include "fcn/base/crc32.hpp"
#include "fcn/base/printable.hpp"

using namespace fcn;

namespace {
std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}
}  // namespace

TEST_CASE("the cursor reads little-endian and stops at the end") {
  const std::string data("\x01\x02\x03\x04line\nrest", 13);
  ByteReader reader(bytes_of(data), 100);
  CHECK(*reader.number<std::uint16_t>() == 0x0201);
  CHECK(*reader.number<std::uint8_t>() == 3);
  CHECK(reader.skip(1));
  CHECK(*reader.line() == "line");
  CHECK(reader.offset() == 109);
  CHECK(reader.remaining() == 4);
  const auto beyond = reader.number<std::uint64_t>();
  REQUIRE_FALSE(beyond);
  CHECK(beyond.error().code == ErrorCode::truncated);
  CHECK(beyond.error().message == "needs 8 bytes at offset 109, has 4");
  CHECK_FALSE(reader.line());
  CHECK_FALSE(reader.bytes(~std::uint64_t{0}));
  CHECK(*reader.text(4) == "rest");
  CHECK(reader.bytes(0));
}

TEST_CASE("a source refuses what lies outside it") {
  const std::string data = "0123456789";
  const ByteSource source = ByteSource::from_memory(bytes_of(data));
  CHECK(source.read(10, std::uint64_t{0}));
  CHECK_FALSE(source.read(11, std::uint64_t{0}));
  CHECK_FALSE(source.read(9, std::uint64_t{2}));
  CHECK_FALSE(source.read(1, ~std::uint64_t{0}));
  const auto read = source.read(8, std::uint64_t{2});
  REQUIRE(read);
  CHECK((*read)[1] == std::byte{'9'});
}

TEST_CASE("only regular files within the limit are opened") {
  CHECK(ByteSource::open("/nonexistent").error().code == ErrorCode::io);
  CHECK(ByteSource::open("/").error().message.find("directory") != std::string::npos);
  CHECK_FALSE(ByteSource::open("/dev/zero"));
  std::string folder = (std::filesystem::temp_directory_path() / "fcn-bytes-XXXXXX").string();
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  const std::string pipe = folder + "/pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK_FALSE(ByteSource::open(pipe));  // and without waiting for a writer
  const std::string file = folder + "/file";
  std::ofstream(file) << "12345";
  Limits limits;
  limits.max_file_bytes = 5;
  CHECK(ByteSource::open(file, limits));
  limits.max_file_bytes = 4;
  CHECK(ByteSource::open(file, limits).error().code == ErrorCode::limit_exceeded);
  const auto source = ByteSource::open(file);
  REQUIRE(source);
  std::ofstream(file) << "1";  // the file shrinks under its reader
  CHECK(source->read(0, std::uint64_t{5}).error().code == ErrorCode::truncated);
  std::filesystem::remove_all(folder);
}

TEST_CASE("CRC-32 is zip's, whole or in parts") {
  const std::string text = "123456789";  // the polynomial's usual check value
  CHECK(crc32(bytes_of(text)) == 0xcbf4'3926u);
  CHECK(crc32(bytes_of("6789"), crc32(bytes_of("12345"))) == 0xcbf4'3926u);
  CHECK(crc32({}) == 0);
}

TEST_CASE("text from a file cannot steer a terminal") {
  CHECK(printable("plain, gr\xc3\xbc\xc3\x9f") == "plain, gr\xc3\xbc\xc3\x9f");
  CHECK(printable("\x1b[2J\n") == "\\x1b[2J\\x0a");
  CHECK(printable("\xc2\x9b") == "\\xc2\\x9b");  // a control character of its own
  CHECK(printable("a\xe2\x80\xae"
                  "b") ==
        "a\\xe2\\x80\\xae"
        "b");                                             // right-to-left override
  CHECK(printable("\xd8\x9c") == "\\xd8\\x9c");           // the Arabic letter mark
  CHECK(printable("\xff\xc0\xaf") == "\\xff\\xc0\\xaf");  // not UTF-8
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");  // a surrogate
  for (const std::uint32_t shown :
       {0x20u, 0x7eu, 0xa0u, 0xacu, 0xe9u, 0x61bu, 0x200au, 0x2010u, 0x202fu, 0xfe0fu, 0x1f408u})
    CHECK(is_printable(shown));
  for (const std::uint32_t hidden : {0x0u, 0x1bu, 0x7fu, 0x9bu, 0xadu, 0x61cu, 0x180eu, 0x200bu, 0x2028u,
                                     0x202eu, 0x2066u, 0x2069u, 0xfeffu, 0xfffbu, 0xe007fu})
    CHECK_FALSE(is_printable(hidden));
  CHECK(is_utf8("\xf0\x9f\x90\x88"));
  CHECK_FALSE(is_utf8("\xf0\x9f\x90"));
}
