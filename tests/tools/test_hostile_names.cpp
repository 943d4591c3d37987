// SPDX-License-Identifier: MIT
// Every character that could steer a terminal or deceive a reader, in labels, in layers' names and in
// paths: what fcn-infer and fcn-export print and write of it. The programs are asked from the outside; the
// escapes themselves are tested where they are made.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/tools/infer_scene.hpp"
#include "tests/tools/script_elements.hpp"
#include "tools/shell/progress.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace fcn::tools::test;
using nlohmann::json;

namespace {

std::string utf8(std::uint32_t code) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
  if (code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xc0 | code >> 6), byte(0x80 | (code & 0x3f))};
  if (code < 0x10000)
    return {byte(0xe0 | code >> 12), byte(0x80 | (code >> 6 & 0x3f)), byte(0x80 | (code & 0x3f))};
  return {byte(0xf0 | code >> 18), byte(0x80 | (code >> 12 & 0x3f)), byte(0x80 | (code >> 6 & 0x3f)),
          byte(0x80 | (code & 0x3f))};
}

/// The controls of ASCII and of Latin 1, what reorders text, what hides in it, and the line ends of Unicode.
const std::vector<std::string>& hostile_characters() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> list;
    const auto add = [&](std::uint32_t first, std::uint32_t last) {
      for (std::uint32_t code = first; code <= last; ++code) list.push_back(utf8(code));
    };
    add(0x01, 0x1f);
    add(0x7f, 0x9f);
    add(0x202a, 0x202e);  // embeddings and overrides of direction
    add(0x2066, 0x2069);  // isolates of direction
    for (const std::uint32_t code :
         {0xadu, 0x61cu, 0x180eu, 0x200bu, 0x200cu, 0x200du, 0x200eu, 0x200fu, 0x2028u, 0x2029u, 0x2060u,
          0x3164u, 0xfeffu, 0xfff9u, 0xfffbu, 0x1d173u, 0xe0041u})
      list.push_back(utf8(code));
    return list;
  }();
  return all;
}

/// Bytes that are no UTF-8: alone, cut short, longer than need be, a surrogate, beyond the last character.
std::vector<std::string> broken_characters() {
  std::vector<std::string> list;
  for (int byte = 0x80; byte < 0x100; ++byte) list.push_back({static_cast<char>(byte)});
  for (const char* each :
       {"\xc0\x9b", "\xe0\x82\x9b", "\xe2\x80", "\xed\xa0\x80", "\xf0\x80\x80\x9b", "\xf4\x90\x80\x80"})
    list.emplace_back(each);
  return list;
}

/// Whether all of it is UTF-8, and nothing in it is hostile except the ends of lines.
bool is_harmless(const std::string& text) {
  for (const std::string& each : hostile_characters())
    if (each != "\n" && text.find(each) != std::string::npos) return false;
  try {
    static_cast<void>(json(text).dump());
  } catch (const json::type_error&) {
    return false;
  }
  return text.find('\0') == std::string::npos;
}

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

std::string content(const std::string& path) {
  const Bytes bytes = read_file(path);
  return {bytes.begin(), bytes.end()};
}

/// The tiny model, its three labels and its layers called by these.
void write_named_model(const std::string& path, const std::vector<std::string>& names) {
  Conv mean;
  mean.in_channels = mean.out_channels = 3;
  mean.kernel = mean.stride = {2, 2};
  mean.weights.assign(36, 0.25F);
  AveragePool pool;
  pool.kernel = {4, 4};
  Graph graph;
  graph.append("input", Input{3}, {});
  graph.append(names[0] + "mean", mean, {0});
  graph.append(names[1] + "pool", pool, {1});
  ModelInfo info = tiny_info("named" + names[2]);
  for (std::size_t i = 0; i < 3; ++i) info.labels[i] = names[i] + "label " + std::to_string(i);
  info.background.reset();
  info.exporter = names[0] + "exporter";
  info.source = names[1] + "source";
  info.classifier_pool = names[1] + "pool";
  REQUIRE(write_model(path, graph, info, WeightStorage::f32));
}

