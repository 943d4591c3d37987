// SPDX-License-Identifier: MIT
// Label files in every form that people keep them in, and every doubt that must be an error with its line.
#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "files.hpp"
#include "tools/import/labels/label_file.hpp"

using namespace fcn;
using namespace fcn::tools;
using Catch::Contains;
using namespace std::string_literals;

namespace {

using Names = std::vector<std::string>;
const Names kFish = {"tench", "goldfish", "hen"};

/// The labels; an empty list and the error's text in `message` if it is refused.
Names read(std::string_view text, std::string* message = nullptr) {
  const auto labels = parse_labels(text);
  if (message != nullptr) *message = labels ? "" : labels.error().to_string();
  if (!labels) return {};
  CHECK(labels->names.size() == labels->lines.size());
  CHECK_FALSE(labels->form.empty());
  return labels->names;
}

std::string refusal(std::string_view text) {
  std::string message;
  CHECK(read(text, &message).empty());
  return message;
}

std::string utf16(std::string_view ascii, bool big_endian) {
  std::string text = big_endian ? "\xfe\xff" : "\xff\xfe";
  for (const char c : ascii) text += big_endian ? std::string{'\0', c} : std::string{c, '\0'};
  return text;
}

}  // namespace

TEST_CASE("labels one a line, in every encoding and with every end of line", "[labels]") {
  CHECK(read("tench\ngoldfish\nhen") == kFish);
  CHECK(read("tench\r\ngoldfish\r\nhen\r\n") == kFish);
  CHECK(read("tench\rgoldfish\rhen\r") == kFish);
  CHECK(read("\xef\xbb\xbftench\r\ngoldfish\r\nhen\r\n") == kFish);
  CHECK(read("tench  \n\tgoldfish\nhen\n\n  \n\n") == kFish);
  CHECK(read(utf16("tench\r\ngoldfish\r\nhen\r\n", false)) == kFish);
  CHECK(read(utf16("tench\ngoldfish\nhen", true)) == kFish);
  CHECK(read("\xff\xfe\x3d\xd8\x1f\xdc\x0a\0"s + "h\0"s) == Names{"\xf0\x9f\x90\x9f", "h"});
  // What begins with a number is a label like any other where the lines are not numbered.
  CHECK(read("7 up\ncola\n12:30\n3.5 mm\n") == Names{"7 up", "cola", "12:30", "3.5 mm"});
  CHECK(read("0\n1\n2\n") == Names{"0", "1", "2"});
  CHECK(read("class 0\nclass 1\n") == Names{"class 0", "class 1"});
  CHECK(read("tench, Tinca tinca\ngoldfish, Carassius auratus\n") ==
        Names{"tench, Tinca tinca", "goldfish, Carassius auratus"});
  CHECK(read("crane\ncrane\nhen\n") == Names{"crane", "crane", "hen"});  // as ImageNet's own
  CHECK(read("tench,goldfish,hen\n") == kFish);
  CHECK(read("'tench'; 'goldfish'; 'hen'") == kFish);
}

TEST_CASE("numbered labels, synsets and tables", "[labels]") {
  for (const char* text :
       {"0 tench\n1 goldfish\n2 hen\n", "0: tench\n1: goldfish\n2: hen\n", "0:tench\n1:goldfish\n2:hen\n",
        "0,tench\n1,goldfish\n2,hen\n", "0\ttench\n1\tgoldfish\n2\then\n", "0. tench\n1. goldfish\n2. hen\n",
        "0) tench\n1) goldfish\n2) hen\n", "0: 'tench'\n1: 'goldfish'\n2: \"hen\"\n",
        "2 hen\n0 tench\n1 goldfish\n", "  0 tench\n  1 goldfish\n  2 hen\n",
        "000 tench\n001 goldfish\n002 hen\n"}) {
    CAPTURE(text);
    CHECK(read(text) == kFish);
  }
  CHECK(read("n01440764 tench, Tinca tinca\nn01443537\tgoldfish\n") ==
        Names{"tench, Tinca tinca", "goldfish"});
  CHECK(read("n01440764\nn01443537\n") == Names{"n01440764", "n01443537"});
  for (const char* text :
       {"index,name\n0,tench\n1,goldfish\n2,hen\n", "id;label\n2;hen\n1;goldfish\n0;tench\n",
        "Name,Class ID\ntench,0\ngoldfish,1\nhen,2\n", "class,label\n0,tench\n1,goldfish\n2,hen\n",
        "id\tname\tsupercategory\n0\ttench\tfish\n1\tgoldfish\tfish\n2\then\tbird\n",
        "\"index\",\"name\"\n\"0\",\"tench\"\n\"1\",\"goldfish\"\n\"2\",\"hen\"\n",
        "tench,0\ngoldfish,1\nhen,2\n"}) {
    CAPTURE(text);
    CHECK(read(text) == kFish);
  }
  CHECK(read("0,\"tench, Tinca \"\"tinca\"\"\"\n1,hen\n") == Names{"tench, Tinca \"tinca\"", "hen"});
}

