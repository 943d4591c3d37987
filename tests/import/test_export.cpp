// SPDX-License-Identifier: MIT
// From a checkpoint to logits: against PyTorch in float64 (make_fixtures.py), and the command's own exit
// codes.
#include "tools/export/export_model.hpp"

#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <tuple>

#include "fcn/base/byte_reader.hpp"
#include "fcn/file/json_fields.hpp"
#include "fcn/file/model_file.hpp"
#include "fcn/kernels/tables.hpp"
#include "fcn/model.hpp"
#include "fcn/session.hpp"
#include "files.hpp"
#include "tests/import/onnx/onnx_bytes.hpp"
#include "tools/export/inspect_file.hpp"
#include "tools/import/recognise_network.hpp"
#include "torch_picture.hpp"

using namespace fcn;
using namespace fcn::tools;
using Catch::Contains;

namespace {

struct Expected {
  Json json;
  Expected() : json(*parse_json(read_file(fixture("expected.json")))) {}
  [[nodiscard]] std::vector<double> numbers(const char* key) const {
    return json[key].get<std::vector<double>>();
  }
};

ExportRequest request_for(const std::string& checkpoint, const std::string& output) {
  ExportRequest request;
  request.checkpoint = checkpoint;
  request.output = output;
  request.preprocessing.mean = {0.5f, 0.25f, 0.75f};
  request.preprocessing.std = {0.25f, 0.5f, 0.125f};
  request.window = Extent{64, 64};
  return request;
}

int run(const std::string& arguments) {
  const int status =
      std::system((std::string(FCN_EXPORT_BINARY) + " " + arguments + " >/dev/null 2>&1").c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("an exported network gives PyTorch's logits, folded or not") {
  const Expected expected;
  const Scratch scratch;
  for (const bool fold : {true, false}) {
    ExportRequest request = request_for(fixture("zip.pth"), scratch.path("model"));
    request.fold = fold;
    const auto report = export_model(request);
    REQUIRE(report);
    CHECK(report->info.name == "resnet18");
    CHECK(report->classes == 5);
    // These networks' largest logits are a hundred times the smallest: all of them round alike.
    for (const auto& [height, width, key] :
         {std::tuple(64, 64, "window_logits"), std::tuple(96, 160, "map_logits")}) {
      const std::vector<double> logits = expected.numbers(key);
      check_logits(logits_of(request.output, height, width, &kernels::table_reference), logits,
                   largest_of(logits));
    }
    CHECK(verify_model(request.output));
  }
}

TEST_CASE("every checkpoint exports to the same tensors") {
  const Scratch scratch;
  REQUIRE(export_model(request_for(fixture("zip.pth"), scratch.path("plain"))));
  const std::string plain = read_file(scratch.path("plain"));
  const auto data_of = [](const std::string& file) {
    return file.substr(8 + *ByteReader(bytes_of(file)).number<std::uint64_t>());
  };
  for (const char* name :
       {"legacy.pth", "half.pth", "bfloat16.pth", "float64.pth", "wrapped.pth", "module_prefix.pth",
        "shared.pth", "shared_legacy.pth", "strided.pth", "parameters.pth", "plain.safetensors"}) {
    INFO(name);
    REQUIRE(export_model(request_for(fixture(name), scratch.path("other"))));
    CHECK(data_of(read_file(scratch.path("other"))) == data_of(plain));
  }
}

TEST_CASE("labels that do not fit the network are told with their file and line") {
  const Scratch scratch;
  const std::string file = scratch.write("names.txt", "a\nb\n");
  ExportRequest request = request_for(fixture("zip.pth"), scratch.path("model"));
  request.labels = *read_label_file(file);
  request.labels_source = file;
  const auto report = export_model(request);
  REQUIRE_FALSE(report);
  CHECK(report.error().to_string().find(file + ": line 2: the labels end too early") != std::string::npos);
}

TEST_CASE("missing, misshaped and unknown tensors are named") {
  const auto read = read_checkpoint(fixture("zip.pth"));
  REQUIRE(read);
  const auto error_with = [&](const auto& change) {
    std::vector<CheckpointTensor> tensors = read->tensors();
    change(tensors);
    const Checkpoint changed(*ByteSource::open(fixture("zip.pth")), "test", std::move(tensors));
    const auto network = recognise_network(changed);
    return network ? "" : network.error().to_string();
  };
  const auto at = [](std::vector<CheckpointTensor>& tensors, const std::string& name) {
    return std::find_if(tensors.begin(), tensors.end(),
                        [&](const auto& tensor) { return tensor.name == name; });
  };
  CHECK(error_with([](auto&) {}).empty());
  CHECK_THAT(error_with([&](auto& tensors) { tensors.erase(at(tensors, "layer2.0.downsample.0.weight")); }),
             Contains("tensor layer2.0.downsample.0.weight: is missing"));
  CHECK_THAT(error_with([&](auto& tensors) { at(tensors, "layer3.1.bn2.bias")->shape = {7}; }),
             Contains("layer3.1.bn2.bias: has shape 7, expected 6"));
  CHECK_THAT(error_with([&](auto& tensors) {
               at(tensors, "conv1.weight")->shape = {4, 3, 5, 5};
             }),
             Contains("not recognised"));
  CHECK_THAT(error_with([&](auto& tensors) { at(tensors, "fc.weight")->dtype = DType::i64; }),
             Contains("I64"));
  CHECK_THAT(error_with([&](auto& tensors) {
               tensors.push_back(tensors.front()), tensors.back().name = "se.weight";
             }),
             Contains("se.weight: is not part of resnet18"));
  CHECK_THAT(error_with([&](auto& tensors) { tensors.erase(at(tensors, "layer4.1.conv1.weight")); }),
             Contains("layer4.1.conv1.weight: is missing"));
  CHECK_THAT(error_with([&](auto& tensors) { tensors.clear(); }), Contains("not recognised"));
}

TEST_CASE("exit codes tell usage from unusable files, and no failure leaves a file") {
  const Scratch scratch;
  const std::string good = fixture("zip.pth") + " --window 64";
  const std::string out = " -o " + scratch.path("m");
  const std::string labels = scratch.write("labels", "a\nb\nc\r\nd\ne\n");
  const std::string four = scratch.write("four", "a\nb\nc\nd\n");
  const std::string text = scratch.write("text", "no checkpoint");
  const std::size_t inputs = scratch.files();
  for (const std::string& usage :
       {std::string(), good, good + out + " --window 0", good + out + " --window 64y",
        good + out + " --mean 1,2", good + out + " --mean a,b,c", good + out + " --std 1,0,1",
        good + out + " --labels " + four, good + out + " --labels " + scratch.path("none"),
        good + out + " --labels " + labels + " --background z", good + out + " --nonsense",
        std::string("inspect"), std::string("inspect ") + fixture("zip.pth") + " --size 0"})
    CHECK(run(usage) == 2);
  for (const std::string& unusable :
       {text + out, fixture("missing.pth") + out, fixture("whole_module.pth") + out,
        fixture("tiny.pth") + out, good + " -o /dev/full", good + " -o /nonexistent/m", "verify " + text,
        "verify " + fixture("plain.safetensors"), "inspect " + text, scratch.path(".") + out})
    CHECK(run(unusable) == 3);
  CHECK(scratch.files() == inputs);
  CHECK(run(good + out + " -q --half --labels " + labels + " --background c") == 0);
  CHECK(run("verify " + scratch.path("m")) == 0);
  CHECK(run("inspect " + scratch.path("m") + " --size 100x200") == 0);
  CHECK(run("inspect " + fixture("half.pth")) == 0);
  CHECK(run(scratch.path("m") + " -o " + scratch.path("m")) == 2);
  CHECK(run("--version") == 0);
}

TEST_CASE("a disk that is full costs neither the file that was there nor the exit code") {
  const Scratch scratch;
  const std::string output = scratch.path("model");
  const std::string command = " " + fixture("zip.pth") + " --window 64 -o " + output;
  REQUIRE(run(command) == 0);
  const std::string before = read_file(output);
  const auto limited = [&](const std::string& more) {
    const std::string line = "trap '' XFSZ; ulimit -f 8; " + std::string(FCN_EXPORT_BINARY) + command + more;
    const int status = std::system((line + " >/dev/null 2>&1").c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  for (const char* more : {"", " --to onnx"}) {
    CHECK(limited(more) == 3);
    CHECK(read_file(output) == before);
    CHECK(scratch.files() == 1);
  }
  // Neither does a stream: the report that cannot be shown is an error, a message is not.
  const auto shown = [&](const std::string& streams) {
    const int status = std::system((std::string(FCN_EXPORT_BINARY) + command + streams).c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  CHECK(shown(" >/dev/full 2>/dev/null") == 3);
  CHECK(shown(" >/dev/null 2>/dev/full") == 0);
  CHECK(shown(" >/dev/null 2>&-") == 0);
  CHECK(shown(" --nonsense 2>&-") == 2);
  CHECK(run(command + " --labels " + output) == 2);  // the labels would be replaced
  CHECK(read_file(output) == before);
}

TEST_CASE("layer tables are aligned to 80 columns and count as trained") {
  const auto text = inspect_file(std::string(FCN_WEIGHTS) + "/fashion-resnet18.safetensors");
  REQUIRE(text);
  CHECK_THAT(*text, Contains("11,182,155 as trained") && Contains("background, T-shirt/top"));
  std::size_t begin = text->find("\nLayer") + 1;
  for (std::size_t end = 0; begin < text->size(); begin = end + 1) {
    end = text->find('\n', begin);
    CHECK(end - begin == 80);
  }
}

TEST_CASE("a checkpoint is shown as trained, or as the FCN that it becomes") {
  const auto trained = inspect_file(fixture("zip.pth"), {.size = Extent{387, 1024}});
  const auto converted = inspect_file(fixture("zip.pth"), {.size = Extent{387, 1024}, .pool_stride = 7});
  REQUIRE(trained);
  REQUIRE(converted);
  CHECK_THAT(*trained, Contains("linear              5x1x1") && !Contains("as an FCN"));
  CHECK_THAT(*converted, Contains("as an FCN") && Contains("average_pool        8x1x4") &&
                             Contains("conv                5x1x4"));
  const auto too_far = inspect_file(fixture("zip.pth"), {.size = Extent{387, 1024}, .pool_stride = 8});
  REQUIRE_FALSE(too_far);
  CHECK_THAT(too_far.error().to_string(), Contains("outside 1 to 7"));
}

TEST_CASE("the shipped model replays its self-test") {
  CHECK(verify_model(std::string(FCN_WEIGHTS) + "/fashion-resnet18.safetensors"));
}

TEST_CASE("ONNX files are inspected and exported by the command, too") {
  const Scratch scratch;
  onnx::ModelProto file = test_onnx::model({1, 3, 387, 1024});
  test_onnx::set_ints(test_onnx::add_node(file, "Conv", {"x", "w"}, {"c"}), "strides", {2, 2});
  test_onnx::add_floats(file, "w", {4, 3, 7, 7});
  test_onnx::add_node(file, "GlobalAveragePool", {"c"}, {"g"});
  test_onnx::add_node(file, "Flatten", {"g"}, {"y"});
  auto& labels = *file.add_metadata_props();
  labels.set_key("labels");
  labels.set_value("a\nb\nc\nd");
  const std::string path = scratch.write("small.onnx", file.SerializeAsString());
  const auto text = inspect_file(path);
  REQUIRE(text);
  CHECK_THAT(*text, Contains("ONNX, operator set 13") && Contains("387x1024") && Contains("4.54 MB"));
  ExportRequest request;
  request.checkpoint = path;
  request.output = scratch.path("model");
  const auto report = export_model(request);
  REQUIRE(report);
  CHECK(report->info.window == Extent{387, 1024});
  CHECK(report->info.labels == std::vector<std::string>{"a", "b", "c", "d"});
  CHECK(run(path + " --window 64 -o " + scratch.path("other")) == 0);
  CHECK(run(path + " --window 2 -o " + scratch.path("other")) == 3);
  CHECK(run("verify " + scratch.path("other")) == 0);
}

#ifdef FCN_SHARED_CHECKPOINT
TEST_CASE("the trained checkpoint is read and recognised") {
  const auto checkpoint = read_checkpoint(std::string(FCN_SHARED_CHECKPOINT));
  REQUIRE(checkpoint);
  CHECK(checkpoint->format() == "PyTorch zip");
  const auto network = recognise_network(*checkpoint);
  REQUIRE(network);
  CHECK(network->name == "resnet18");
  CHECK(count_parameters(network->graph) == 11'182'155);
}
#endif

TEST_CASE("no output takes the place of a file that was read beside the checkpoint") {
  const Scratch scratch;
  onnx::ModelProto file = test_onnx::classifier();
  auto& weights = *file.mutable_graph()->mutable_initializer(0);
  const std::string bytes(reinterpret_cast<const char*>(weights.float_data().data()), 4u * 4 * 27);
  weights.clear_float_data();
  weights.set_data_location(onnx::TensorProto::EXTERNAL);
  auto& entry = *weights.add_external_data();
  entry.set_key("location");
  entry.set_value("w.data");
  const std::string checkpoint = scratch.write("c.onnx", file.SerializeAsString());
  const std::string labels = "a\nb\nc\nd\ne\n", config = R"({"mean": [0, 0, 0], "std": [1, 1, 1]})";
  scratch.write("w.data", bytes);
  scratch.write("labels.txt", labels);
  scratch.write("preprocessor_config.json", config);
  for (const auto& [name, kept] :
       {std::pair("w.data", bytes), {"labels.txt", labels}, {"preprocessor_config.json", config}}) {
    INFO(name);
    ExportRequest request;
    request.checkpoint = checkpoint;
    request.output = scratch.path(name);
    const auto report = export_model(request);
    REQUIRE_FALSE(report);
    CHECK(report.error().code == ErrorCode::invalid_argument);
    CHECK_THAT(report.error().to_string(), Contains("would replace") && Contains("is an input"));
    CHECK(read_file(request.output) == kept);
  }
  ExportRequest request;
  request.checkpoint = checkpoint;
  request.output = scratch.path("model");
  CHECK(export_model(request));
  CHECK(scratch.files() == 5);
}
