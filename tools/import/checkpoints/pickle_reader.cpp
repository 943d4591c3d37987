// SPDX-License-Identifier: MIT
// The pickle machine: a stack, a memo, and one switch over the opcodes that torch.save emits. Records refer
// to each other by index, so that sharing costs nothing and a cycle cannot make anything recurse.
#include "tools/import/checkpoints/pickle_reader.hpp"

#include <algorithm>
#include <bit>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "fcn/base/byte_reader.hpp"
#include "tools/import/checkpoints/pickle_opcodes.hpp"

namespace fcn::tools {
namespace {

using Kind = PickleRecord::Kind;

class Machine {
 public:
  Machine(std::span<const std::byte> bytes, const Limits& limits) : reader_(bytes), limits_(limits) {}

  Result<Pickle> run() {
    for (std::uint32_t count = 0; count < limits_.max_pickle_opcodes; ++count) {
      at_ = reader_.offset();
      const auto opcode = reader_.number<std::uint8_t>();
      if (!opcode) return broken("ends without STOP", ErrorCode::truncated);
      if (*opcode == kStop) return finish();
      step(*opcode);
      if (error_) return *std::move(error_);
    }
    return broken("has more than " + std::to_string(limits_.max_pickle_opcodes) + " operations",
                  ErrorCode::limit_exceeded);
  }

 private:
  // One opcode. The first Error ends the run.
  void step(std::uint8_t opcode) {
    // One opcode a line.
    // clang-format off
    switch (opcode) {
      case kProto: return check_protocol();
      case kFrame: return static_cast<void>(number<std::uint64_t>());  // sizes of frames are hints to a stream reader
      case kMark: return marks_.push_back(stack_.size());
      case kPop: return static_cast<void>(pop());
      case kPopMark: return static_cast<void>(pop_to_mark());
      case kDup: return push_id(top());
      case kNone: return push({.kind = Kind::none});
      case kNewTrue: return push({.kind = Kind::boolean, .integer = 1});
      case kNewFalse: return push({.kind = Kind::boolean, .integer = 0});
      case kBinInt: return push_integer(static_cast<std::int32_t>(number<std::uint32_t>()));
      case kBinInt1: return push_integer(number<std::uint8_t>());
      case kBinInt2: return push_integer(number<std::uint16_t>());
      case kLong1: return push_long(number<std::uint8_t>());
      case kLong4: return push_long(number<std::uint32_t>());
      case kBinFloat: return push_real();
      case kBinUnicode: return push_text(Kind::string, number<std::uint32_t>());
      case kShortBinUnicode: return push_text(Kind::string, number<std::uint8_t>());
      case kBinUnicode8: return push_text(Kind::string, number<std::uint64_t>());
      case kBinString: return push_text(Kind::string, number<std::uint32_t>());
      case kShortBinString: return push_text(Kind::string, number<std::uint8_t>());
      case kBinBytes: return push_text(Kind::bytes, number<std::uint32_t>());
      case kShortBinBytes: return push_text(Kind::bytes, number<std::uint8_t>());
      case kBinBytes8:
      case kByteArray8: return push_text(Kind::bytes, number<std::uint64_t>());
      case kEmptyTuple: return push({.kind = Kind::tuple});
      case kEmptyList:
      case kEmptySet: return push({.kind = Kind::list});
      case kEmptyDict: return push({.kind = Kind::dict});
      case kTuple: return push({.kind = Kind::tuple, .items = pop_to_mark()});
      case kFrozenSet: return push({.kind = Kind::list, .items = pop_to_mark()});
      case kTuple1: return push_tuple(1);
      case kTuple2: return push_tuple(2);
      case kTuple3: return push_tuple(3);
      case kAppend: return extend(Kind::list, pop_some(1));
      case kAppends:
      case kAddItems: return extend(Kind::list, pop_to_mark());
      case kSetItem: return extend(Kind::dict, pop_some(2));
      case kSetItems: return extend(Kind::dict, pop_to_mark());
      case kBinGet: return get(number<std::uint8_t>());
      case kLongBinGet: return get(number<std::uint32_t>());
      case kBinPut: return put(number<std::uint8_t>());
      case kLongBinPut: return put(number<std::uint32_t>());
      case kMemoize: return put(static_cast<std::uint32_t>(memo_.size()));
      case kGlobal: return push_global();
      case kStackGlobal: return push_stack_global();
      case kReduce:
      case kNewObj: return call();
      case kNewObjEx: return call_with_keywords();
      case kBuild: return build();
      case kBinPersId: return push({.kind = Kind::persistent, .items = pop_some(1)});
      default: return fail("opcode " + std::to_string(opcode) + " is not one that torch.save writes",
                    ErrorCode::unsupported);
    }
    // clang-format on
  }

