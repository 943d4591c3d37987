// SPDX-License-Identifier: MIT
// The tensors of a TorchScript program: its data.pkl holds the tree of modules as inert records, each with
// its tensors and the modules inside it. Their names are those of the module's state_dict(). The program
// itself is not read. Not here: which network the names make up (recognise_network.hpp).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fcn/limits.hpp"
#include "fcn/result.hpp"
#include "tools/import/checkpoints/pickle_reader.hpp"
#include "tools/import/checkpoints/torch_tensors.hpp"

namespace fcn::tools {

/// Every tensor of the tree, "layer1.0.conv1.weight". An Error if there is none, as in a frozen program.
Result<std::vector<TorchTensor>> find_script_tensors(const Pickle& pickle, const Limits& limits);

/// The note on a checkpoint whose tensors are a TorchScript program's.
inline constexpr std::string_view kScriptNote = "a TorchScript program, of which only the weights are read";

/// The advice for a TorchScript program whose weights alone do not identify the network.
std::string script_advice();

}  // namespace fcn::tools