TEST_CASE("labels in JSON and in Python's words", "[labels]") {
  for (
      const char* text :
      {R"(["tench", "goldfish", "hen"])", "[\n\t'tench',\n\t'goldfish',\n\t'hen',\n]\n",
       "('tench', 'goldfish', 'hen')", R"({"0": "tench", "2": "hen", "1": "goldfish"})",
       "{0: 'tench',\n 1: 'goldfish',\n 2: 'hen'}\n",
       R"({"0": ["n01440764", "tench"], "1": ["n01443537", "goldfish"], "2": ["n01514668", "hen"]})",
       R"({"tench": 0, "hen": 2, "goldfish": 1})", R"({"tench": "0", "hen": "2", "goldfish": "1"})",
       R"([["n01440764", "tench"], ["n01443537", "goldfish"], ["n01514668", "hen"]])",
       R"([{"id": 1, "name": "goldfish"}, {"id": 0, "name": "tench"}, {"id": 2, "name": "hen"}])",
       R"({"architectures": ["X"], "id2label": {"0": "tench", "1": "goldfish", "2": "hen"}, "label2id": {"hen": 2}})",
       R"({"classes": ["tench", "goldfish", "hen"], "score": 0.5, "gone": null})"}) {
    CAPTURE(text);
    CHECK(read(text) == kFish);
  }
  CHECK(read(R"({"0": 0, "1": 1})") == Names{"0", "1"});  // class_to_idx of ten digits: keys are names
  CHECK(read(R"(["caf\u00e9", "\ud83d\udc1f", "a\"b\\c", 'it\'s'])") ==
        Names{"caf\xc3\xa9", "\xf0\x9f\x90\x9f", "a\"b\\c", "it's"});
}

TEST_CASE("labels in YAML", "[labels]") {
  for (const char* text :
       {"names: [tench, goldfish, 'hen']\n", "names:\n  0: tench\n  1: goldfish  # a fish\n  2: hen\nnc: 3\n",
        "# data\npath: ../x\ntrain: images\n\nnames:\n- tench\n- \"goldfish\"\n- hen\n",
        "names: {0: tench, 1: goldfish, 2: 'hen'}\n", "names: [\n  tench,\n  goldfish,\n  hen,\n]\n",
        "- tench\n- goldfish\n- hen\n",
        "nc: 3\nnames:\n  - tench\n  - goldfish\n  - hen\nroboflow:\n  license: x\n"}) {
    CAPTURE(text);
    CHECK(read(text) == kFish);
  }
  CHECK(read("names: ['a, b', 'it''s', \"c: d\", 1]") == Names{"a, b", "it's", "c: d", "1"});
}

