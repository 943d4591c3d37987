// SPDX-License-Identifier: MIT
// Reads a Python pickle as inert records. Nothing is ever called, imported or built: a REDUCE of a name on
// the closed list (pickle_opcodes.hpp) becomes a record of that name and its arguments, one of any other name
// (argparse.Namespace, a numpy scalar, a model's own class) an opaque record without content. A pickle that
// names what only attacks need (os.system) is refused. Not here: what the records mean (torch_tensors.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fcn/limits.hpp"
#include "fcn/result.hpp"

namespace fcn::tools {

using PickleId = std::uint32_t;  ///< index into Pickle::records

struct PickleRecord {
  enum class Kind : std::uint8_t {
    none,
    boolean,  ///< integer is 0 or 1
    integer,
    big_integer,  ///< beyond 64 bits; text holds its little-endian bytes
    real,
    string,
    bytes,
    tuple,
    list,        ///< sets too
    dict,        ///< items hold key, value, key, value; OrderedDict and defaultdict too
    global,      ///< text is "module name", from the closed list
    call,        ///< items hold the global and its arguments' tuple; of a numpy array also its state
    persistent,  ///< items hold the persistent id
    opaque,      ///< text is the "module name" of a class or function not on that list; nothing else is kept
  };
  Kind kind = Kind::none;
  std::int64_t integer = 0;
  double real = 0;
  std::string_view text{};  ///< points into the pickle's bytes, to one of its names, or to a constant
  std::vector<PickleId> items{};
};

/// A parsed pickle. Borrows the bytes it was read from.
struct Pickle {
  std::deque<PickleRecord> records;  ///< grows without being copied: an operation is a byte, a record many
  std::set<std::string, std::less<>> names;  ///< of opaque records, which point to them
  PickleId root = 0;
  std::size_t consumed = 0;  ///< bytes up to and including STOP

  [[nodiscard]] const PickleRecord& operator[](PickleId id) const { return records[id]; }
  /// The value of string key `key` of a dict, or null.
  [[nodiscard]] const PickleRecord* find(const PickleRecord& dict, std::string_view key) const;
};

/// Reads one pickle of protocol 2 to 5 at the front of `bytes`.
Result<Pickle> read_pickle(std::span<const std::byte> bytes, const Limits& limits);

}  // namespace fcn::tools
