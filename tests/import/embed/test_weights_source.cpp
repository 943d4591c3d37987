// SPDX-License-Identifier: MIT
// What fcn-export to-header refuses, and that it then leaves nothing behind. Not here: what compilers make of
// the sources (tests/consumer/baked.cmake).
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/import/files.hpp"
#include "tests/tools/tiny_model.hpp"
#include "tools/export/embed/weights_source.hpp"

using namespace fcn;
using namespace fcn::tools;

namespace {

struct Folder {
  Scratch scratch;
  std::string model = scratch.path("tiny.safetensors");

  Folder() { REQUIRE(test::write_tiny_model(model)); }
  [[nodiscard]] std::string operator/(const std::string& name) const { return scratch.path(name); }
  /// The message for an output, or "" if it was written.
  [[nodiscard]] std::string refusal(const std::string& from, const std::string& name) const {
    const std::size_t before = scratch.files();
    const auto written = write_weights_source(from, *this / name);
    if (written) return "";
    CHECK(scratch.files() == before);
    return written.error().to_string();
  }
};

}  // namespace

TEST_CASE("a model becomes source under the name of the file", "[source]") {
  const Folder folder;
  const auto header = write_weights_source(folder.model, folder / "my-net.v2.hpp");
  REQUIRE(header);
  CHECK(header->name == "my_net_v2");
  CHECK(header->assembler.empty());
  CHECK(header->bytes == std::filesystem::file_size(folder.model));
  const auto assembler = write_weights_source(folder.model, folder / "other.S");
  REQUIRE(assembler);
  CHECK(assembler->header == folder / "other.h");
  CHECK(std::filesystem::exists(folder / "other.h"));
  CHECK(std::filesystem::exists(folder / "other.S"));
}

TEST_CASE("what cannot become source is refused and leaves no file", "[source]") {
  const Folder folder;
  CHECK(folder.refusal(folder.model, "net.txt").find("must end in .h or .hpp") != std::string::npos);
  CHECK(folder.refusal(folder.model, "7net.h").find("a letter first") != std::string::npos);
  CHECK(folder.refusal(folder.model, "my net.h").find("a letter first") != std::string::npos);
  CHECK(folder.refusal(folder / "missing", "net.h").find("cannot open") != std::string::npos);
  CHECK(folder.refusal(folder.model, "no/such/net.h") != "");
  std::filesystem::copy(folder.model, folder / "text");
  std::ofstream(folder / "text", std::ios::app) << "more";
  CHECK(folder.refusal(folder / "text", "net.S") != "");
}

TEST_CASE("source never replaces its model", "[source]") {
  const Folder folder;
  std::filesystem::create_symlink(folder.model, folder / "net.h");
  CHECK_FALSE(write_weights_source(folder.model, folder / "net.h"));
  CHECK_FALSE(write_weights_source(folder.model, folder / "net.S"));
  CHECK(std::filesystem::is_symlink(folder / "net.h"));
  CHECK_FALSE(std::filesystem::exists(folder / "net.S"));
}