TEST_CASE("a doubtful label file is refused with a line", "[labels]") {
  const auto refuses = [](std::string_view text, const std::string& message) {
    CAPTURE(text);
    CHECK_THAT(refusal(text), Contains(message));
  };
  refuses("", "no labels");
  refuses("\n\n", "no labels");
  refuses("tench\n\nhen\n", "line 2: is empty");
  refuses("hen\ncaf\xe9\n", "line 2: byte 4 is 0xe9, not UTF-8");
  refuses("hen\nte\x01nch\n", "line 2: byte 3 is 0x01");
  refuses("h\0e\0n\0"s, "line 1: byte 2 is 0x00");
  refuses("\xff\xfe\0\0h\0\0\0"s, "UTF-32");
  refuses("\xff\xfeh\0e"s, "odd number");
  refuses("\xff\xfeh\0\n\0\0\xdc"s, "line 2: half a character");
  refuses("1 tench\n2 goldfish\n", "line 1: the first class has the number 1");
  refuses("0 tench\n2 hen\n", "line 2: class 2 follows class 0");
  refuses("0 tench\n1 hen\n1 owl\n", "line 3: a second label for class 1, the first is in line 2");
  refuses("0 tench\ngoldfish\n", "line 2: is not numbered");
  refuses("0 tench\n1: goldfish\n", "line 2: is not numbered as");
  refuses("tench\n1 goldfish\nhen\n", "line 2: is numbered by its place");
  refuses("n01440764 tench\ngoldfish\n", "line 2: does not begin with a WordNet id");
  refuses("n02119789 1 kit_fox\nn02100735 2 setter\n", "line 1: has a number behind its WordNet id");
  refuses("0,tench,fish\n1,hen,bird\n", "line 1: 3 columns without a header");
  refuses("index,name\n0,tench\n1,hen,x\n", "line 3: 3 columns, expected 2");
  refuses("index,name\n0,tench\nx,hen\n", "line 3: column 1 is not a class's number");
  refuses("index,name\n", "no labels");
  refuses("0,tench\n1,\"hen\n", "line 2: a quotation mark");
  refuses("[\"tench\",\n\"hen\"", "line 2: expected a comma or ]");
  refuses("[\"tench\"]\n[\"hen\"]", "line 2: there is more behind");
  refuses("{\"0\": \"tench\",\n\"0\": \"hen\"}", "line 2: the key \"0\"");
  refuses("{\"0\": \"tench\",\n\"2\": \"hen\"}", "line 2: class 2 follows class 0");
  refuses("{\"0\": \"1\", \"1\": \"0\"}", "line 1: keys and values are numbers alike");
  refuses("{\"n01\": \"tench\"}", "line 1: a dictionary neither");
  refuses("{\"0\": \"tench\",\n\"1\": null}", "line 2: expected a label");
  refuses("[\"tench\",\n[\"n01440764\", \"hen\"]]", "line 2: expected a label");
  refuses("[\"a\\n\"]", "line 1: the label holds a control");
  refuses("[\"\\ud83d\"]", "line 1: a character's number");
  refuses("[]", "no labels");
  refuses("[__import__('os')]", "line 1: expected a value");
  refuses("names:\n  0: tench\n  2: hen\n", "line 3: class 2 follows");
  refuses("names:\n  0: tench\n  - hen\n", "line 3: numbered and other");
  refuses("names: [a, b\n", "line 1: the names end without ]");
  refuses("names: [a, b]\nnc: 3\n", "line 2: nc is 3, the names are 2");
  refuses("names: *anchor\n", "line 1: names is neither");
  refuses("names: [*a, b]\n", "line 1: is no plain text");
  refuses("<!DOCTYPE html>\n<html>", "line 1: this is a web page");
  refuses("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS pointer");
  refuses(std::string(2000, 'x'), "line 1: a label of 2000 bytes");
}

TEST_CASE("hostile label texts end soon and in an error", "[labels]") {
  CHECK_THAT(refusal(std::string(1u << 20, '[')), Contains("nested deeper"));
  std::string objects;
  for (int i = 0; i < (1 << 18); ++i) objects += "{\"a\":";
  CHECK_THAT(refusal(objects), Contains("nested deeper"));
  std::string many = "[";
  for (int i = 0; i < (1 << 20) + 1; ++i) many += "1,";
  CHECK_THAT(refusal(many + "]"), Contains("values"));
  CHECK_THAT(refusal("{" + std::string(1u << 20, '{')), Contains("line 1"));
  CHECK_THAT(refusal(std::string(1u << 20, '"')), Contains("line 1"));
  CHECK(read("99999999999999999999 x\n") == Names{"99999999999999999999 x"});
}

TEST_CASE("the count of labels is checked against the classes, with the line", "[labels]") {
  const auto labels = parse_labels("tench\ngoldfish\nhen\n\n");
  REQUIRE(labels);
  CHECK(check_label_count(*labels, 3));
  CHECK_THAT(check_label_count(*labels, 2).error().to_string(),
             Contains("line 3: one label too many: 3 labels"));
  CHECK_THAT(check_label_count(*labels, 4).error().to_string(), Contains("line 3: the labels end too early"));
  const auto numbered = parse_labels("1 b\n0 a\n");
  REQUIRE(numbered);
  CHECK_THAT(check_label_count(*numbered, 3).error().to_string(), Contains("line 2: "));
}

TEST_CASE("a label file's errors begin with its path", "[labels]") {
  const Scratch scratch;
  const auto refused = read_label_file(scratch.write("labels.txt", "a\n\nb\n"));
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().to_string(), Contains("labels.txt: line 2"));
  CHECK_FALSE(read_label_file(scratch.path("nowhere.txt")));
  const auto large = read_label_file(scratch.write("large.txt", std::string((8u << 20) + 1, '\n')));
  REQUIRE_FALSE(large);
  CHECK_THAT(large.error().to_string(), Contains("large.txt: a label file of 8388609 bytes, the limit is"));
  const auto read = read_label_file(scratch.write("good.json", "{0: 'a'}"));
  REQUIRE(read);
  CHECK(read->names == Names{"a"});
}
