// SPDX-License-Identifier: MIT
// The state_dict is found wherever a script put it, and the best of several is taken.
#include "tools/import/checkpoints/state_dicts.hpp"

#include <catch2/catch.hpp>

#include "tests/import/files.hpp"
#include "tools/import/checkpoints/checkpoint.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace std::string_literals;
using Catch::Contains;

namespace {

std::string text(const std::string& value) {
  return "X" + little_endian(value.size(), 4) + value;
}

/// A tensor of eight floats.
const std::string kTensor = "ctorch._utils\n_rebuild_tensor_v2\n(("s + text("storage") +
                            "ctorch\nFloatStorage\n" + text("0") + text("cpu") +
                            "K\x08tQK\0(K\x08t(K\x01t\x89}tR"s;

using Items = std::vector<std::pair<std::string, std::string>>;

std::string dict(const Items& items) {
  std::string pickle = "}(";
  for (const auto& [key, value] : items) pickle += text(key) + value;
  return pickle + "u";
}

std::string list(const std::vector<std::string>& items) {
  std::string pickle = "](";
  for (const std::string& item : items) pickle += item;
  return pickle + "e";
}

/// A state_dict of two tensors, told by the name of one.
std::string state(const std::string& name) {
  return dict({{name, kTensor}, {"b", kTensor}});
}

Result<Checkpoint> read(const std::string& object, std::string_view key = {}) {
  static std::string archive;  // the source borrows it
  archive = make_zip({{"x/data.pkl", "\x80\x02" + object + "."}, {"x/data/0", std::string(32, '\0')}});
  return read_checkpoint(source_of(archive), {}, key);
}

/// The first tensor's name, or the error.
std::string found(const std::string& object, std::string_view key = {}) {
  const auto checkpoint = read(object, key);
  return checkpoint ? checkpoint->tensors().at(0).name : checkpoint.error().to_string();
}

}  // namespace

TEST_CASE("wrappers, lists and tuples at any depth") {
  CHECK(found(state("a")) == "a");
  CHECK(found(dict({{"anything", state("a")}})) == "a");
  CHECK(found(dict({{"epoch", "K\x07"}, {"model", dict({{"module", state("a")}})}})) == "a");
  CHECK(found(list({state("a")})) == "a");
  CHECK(found("(" + state("a") + dict({{"state", "}"}}) + "t") == "a");
  CHECK(found(dict({{"checkpoints", list({dict({{"net", state("a")}})})}})) == "a");
  // A best score beside it is no state_dict; neither is an optimiser's state.
  CHECK(found(dict({{"best", kTensor},
                    {"weights", dict({{"a", kTensor}, {"b", kTensor}, {"c", kTensor}})}})) == "a");
  CHECK(found(dict({{"optimizer", dict({{"state", state("exp_avg")}})}, {"model", state("a")}})) == "a");
  // Beyond the depth that is looked at, and in a cycle
  std::string deep = state("a");
  for (int i = 0; i < 12; ++i) deep = list({deep});
  CHECK_THAT(found(deep), Contains("no state_dict"));
  CHECK_THAT(found("]q\0h\0a"s), Contains("no state_dict"));
}

TEST_CASE("of several state_dicts the best is taken and named") {
  const std::string both = dict({{"state_dict", state("a")}, {"state_dict_ema", state("ema")}});
  CHECK(found(both) == "ema");
  CHECK_THAT(read(both)->notes().at(0), Contains("\"state_dict_ema\"") && Contains("--key"));
  CHECK(found(both, "state_dict") == "a");
  CHECK_THAT(found(both, "nothing"), Contains("there is \"state_dict\", \"state_dict_ema\""));
  const std::string pair = dict({{"student", state("s")}, {"teacher", state("t")}});
  CHECK(found(pair) == "t");
  CHECK(found(pair, "student") == "s");
  // A moving average of a part only is not the network.
  CHECK(found(dict({{"ema", dict({{"decay", kTensor}})},
                    {"model", dict({{"a", kTensor}, {"b", kTensor}, {"c", kTensor}})}})) == "a");
  CHECK(read(state("a"))->notes().empty());
}

TEST_CASE("what stands beside the weights is passed over") {
  const std::string namespace_object = "cargparse\nNamespace\n)\x81}" + text("lr") + "K\x01sb";
  const std::string when = "cdatetime\ndatetime\n(C\x01\x31tR";
  const std::string scalar = "cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n(" + text("f8") + "tRC\x08" +
                             std::string(8, 'x') + "tR";
  CHECK(found(dict(
            {{"args", namespace_object}, {"when", when}, {"best", scalar}, {"state_dict", state("a")}})) ==
        "a");
  // A dict of another class, as configurations are, holds nothing that is looked at.
  const std::string config = "cmmcv.utils\nConfigDict\n)\x81(" + text("x") + kTensor + "u";
  CHECK(found(dict({{"config", config}, {"state_dict", state("a")}})) == "a");
  CHECK_THAT(found(dict({{"model", "cmy\nNet\n)\x81}b"}})), Contains("whole module of class my.Net"));
}
