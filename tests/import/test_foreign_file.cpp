// SPDX-License-Identifier: MIT
// Files of other kinds are named for what they are, with what to do instead.
#include "tools/import/foreign_file.hpp"

#include <catch2/catch.hpp>

#include "files.hpp"
#include "tools/import/import_network.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace std::string_literals;
using Catch::Contains;

namespace {

std::string error_of(const std::string& file, const std::string& name = "test") {
  const auto network = import_network(ByteSource::from_memory(bytes_of(file), name));
  REQUIRE_FALSE(network);
  CHECK(network.error().code == ErrorCode::unsupported);
  return network.error().to_string();
}

}  // namespace

TEST_CASE("files of other kinds are named, with what to do instead") {
  const std::string zeros(64, '\0');
  for (const auto& [file, words] :
       {std::pair("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"s, "Git LFS pointer"),
        {"\n <!DOCTYPE HTML><html></html>"s, "HTML page"},
        {"\x89HDF\r\n\x1a\n"s + zeros, "Keras"},
        {"\x1c\0\0\0TFL3"s + zeros, "TensorFlow Lite"},
        {"GGUF"s + zeros, "GGUF"},
        {"\x93NUMPY\x01\0"s + zeros, "numpy array"},
        {"7767517\n75 83\nInput data 0 1 data 0=224\n"s, "ncnn"},
        {"<?xml version=\"1.0\"?>\n<net name=\"m\" version=\"11\">"s, "OpenVINO"},
        {"<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code></Error>"s, "error message in XML"},
        {"{\"error\": \"Repository not found\"}"s, "server's error message"},
        {"name: \"VGG\"\nlayer {\n type: \"Input\"\n}"s, "Caffe"},
        {"{\"metadata\": {}, \"weight_map\": {}}"s, "in several files"},
        {"{\"architectures\": [\"ResNetForImageClassification\"]}"s, "model.safetensors"},
        {"\x0a\x10\x0a\x01x\x12\x0bPlaceholder"s + zeros, "TensorFlow graph"},
        {"\x08\x01\x12\x20\x0a\x05serve serving_default"s + zeros, "SavedModel"},
        {"\x1f\x8b\x08\0"s + zeros, "gzip"},
        {"\xff\xd8\xff\xe0"s + zeros, "JPEG picture"},
        {"\x89PNG\r\n\x1a\n"s + zeros, "PNG picture"},
        {"import torch\nmodel = 1\n"s, "Python source"},
        {""s, "empty"},
        {"Hello, world"s, "not a checkpoint"}}) {
    INFO(words);
    CHECK_THAT(error_of(file), Contains(words));
  }
  CHECK_THAT(error_of(zeros, "net.mlmodel"), Contains("Core ML"));
  CHECK_THAT(error_of("\x08\x01\x12\x10" + zeros, "net.mlmodel"),
             Contains("Core ML"));  // begins as ONNX does
  CHECK_THAT(error_of(zeros, "inference.pdmodel"), Contains("paddle2onnx"));
}

TEST_CASE("zip archives of other kinds are named") {
  CHECK_THAT(error_of(make_zip({{"conv1.weight.npy", "x"}, {"fc.weight.npy", "x"}})), Contains(".npz"));
  std::string compressed = make_zip({{"a.npy", "x"}});
  compressed[8] = compressed[compressed.find("PK\x01\x02") + 10] = '\x08';
  CHECK_THAT(error_of(compressed), Contains(".npz"));
  CHECK_THAT(error_of(make_zip({{"metadata.json", "{}"}, {"config.json", "{}"}, {"model.weights.h5", "x"}})),
             Contains("keras"));
  CHECK_THAT(error_of(make_zip({{"folder/net.onnx", "x"}})), Contains("folder/net.onnx"));
}

TEST_CASE("folders in place of files are named") {
  const Scratch scratch;
  CHECK_FALSE(foreign_folder(scratch.write("file", "x")));
  CHECK_THAT(*foreign_folder(scratch.path(".")), Contains("a folder"));
  scratch.write("saved_model.pb", "x");
  CHECK_THAT(*foreign_folder(scratch.path(".")), Contains("SavedModel"));
}
