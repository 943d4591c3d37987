// SPDX-License-Identifier: MIT
// fcn-export in the sandbox (tests/faults/test_sandbox.cpp tells what that refuses): the same files as
// without.
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>

#include "files.hpp"
#include "tests/import/onnx/onnx_bytes.hpp"

namespace {

int run(const std::string& arguments) {
  const int status =
      std::system((std::string(FCN_EXPORT_BINARY) + " " + arguments + " >/dev/null 2>&1").c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("fcn-export writes the same files in the sandbox") {
#ifdef FCN_TEST_SANITIZED
  WARN("SKIPPED: sanitizers do not work in the sandbox");
  return;
#endif
  constexpr long kCreateRuleset = 444, kAskVersion = 1;
  if (::syscall(kCreateRuleset, nullptr, 0, kAskVersion) <= 0) {
    WARN("SKIPPED: this kernel has no Landlock");
    return;
  }
  const Scratch source, scratch;
  // Weights in a file of their own, labels beside it, and the whole behind a link, as in a hub's cache.
  onnx::ModelProto file = test_onnx::classifier();
  auto& weights = *file.mutable_graph()->mutable_initializer(0);
  source.write("w.data",
               std::string(reinterpret_cast<const char*>(weights.float_data().data()), 4u * 4 * 27));
  weights.clear_float_data();
  weights.set_data_location(onnx::TensorProto::EXTERNAL);
  auto& entry = *weights.add_external_data();
  entry.set_key("location");
  entry.set_value("w.data");
  source.write("c.onnx", file.SerializeAsString());
  std::filesystem::create_directory(source.path("hub"));
  for (const char* name : {"c.onnx", "w.data"})
    std::filesystem::create_symlink(source.path(name), source.path(std::string("hub/") + name));
  const std::string labels = source.write("five.txt", "a\nb\nc\nd\ne\n");

  int written = 0;
  for (const std::string& input :
       {fixture("zip.pth") + " --window 64", source.path("c.onnx"), source.path("hub/c.onnx"),
        fixture("zip.pth") + " --window 64 --to onnx --labels " + labels}) {
    CAPTURE(input);
    const std::string plain = scratch.path("plain" + std::to_string(written)),
                      boxed = scratch.path("boxed" + std::to_string(written));
    CHECK(run(input + " -o " + plain) == 0);
    CHECK(run(input + " --sandbox -o " + boxed) == 0);
    CHECK(read_file(plain) == read_file(boxed));
    ++written;
  }
  const std::string model = scratch.path("plain0");
  CHECK(run("verify --sandbox " + model) == 0);
  CHECK(run("inspect --sandbox " + fixture("zip.pth")) == 0);
  CHECK(run("to-header --sandbox " + model + " -o " + scratch.path("w.S")) == 0);
  CHECK(run("--sandbox " + fixture("missing.pth") + " -o " + scratch.path("m")) == 3);
  CHECK(run("--sandbox " + fixture("zip.pth") + " -o " + scratch.path("none/m")) == 3);
  CHECK(scratch.files() == 10);
}