/// What the programs say of the model; the shape of it is the same whatever the names.
std::vector<std::string> said_of_model(const InferScene& scene) {
  const std::vector<std::vector<std::string>> commands = {
      {"-v", "--profile", "--regions", "all", "--csv", scene.folder / "t.csv", "--html",
       scene.folder / "t.html", scene.picture},
      {"--json", "-", scene.picture},
      {"--plan", "-v", scene.picture},
      {"--explain-geometry", scene.picture},
      {"--list-classes"},
      {"--class", "no such", scene.picture}};
  std::vector<std::string> said;
  for (std::vector<std::string> command : commands) {
    command.insert(command.end(), {"-t", "1"});
    const CommandResult result = scene.run(command);
    CHECK(result.exit_code == (command[0] == "--class" ? 2 : 0));
    said.push_back(result.out);
    said.push_back(result.err);
  }
  const CommandResult inspected = run_command({FCN_EXPORT, "inspect", scene.model});
  CHECK(inspected.exit_code == 0);
  said.push_back(inspected.out);
  said.push_back(content(scene.folder / "t.csv"));
  said.push_back(script_text(content(scene.folder / "t.html"), "result"));
  return said;
}

}  // namespace

TEST_CASE("no character of a model's names steers a terminal, a table, a page or JSON") {
  const InferScene scene;
  write_named_model(scene.model, {"x", "y", "z"});
  const std::vector<std::string> plain = said_of_model(scene);
  const std::vector<std::string>& all = hostile_characters();
  // Two a name, which is all that the narrowest column shows of it.
  for (std::size_t i = 0; i < all.size(); i += 6) {
    std::vector<std::string> names(3);
    for (std::size_t k = 0; k < 6; ++k) names[k / 2] += all[(i + k) % all.size()];
    CAPTURE(i, json(names).dump(-1, ' ', true));
    write_named_model(scene.model, names);
    const std::vector<std::string> said = said_of_model(scene);
    for (std::size_t k = 0; k < said.size(); ++k) {
      INFO(k << ": " << json(said[k]).dump(-1, ' ', true, json::error_handler_t::replace));
      CHECK(is_harmless(said[k]));
      CHECK(lines_in(said[k]) == lines_in(plain[k]));
    }
    // What escapes takes nothing away.
    const json facts = json::parse(said.back());
    for (const json& each : facts["classes"]) {
      const auto id = each["id"].get<std::size_t>();
      CHECK(each["label"] == names[id] + "label " + std::to_string(id));
    }
    CHECK(json::parse(said[2])["predicted"]["label"] == facts["classes"][0]["label"]);
  }
}

TEST_CASE("no character of a path steers a terminal, a page or JSON") {
  const InferScene scene;
  std::vector<std::string> all = hostile_characters();
  const std::size_t characters = all.size();
  for (std::string& each : broken_characters()) all.push_back(std::move(each));
  for (std::size_t i = 0; i < all.size();) {
    const bool valid = i < characters;
    std::string name = "a";
    for (const std::size_t end = std::min(i + 16, valid ? characters : all.size()); i < end; ++i)
      name += all[i] + "x";
    CAPTURE(i, json(name).dump(-1, ' ', true, json::error_handler_t::replace));
    const std::string path = scene.folder / (name + ".ppm"), page = scene.folder / "t.html";
    scene.write_ppm(name + ".ppm", 20, 12);
    const CommandResult run = scene.run({"--html", page, "--json", "-", path});
    CHECK(run.exit_code == 0);
    CHECK(one_line(run.out));
    CHECK(is_harmless(run.out));
    const std::string facts = script_text(content(page), "result");
    CHECK(is_harmless(facts));
    if (valid) CHECK(json::parse(run.out)["image"] == path);
    if (valid) CHECK(json::parse(facts)["image"] == path);
    const CommandResult report = scene.run({path});
    CHECK(report.exit_code == 0);
    CHECK(is_harmless(report.out));
    const CommandResult missing = scene.run({path + "x"});
    CHECK(missing.exit_code == 1);
    CHECK(one_line(missing.err));
    CHECK(is_harmless(missing.err));
    const CommandResult refused = run_command({FCN_EXPORT, path});
    CHECK(refused.exit_code != 0);
    CHECK(is_harmless(refused.out + refused.err));
    CHECK(is_harmless(progress_line(1, 2, 1, 1000, name)));
  }
}