  Error broken(std::string message, ErrorCode code = ErrorCode::malformed) const {
    return {code, std::move(message), "pickle, offset " + std::to_string(at_)};
  }
  void fail(std::string message, ErrorCode code = ErrorCode::malformed) {
    if (!error_) error_ = broken(std::move(message), code);
  }

  template <class T>
  T number() {
    const auto value = reader_.number<T>();
    if (!value) fail(value.error().message, ErrorCode::truncated);
    return value ? *value : T{0};
  }
  std::string_view text(std::uint64_t count) {
    const auto found = reader_.text(count);
    if (!found) fail(found.error().message, ErrorCode::truncated);
    return found ? *found : std::string_view();
  }

  void push_id(PickleId id) {
    if (!error_) stack_.push_back(id);
  }
  void push(PickleRecord record) {
    if (error_) return;
    stack_.push_back(static_cast<PickleId>(records_.size()));
    records_.push_back(std::move(record));
  }
  void push_integer(std::int64_t value) { push({.kind = Kind::integer, .integer = value}); }
  void push_tuple(std::size_t count) { push({.kind = Kind::tuple, .items = pop_some(count)}); }
  void push_text(Kind kind, std::uint64_t count) { push({.kind = kind, .text = text(count)}); }

  /// An integer of any length, two's complement.
  void push_long(std::uint64_t count) {
    const std::string_view digits = text(count);
    if (digits.size() > 8) return push({.kind = Kind::big_integer, .text = digits});
    const bool negative = !digits.empty() && (static_cast<unsigned char>(digits.back()) & 0x80u) != 0;
    std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
    for (std::size_t i = digits.size(); i-- > 0;)
      value = (value << 8) | static_cast<unsigned char>(digits[i]);
    push_integer(static_cast<std::int64_t>(value));
  }

  /// A float64, the one big-endian thing in a pickle.
  void push_real() {
    std::uint64_t bits = 0;
    for (const char byte : text(8)) bits = (bits << 8) | static_cast<unsigned char>(byte);
    push({.kind = Kind::real, .real = std::bit_cast<double>(bits)});
  }

  [[nodiscard]] std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
  PickleId top() {
    if (stack_.size() > floor()) return stack_.back();
    fail("takes from an empty stack");
    return 0;
  }
  PickleId pop() {
    const PickleId id = top();
    if (!error_) stack_.pop_back();
    return id;
  }
  std::vector<PickleId> pop_some(std::size_t count) {
    if (stack_.size() - floor() < count) {
      fail("takes from an empty stack");
      return {};
    }
    const std::vector<PickleId> taken(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
    stack_.resize(stack_.size() - count);
    return taken;
  }
  std::vector<PickleId> pop_to_mark() {
    if (marks_.empty()) {
      fail("has no mark on its stack");
      return {};
    }
    auto taken = pop_some(stack_.size() - marks_.back());
    marks_.pop_back();
    return taken;
  }

  void extend(Kind kind, const std::vector<PickleId>& values) {
    const PickleId target = top();
    if (error_) return;
    PickleRecord& record = records_[target];
    // The content of an opaque object (a configuration derived from dict) does not matter.
    if (record.kind != kind && record.kind != Kind::call && record.kind != Kind::opaque)
      return fail("adds items to something that holds none");
    if (kind == Kind::dict && values.size() % 2 != 0) return fail("adds a key without a value");
    if (record.kind == kind) record.items.insert(record.items.end(), values.begin(), values.end());
  }

  void get(std::uint32_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end())
      return fail("reads memo " + std::to_string(index) + ", which was never written");
    push_id(found->second);
  }
  void put(std::uint32_t index) {
    const PickleId id = top();
    if (memo_.size() >= limits_.max_pickle_memo)
      return fail("has more than " + std::to_string(limits_.max_pickle_memo) + " memos",
                  ErrorCode::limit_exceeded);
    if (!error_) memo_[index] = id;
  }

