// SPDX-License-Identifier: MIT
#include "tools/import/checkpoints/pickle_reader.hpp"

#include <catch2/catch.hpp>

#include "tests/import/files.hpp"

using namespace fcn;
using namespace fcn::tools;
using namespace std::string_literals;
using Kind = PickleRecord::Kind;

namespace {

std::string error_of(const std::string& pickle, const Limits& limits = {}) {
  const auto read = read_pickle(bytes_of(pickle), limits);
  return read ? "" : read.error().to_string();
}

}  // namespace

TEST_CASE("plain values come out as records") {
  // {"a": (1, -2, 2**70, 0.5, True, None)} with a memoised key
  const std::string pickle =
      "\x80\x02}X\x01\0\0\0aq\0(K\x01J\xfe\xff\xff\xff\x8a\x09\0\0\0\0\0\0\0\0\x40G\x3f\xe0\0\0\0\0\0\0\x88Nts."s;
  const auto read = read_pickle(bytes_of(pickle), {});
  REQUIRE(read);
  CHECK(read->consumed == pickle.size());
  const PickleRecord* tuple = read->find((*read)[read->root], "a");
  REQUIRE(tuple != nullptr);
  REQUIRE(tuple->items.size() == 6);
  CHECK((*read)[tuple->items[0]].integer == 1);
  CHECK((*read)[tuple->items[1]].integer == -2);
  CHECK((*read)[tuple->items[2]].kind == Kind::big_integer);
  CHECK((*read)[tuple->items[3]].real == 0.5);
  CHECK((*read)[tuple->items[4]].kind == Kind::boolean);
  CHECK((*read)[tuple->items[5]].kind == Kind::none);
}

TEST_CASE("names that only attacks need are refused and nothing runs") {
  using Catch::Contains;
  const std::string system = "cos\nsystem\nX\x05\0\0\0touch\x85R."s;
  CHECK_THAT(error_of("\x80\x02"s + system), Contains("os.system") && Contains("state_dict"));
  CHECK_THAT(error_of("\x80\x04\x8c\x05posix\x8c\x06system\x93."s), Contains("posix.system"));
  CHECK_THAT(error_of("\x80\x02"s + "cbuiltins\neval\n."s), Contains("builtins.eval"));
  CHECK_THAT(error_of("\x80\x02"s + "ctorch\nload\n."s), Contains("torch.load"));
  CHECK_THAT(error_of("\x80\x02"s + "ctypes\nFunctionType\n."s), Contains("types.FunctionType"));
  CHECK_THAT(error_of("\x80\x02"s + "cimportlib.util\nmodule_from_spec\n."s), Contains("importlib.util"));
  // Opcodes that import or build by other ways: INST, OBJ, EXT1, PERSID
  for (const char opcode : {'i', 'o', '\x82', 'P'})
    CHECK_THAT(error_of("\x80\x02("s + opcode + "os\nsystem\n."s),
               Contains("not one that torch.save writes"));
}

TEST_CASE("any other name becomes a record without content") {
  struct Root {
    Kind kind;
    std::string text;
    std::size_t items;
  };
  const auto root_of = [](const std::string& pickle) {
    const auto read = read_pickle(bytes_of(pickle), {});
    REQUIRE(read);
    const PickleRecord& root = (*read)[read->root];
    return Root{root.kind, std::string(root.text), root.items.size()};
  };
  // argparse.Namespace() and types.SimpleNamespace() with attributes; a numpy scalar; an enumeration; an
  // object with keyword arguments
  for (const auto& [pickle, name] :
       {std::pair("\x80\x02"
                  "cargparse\nNamespace\n)\x81}X\x02\0\0\0lrG?\xe0\0\0\0\0\0\0sb."s,
                  "argparse Namespace"),
        std::pair("\x80\x02"
                  "ctypes\nSimpleNamespace\n)R}X\x02\0\0\0lrG?\xe0\0\0\0\0\0\0sb."s,
                  "types SimpleNamespace"),
        std::pair("\x80\x02"
                  "cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\nX\x02\0\0\0f8\x85RC\x01\x31\x86R."s,
                  "numpy.core.multiarray scalar"),
        std::pair("\x80\x04\x8c\x02my\x8c\x04Mode\x93K\x01\x85R."s, "my Mode"),
        std::pair("\x80\x04\x8c\x02my\x8c\x06"
                  "Config\x93)}\x92(X\x01\0\0\0aK\x01u."s,
                  "my Config")}) {
    const Root root = root_of(pickle);
    CHECK(root.kind == Kind::opaque);
    CHECK(root.text == name);
    CHECK(root.items == 0);
  }
  // Containers are what they are: an OrderedDict from pairs, as Python 2 wrote it; a defaultdict
  const Root ordered = root_of(
      "\x80\x02"
      "ccollections\nOrderedDict\n](](X\x01\0\0\0aK\x01"
      "ee\x85R."s);
  CHECK(ordered.kind == Kind::dict);
  CHECK(ordered.items == 2);
  CHECK(root_of("\x80\x02"
                "ccollections\ndefaultdict\nc__builtin__\nlist\n\x85R."s)
            .kind == Kind::dict);
}

TEST_CASE("stack, marks and memo cannot be abused") {
  using Catch::Contains;
  for (const std::string& pickle : {"R."s,    "0."s,  "1."s,  "t."s,  "\x85."s, "s."s,    "}s."s,   "(u."s,
                                    "}(Nu."s, "Ns."s, "e."s,  "2."s,  "b."s,    "Q."s,    "h\0."s,  "q\0."s,
                                    "."s,     "NN."s, "N(."s, "(N."s, "NNR."s,  "\x93."s, "]N(0."s, "\x94."s})
    CHECK_FALSE(error_of("\x80\x02"s + pickle).empty());
  CHECK_THAT(error_of("\x80\x01N."s), Contains("protocol 1"));
  CHECK_THAT(error_of("\x80\x06N."s), Contains("protocol 6"));
  CHECK_THAT(error_of("X\xff\xff\xff\xff."s), Contains("needs 4294967295 bytes"));
  CHECK_THAT(error_of("\x8d\xff\xff\xff\xff\xff\xff\xff\xff."s),
             Contains("needs 18446744073709551615 bytes"));
  // A list that holds itself is data like any other.
  CHECK(error_of("]q\0h\0a."s).empty());
}

TEST_CASE("operations and memos are limited") {
  Limits limits;
  limits.max_pickle_opcodes = 3;
  CHECK(error_of("N0N."s, limits).find("more than 3 operations") != std::string::npos);
  CHECK(error_of("NN."s, limits).find("one object") != std::string::npos);
  limits = {};
  limits.max_pickle_memo = 1;
  CHECK(error_of("Nq\0."s, limits).empty());
  CHECK(error_of("Nq\0q\1."s, limits).find("more than 1 memos") != std::string::npos);
}

TEST_CASE("every prefix of a pickle is an error") {
  const std::string archive = read_file(fixture("tiny_legacy.pth"));
  REQUIRE(!archive.empty());
  const auto whole = read_pickle(bytes_of(archive), {});
  REQUIRE(whole);
  for (std::size_t length = 0; length < whole->consumed; ++length)
    CHECK_FALSE(error_of(archive.substr(0, length)).empty());
}
