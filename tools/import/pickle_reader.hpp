// SPDX-License-Identifier: MIT
// Reads a Python pickle as inert records. Nothing is ever called, imported or built: a REDUCE becomes a
// record of its callable's name and arguments, and both the opcodes and the names are closed lists. A pickle
// that names anything else (os.system, a model's own class) is refused with that name. Not here: what the
// records mean (torch_tensors.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/limits.hpp"
#include "engine/result.hpp"

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
    dict,        ///< items hold key, value, key, value; OrderedDict too
    global,      ///< text is "module name", from the closed list
    call,        ///< items hold the global and its arguments' tuple
    persistent,  ///< items hold the persistent id
  };
  Kind kind = Kind::none;
  std::int64_t integer = 0;
  double real = 0;
  std::string_view text{};  ///< points into the pickle's bytes, or to a constant
  std::vector<PickleId> items{};
};

/// A parsed pickle. Borrows the bytes it was read from.
struct Pickle {
  std::vector<PickleRecord> records;
  PickleId root = 0;
  std::size_t consumed = 0;  ///< bytes up to and including STOP

  [[nodiscard]] const PickleRecord& operator[](PickleId id) const { return records[id]; }
  /// The value of string key `key` of a dict, or null.
  [[nodiscard]] const PickleRecord* find(const PickleRecord& dict, std::string_view key) const;
};

/// Reads one pickle of protocol 2 to 5 at the front of `bytes`.
Result<Pickle> read_pickle(std::span<const std::byte> bytes, const Limits& limits);

}  // namespace fcn::tools
