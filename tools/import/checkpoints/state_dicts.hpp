// SPDX-License-Identifier: MIT
// Finds the state_dict in whatever a training script saved: alone, under any key at any depth, in lists and
// tuples, beside optimisers and settings, or one of several (EMA, teacher and student). Not here: what a
// tensor is (torch_tensors.hpp) and which network its names make up (recognise_network.hpp).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fcn/limits.hpp"
#include "fcn/result.hpp"
#include "tools/import/checkpoints/pickle_reader.hpp"

namespace fcn::tools {

/// A value of a state_dict, and its key.
struct StateEntry {
  std::string_view name;
  const PickleRecord* value = nullptr;
};

struct ChosenState {
  std::vector<StateEntry> entries;  ///< those that are tensors, in order
  std::vector<std::string> notes;   ///< which one was taken, if there were several
};

using IsTensor = bool (*)(const Pickle&, const PickleRecord&);

/// The state_dict that `key` names ("student", or a path such as "models.0"), or without a key the best: the
/// moving average of the weights before the weights, the teacher before the student. The Error lists what
/// there is.
Result<ChosenState> choose_state_dict(const Pickle& pickle, const Limits& limits, IsTensor is_tensor,
                                      std::string_view key);

}  // namespace fcn::tools