  void push_global() {
    const auto module = reader_.line();
    if (!module) return fail(module.error().message, ErrorCode::truncated);
    const auto name = reader_.line();
    if (!name) return fail(name.error().message, ErrorCode::truncated);
    push_known(*module, *name);
  }
  void push_stack_global() {
    const std::vector<PickleId> parts = pop_some(2);
    if (error_) return;
    if (records_[parts[0]].kind != Kind::string || records_[parts[1]].kind != Kind::string)
      return fail("names a global with something that is no string");
    push_known(records_[parts[0]].text, records_[parts[1]].text);
  }
  void push_known(std::string_view module, std::string_view name) {
    const std::string full = std::string(module.substr(0, 200)) + " " + std::string(name.substr(0, 200));
    const auto known = std::find(kPickleGlobals.begin(), kPickleGlobals.end(), full);
    if (known != kPickleGlobals.end()) return push({.kind = Kind::global, .text = *known});
    if (is_hostile(module, name) && module != "torch.jit._pickle")  // TorchScript's lists of numbers
      return fail("names " + std::string(module.substr(0, 200)) + "." + std::string(name.substr(0, 200)) +
                      ", which no weights need: whoever made this file wants a program to run; nothing was "
                      "executed. In Python, save the weights alone: torch.save(model.state_dict(), path)",
                  ErrorCode::unsupported);
    push({.kind = Kind::opaque, .text = *names_.insert(full).first});
  }
  /// Whether only an attack names this: an entry is a module, with what is in it, or a module and a name.
  static bool is_hostile(std::string_view module, std::string_view name) {
    const std::string full = std::string(module) + " " + std::string(name);
    return std::any_of(kHostilePickleNames.begin(), kHostilePickleNames.end(), [&](std::string_view entry) {
      if (entry.find(' ') != std::string_view::npos) return full == entry;
      return module == entry || (module.starts_with(entry) && module[entry.size()] == '.');
    });
  }

  /// REDUCE and NEWOBJ: a record of what would have been called. Containers become the containers they are.
  void call() {
    std::vector<PickleId> parts = pop_some(2);
    if (error_) return;
    const PickleRecord& callable = records_[parts[0]];
    if ((callable.kind != Kind::global && callable.kind != Kind::opaque) ||
        records_[parts[1]].kind != Kind::tuple)
      return fail("calls something that is not a name with arguments");
    if (callable.kind == Kind::opaque)
      return push({.kind = is_script(callable.text) ? Kind::dict : Kind::opaque, .text = callable.text});
    const std::string_view name = callable.text;
    if (name == "collections OrderedDict" || name.ends_with(" dict"))
      return push({.kind = Kind::dict, .items = pairs_in(records_[parts[1]])});
    if (name == "collections defaultdict") return push({.kind = Kind::dict});
    push({.kind = Kind::call, .items = std::move(parts)});
  }
  /// NEWOBJ_EX: keyword arguments make no difference to a record.
  void call_with_keywords() {
    static_cast<void>(pop_some(1));
    if (!error_) call();
  }
  /// The items of a dict made from one list of pairs, as Python 2 pickled OrderedDict.
  std::vector<PickleId> pairs_in(const PickleRecord& arguments) {
    std::vector<PickleId> items;
    if (arguments.items.size() != 1 || records_[arguments.items[0]].kind != Kind::list) return items;
    for (const PickleId id : records_[arguments.items[0]].items) {
      const PickleRecord& pair = records_[id];
      const bool sequence = pair.kind == Kind::list || pair.kind == Kind::tuple;
      if (!sequence || pair.items.size() != 2) continue;
      items.insert(items.end(), pair.items.begin(), pair.items.end());
      // One list may be the argument of many calls: what is copied counts like operations.
      if (++copied_pairs_ > limits_.max_pickle_opcodes) {
        fail("copies more than " + std::to_string(limits_.max_pickle_opcodes) + " pairs",
             ErrorCode::limit_exceeded);
        return {};
      }
    }
    return items;
  }
  /// BUILD: attributes (a state_dict's _metadata, a module's settings) are not data, except those of a
  /// TorchScript module and the state of a numpy array, which hold their values.
  void build() {
    const std::vector<PickleId> state = pop_some(1);
    const PickleId target = top();
    if (error_) return;
    if (is_numpy(records_[target])) return records_[target].items.push_back(state[0]);
    if (!is_script(records_[target].text) || records_[state[0]].kind != Kind::dict) return;
    std::vector<PickleId> items = records_[state[0]].items;
    copied_pairs_ += items.size() / 2;
    if (copied_pairs_ > limits_.max_pickle_opcodes)
      return fail("copies more than " + std::to_string(limits_.max_pickle_opcodes) + " pairs",
                  ErrorCode::limit_exceeded);
    if (records_[target].kind == Kind::dict) records_[target].items = std::move(items);
  }
  /// Whether a record's name is that of a TorchScript module's class.
  static bool is_script(std::string_view name) { return name.starts_with("__torch__."); }

  /// Whether a record is a call for a numpy array or its type, still without its state.
  [[nodiscard]] bool is_numpy(const PickleRecord& record) const {
    if (record.kind != Kind::call || record.items.size() != 2) return false;
    const std::string_view name = records_[record.items[0]].text;
    return name == "numpy dtype" || name.ends_with(".multiarray _reconstruct");
  }

  void check_protocol() {
    const unsigned protocol = number<std::uint8_t>();
    if (protocol < 2 || protocol > 5)
      fail("protocol " + std::to_string(protocol) + ", expected 2 to 5", ErrorCode::unsupported);
  }

  Result<Pickle> finish() {
    if (stack_.size() != 1 || !marks_.empty()) return broken("does not leave exactly one object");
    return Pickle{std::move(records_), std::move(names_), stack_.back(),
                  static_cast<std::size_t>(reader_.offset())};
  }

  ByteReader reader_;
  const Limits& limits_;
  std::uint64_t at_ = 0;  // of the current opcode
  std::deque<PickleRecord> records_;
  std::vector<PickleId> stack_;
  std::vector<std::size_t> marks_;  // heights of the stack
  std::unordered_map<std::uint32_t, PickleId> memo_;
  std::set<std::string, std::less<>> names_;  // of opaque records
  std::uint64_t copied_pairs_ = 0;
  std::optional<Error> error_;
};

}  // namespace

const PickleRecord* Pickle::find(const PickleRecord& dict, std::string_view key) const {
  // The last of equal keys wins, as in Python.
  for (std::size_t i = dict.items.size(); i >= 2; i -= 2) {
    const PickleRecord& name = records[dict.items[i - 2]];
    if (name.kind == Kind::string && name.text == key) return &records[dict.items[i - 1]];
  }
  return nullptr;
}

Result<Pickle> read_pickle(std::span<const std::byte> bytes, const Limits& limits) {
  return Machine(bytes, limits).run();
}

}  // namespace fcn::tools
